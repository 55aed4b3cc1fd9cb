"""say since when a verdict stands

A sheet follows the history of its findings back to the day since when each verdict is what it is: by subject,
whatever is still in force.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SELECT set_config('beffroi.actor', 'migration:0005', true)")
    op.create_index(op.f("ix_finding_subject_id_subject_kind_since"), "finding", ["subject_id", "subject_kind", "since"])


def downgrade() -> None:
    op.drop_index(op.f("ix_finding_subject_id_subject_kind_since"), "finding")
