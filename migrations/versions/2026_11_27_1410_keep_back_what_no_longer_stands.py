"""keep back what no longer stands

A dataset that was in order when it was published stayed public once a secret was found in it, or once its sheet told of
personal data that no data protection officer had endorsed. The public reads it no more; its sheet says why.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0072"
down_revision: str | None = "0071"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# What keeps a published dataset from the public: a secret that its decision does not take out, personal data without a
# lawful basis, or without the visa that the publication of personal data takes. Nothing where it may be read.
WHY = """
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
# It takes the row, so that the planner writes it out in each query.
IS_PUBLIC = """
CREATE OR REPLACE FUNCTION is_public(sheet dataset) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT sheet.stage = 'published' AND NOT sheet.annulled AND why_kept_back(sheet.id, sheet.personal_data) IS NULL $$
"""
IS_PUBLIC_BEFORE = """
CREATE OR REPLACE FUNCTION is_public(sheet dataset) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT sheet.stage = 'published' AND NOT sheet.annulled
      AND (coalesce(sheet.personal_data, '') IN ('none', 'anonymised') OR is_founded(sheet.id)) $$
"""


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.execute(WHY)
    op.execute("REVOKE ALL ON FUNCTION why_kept_back(bigint, text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION why_kept_back(bigint, text) TO beffroi_app, beffroi_jobs, beffroi_public")
    op.execute(IS_PUBLIC)


def downgrade() -> None:
    op.execute(IS_PUBLIC_BEFORE)
    op.execute("DROP FUNCTION why_kept_back(bigint, text)")
