"""note where reminders go

The mailbox a reminder was sent to, and the door of the links, closed to a party that delivers nothing any more.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0095"
down_revision: str | None = "0094"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# As it was, save {delivers}: who receives by a contract has nothing to deposit.
ENTER = """
CREATE OR REPLACE FUNCTION enter_depot(asked text, request text)
RETURNS TABLE (link_id bigint, contract_id bigint, organisation_id bigint, party_id bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  link operator_link%ROWTYPE;
  knows bigint[];
BEGIN
  SELECT l.* INTO link FROM operator_link l JOIN contract c ON c.id = l.contract_id AND NOT c.annulled
   WHERE l.token_hash = asked AND NOT l.revoked
     AND l.expires_on >= (SELECT (now() AT TIME ZONE r.time_zone)::date FROM registry r)
     AND EXISTS (SELECT FROM contract_party p
                  WHERE p.contract_id = l.contract_id AND p.party_id = l.party_id AND NOT p.annulled{delivers});
  IF NOT FOUND THEN RETURN; END IF;
  SELECT o.lineage || link.party_id INTO knows FROM organisation o WHERE o.id = link.organisation_id;
  PERFORM set_config('beffroi.actor', 'depot:' || link.id, true), set_config('beffroi.account', '', true),
          set_config('beffroi.request', request, true),
          set_config('beffroi.reads', ARRAY[link.organisation_id]::text, true),
          set_config('beffroi.knows', knows::text, true),
          set_config('beffroi.writes', ARRAY[link.organisation_id]::text, true),
          set_config('beffroi.contract', link.contract_id::text, true);
  RETURN QUERY SELECT link.id, link.contract_id, link.organisation_id, link.party_id;
END $$
"""


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.add_column("delivery_reminder", sa.Column("recipient", sa.Text(), nullable=True))
    op.execute("CALL keep_of_record('delivery_reminder', '{message,recipient}')")
    op.execute(ENTER.format(delivers="\n                    AND p.side <> 'grantor'"))


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "delivery_reminder WHERE recipient IS NOT NULL")
    op.execute(ENTER.format(delivers=""))
    op.drop_column("delivery_reminder", "recipient")
    op.execute("CALL keep_of_record('delivery_reminder', '{message}')")
