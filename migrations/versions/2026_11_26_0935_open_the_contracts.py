"""open the contracts

Concessions, public contracts and agreements, the organisations that are party to each with their GDPR role, and the
datasets each is about.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0030"
down_revision: str | None = "0029"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KINDS = (
    "dsp", "concession", "public-contract", "agreement", "particular-agreement", "protocol", "processing-agreement",
    "other",
)  # fmt: skip
SERVICES = (
    "water", "sanitation", "transport", "waste", "heating", "energy", "parking", "digital", "catering", "childhood",
    "culture-and-sport", "funeral", "social", "administration", "other",
)  # fmt: skip
SIDES = ("grantor", "holder", "co-holder", "subcontractor", "partner")
GDPR_ROLES = ("controller", "joint-controller", "processor", "sub-processor", "none")
FREE_TEXTS = {"contract": "{object,object_sort,notes}", "contract_party": "{}", "contract_dataset": "{}"}


def _listed(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.create_table(
        "contract",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", _listed(KINDS, "contractkind"), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("object_sort", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("public_service", _listed(SERVICES, "publicservice"), nullable=True),
        sa.Column("consulted_on", sa.Date(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("tacit_renewal", sa.Boolean(), nullable=True),
        sa.Column("value_euros", sa.BigInteger(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("annulled", sa.Boolean(), nullable=False),
        sa.CheckConstraint("object <> ''", name=op.f("ck_contract_object")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_contract_ends")),
        sa.CheckConstraint("ends_on >= signed_on", name=op.f("ck_contract_signed")),
        sa.CheckConstraint("signed_on >= consulted_on", name=op.f("ck_contract_consulted")),
        sa.CheckConstraint("value_euros >= 0", name=op.f("ck_contract_value_euros")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_contract_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        info={"kind": "record"},
    )
    op.create_index(
        op.f("ix_contract_organisation_id_ends_on_id"), "contract", ["organisation_id", "ends_on", "id"], unique=False
    )
    op.create_table(
        "contract_party",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("side", _listed(SIDES, "partyside"), nullable=False),
        sa.Column("gdpr_role", _listed(GDPR_ROLES, "gdprrole"), nullable=True),
        sa.Column("annulled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_contract_party_contract_id_contract")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_contract_party_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["organisation.id"], name=op.f("fk_contract_party_party_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_party")),
        sa.UniqueConstraint("contract_id", "party_id", name=op.f("uq_contract_party_contract_id_party_id")),
        info={"kind": "record"},
    )
    for column in ("organisation_id", "party_id"):
        op.create_index(op.f(f"ix_contract_party_{column}"), "contract_party", [column], unique=False)
    op.create_table(
        "contract_dataset",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("annulled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_contract_dataset_contract_id_contract")
        ),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_contract_dataset_dataset_id_dataset")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_contract_dataset_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_dataset")),
        sa.UniqueConstraint("contract_id", "dataset_id", name=op.f("uq_contract_dataset_contract_id_dataset_id")),
        info={"kind": "record"},
    )
    for column in ("organisation_id", "dataset_id"):
        op.create_index(op.f(f"ix_contract_dataset_{column}"), "contract_dataset", [column], unique=False)
    for table, free_texts in FREE_TEXTS.items():
        op.execute(f"CALL keep_of_record('{table}', '{free_texts}')")
        op.execute(f"CALL guard_by_organisation('{table}')")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), *FREE_TEXTS)
    for table in ("contract_dataset", "contract_party", "contract"):
        op.drop_table(table)
