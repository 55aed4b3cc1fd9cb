"""choose the delay of a notice

The days that a formal notice would give after a reminder, where somebody chose them: until now fifteen were written in
the document whatever the contract.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0096"
down_revision: str | None = "0095"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("delivery_reminder", sa.Column("notice_days", sa.Integer(), nullable=True))
    op.create_check_constraint(op.f("ck_delivery_reminder_notice_days"), "delivery_reminder", "notice_days >= 1")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "delivery_reminder WHERE notice_days IS NOT NULL")
    op.drop_constraint(op.f("ck_delivery_reminder_notice_days"), "delivery_reminder")
    op.drop_column("delivery_reminder", "notice_days")
