"""bring records in

What an import of a record of processing brings, kept for its preview. An import draws its number from the sequence of
imports: a batch number of the ledger means one thing.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0033"
down_revision: str | None = "0032"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

STATES = (
    "reading", "asking", "unreadable", "previewed", "applying", "applied", "undoing", "undone", "abandoned",
)  # fmt: skip


def _one_of(name: str, *codes: str) -> sa.Enum:
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "record_import",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("source_name", sa.Text(), nullable=False),
        sa.Column("layout", sa.Text(), nullable=False),
        sa.Column("state", _one_of("importstate", *STATES), nullable=False),
        sa.Column("told", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_record_import_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_import")),
        info={"kind": "work"},
    )
    op.create_index(op.f("ix_record_import_organisation_id"), "record_import", ["organisation_id"], unique=False)
    op.create_table(
        "record_import_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("action", _one_of("importaction", "create", "change", "unchanged", "refused"), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=True),
        sa.Column("seen_version", sa.Integer(), nullable=True),
        sa.Column("applied_version", sa.Integer(), nullable=True),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("remarks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("is_undone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["record_import.id"], name=op.f("fk_record_import_line_import_id_record_import")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_record_import_line_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_import_line")),
        sa.UniqueConstraint("import_id", "line_no", name=op.f("uq_record_import_line_import_id_line_no")),
        info={"kind": "work"},
    )
    op.create_index(
        op.f("ix_record_import_line_organisation_id"), "record_import_line", ["organisation_id"], unique=False
    )
    op.execute("CALL guard_by_organisation('record_import')")
    op.execute("CALL guard_by_organisation('record_import_line')")


def downgrade() -> None:
    for table in ("record_import_line", "record_import"):
        op.drop_table(table)
