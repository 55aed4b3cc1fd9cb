"""read the pieces of contracts

The text of the pieces of contracts and of their amendments, page by page, to be looked for by its words; and what a
piece of evidence proves of an amendment.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from registry.platform.migrating import refuse_to_lose

revision: str = "0094"
down_revision: str | None = "0093"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

PROVED = (
    "dataset", "system", "organisation", "contract", "activity", "dpia", "breach", "request", "meeting",
)  # fmt: skip
# A text is seen by whoever sees the file it was read from, and written by the worker alone.
OF_A_FILE = "EXISTS (SELECT FROM stored_file f WHERE f.id = file_id)"
# It looks past the guard: behind it, the index of words would not be used. It gives numbers, and what they stand for is
# read under the guard.
BEARING = """
CREATE FUNCTION pages_bearing(asked text, among bigint[]) RETURNS TABLE (page_id bigint, rank real)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT p.id, ts_rank_cd(p.stems, asked::tsquery) FROM piece_page p
    WHERE p.stems @@ asked::tsquery AND (among IS NULL OR p.file_id = ANY (among)) $$
"""


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    _let_evidence_prove(*PROVED, "amendment")
    _table(
        "piece_text",
        sa.Column(
            "state",
            sa.Enum(
                "read", "without-text", "other-kind", "not-read", name="textstate", native_enum=False,
                create_constraint=True, length=40,
            ),
            nullable=False,
        ),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("pages_read", sa.Integer(), nullable=False),
        sa.Column("pages_with_text", sa.Integer(), nullable=False),
        sa.Column("has_pages", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.UniqueConstraint("file_id", name=op.f("uq_piece_text_file_id")),
    )  # fmt: skip
    _table(
        "piece_page",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("stems", postgresql.TSVECTOR(), nullable=False),
        sa.UniqueConstraint("file_id", "number", name=op.f("uq_piece_page_file_id_number")),
    )
    op.create_index(op.f("ix_piece_page_stems"), "piece_page", ["stems"], unique=False, postgresql_using="gin")
    op.execute(BEARING)
    op.execute("REVOKE ALL ON FUNCTION pages_bearing(text, bigint[]) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION pages_bearing(text, bigint[]) TO beffroi_app, beffroi_jobs")


def _table(name: str, *columns: sa.Column | sa.Constraint) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f(f"fk_{name}_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f(f"fk_{name}_file_id_stored_file")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        info={"kind": "work"},
    )
    op.create_index(op.f(f"ix_{name}_organisation_id"), name, ["organisation_id"], unique=False)
    op.execute(f"CALL guard_rows('{name}', $q${OF_A_FILE}$q$, 'false', '')")
    op.execute(f"GRANT INSERT, UPDATE, DELETE ON {name} TO beffroi_jobs")
    # Whoever came by an operator's link reads no piece.
    op.execute(
        f"CREATE POLICY one_contract ON {name} AS RESTRICTIVE TO beffroi_app USING ((SELECT acting_contract()) IS NULL)"
    )


def _let_evidence_prove(*kinds: str) -> None:
    op.drop_constraint(op.f("ck_evidence_link_proofsubject"), "evidence_link")
    op.create_check_constraint(
        op.f("ck_evidence_link_proofsubject"), "evidence_link", sa.column("subject_kind").in_(kinds)
    )


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "evidence_link WHERE subject_kind = 'amendment'")
    op.execute("DROP FUNCTION pages_bearing")
    for table in ("piece_page", "piece_text"):
        op.drop_table(table)
    _let_evidence_prove(*PROVED)
