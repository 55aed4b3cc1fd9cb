"""say the office of an account

A task handed down by the authority, or an answer of its steward, bore a number in the commune's pages: the account
is of another organisation, and its name is not the commune's to read. The role it holds on what the commune depends
on is no name, and says who spoke.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OFFICES = """
CREATE FUNCTION offices_of(asked bigint[]) RETURNS TABLE (account_id bigint, role text, organisation text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT DISTINCT ON (g.account_id) g.account_id, g.role, o.name
    FROM role_grant g JOIN organisation o ON o.id = g.organisation_id
   WHERE g.account_id = ANY (asked) AND NOT g.ended AND NOT o.annulled
     AND g.organisation_id = ANY (acting_knows())
   ORDER BY g.account_id, cardinality(o.lineage), g.id
$$;
"""


def upgrade() -> None:
    op.execute("SELECT set_config('beffroi.actor', 'migration:0018', true)")
    op.execute(OFFICES)
    op.execute("REVOKE ALL ON FUNCTION offices_of(bigint[]) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION offices_of(bigint[]) TO beffroi_app, beffroi_jobs")


def downgrade() -> None:
    op.execute("DROP FUNCTION offices_of(bigint[])")
