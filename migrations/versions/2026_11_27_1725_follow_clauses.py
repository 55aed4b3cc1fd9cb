"""follow amendments and clauses of contracts

An amendment, from the day it is asked for; a clause; and what the contract and each amendment says of a clause. The
clauses in force on a day are computed from these, on both axes of time.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from registry.platform.migrating import refuse_to_lose

revision: str = "0082"
down_revision: str | None = "0081"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

PROGRESS = ("asked", "negotiated", "given-up")
ACTS = ("adds", "replaces", "ends")
PERFORMANCES = ("performed", "partly", "breached", "waived")
FREE_TEXTS = {
    "amendment": "{object,notes}",
    "clause": "{label,performance_note}",
    "clause_stipulation": "{text,reasons}",
}
COLUMNS = (
    ("clauses_read_on", sa.Date()),
    ("hosts_data", sa.Boolean()),
    ("cloud_service", sa.Boolean()),
    ("essential_data_published_on", sa.Date()),
)


def _listed(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _owned(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f(f"fk_{table}_contract_id_contract")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    for name, kind in COLUMNS:
        op.add_column("contract", sa.Column(name, kind, nullable=True))
    op.create_table(
        "amendment",
        *_owned("amendment"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("progress", _listed(PROGRESS, "amendmentprogress"), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("annulled", sa.Boolean(), nullable=False),
        sa.CheckConstraint("object <> ''", name=op.f("ck_amendment_object")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_amendment_number")),
        sa.UniqueConstraint("contract_id", "number", name=op.f("uq_amendment_contract_id_number")),
        info={"kind": "record"},
    )
    op.create_index(op.f("ix_amendment_organisation_id"), "amendment", ["organisation_id"], unique=False)
    op.create_table(
        "clause",
        *_owned("clause"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("performance", _listed(PERFORMANCES, "clauseperformance"), nullable=True),
        sa.Column("performance_on", sa.Date(), nullable=True),
        sa.Column("performance_note", sa.Text(), nullable=True),
        info={"kind": "record"},
    )
    op.create_index(op.f("ix_clause_organisation_id"), "clause", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_clause_contract_id_kind"), "clause", ["contract_id", "kind"], unique=False)
    op.create_table(
        "clause_stipulation",
        *_owned("clause_stipulation"),
        sa.Column("clause_id", sa.BigInteger(), nullable=False),
        sa.Column("amendment_id", sa.BigInteger(), nullable=True),
        sa.Column("act", _listed(ACTS, "clauseact"), nullable=False),
        sa.Column("article", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.Column("terms", postgresql.JSONB(), nullable=False),
        sa.Column("datasets", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("survives", sa.Boolean(), nullable=False),
        sa.Column("annulled", sa.Boolean(), nullable=False),
        sa.CheckConstraint("last_on >= effective_on", name=op.f("ck_clause_stipulation_last_on")),
        sa.ForeignKeyConstraint(["clause_id"], ["clause.id"], name=op.f("fk_clause_stipulation_clause_id_clause")),
        sa.ForeignKeyConstraint(
            ["amendment_id"], ["amendment.id"], name=op.f("fk_clause_stipulation_amendment_id_amendment")
        ),
        info={"kind": "record"},
    )
    for column in ("organisation_id", "contract_id", "clause_id", "amendment_id"):
        op.create_index(op.f(f"ix_clause_stipulation_{column}"), "clause_stipulation", [column], unique=False)
    for table, free_texts in FREE_TEXTS.items():
        op.execute(f"CALL keep_of_record('{table}', '{free_texts}')")
        op.execute(f"CALL guard_by_organisation('{table}')")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), *FREE_TEXTS, *(f"contract WHERE {name} IS NOT NULL" for name, _kind in COLUMNS))
    for table in ("clause_stipulation", "clause", "amendment"):
        op.drop_table(table)
    for name, _kind in reversed(COLUMNS):
        op.drop_column("contract", name)
