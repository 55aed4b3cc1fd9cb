"""note when a formal notice came

A penalty was counted from the due day although a contract may have it run only once a formal notice stayed without
effect. The day its holder received one, and the days it left, are now noted of each delivery.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0099"
down_revision: str | None = "0098"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("notice_received_on", sa.Date(), nullable=True))
    op.add_column("delivery", sa.Column("notice_days", sa.Integer(), nullable=True))
    op.create_check_constraint(op.f("ck_delivery_notice_days"), "delivery", "notice_days >= 1")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "delivery WHERE notice_received_on IS NOT NULL")
    op.drop_constraint(op.f("ck_delivery_notice_days"), "delivery")
    op.drop_column("delivery", "notice_days")
    op.drop_column("delivery", "notice_received_on")
