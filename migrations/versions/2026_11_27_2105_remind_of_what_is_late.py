"""remind of what is late

A reminder sent to a contract's holder about a delivery that is late, and the day given to comply.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0091"
down_revision: str | None = "0090"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.create_table(
        "delivery_reminder",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("comply_by", sa.Date(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("mailed", sa.Boolean(), nullable=False),
        sa.Column("annulled", sa.Boolean(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_delivery_reminder_number")),
        sa.CheckConstraint("comply_by >= sent_on", name=op.f("ck_delivery_reminder_comply_by")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_delivery_reminder_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_delivery_reminder_delivery_id_delivery")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_reminder")),
        sa.UniqueConstraint("delivery_id", "number", name=op.f("uq_delivery_reminder_delivery_id_number")),
        info={"kind": "record"},
    )
    op.create_index(
        op.f("ix_delivery_reminder_organisation_id"), "delivery_reminder", ["organisation_id"], unique=False
    )
    op.execute("CALL keep_of_record('delivery_reminder', '{message}')")
    op.execute("CALL guard_by_organisation('delivery_reminder')")
    op.execute(
        "CREATE POLICY one_contract ON delivery_reminder AS RESTRICTIVE TO beffroi_app USING"
        " ((SELECT acting_contract()) IS NULL OR delivery_id IN"
        " (SELECT d.id FROM delivery d WHERE d.contract_id = (SELECT acting_contract())))"
    )


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "delivery_reminder")
    op.drop_table("delivery_reminder")
