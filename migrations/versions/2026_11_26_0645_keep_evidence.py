"""keep evidence

Documents that prove something, their editions, and the records each is linked to. Who reads a record reads what proves
it, whoever keeps the document: its row, its editions and its file are seen through the links.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0028"
down_revision: str | None = "0027"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KINDS = (
    "deliberation", "decision", "contract", "processing-terms", "joint-arrangement", "dpia", "notice", "consent",
    "certificate", "audit", "test", "anonymisation-proof", "deletion", "disposal", "third-party-consent", "receipt",
    "letter", "other",
)  # fmt: skip
SUBJECTS = ("dataset", "system", "organisation", "contract", "activity", "dpia", "breach", "request")
FREE_TEXTS = {"evidence": "{title}", "evidence_edition": "{issued_by}", "evidence_link": "{proves}"}
READ = "organisation_id = ANY ((SELECT acting_reads())::bigint[])"
WRITTEN = "organisation_id = ANY ((SELECT acting_writes())::bigint[])"
# Each of these looks at a table that is guarded itself: what is seen there is within the asker's rights.
SEEN = {
    "evidence": f"{READ} OR EXISTS (SELECT FROM evidence_link l WHERE l.evidence_id = evidence.id AND NOT l.annulled)",
    "evidence_edition": "EXISTS (SELECT FROM evidence e WHERE e.id = evidence_edition.evidence_id)",
    "stored_file": f"{READ} OR EXISTS (SELECT FROM evidence_edition e WHERE e.file_id = stored_file.id)",
}


def _numbered(name: str, *columns: sa.Column | sa.Constraint) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f(f"fk_{name}_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        info={"kind": "record"},
    )
    op.create_index(op.f(f"ix_{name}_organisation_id"), name, ["organisation_id"], unique=False)


def _listed(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    _numbered(
        "evidence",
        sa.Column("kind", _listed(KINDS, "evidencekind"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("editions", sa.Integer(), nullable=False),
        sa.Column("annulled", sa.Boolean(), nullable=False),
        sa.CheckConstraint("title <> ''", name=op.f("ck_evidence_title")),
        sa.CheckConstraint("editions >= 1", name=op.f("ck_evidence_editions")),
    )
    _numbered(
        "evidence_edition",
        sa.Column("evidence_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_evidence_edition_number")),
        sa.CheckConstraint("expires_on >= issued_on", name=op.f("ck_evidence_edition_expiry")),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_edition_evidence_id_evidence")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_evidence_edition_file_id_stored_file")),
        sa.UniqueConstraint("evidence_id", "number", name=op.f("uq_evidence_edition_evidence_id_number")),
    )
    for column in ("file_id", "expires_on"):
        op.create_index(op.f(f"ix_evidence_edition_{column}"), "evidence_edition", [column], unique=False)
    _numbered(
        "evidence_link",
        sa.Column("evidence_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_kind", _listed(SUBJECTS, "proofsubject"), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("proves", sa.Text(), nullable=True),
        sa.Column("annulled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_link_evidence_id_evidence")),
    )
    op.create_index(
        op.f("ix_evidence_link_evidence_id_subject_kind_subject_id"), "evidence_link",
        ["evidence_id", "subject_kind", "subject_id"], unique=True, postgresql_where=sa.text("NOT annulled"),
    )  # fmt: skip
    op.create_index(
        op.f("ix_evidence_link_subject_id_subject_kind"), "evidence_link", ["subject_id", "subject_kind"], unique=False
    )
    for table, free_texts in FREE_TEXTS.items():
        op.execute(f"CALL keep_of_record('{table}', '{free_texts}')")
    op.execute("CALL guard_by_organisation('evidence_link')")
    for table in ("evidence", "evidence_edition"):
        op.execute(f"CALL guard_rows('{table}', $q${SEEN[table]}$q$, $q${WRITTEN}$q$)")
    op.execute(f"ALTER POLICY app_reads ON stored_file USING ({SEEN['stored_file']})")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), *FREE_TEXTS)
    op.execute(f"ALTER POLICY app_reads ON stored_file USING ({READ})")
    op.execute("DROP POLICY app_reads ON evidence_edition")
    op.execute("DROP POLICY app_reads ON evidence")
    for table in ("evidence_link", "evidence_edition", "evidence"):
        op.drop_table(table)
