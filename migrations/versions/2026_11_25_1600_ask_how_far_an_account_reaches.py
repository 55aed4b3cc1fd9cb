"""ask how far an account reaches

An administrator of a commune must not open or stop an account that also holds a role above, which the
commune may not see: the question is answered by the owner, with yes or no. And a page that adds a service
takes its number beforehand, since its lineage ends with it.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BEYOND = """
CREATE FUNCTION holds_beyond(asked bigint, within bigint[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM role_grant
                  WHERE account_id = asked AND NOT ended AND organisation_id <> ALL (within))
$$;
"""


def upgrade() -> None:
    op.execute("SELECT set_config('beffroi.actor', 'migration:0004', true)")
    op.execute(BEYOND)
    op.execute("REVOKE ALL ON FUNCTION holds_beyond(bigint, bigint[]) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION holds_beyond(bigint, bigint[]) TO beffroi_app, beffroi_jobs")
    op.execute("GRANT USAGE ON SEQUENCE organisation_id_seq TO beffroi_app, beffroi_jobs")


def downgrade() -> None:
    op.execute("REVOKE USAGE ON SEQUENCE organisation_id_seq FROM beffroi_app, beffroi_jobs")
    op.execute("DROP FUNCTION holds_beyond(bigint, bigint[])")
