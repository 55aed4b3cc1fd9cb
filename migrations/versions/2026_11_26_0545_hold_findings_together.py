"""hold findings together

A finding names its organisation and the text of its policy, which must exist: the database looked at both for each
finding, twice what writing it costs. It looks once for all those of a statement; what is there stays there, as with
the foreign keys this replaces.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# SECURITY DEFINER: as a foreign key does, they look at what the writer may not read, and hold it. What is named is
# locked as by a foreign key: who takes it out at the same time waits, then finds the finding.
KNOWN = """
CREATE FUNCTION require_what_findings_name() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
  bodies bigint[] := ARRAY(SELECT DISTINCT n.organisation_id FROM new_rows n);
  texts text[] := ARRAY(SELECT DISTINCT n.version_digest FROM new_rows n);
BEGIN
  IF (SELECT count(*) FROM (SELECT FROM organisation o WHERE o.id = ANY (bodies) FOR KEY SHARE) AS held)
     < cardinality(bodies) THEN
    RAISE EXCEPTION 'a finding names an organisation that is not there' USING ERRCODE = 'foreign_key_violation';
  END IF;
  IF (SELECT count(*) FROM (SELECT FROM policy_text t WHERE t.digest = ANY (texts) FOR KEY SHARE) AS held)
     < cardinality(texts) THEN
    RAISE EXCEPTION 'a finding rests on the text of a policy that is not there'
      USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $$
"""
STAYS = """
CREATE FUNCTION keep_what_findings_name() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
  named boolean;
BEGIN
  IF TG_TABLE_NAME = 'organisation' THEN
    named := EXISTS (SELECT FROM finding f WHERE f.organisation_id = OLD.id);
  ELSE
    named := EXISTS (SELECT FROM finding f WHERE f.version_digest = OLD.digest);
  END IF;
  IF named THEN
    RAISE EXCEPTION '%: a finding names this row, which stays', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $$
"""
SAME = """
CREATE FUNCTION refuse_another_subject() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what a finding names never changes: it ends, and another begins'
    USING ERRCODE = 'foreign_key_violation';
END $$
"""
TRIGGERS = (
    "CREATE TRIGGER names_what_is_there AFTER INSERT ON finding REFERENCING NEW TABLE AS new_rows"
    " FOR EACH STATEMENT EXECUTE FUNCTION require_what_findings_name()",
    "CREATE TRIGGER names_the_same BEFORE UPDATE OF organisation_id, version_digest ON finding"
    " FOR EACH ROW EXECUTE FUNCTION refuse_another_subject()",
    "CREATE TRIGGER named_by_findings AFTER DELETE OR UPDATE OF id ON organisation"
    " FOR EACH ROW EXECUTE FUNCTION keep_what_findings_name()",
    "CREATE TRIGGER named_by_findings AFTER DELETE OR UPDATE OF digest ON policy_text"
    " FOR EACH ROW EXECUTE FUNCTION keep_what_findings_name()",
    "CREATE TRIGGER named_at_all BEFORE TRUNCATE ON policy_text FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()",
)
KEYS = {"organisation_id": "organisation.id", "version_digest": "policy_text.digest"}


def upgrade() -> None:
    for column, target in KEYS.items():
        op.drop_constraint(op.f(f"fk_finding_{column}_{target.partition('.')[0]}"), "finding")
    for statement in (KNOWN, STAYS, SAME, *TRIGGERS):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TRIGGER named_at_all ON policy_text; DROP TRIGGER named_by_findings ON policy_text")
    op.execute("DROP TRIGGER named_by_findings ON organisation")
    op.execute("DROP TRIGGER names_the_same ON finding; DROP TRIGGER names_what_is_there ON finding")
    op.execute("DROP FUNCTION refuse_another_subject, keep_what_findings_name, require_what_findings_name")
    for column, target in KEYS.items():
        table, _dot, name = target.partition(".")
        op.create_foreign_key(op.f(f"fk_finding_{column}_{table}"), "finding", table, [column], [name])
