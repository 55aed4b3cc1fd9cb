"""keep what a penalty was counted at

A penalty applied in part told the part alone: what the contract counted on the day of the decision, of which the rest
is remitted, is kept beside it. Of decisions taken before, nothing is known of it.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0102"
down_revision: str | None = "0101"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("penalty_counted_cents", sa.BigInteger(), nullable=True))
    op.create_check_constraint(op.f("ck_delivery_penalty_counted_cents"), "delivery", "penalty_counted_cents >= 0")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "delivery WHERE penalty_counted_cents IS NOT NULL")
    op.drop_constraint(op.f("ck_delivery_penalty_counted_cents"), "delivery")
    op.drop_column("delivery", "penalty_counted_cents")
