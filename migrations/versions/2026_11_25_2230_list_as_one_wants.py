"""list as one wants

Bulk edits with the sheets they change, and lists that somebody named. A bulk edit draws its number from the sequence of
imports: a batch number of the ledger means one thing.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

READ = "organisation_id = ANY ((SELECT acting_reads())::bigint[])"
WRITTEN = "organisation_id = ANY ((SELECT acting_writes())::bigint[])"
OF_A_BULK_ONE_WRITES = f"bulk_id IN (SELECT id FROM bulk_edit WHERE {WRITTEN})"
OWN = "account_id = (SELECT acting_account())"


def upgrade() -> None:
    op.execute("SELECT set_config('beffroi.actor', 'migration:0009', true)")
    op.create_table(
        "bulk_edit",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("edits", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("selection", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("state", sa.Enum("previewed", "applying", "applied", "undoing", "undone", "abandoned", name="bulkstate", native_enum=False, create_constraint=True, length=40), nullable=False),  # noqa: E501
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("changed >= 0 AND refused >= 0 AND unchanged >= 0 AND kept >= 0", name=op.f("ck_bulk_edit_counts")),  # noqa: E501
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_bulk_edit_organisation_id_organisation")),  # noqa: E501
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_edit")),
        info={"kind": "work"},
    )
    op.create_index(op.f("ix_bulk_edit_organisation_id"), "bulk_edit", ["organisation_id"], unique=False)
    op.create_table(
        "bulk_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("bulk_id", sa.BigInteger(), nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("seen_version", sa.Integer(), nullable=False),
        sa.Column("applied_version", sa.Integer(), nullable=True),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("outcome", sa.Enum("change", "unchanged", "refused", "kept", name="bulkoutcome", native_enum=False, create_constraint=True, length=40), nullable=False),  # noqa: E501
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("is_undone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["bulk_id"], ["bulk_edit.id"], name=op.f("fk_bulk_line_bulk_id_bulk_edit")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_bulk_line_organisation_id_organisation")),  # noqa: E501
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_line")),
        sa.UniqueConstraint("bulk_id", "dataset_id", name=op.f("uq_bulk_line_bulk_id_dataset_id")),
        info={"kind": "work"},
    )
    op.create_index(op.f("ix_bulk_line_organisation_id"), "bulk_line", ["organisation_id"], unique=False)
    op.create_table(
        "saved_view",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_sort", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("annulled", sa.Boolean(), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_saved_view_name")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_saved_view_organisation_id_organisation")),  # noqa: E501
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        info={"kind": "work"},
    )
    op.create_index(op.f("ix_saved_view_organisation_id"), "saved_view", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_saved_view_account_id"), "saved_view", ["account_id"], unique=False)
    op.create_index(op.f("ix_finding_since"), "finding", ["since"], unique=False)
    op.create_index(
        op.f("ix_finding_until"), "finding", ["until"], unique=False, postgresql_where=sa.text("until IS NOT NULL")
    )
    op.execute("CALL guard_by_organisation('bulk_edit')")
    op.execute(f"CALL guard_rows('bulk_line', '{READ}', '{READ} AND {OF_A_BULK_ONE_WRITES}')")
    op.execute(f"CALL guard_rows('saved_view', '{OWN} OR (is_shared AND {READ})', '{OWN}')")
    op.execute("GRANT USAGE ON SEQUENCE import_batch_id_seq TO beffroi_app, beffroi_jobs")


def downgrade() -> None:
    op.execute("REVOKE USAGE ON SEQUENCE import_batch_id_seq FROM beffroi_app, beffroi_jobs")
    op.drop_index(op.f("ix_finding_until"), table_name="finding")
    op.drop_index(op.f("ix_finding_since"), table_name="finding")
    for table in ("saved_view", "bulk_line", "bulk_edit"):
        op.drop_table(table)
