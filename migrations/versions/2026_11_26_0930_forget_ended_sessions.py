"""forget ended sessions

The jobs may take out the sessions that are over and the links that were used: both say from where and with what
browser somebody came, and serve nothing once they are over.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("GRANT DELETE ON signed_session, single_use_link TO beffroi_jobs")


def downgrade() -> None:
    op.execute("REVOKE DELETE ON signed_session, single_use_link FROM beffroi_jobs")
