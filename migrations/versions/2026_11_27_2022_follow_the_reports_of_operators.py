"""follow the reports of operators

The report that the operator of a concession owes each year: when it was received, what it holds, and who examined it.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0088"
down_revision: str | None = "0087"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

PARTS = (
    "accounts", "quality", "assets", "investments", "return_inventory", "commitments", "tariffs", "environment",
)  # fmt: skip


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.create_table(
        "contract_report",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        *(sa.Column(name, sa.Boolean(), nullable=True) for name in PARTS),
        sa.Column("committee", sa.Boolean(), nullable=True),
        sa.Column("committee_on", sa.Date(), nullable=True),
        sa.Column("council", sa.Boolean(), nullable=True),
        sa.Column("council_on", sa.Date(), nullable=True),
        sa.Column("evidence", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("annulled", sa.Boolean(), nullable=False),
        sa.CheckConstraint("council_on >= received_on", name=op.f("ck_contract_report_council_on")),
        sa.CheckConstraint("committee_on >= received_on", name=op.f("ck_contract_report_committee_on")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_contract_report_contract_id_contract")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_contract_report_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_report")),
        info={"kind": "record"},
    )
    op.create_index(
        op.f("ix_contract_report_organisation_id"), "contract_report", ["organisation_id"], unique=False
    )
    op.create_index(
        op.f("ix_contract_report_contract_id_year"), "contract_report", ["contract_id", "year"], unique=True,
        postgresql_where=sa.text("NOT annulled"),
    )  # fmt: skip
    op.execute("CALL keep_of_record('contract_report', '{notes}')")
    op.execute("CALL guard_by_organisation('contract_report')")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "contract_report")
    op.drop_table("contract_report")
