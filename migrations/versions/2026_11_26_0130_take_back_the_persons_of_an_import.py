"""Take back the persons of an import: undoing it takes out those it recorded, whom nothing refers to."""

from collections.abc import Sequence

from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("GRANT DELETE ON person, person_identity, person_key TO beffroi_jobs")


def downgrade() -> None:
    op.execute("REVOKE DELETE ON person, person_identity, person_key FROM beffroi_jobs")
