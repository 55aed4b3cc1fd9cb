"""refuse a validity of no day

An appointment ended on its first day was stored with the empty range, which holds no day and no date to show: such
rows are annulled, their last dates given back from the ledger. And the last day of an API key is read in the
authority's time zone, as the page that shows the key counts it, no longer in that of the server.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Where the ledger knows no other dates, the day on which the row was recorded: annulled, it counts on no day.
ANNUL = """
UPDATE appointment a SET annulled = true, during = coalesce(
  (SELECT (e.snapshot ->> 'during')::daterange FROM ledger_entry e
    WHERE e.table_name = 'appointment' AND e.row_id = a.id AND e.snapshot ->> 'during' <> 'empty'
    ORDER BY e.version DESC LIMIT 1),
  (SELECT daterange(min(e.recorded_at)::date, min(e.recorded_at)::date + 1) FROM ledger_entry e
    WHERE e.table_name = 'appointment' AND e.row_id = a.id)
) WHERE isempty(during)
"""

ENTER_TOKEN = """
CREATE OR REPLACE FUNCTION enter_token(asked text, request text, writing text[])
RETURNS TABLE (token_id bigint, account_id bigint, organisation_id bigint, person_id bigint, locale text,
               scope text, granted jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  token api_token%ROWTYPE;
  who account%ROWTYPE;
BEGIN
  SELECT t.* INTO token FROM api_token t
   WHERE t.token_hash = asked AND NOT t.revoked AND t.expires_on >= TODAY;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT a.* INTO who FROM account a WHERE a.id = token.account_id AND a.state = 'active';
  IF NOT FOUND THEN RETURN; END IF;
  RETURN QUERY SELECT token.id, who.id, who.organisation_id, who.person_id, who.locale, token.scope::text,
    enter_as(who.id, 'account:' || who.id || ' token:' || token.id, request,
             CASE WHEN token.scope = 'write' THEN writing ELSE '{}' END);
END $$;
"""


def upgrade() -> None:
    op.execute("SELECT set_config('beffroi.actor', 'migration:0006', true)")
    op.execute("SELECT set_config('beffroi.event', 'organisations:appointment:annul', true)")
    op.execute(ANNUL)
    op.execute("SELECT set_config('beffroi.event', '', true)")
    # A figure in force on no day says nothing of any day; what it was stays in the ledger.
    op.execute("DELETE FROM population WHERE isempty(during)")
    for table in ("appointment", "population"):
        op.create_check_constraint(op.f(f"ck_{table}_during"), table, "NOT isempty(during)")
    op.execute(ENTER_TOKEN.replace("TODAY", "(SELECT (now() AT TIME ZONE r.time_zone)::date FROM registry r)"))


def downgrade() -> None:
    op.execute(ENTER_TOKEN.replace("TODAY", "current_date"))
    for table in ("appointment", "population"):
        op.drop_constraint(op.f(f"ck_{table}_during"), table, type_="check")
