"""withdraw in one way

A dataset withdrawn by the lifecycle kept the decision that opened it, one taken down lost it: both end it now, and the
public reads at the address when it was withdrawn, and why.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0080"
down_revision: str | None = "0079"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOVED = """
  RETURN made;
"""
MOVED_AND_ENDED = """
  IF move.to_stage = 'withdrawn' THEN
    UPDATE publication_choice SET state = 'taken-down', ended_on = on_day, ended_reason = request.reason
     WHERE dataset_id = sheet.id AND state = 'current';
  END IF;
  RETURN made;
"""
# When the public lost a dataset for good, and why; no row where it never read it or may again, no day where none is
# told: the sheet was annulled.
WITHDRAWAL = """
CREATE FUNCTION withdrawal_of(known bigint) RETURNS TABLE (withdrawn_on date, reason text) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT last.passed_on, last.reason FROM dataset d
     LEFT JOIN LATERAL (SELECT p.passed_on, r.reason FROM stage_passage p JOIN stage_request r ON r.id = p.request_id
                         WHERE p.dataset_id = d.id AND p.to_stage = 'withdrawn' ORDER BY p.id DESC LIMIT 1) last ON true
    WHERE d.id = known AND (d.annulled OR d.stage IN ('withdrawn', 'archived', 'disposed'))
      AND EXISTS (SELECT FROM stage_passage p WHERE p.dataset_id = known AND p.to_stage = 'published') $$
"""
WITHDRAWN_BEFORE = """
CREATE FUNCTION was_withdrawn(known bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM dataset d WHERE d.id = known
                     AND (d.annulled OR d.stage IN ('withdrawn', 'archived', 'disposed')))
      AND EXISTS (SELECT FROM stage_passage p WHERE p.dataset_id = known AND p.to_stage = 'published') $$
"""


def _rewrite(before: str, after: str) -> None:
    """Changes the end of the function that makes the moves, and nothing else of it."""
    said = op.get_bind().scalar(sa.text("SELECT pg_get_functiondef('advance_stage(bigint, date)'::regprocedure)"))
    if said.count(before) != 1:
        raise RuntimeError("advance_stage is not what this revision changes")
    op.execute(said.replace(before, after))


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    _rewrite(MOVED, MOVED_AND_ENDED)
    op.execute(WITHDRAWAL)
    op.execute("REVOKE ALL ON FUNCTION withdrawal_of(bigint) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION withdrawal_of(bigint) TO beffroi_app, beffroi_jobs, beffroi_public")
    op.execute("DROP FUNCTION was_withdrawn(bigint)")


def downgrade() -> None:
    op.execute(WITHDRAWN_BEFORE)
    op.execute("REVOKE ALL ON FUNCTION was_withdrawn(bigint) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION was_withdrawn(bigint) TO beffroi_app, beffroi_jobs, beffroi_public")
    op.execute("DROP FUNCTION withdrawal_of(bigint)")
    _rewrite(MOVED_AND_ENDED, MOVED)
