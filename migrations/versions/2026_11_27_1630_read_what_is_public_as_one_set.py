"""read what is public as one set

What keeps a published dataset from the public was asked again of each row, by a function that no plan could open: the
feeds lost a third of their speed. It is one view, which a plan joins; its days are those of the authority's time zone.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0074"
down_revision: str | None = "0073"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# The day it is where the authority is, whatever the clock of the database is set to.
AUTHORITY_DAY = """
CREATE FUNCTION authority_day() RETURNS date LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT (now() AT TIME ZONE r.time_zone)::date FROM registry r $$
"""
# What keeps a published dataset from the public: a secret that its decision does not take out, personal data without a
# lawful basis, or without the visa that the publication of personal data takes. Read by the owner's own functions.
KEPT_BACK = """
CREATE VIEW kept_back AS
SELECT told.id AS dataset_id,
       CASE WHEN told.secret THEN 'secret' WHEN told.unfounded THEN 'basis' ELSE 'visa' END AS why
  FROM (SELECT d.id,
          EXISTS (SELECT FROM secret_answer a WHERE a.dataset_id = d.id AND a.secret <> 'l311-7' AND a.answer = 'yes'
                     AND (a.until IS NULL OR a.until >= (SELECT authority_day())))
          AND NOT (EXISTS (SELECT FROM publication_choice c WHERE c.dataset_id = d.id AND c.state = 'current'
                              AND c.outcome = 'once-treated')
               AND EXISTS (SELECT FROM secret_answer a WHERE a.dataset_id = d.id AND a.secret = 'l311-7'
                              AND a.answer = 'yes')) AS secret,
          coalesce(d.personal_data, '') NOT IN ('none', 'anonymised')
          AND NOT EXISTS (SELECT FROM activity_dataset l JOIN processing_activity a ON a.id = l.activity_id
                           WHERE l.dataset_id = d.id AND NOT l.annulled AND NOT a.annulled AND a.status <> 'ended'
                             AND a.lawful_basis IS NOT NULL) AS unfounded,
          coalesce(d.personal_data, '') NOT IN ('none', 'anonymised')
          AND NOT EXISTS (SELECT FROM stage_request r JOIN stage_visa v ON v.request_id = r.id
                           WHERE r.dataset_id = d.id AND r.to_stage = 'published' AND r.state = 'made'
                             AND v.kind = 'dpo' AND v.answer = 'given'
                             AND NOT EXISTS (SELECT FROM stage_request later WHERE later.dataset_id = r.dataset_id
                                                AND later.to_stage = 'published' AND later.state = 'made'
                                                AND later.id > r.id)) AS unendorsed
          FROM dataset d WHERE d.stage = 'published' AND NOT d.annulled) told
 WHERE told.secret OR told.unfounded OR told.unendorsed
"""
# The one place that says what is public. A barrier: no condition of who reads it is tried on rows that it leaves out.
PUBLIC_DATASET = """
CREATE VIEW public_dataset WITH (security_barrier) AS
SELECT d.id, d.organisation_id FROM dataset d
 WHERE d.stage = 'published' AND NOT d.annulled
   AND NOT EXISTS (SELECT FROM kept_back k WHERE k.dataset_id = d.id)
"""
OF_A_PUBLIC_DATASET = "EXISTS (SELECT FROM public_dataset p WHERE p.id = dataset_id)"
POLICIES = {
    # The stage is said again, so that the index of what is published serves.
    "dataset": "stage = 'published' AND NOT annulled AND EXISTS (SELECT FROM public_dataset p WHERE p.id = dataset.id)",
    "distribution": f"NOT annulled AND {OF_A_PUBLIC_DATASET}",
    "data_service": f"NOT annulled AND {OF_A_PUBLIC_DATASET}",
    "stage_passage": f"to_stage = 'published' AND {OF_A_PUBLIC_DATASET}",
}
THROUGH_DATASET = "EXISTS (SELECT FROM dataset d WHERE d.id = dataset_id)"
WHY = """
CREATE FUNCTION why_kept_back(known bigint) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT k.why FROM kept_back k WHERE k.dataset_id = known $$
"""
PUBLISHING = """
CREATE OR REPLACE FUNCTION publishing_bodies() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT coalesce(array_agg(DISTINCT above), '{}')
     FROM organisation o, unnest(o.lineage) AS above WHERE o.id IN (SELECT p.organisation_id FROM public_dataset p) $$
