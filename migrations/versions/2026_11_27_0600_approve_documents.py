"""approve documents

A document that asks for it is issued as a draft, annotated, and approved or sent back by somebody else than who asked
for it; the final one says the same facts. The application issues nothing itself: it decides, and the worker writes.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0063"
down_revision: str | None = "0062"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROLES = ("administrator", "archivist", "auditor", "director", "dpo", "legal", "reader", "steward")
STATES = ("issued", "draft", "sent-back", "approved", "superseded", "final")
CHECKS = {
    "someone_else": "decided_by <> asked_by",
    "decided": "(decided_on IS NULL) = (decided_by IS NULL)",
    "approved": "state <> 'approved' OR decided_on IS NOT NULL",
    "sent_back": "state <> 'sent-back' OR decision_reason IS NOT NULL",
    "final": "state <> 'final' OR draft_id IS NOT NULL",
}
TABLE, NOTES = "issued_document", "document_annotation"
DECIDED = "version, state, decided_by, decided_as, decided_on, decision_reason"

# A final document says what its draft says, on a draft that somebody approved: checked wherever it comes from.
FINAL = """
CREATE FUNCTION check_final_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.draft_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM issued_document d
     WHERE d.id = NEW.draft_id AND d.state = 'approved' AND d.decided_by IS NOT NULL
       AND (d.organisation_id, d.report_id, d.subject_kind, d.subject_id, d.as_of, d.seal_no)
         = (NEW.organisation_id, NEW.report_id, NEW.subject_kind, NEW.subject_id, NEW.as_of, NEW.seal_no)
  ) THEN
    RAISE EXCEPTION 'a final document is issued from its approved draft' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

# What was decided stays: a draft is decided once, and ends as superseded.
DECIDED_ONCE = """
CREATE FUNCTION check_document_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.decided_by IS NOT NULL
     AND (NEW.decided_by, NEW.decided_as, NEW.decided_on) IS DISTINCT FROM (OLD.decided_by, OLD.decided_as, OLD.decided_on)
     OR OLD.state <> NEW.state AND (NEW.state IN ('issued', 'draft', 'final')
        OR OLD.state <> 'draft' AND (OLD.state <> 'approved' OR NEW.state <> 'superseded')) THEN
    RAISE EXCEPTION 'a document is decided once' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""


def _listed(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.add_column(TABLE, sa.Column("state", _listed(STATES, "documentstate"), server_default="issued", nullable=False))
    for column in ("asked_by", "draft_id", "decided_by"):
        op.add_column(TABLE, sa.Column(column, sa.BigInteger(), nullable=True))
    op.add_column(TABLE, sa.Column("decided_as", _listed(ROLES, "decided_as"), nullable=True))
    op.add_column(TABLE, sa.Column("decided_on", sa.Date(), nullable=True))
    op.add_column(TABLE, sa.Column("decision_reason", sa.Text(), nullable=True))
    for column, target in (("asked_by", "account"), ("draft_id", TABLE), ("decided_by", "account")):
        op.create_foreign_key(op.f(f"fk_{TABLE}_{column}_{target}"), TABLE, target, [column], ["id"])
    op.create_unique_constraint(op.f(f"uq_{TABLE}_draft_id"), TABLE, ["draft_id"])
    op.create_index(op.f(f"ix_{TABLE}_asked_by"), TABLE, ["asked_by"])
    op.create_index(
        op.f(f"ix_{TABLE}_subject_id_subject_kind_report_id"), TABLE, ["subject_id", "subject_kind", "report_id"]
    )
    op.create_index(
        op.f(f"ix_{TABLE}_organisation_id_id"), TABLE, ["organisation_id", "id"],
        postgresql_where=sa.text("state = 'draft'"),
    )  # fmt: skip
    for name, says in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_{TABLE}_{name}"), TABLE, says)
    op.execute(f"CALL keep_of_record('{TABLE}', '{{title,issued_by,decision_reason}}')")
    op.create_table(
        NOTES,
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("written_as", _listed(ROLES, "written_as"), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.Column("set_aside", sa.Boolean(), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f(f"ck_{NOTES}_text")),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f(f"fk_{NOTES}_author_id_account")),
        sa.ForeignKeyConstraint(["document_id"], [f"{TABLE}.id"], name=op.f(f"fk_{NOTES}_document_id_{TABLE}")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f(f"fk_{NOTES}_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{NOTES}")),
        info={"kind": "record"},
    )
    op.create_index(op.f(f"ix_{NOTES}_organisation_id"), NOTES, ["organisation_id"])
    op.create_index(op.f(f"ix_{NOTES}_document_id"), NOTES, ["document_id"])
    op.execute(f"CALL keep_of_record('{NOTES}', '{{text}}')")
    op.execute(f"CALL guard_by_organisation('{NOTES}', 'INSERT')")
    op.execute(f"GRANT UPDATE (version, set_aside) ON {NOTES} TO beffroi_app, beffroi_jobs")
    op.execute(
        f"CREATE POLICY own_name ON {NOTES} AS RESTRICTIVE FOR INSERT TO beffroi_app"
        " WITH CHECK (author_id = acting_account())"
    )
    # The page decides in the name of who signed in; every document is issued by the worker, or from the terminal.
    op.execute(f"REVOKE INSERT, UPDATE ON {TABLE} FROM beffroi_app")
    op.execute(f"GRANT UPDATE ({DECIDED}) ON {TABLE} TO beffroi_app")
    op.execute(
        f"CREATE POLICY own_name ON {TABLE} AS RESTRICTIVE FOR UPDATE TO beffroi_app"
        " WITH CHECK (decided_by = acting_account())"
    )
    op.execute(FINAL)
    op.execute(DECIDED_ONCE)
    op.execute(
        f"CREATE TRIGGER b_final BEFORE INSERT ON {TABLE} FOR EACH ROW EXECUTE FUNCTION check_final_document()"
    )
    op.execute(
        f"CREATE TRIGGER b_decided BEFORE UPDATE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION check_document_decision()"
    )


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), NOTES, f"{TABLE} WHERE state <> 'issued'")
    op.execute(f"DROP TRIGGER b_decided ON {TABLE}; DROP TRIGGER b_final ON {TABLE}")
    op.execute("DROP FUNCTION check_document_decision(); DROP FUNCTION check_final_document()")
    op.execute(f"DROP POLICY own_name ON {TABLE}")
    op.drop_table(NOTES)
    op.execute(f"CALL keep_of_record('{TABLE}', '{{title,issued_by}}')")
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_{TABLE}_{name}"), TABLE)
    for index in ("organisation_id_id", "subject_id_subject_kind_report_id", "asked_by"):
        op.drop_index(op.f(f"ix_{TABLE}_{index}"), table_name=TABLE)
    for column in ("state", "asked_by", "draft_id", "decided_by", "decided_as", "decided_on", "decision_reason"):
        op.drop_column(TABLE, column)
    op.execute(f"GRANT INSERT, UPDATE ON {TABLE} TO beffroi_app")
