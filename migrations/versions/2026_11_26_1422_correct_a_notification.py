"""correct a notification

A notification to the CNIL noted wrongly could only be noted again: its row is now written over, its versions stay.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0042"
down_revision: str | None = "0041"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("GRANT UPDATE ON breach_notification TO beffroi_app, beffroi_jobs")


def downgrade() -> None:
    op.execute("REVOKE UPDATE ON breach_notification FROM beffroi_app, beffroi_jobs")
