"""let links read what they owe

What a contract has delivered may be of another body than the contract: a service that keeps the data, a commune. Its
holder was told of a dataset without a name, and what came was checked without what the sheet says of it.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0097"
down_revision: str | None = "0096"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# As it was, save {bodies}: those of the datasets that the deliveries of the contract name, beside the contract's own.
ENTER = """
CREATE OR REPLACE FUNCTION enter_depot(asked text, request text)
RETURNS TABLE (link_id bigint, contract_id bigint, organisation_id bigint, party_id bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  link operator_link%ROWTYPE;
  knows bigint[];
  bodies bigint[];
BEGIN
  SELECT l.* INTO link FROM operator_link l JOIN contract c ON c.id = l.contract_id AND NOT c.annulled
   WHERE l.token_hash = asked AND NOT l.revoked
     AND l.expires_on >= (SELECT (now() AT TIME ZONE r.time_zone)::date FROM registry r)
     AND EXISTS (SELECT FROM contract_party p
                  WHERE p.contract_id = l.contract_id AND p.party_id = l.party_id AND NOT p.annulled
                    AND p.side <> 'grantor');
  IF NOT FOUND THEN RETURN; END IF;
  SELECT o.lineage || link.party_id INTO knows FROM organisation o WHERE o.id = link.organisation_id;
  SELECT ARRAY[link.organisation_id]{bodies} INTO bodies;
  PERFORM set_config('beffroi.actor', 'depot:' || link.id, true), set_config('beffroi.account', '', true),
          set_config('beffroi.request', request, true),
          set_config('beffroi.reads', bodies::text, true),
          set_config('beffroi.knows', knows::text, true),
          set_config('beffroi.writes', ARRAY[link.organisation_id]::text, true),
          set_config('beffroi.contract', link.contract_id::text, true);
  RETURN QUERY SELECT link.id, link.contract_id, link.organisation_id, link.party_id;
END $$
"""
BODIES = """ || ARRAY(
    SELECT DISTINCT s.organisation_id FROM delivery d JOIN dataset s ON s.id = d.dataset_id
     WHERE d.contract_id = link.contract_id AND NOT d.annulled AND s.organisation_id <> link.organisation_id)"""


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.execute(ENTER.format(bodies=BODIES))


def downgrade() -> None:
    op.execute(ENTER.format(bodies=""))
