"""say the terms of reuse

On which terms a dataset may be reused (fee, restrictions, protected data, directory), and what an organisation says of
its fees and of the data it fetches from other administrations.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0065"
down_revision: str | None = "0064"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SAID = (
    "communicated", "in_directory", "software", "api_terms_published", "competitive_service", "database_right_claimed",
    "licence_compatible", "licence_restricts", "licence_restricts_competition", "fee", "protected_reuse_offered",
    "reuse_procedure_public",
)  # fmt: skip


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.add_column("organisation", sa.Column("may_charge_reuse", sa.Boolean(), nullable=True))
    op.add_column("organisation", sa.Column("exchanges_with_administrations", sa.Boolean(), nullable=True))
    op.add_column("organisation", sa.Column("exchange_list_url", sa.Text(), nullable=True))
    grounds = sa.Enum(
        "l324-1", "l324-2", name="feeground", native_enum=False, create_constraint=True, length=40
    )  # fmt: skip
    op.create_table(
        "reuse_terms",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Boolean(), nullable=True) for name in SAID),
        sa.Column("restriction_reason", sa.Text(), nullable=True),
        sa.Column("fee_ground", grounds, nullable=True),
        sa.Column("fee_calculation_url", sa.Text(), nullable=True),
        sa.Column("fee_revised_on", sa.Date(), nullable=True),
        sa.Column("reuse_conditions_url", sa.Text(), nullable=True),
        sa.Column("declared_absent", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_reuse_terms_dataset_id_dataset")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_reuse_terms_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reuse_terms")),
        sa.UniqueConstraint("dataset_id", name=op.f("uq_reuse_terms_dataset_id")),
        info={"kind": "record"},
    )
    op.create_index(op.f("ix_reuse_terms_organisation_id"), "reuse_terms", ["organisation_id"])
    op.execute("CALL keep_of_record('reuse_terms', '{restriction_reason}')")
    op.execute("CALL guard_by_organisation('reuse_terms')")


def downgrade() -> None:
    refuse_to_lose(
        op.get_bind(), "reuse_terms",
        "organisation WHERE num_nonnulls(may_charge_reuse, exchanges_with_administrations, exchange_list_url) > 0",
    )  # fmt: skip
    op.drop_table("reuse_terms")
    for name in ("exchange_list_url", "exchanges_with_administrations", "may_charge_reuse"):
        op.drop_column("organisation", name)
