"""tell an early opening of archives

The day on which the archives administration decided to open data before the end of its delay (heritage code L213-3 II).
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0078"
down_revision: str | None = "0077"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("reuse_terms", sa.Column("early_opening_on", sa.Date(), nullable=True))


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "reuse_terms WHERE early_opening_on IS NOT NULL")
    op.drop_column("reuse_terms", "early_opening_on")