"""
WITHDRAWN = """
CREATE OR REPLACE FUNCTION was_withdrawn(known bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM dataset d WHERE d.id = known
                     AND (d.annulled OR d.stage IN ('withdrawn', 'archived', 'disposed')))
      AND EXISTS (SELECT FROM stage_passage p WHERE p.dataset_id = known AND p.to_stage = 'published') $$
"""


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    for said in (AUTHORITY_DAY, KEPT_BACK, PUBLIC_DATASET, WHY, PUBLISHING, WITHDRAWN):
        op.execute(said)
    op.execute("REVOKE ALL ON FUNCTION authority_day(), why_kept_back(bigint) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION why_kept_back(bigint) TO beffroi_app, beffroi_jobs")
    op.execute("GRANT EXECUTE ON FUNCTION authority_day() TO beffroi_app, beffroi_jobs, beffroi_public")
    op.execute("GRANT SELECT (id) ON public_dataset TO beffroi_app, beffroi_jobs, beffroi_public")
    for table, rows in POLICIES.items():
        op.execute(f"ALTER POLICY public_reads ON {table} USING ({rows})")
    op.execute("DROP FUNCTION is_public(dataset), why_kept_back(bigint, text)")


WHY_BEFORE = """
CREATE FUNCTION why_kept_back(known bigint, personal text) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT CASE
     WHEN EXISTS (SELECT FROM secret_answer a WHERE a.dataset_id = known AND a.secret <> 'l311-7' AND a.answer = 'yes'
                     AND (a.until IS NULL OR a.until >= current_date))
      AND NOT EXISTS (SELECT FROM publication_choice c JOIN secret_answer a ON a.dataset_id = c.dataset_id
                       WHERE c.dataset_id = known AND c.state = 'current' AND c.outcome = 'once-treated'
                         AND a.secret = 'l311-7' AND a.answer = 'yes') THEN 'secret'
     WHEN coalesce(personal, '') IN ('none', 'anonymised') THEN NULL
     WHEN NOT is_founded(known) THEN 'basis'
     WHEN NOT EXISTS (SELECT FROM stage_visa v WHERE v.kind = 'dpo' AND v.answer = 'given' AND v.request_id = (
                        SELECT max(r.id) FROM stage_request r WHERE r.dataset_id = known AND r.to_stage = 'published'
                           AND r.state = 'made')) THEN 'visa'
   END $$
"""
IS_PUBLIC_BEFORE = """
CREATE FUNCTION is_public(sheet dataset) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT sheet.stage = 'published' AND NOT sheet.annulled AND why_kept_back(sheet.id, sheet.personal_data) IS NULL $$
"""
PUBLISHING_BEFORE = """
CREATE OR REPLACE FUNCTION publishing_bodies() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT coalesce(array_agg(DISTINCT above), '{}') FROM organisation o, unnest(o.lineage) AS above
    WHERE EXISTS (SELECT FROM dataset d WHERE d.organisation_id = o.id AND is_public(d)) $$
"""
WITHDRAWN_BEFORE = """
CREATE OR REPLACE FUNCTION was_withdrawn(known bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM dataset d WHERE d.id = known AND NOT is_public(d)
                     AND (d.annulled OR d.stage IN ('withdrawn', 'archived', 'disposed')))
      AND EXISTS (SELECT FROM stage_passage p WHERE p.dataset_id = known AND p.to_stage = 'published') $$
"""


def downgrade() -> None:
    for said in (WHY_BEFORE, IS_PUBLIC_BEFORE, PUBLISHING_BEFORE, WITHDRAWN_BEFORE):
        op.execute(said)
    op.execute("REVOKE ALL ON FUNCTION is_public(dataset), why_kept_back(bigint, text) FROM PUBLIC")
    op.execute(
        "GRANT EXECUTE ON FUNCTION is_public(dataset), why_kept_back(bigint, text)"
        " TO beffroi_app, beffroi_jobs, beffroi_public"
    )
    for table, rows in POLICIES.items():
        before = "is_public(dataset)" if table == "dataset" else rows.replace(OF_A_PUBLIC_DATASET, THROUGH_DATASET)
        op.execute(f"ALTER POLICY public_reads ON {table} USING ({before})")
    op.execute("DROP FUNCTION why_kept_back(bigint)")
    op.execute("DROP VIEW public_dataset, kept_back")
    op.execute("DROP FUNCTION authority_day()")
