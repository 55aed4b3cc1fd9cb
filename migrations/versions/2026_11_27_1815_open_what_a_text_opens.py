"""open what a text opens

The law has mentions that a secret protects taken out, unless a law or a decree says otherwise (CRPA L312-1-2). A
decision to open that names such a text kept the dataset back all the same. It opens now, against the secrets of persons
(L311-6) alone, and the public is told the text.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0086"
down_revision: str | None = "0085"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# As they were, but for a text that lifts the secrets.
KEPT_BACK = """
CREATE OR REPLACE VIEW kept_back AS
SELECT told.id AS dataset_id,
       CASE WHEN told.secret THEN 'secret' WHEN told.unfounded THEN 'basis' ELSE 'visa' END AS why
  FROM (SELECT d.id,
          EXISTS (SELECT FROM secret_answer a WHERE a.dataset_id = d.id AND a.secret <> 'l311-7' AND a.answer = 'yes'
                     AND (a.until IS NULL OR a.until >= (SELECT authority_day())))
          AND NOT (EXISTS (SELECT FROM publication_choice c WHERE c.dataset_id = d.id AND c.state = 'current'
                              AND c.outcome = 'once-treated')
               AND EXISTS (SELECT FROM secret_answer a WHERE a.dataset_id = d.id AND a.secret = 'l311-7'
                              AND a.answer = 'yes')){lifted} AS secret,
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
LIFTED = """
          AND NOT (EXISTS (SELECT FROM publication_choice c WHERE c.dataset_id = d.id AND c.state = 'current'
                              AND c.outcome = 'open' AND c.disclosure_text IS NOT NULL)
               AND NOT EXISTS (SELECT FROM secret_answer a WHERE a.dataset_id = d.id AND a.secret <> 'l311-7'
                                  AND a.secret NOT LIKE 'l311-6-%' AND a.answer = 'yes'
                                  AND (a.until IS NULL OR a.until >= (SELECT authority_day()))))"""
WITHDRAWAL = """
CREATE OR REPLACE FUNCTION withdrawal_of(known bigint) RETURNS TABLE (withdrawn_on date, ground text) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT last.passed_on, last.public_ground FROM dataset d
     LEFT JOIN LATERAL (
       SELECT p.passed_on, r.public_ground FROM stage_passage p JOIN stage_request r ON r.id = p.request_id
        WHERE p.dataset_id = d.id AND p.to_stage = 'withdrawn' AND NOT d.annulled
          AND NOT EXISTS (SELECT FROM stage_passage later WHERE later.dataset_id = d.id
                             AND later.to_stage = 'published' AND later.id > p.id)
        ORDER BY p.id DESC LIMIT 1) last ON true
    WHERE d.id = known AND (d.annulled OR d.stage IN ('withdrawn', 'archived', 'disposed'))
      AND EXISTS (
        SELECT FROM stage_passage p WHERE p.dataset_id = known AND p.to_stage = 'published'
           AND (NOT EXISTS (SELECT FROM secret_answer a WHERE a.dataset_id = known AND a.secret <> 'l311-7'
                               AND a.answer = 'yes' AND a.answered_on <= p.passed_on
                               AND (a.until IS NULL OR a.until >= p.passed_on))
             OR (EXISTS (SELECT FROM publication_choice c WHERE c.dataset_id = known AND c.outcome = 'once-treated'
                            AND c.recorded_on <= p.passed_on AND (c.ended_on IS NULL OR c.ended_on > p.passed_on))
             AND EXISTS (SELECT FROM secret_answer a WHERE a.dataset_id = known AND a.secret = 'l311-7'
                            AND a.answer = 'yes' AND a.answered_on <= p.passed_on)){lifted})) $$
"""
WAS_LIFTED = """
             OR (EXISTS (SELECT FROM publication_choice c WHERE c.dataset_id = known AND c.outcome = 'open'
                            AND c.disclosure_text IS NOT NULL AND c.recorded_on <= p.passed_on
                            AND (c.ended_on IS NULL OR c.ended_on > p.passed_on))
             AND NOT EXISTS (SELECT FROM secret_answer a WHERE a.dataset_id = known AND a.secret <> 'l311-7'
                                AND a.secret NOT LIKE 'l311-6-%' AND a.answer = 'yes' AND a.answered_on <= p.passed_on
                                AND (a.until IS NULL OR a.until >= p.passed_on)))"""
# What the public is told of the decision on what it reads: the text alone, a reference to the law.
TEXT = """
CREATE FUNCTION disclosure_text_of(known bigint) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT c.disclosure_text FROM publication_choice c
    WHERE c.dataset_id = known AND c.state = 'current' AND c.outcome = 'open'
      AND EXISTS (SELECT FROM public_dataset p WHERE p.id = known) $$
"""


def _write(lifted: str, was_lifted: str) -> None:
    op.execute(KEPT_BACK.replace("{lifted}", lifted))
    op.execute(WITHDRAWAL.replace("{lifted}", was_lifted))


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    _write(LIFTED, WAS_LIFTED)
    op.execute(TEXT)
    op.execute("REVOKE ALL ON FUNCTION disclosure_text_of(bigint) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION disclosure_text_of(bigint) TO beffroi_app, beffroi_jobs, beffroi_public")


def downgrade() -> None:
    op.execute("DROP FUNCTION disclosure_text_of(bigint)")
    _write("", "")
