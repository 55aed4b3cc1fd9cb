"""keep essential data

What a concession publishes in the national format, whole, with the contract it is of; and the files of it brought in.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from registry.platform.migrating import refuse_to_lose

revision: str = "0077"
down_revision: str | None = "0076"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

STATES = ("previewed", "applied", "abandoned")


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.create_table(
        "essential_data",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("siret", sa.Text(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_essential_data_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_essential_data_contract_id_contract")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_essential_data")),
        sa.UniqueConstraint("contract_id", name=op.f("uq_essential_data_contract_id")),
        sa.UniqueConstraint("siret", "identifier", name=op.f("uq_essential_data_siret_identifier")),
        info={"kind": "record"},
    )
    op.create_index(op.f("ix_essential_data_organisation_id"), "essential_data", ["organisation_id"], unique=False)
    op.create_table(
        "essential_import",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("source_name", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="essentialimportstate", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("found", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_essential_import_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_essential_import")),
        info={"kind": "work"},
    )
    op.create_index(op.f("ix_essential_import_organisation_id"), "essential_import", ["organisation_id"], unique=False)
    op.execute("CALL keep_of_record('essential_data', '{content}')")
    for table in ("essential_data", "essential_import"):
        op.execute(f"CALL guard_by_organisation('{table}')")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "essential_data")
    for table in ("essential_import", "essential_data"):
        op.drop_table(table)
