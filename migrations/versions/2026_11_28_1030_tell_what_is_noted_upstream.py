"""tell what is noted upstream

A clause of a contract upstream counted as noted from its article alone where what makes it one did not come out of
there: now with those of a past day. The names of what is noted come out, and no more of it than before.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0101"
down_revision: str | None = "0100"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# As it was, save {noted}: the names of what is noted of a clause, without what is.
BINDING = """
CREATE OR REPLACE FUNCTION clauses_binding(asked bigint[]) RETURNS TABLE (part text, said jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH RECURSIVE up (dataset_id, source_id, steps) AS (
    SELECT id, id, 0 FROM dataset
     WHERE id = ANY (asked) AND (session_user <> 'beffroi_app' OR (
       organisation_id = ANY ((SELECT acting_reads())::bigint[]) AND (SELECT acting_contract()) IS NULL))
    UNION
    SELECT up.dataset_id, derivation.source_id, up.steps + 1
      FROM up JOIN derivation ON derivation.dataset_id = up.source_id
     WHERE NOT derivation.annulled AND up.steps < 100
  ), sources AS MATERIALIZED (
    SELECT up.dataset_id, up.source_id, min(up.steps) AS steps, dataset.origin,
           EXISTS (SELECT FROM derivation AS d WHERE d.dataset_id = up.source_id AND NOT d.annulled) AS made
      FROM up JOIN dataset ON dataset.id = up.source_id
     WHERE NOT dataset.annulled OR up.steps = 0
     GROUP BY up.dataset_id, up.source_id, dataset.origin
  ), ties AS MATERIALIZED (
    SELECT DISTINCT tie.contract_id, tie.dataset_id FROM contract_dataset AS tie
      JOIN contract ON contract.id = tie.contract_id
     WHERE tie.dataset_id IN (SELECT source_id FROM sources) AND NOT tie.annulled AND NOT contract.annulled
  ), lines AS MATERIALIZED (
    SELECT said.*, clause.kind FROM clause_stipulation AS said JOIN clause ON clause.id = said.clause_id
     WHERE said.contract_id IN (SELECT contract_id FROM ties) AND NOT said.annulled
       AND clause.kind IN ('crossing', 'redistribution', 'reuse-ban', 'use-and-reuse', 'own-use', 'anonymisation')
  )
  SELECT 'source', jsonb_build_object('dataset_id', dataset_id, 'source_id', source_id, 'steps', steps,
         'origin', origin, 'made', made) FROM sources
  UNION ALL SELECT 'tie', jsonb_build_object('contract_id', contract_id, 'dataset_id', dataset_id) FROM ties
  UNION ALL SELECT 'contract', jsonb_build_object('id', id, 'organisation_id', organisation_id, 'kind', kind,
         'signed_on', signed_on, 'starts_on', starts_on, 'ends_on', ends_on, 'tacit_renewal', tacit_renewal,
         'renewed_until', renewed_until, 'clauses_read_on', clauses_read_on)
    FROM contract WHERE id IN (SELECT contract_id FROM ties)
  UNION ALL SELECT 'amendment', jsonb_build_object('id', id, 'contract_id', contract_id, 'number', number,
         'signed_on', signed_on, 'effective_on', effective_on, 'progress', progress)
    FROM amendment WHERE contract_id IN (SELECT contract_id FROM ties) AND NOT annulled
  UNION ALL SELECT DISTINCT 'clause', jsonb_build_object('id', clause_id, 'contract_id', contract_id, 'kind', kind)
    FROM lines
  UNION ALL SELECT 'stipulation', jsonb_build_object('id', id, 'contract_id', contract_id, 'clause_id', clause_id,
         'amendment_id', amendment_id, 'act', act, 'datasets', to_jsonb(datasets), 'effective_on', effective_on,
         'last_on', last_on, 'survives', survives,
         'told', terms <> '{{}}' OR coalesce(article, text, reasons) IS NOT NULL,{noted} 'terms', (
           SELECT coalesce(jsonb_object_agg(key, value), '{{}}') FROM jsonb_each(terms)
            WHERE key IN ('leave', 'to_communes', 'to_contractors', 'to_public', 'least_count')))
    FROM lines
$$
"""
NOTED = """
         'noted', (SELECT coalesce(jsonb_agg(name), '[]') FROM jsonb_object_keys(terms) AS name),"""


def upgrade() -> None:
    op.execute(BINDING.format(noted=NOTED))


def downgrade() -> None:
    op.execute(BINDING.format(noted=""))
