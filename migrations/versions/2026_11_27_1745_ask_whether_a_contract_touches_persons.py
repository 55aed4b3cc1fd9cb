"""ask of a contract whether it touches personal data

What it asks of its clauses and of its parties depends on it, whether or not a dataset of it is recorded.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0083"
down_revision: str | None = "0082"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("contract", sa.Column("personal_data", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column("contract", "personal_data")
