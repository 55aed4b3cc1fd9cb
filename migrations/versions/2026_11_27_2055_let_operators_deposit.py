"""let operators deposit by a link

A link opens one contract to whom it was given: a transaction that acts by it reads and writes no row of another
contract, whatever a query asks.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0090"
down_revision: str | None = "0089"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ACTING = """
CREATE FUNCTION acting_contract() RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT nullif(current_setting('beffroi.contract', true), '')::bigint
$$
"""

# Says for the rest of the transaction that a link acts, and on what: its body, and of its contracts one alone.
ENTER = """
CREATE FUNCTION enter_depot(asked text, request text)
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
                  WHERE p.contract_id = l.contract_id AND p.party_id = l.party_id AND NOT p.annulled);
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

ONE = "(SELECT acting_contract()) IS NULL OR {} = (SELECT acting_contract())"
BY_DELIVERY = (
    "(SELECT acting_contract()) IS NULL"
    " OR delivery_id IN (SELECT d.id FROM delivery d WHERE d.contract_id = (SELECT acting_contract()))"
)
WITHIN = {
    "contract": ONE.format("id"),
    **{
        table: ONE.format("contract_id")
        for table in ("contract_party", "contract_dataset", "amendment", "clause", "clause_stipulation", "delivery")
    },
    "delivery_receipt": BY_DELIVERY,
    "operator_link": ONE.format("contract_id"),
}


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.create_table(
        "operator_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{target}.id"], name=op.f(f"fk_operator_link_{column}_{target}")
            )
            for column, target in (
                ("organisation_id", "organisation"), ("contract_id", "contract"), ("party_id", "organisation"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_operator_link_token_hash")),
        info={"kind": "record"},
    )  # fmt: skip
    for column in ("organisation_id", "contract_id", "party_id"):
        op.create_index(op.f(f"ix_operator_link_{column}"), "operator_link", [column], unique=False)
    op.execute("CALL keep_of_record('operator_link')")
    op.execute("CALL guard_by_organisation('operator_link')")
    op.execute(ACTING)
    op.execute(ENTER)
    op.execute("REVOKE ALL ON FUNCTION enter_depot(text, text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION enter_depot(text, text) TO beffroi_app, beffroi_jobs")
    for table, condition in WITHIN.items():
        op.execute(f"CREATE POLICY one_contract ON {table} AS RESTRICTIVE TO beffroi_app USING ({condition})")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "operator_link")
    for table in WITHIN:
        op.execute(f"DROP POLICY one_contract ON {table}")
    op.execute("DROP FUNCTION enter_depot(text, text)")
    op.drop_table("operator_link")
    op.execute("DROP FUNCTION acting_contract()")
