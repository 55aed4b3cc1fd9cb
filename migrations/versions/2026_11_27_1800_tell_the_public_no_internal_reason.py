"""tell the public no internal reason

The public read why a dataset was withdrawn in the words written within, where somebody may be named. It reads a ground
of a closed list, chosen for it, or none; and the day only where the dataset had been seen and left for good. What the
lifecycle withdrew before still had a decision to open it, which served again once it was reopened: it ends here.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0085"
down_revision: str | None = "0084"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

GROUNDS = ("personal-data", "secret", "error", "replaced", "no-longer-held", "other")
# No row where the public never read it or may again; no day where none is told: the sheet was annulled, or published
# again since and gone otherwise. The database lets no personal data be published without their basis and visa: a secret
# told by the day of the publication is what can have kept it from the public.
WITHDRAWAL = """
CREATE FUNCTION withdrawal_of(known bigint) RETURNS TABLE (withdrawn_on date, ground text) LANGUAGE sql STABLE
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
                            AND a.answer = 'yes' AND a.answered_on <= p.passed_on)))) $$
"""
# As it was, but for the words written within: they are not told again.
WITHDRAWAL_BEFORE = """
CREATE FUNCTION withdrawal_of(known bigint) RETURNS TABLE (withdrawn_on date, reason text) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT (SELECT p.passed_on FROM stage_passage p WHERE p.dataset_id = d.id AND p.to_stage = 'withdrawn'
            ORDER BY p.id DESC LIMIT 1), NULL FROM dataset d
    WHERE d.id = known AND (d.annulled OR d.stage IN ('withdrawn', 'archived', 'disposed'))
      AND EXISTS (SELECT FROM stage_passage p WHERE p.dataset_id = known AND p.to_stage = 'published') $$
"""
# What was decided since the withdrawal stands: the ledger alone tells which came first on one day.
ENDED = """
UPDATE publication_choice c SET state = 'taken-down', ended_on = last.passed_on, ended_reason = last.reason
  FROM (SELECT DISTINCT ON (p.dataset_id) p.id, p.dataset_id, p.to_stage, p.passed_on, r.reason
          FROM stage_passage p JOIN stage_request r ON r.id = p.request_id
         WHERE p.to_stage IN ('published', 'withdrawn') ORDER BY p.dataset_id, p.id DESC) last
 WHERE last.dataset_id = c.dataset_id AND last.to_stage = 'withdrawn' AND c.state = 'current'
   AND c.outcome IN ('open', 'once-treated')
   AND (SELECT min(e.id) FROM ledger_entry e WHERE e.table_name = 'publication_choice' AND e.row_id = c.id)
     < (SELECT min(e.id) FROM ledger_entry e WHERE e.table_name = 'stage_passage' AND e.row_id = last.id)
"""


def _tell(function: str) -> None:
    op.execute("DROP FUNCTION withdrawal_of(bigint)")
    op.execute(function)
    op.execute("REVOKE ALL ON FUNCTION withdrawal_of(bigint) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION withdrawal_of(bigint) TO beffroi_app, beffroi_jobs, beffroi_public")


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    grounds = sa.Enum(*GROUNDS, name="public_ground", native_enum=False, create_constraint=True, length=40)
    op.add_column("stage_request", sa.Column("public_ground", grounds, nullable=True))
    _tell(WITHDRAWAL)
    op.execute(ENDED)


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "stage_request WHERE public_ground IS NOT NULL")
    _tell(WITHDRAWAL_BEFORE)
    op.drop_column("stage_request", "public_ground")
