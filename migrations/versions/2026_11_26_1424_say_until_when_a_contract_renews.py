"""say until when a contract renews

A contract renewed tacitly was said to be over after its term. It goes on, until a last day where one is agreed.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0044"
down_revision: str | None = "0043"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("contract", sa.Column("renewed_until", sa.Date(), nullable=True))
    op.create_check_constraint(op.f("ck_contract_renewed_until"), "contract", "renewed_until >= ends_on")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "contract WHERE renewed_until IS NOT NULL")
    op.drop_constraint(op.f("ck_contract_renewed_until"), "contract")
    op.drop_column("contract", "renewed_until")
