"""annul a watch

A change of law that was watched by mistake is set aside with a reason, and may be brought back, as elsewhere.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0052"
down_revision: str | None = "0051"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("watch_entry", sa.Column("annulled", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "watch_entry WHERE annulled")
    op.drop_column("watch_entry", "annulled")
