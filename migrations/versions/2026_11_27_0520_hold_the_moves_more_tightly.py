"""hold the moves more tightly

What was tried in SQL as the application's role, and passed: a verdict written for a transaction to come, a visa on a
version of the sheet to come, a visa or a passage of another day (before somebody kept the dataset, while a delegation
still ran). And a publication that was in order when it was made stayed public once the lawful basis was gone: the
public reads no dataset of personal data that no activity founds, whatever is told afterwards.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0061"
down_revision: str | None = "0060"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# A verdict is of the transaction that writes it, whatever it says. A backup that is put back keeps what it holds.
VERDICT_KEPT = """
CREATE FUNCTION keep_verdict() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF current_user <> 'beffroi_owner' THEN
    NEW.transaction := pg_current_xact_id()::text::bigint;
    NEW.judged_at := now();
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER b_verdict BEFORE INSERT ON gate_verdict FOR EACH ROW EXECUTE FUNCTION keep_verdict();
"""
# Whether a day is the database's, wherever the authority's clock stands.
OF_TODAY = """
CREATE FUNCTION is_of_today(day date) RETURNS boolean LANGUAGE sql STABLE SET search_path = public, pg_temp AS
$$ SELECT session_user <> 'beffroi_app' OR abs(day - (now() AT TIME ZONE 'UTC')::date) <= 1 $$
"""
VISA_BEFORE = """
  NEW.by_keeper := keeps_dataset(NEW.given_by, kept, NEW.given_on);
"""
VISA_AFTER = """
  IF NOT is_of_today(NEW.given_on) THEN
    RAISE EXCEPTION 'a visa is given today' USING ERRCODE = 'BF011';
  END IF;
  IF NOT EXISTS (SELECT FROM dataset d WHERE d.id = kept AND d.version = NEW.dataset_version) THEN
    RAISE EXCEPTION 'a visa is given on the version that stands' USING ERRCODE = 'BF012';
  END IF;
  NEW.by_keeper := keeps_dataset(NEW.given_by, kept, NEW.given_on);
"""
ADVANCE_BEFORE = """
  SELECT r.* INTO request FROM stage_request r WHERE r.id = asked FOR UPDATE;
"""
ADVANCE_AFTER = """
  IF NOT is_of_today(on_day) THEN
    RAISE EXCEPTION 'a move is made today' USING ERRCODE = 'BF011';
  END IF;
  SELECT r.* INTO request FROM stage_request r WHERE r.id = asked FOR UPDATE;
"""
BASIS_BEFORE = """
  IF move.needs_basis AND personal AND NOT EXISTS (
    SELECT FROM activity_dataset l JOIN processing_activity a ON a.id = l.activity_id
     WHERE l.dataset_id = sheet.id AND NOT l.annulled AND NOT a.annulled AND a.status <> 'ended'
       AND a.lawful_basis IS NOT NULL
  ) THEN
"""
BASIS_AFTER = """
  IF move.needs_basis AND personal AND NOT is_founded(sheet.id) THEN
"""
# Whether an activity of the record tells on what ground the data of a dataset are held.
FOUNDED = """
CREATE FUNCTION is_founded(known bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM activity_dataset l JOIN processing_activity a ON a.id = l.activity_id
                   WHERE l.dataset_id = known AND NOT l.annulled AND NOT a.annulled AND a.status <> 'ended'
                     AND a.lawful_basis IS NOT NULL) $$
"""
# It takes the row, so that the planner writes it out in each query; the function is asked of personal data alone.
IS_PUBLIC = """
CREATE OR REPLACE FUNCTION is_public(sheet dataset) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT sheet.stage = 'published' AND NOT sheet.annulled
      AND (coalesce(sheet.personal_data, '') IN ('none', 'anonymised') OR is_founded(sheet.id)) $$
"""
IS_PUBLIC_BEFORE = """
CREATE OR REPLACE FUNCTION is_public(sheet dataset) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT sheet.stage = 'published' AND NOT sheet.annulled $$
"""
PINNED = "keep_stage()", "keep_request()"


def _rewrite(function: str, *changes: tuple[str, str]) -> None:
    """Changes parts of a function, and nothing else of it."""
    said = op.get_bind().scalar(sa.text(f"SELECT pg_get_functiondef('{function}'::regprocedure)"))
    for before, after in changes:
        if said.count(before) != 1:
            raise RuntimeError(f"{function} is not what this revision changes")
        said = said.replace(before, after)
    op.execute(said)


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.execute(VERDICT_KEPT)
    op.execute(OF_TODAY)
    op.execute(FOUNDED)
    op.execute("REVOKE ALL ON FUNCTION is_of_today(date), is_founded(bigint) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION is_founded(bigint) TO beffroi_app, beffroi_jobs, beffroi_public")
    _rewrite("tell_keeper()", (VISA_BEFORE, VISA_AFTER))
    _rewrite("advance_stage(bigint, date)", (ADVANCE_BEFORE, ADVANCE_AFTER), (BASIS_BEFORE, BASIS_AFTER))
    op.execute(IS_PUBLIC)
    for function in PINNED:
        op.execute(f"ALTER FUNCTION {function} SET search_path = public, pg_temp")


def downgrade() -> None:
    for function in PINNED:
        op.execute(f"ALTER FUNCTION {function} RESET search_path")
    op.execute(IS_PUBLIC_BEFORE)
    _rewrite("advance_stage(bigint, date)", (BASIS_AFTER, BASIS_BEFORE), (ADVANCE_AFTER, ADVANCE_BEFORE))
    _rewrite("tell_keeper()", (VISA_AFTER, VISA_BEFORE))
    op.execute("DROP TRIGGER b_verdict ON gate_verdict")
    op.execute("DROP FUNCTION keep_verdict(), is_of_today(date), is_founded(bigint)")
