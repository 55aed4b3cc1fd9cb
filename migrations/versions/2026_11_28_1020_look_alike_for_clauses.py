"""look alike for clauses

Which clauses one looks for in a contract depends on whether its datasets hold personal data: whoever may not read the
sheet of one was told of another figure, and a finding changed with who saved. Whoever reads a contract is now told
which of its datasets do, and nothing else of them; and the contracts about a dataset are judged again when it changes.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0100"
down_revision: str | None = "0099"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Now where no instant is given, else as the ledger knew them then: numbers only, of contracts that the asker reads.
HOLDING = """
CREATE FUNCTION holding_personal(contracts bigint[], known_at timestamptz)
RETURNS TABLE (contract_id bigint, dataset_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH ties AS MATERIALIZED (
    SELECT tie.contract_id, tie.dataset_id FROM contract_dataset AS tie JOIN contract ON contract.id = tie.contract_id
     WHERE tie.contract_id = ANY (contracts) AND (known_at IS NOT NULL OR NOT tie.annulled)
       AND (session_user <> 'beffroi_app' OR (
         contract.organisation_id = ANY ((SELECT acting_reads())::bigint[])
         AND ((SELECT acting_contract()) IS NULL OR contract.id = (SELECT acting_contract()))))
  ), told AS (
    SELECT id, annulled, personal_data::text FROM dataset
     WHERE known_at IS NULL AND id IN (SELECT dataset_id FROM ties)
    UNION ALL
    SELECT * FROM (
      SELECT DISTINCT ON (row_id) row_id, verb = 'delete' OR (snapshot ->> 'annulled')::boolean,
             snapshot ->> 'personal_data'
        FROM ledger_entry
       WHERE known_at IS NOT NULL AND table_name = 'dataset' AND row_id IN (SELECT dataset_id FROM ties)
         AND recorded_at < known_at
       ORDER BY row_id, version DESC) AS latest
  )
  SELECT ties.contract_id, ties.dataset_id FROM ties JOIN told ON told.id = ties.dataset_id
   WHERE NOT told.annulled AND told.personal_data NOT IN ('none', 'anonymised')
$$
"""
ABOUT = """
CREATE FUNCTION contracts_about(datasets bigint[]) RETURNS TABLE (part text, id bigint, judged_here boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH found AS (
    SELECT DISTINCT contract.id,
           session_user <> 'beffroi_app' OR contract.organisation_id = ANY ((SELECT acting_writes())::bigint[]) AS here
      FROM contract_dataset AS tie JOIN contract ON contract.id = tie.contract_id
     WHERE tie.dataset_id = ANY (datasets) AND NOT tie.annulled AND NOT contract.annulled
  )
  SELECT 'contract', id, here FROM found
  UNION ALL
  SELECT 'amendment', amendment.id, here FROM found JOIN amendment ON amendment.contract_id = found.id
   WHERE NOT amendment.annulled
$$
"""
FUNCTIONS = ("holding_personal(bigint[], timestamptz)", "contracts_about(bigint[])")


def upgrade() -> None:
    op.execute(HOLDING)
    op.execute(ABOUT)
    for function in FUNCTIONS:
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO beffroi_app, beffroi_jobs")


def downgrade() -> None:
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
