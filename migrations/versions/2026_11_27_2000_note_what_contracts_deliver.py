"""note what contracts have delivered

What a contract has its holder deliver by a day, and what came: a row a due day, a receipt each time something came.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from registry.platform.migrating import refuse_to_lose

revision: str = "0087"
down_revision: str | None = "0086"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KINDS = ("data", "operating-document", "report", "other")
PENALTIES = ("applied", "remitted")
CHANNELS = ("upload", "api", "link", "mail", "paper", "handed-over", "elsewhere")
ANSWERS = ("waiting", "accepted", "refused")
FREE_TEXTS = {"delivery": "{label,penalty_reason}", "delivery_receipt": "{described,file_name,reasons}"}


def _listed(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _owned(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _references(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))
        for column, target in columns.items()
    ]


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.create_table(
        "delivery",
        *_owned("delivery"),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("clause_id", sa.BigInteger(), nullable=True),
        sa.Column("dataset_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", _listed(KINDS, "delivered"), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("in_time_until", sa.Date(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("answer", _listed(ANSWERS, "receiptanswer"), nullable=True),
        sa.Column("indispensable", sa.Boolean(), nullable=True),
        sa.Column("secret", sa.Boolean(), nullable=True),
        sa.Column("public_available_on", sa.Date(), nullable=True),
        sa.Column("public_notice_posted", sa.Boolean(), nullable=True),
        sa.Column("penalty", _listed(PENALTIES, "penaltydecision"), nullable=True),
        sa.Column("penalty_cents", sa.BigInteger(), nullable=True),
        sa.Column("penalty_on", sa.Date(), nullable=True),
        sa.Column("penalty_reason", sa.Text(), nullable=True),
        sa.Column("unasked", sa.Boolean(), nullable=False),
        sa.Column("annulled", sa.Boolean(), nullable=False),
        sa.CheckConstraint("penalty_cents >= 0", name=op.f("ck_delivery_penalty_cents")),
        *_references("delivery", contract_id="contract", clause_id="clause", dataset_id="dataset"),
        info={"kind": "record"},
    )
    for column in ("organisation_id", "dataset_id"):
        op.create_index(op.f(f"ix_delivery_{column}"), "delivery", [column], unique=False)
    op.create_index(op.f("ix_delivery_contract_id_due_on"), "delivery", ["contract_id", "due_on"], unique=False)
    op.create_index(
        "uq_delivery_clause_id_dataset_id_due_on", "delivery", ["clause_id", "dataset_id", "due_on"], unique=True,
        postgresql_nulls_not_distinct=True, postgresql_where=sa.text("clause_id IS NOT NULL"),
    )  # fmt: skip
    op.create_table(
        "delivery_receipt",
        *_owned("delivery_receipt"),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("channel", _listed(CHANNELS, "deliverychannel"), nullable=False),
        sa.Column("described", sa.Text(), nullable=True),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("file_type", sa.Text(), nullable=True),
        sa.Column("electronic", sa.Boolean(), nullable=True),
        sa.Column("open_standard", sa.Boolean(), nullable=True),
        sa.Column("machine_readable", sa.Boolean(), nullable=True),
        sa.Column("checks", postgresql.JSONB(), nullable=False),
        sa.Column("answer", _listed(ANSWERS, "receiptanswer"), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("correct_by", sa.Date(), nullable=True),
        sa.Column("annulled", sa.Boolean(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_delivery_receipt_number")),
        sa.UniqueConstraint("delivery_id", "number", name=op.f("uq_delivery_receipt_delivery_id_number")),
        *_references("delivery_receipt", delivery_id="delivery", file_id="stored_file"),
        info={"kind": "record"},
    )
    for column in ("organisation_id", "file_id"):
        op.create_index(op.f(f"ix_delivery_receipt_{column}"), "delivery_receipt", [column], unique=False)
    for table, free_texts in FREE_TEXTS.items():
        op.execute(f"CALL keep_of_record('{table}', '{free_texts}')")
        op.execute(f"CALL guard_by_organisation('{table}')")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), *FREE_TEXTS)
    op.drop_table("delivery_receipt")
    op.drop_table("delivery")
