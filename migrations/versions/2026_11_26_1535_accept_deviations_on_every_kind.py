"""accept deviations on every kind of subject

Findings may be on fourteen kinds of subjects, deviations on ten of them. And what was said of a deviation on a confided
matter before its history was confided stood in the texts kept apart as before: they now say of which row they are.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose, rewrite_function

revision: str = "0049"
down_revision: str | None = "0048"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KNOWN = (
    "dataset", "organisation", "system", "activity", "breach", "request", "contract", "amendment", "delivery", "person",
)  # fmt: skip
MORE = ("partner", "evidence", "disposal", "retention-rule")
CHECK = "ck_accepted_deviation_subjectkind"
IS_CONFIDED = "is_confided_row(text, jsonb)"
# What does not say its kind is confided: the answer is never unknown.
BEFORE = "held ->> 'subject_kind' IN ('breach', 'request')"
AFTER = "coalesce(held ->> 'subject_kind', 'breach') IN ('breach', 'request')"
KEPT_BEFORE = """
UPDATE ledger_text t SET table_name = said.table_name, row_id = said.row_id FROM (
  SELECT DISTINCT ON (digest) digest, table_name, row_id FROM (
    SELECT held.value AS digest, e.table_name, e.row_id FROM ledger_entry e, jsonb_each_text(e.snapshot) AS held
     WHERE e.table_name = 'accepted_deviation' AND is_confided_row(e.table_name, e.snapshot) AND held.value LIKE 'text:%'
    UNION ALL SELECT e.reason, e.table_name, e.row_id FROM ledger_entry e
     WHERE e.table_name = 'accepted_deviation' AND is_confided_row(e.table_name, e.snapshot) AND e.reason IS NOT NULL
  ) AS every ORDER BY digest, row_id
) AS said WHERE t.digest = said.digest AND t.table_name IS NULL
"""


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    _let_deviations_be_on(*KNOWN, *MORE)
    rewrite_function(op.get_bind(), IS_CONFIDED, (BEFORE, AFTER))
    op.execute(KEPT_BEFORE)


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), f"accepted_deviation WHERE subject_kind IN {MORE}")
    rewrite_function(op.get_bind(), IS_CONFIDED, (AFTER, BEFORE))
    _let_deviations_be_on(*KNOWN)


def _let_deviations_be_on(*kinds: str) -> None:
    op.drop_constraint(op.f(CHECK), "accepted_deviation")
    op.create_check_constraint(op.f(CHECK), "accepted_deviation", sa.column("subject_kind").in_(kinds))
