"""ask of a contract whether it touches personal data

What it asks of its clauses and of its parties depends on it, whether or not a dataset of it is recorded.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0084"
down_revision: str | None = "0083"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("contract", sa.Column("personal_data", sa.Boolean(), nullable=True))


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "contract WHERE personal_data IS NOT NULL")
    op.drop_column("contract", "personal_data")
