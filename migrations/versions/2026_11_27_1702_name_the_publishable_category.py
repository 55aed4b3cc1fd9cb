"""name the publishable category

The category of D312-1-3 that lets personal data be published was free text: any words kept names online. It is now one
of the list. What was written before stays where it is; the category is to be chosen.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0076"
down_revision: str | None = "0075"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.add_column("dataset", sa.Column("publishable_category", sa.Text(), nullable=True))


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "dataset WHERE publishable_category IS NOT NULL")
    op.drop_column("dataset", "publishable_category")
