"""accept deviations on every kind of subject

Findings may be on fourteen kinds of subjects, deviations on ten of them. And what was said of a deviation on a confided
matter before its history was confided stood in the texts kept apart as before: they now say of which row they are.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0049"
down_revision: str | None = "0048"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KNOWN = (
    "dataset", "organisation", "system", "activity", "breach", "request", "contract", "amendment", "delivery", "person",
)  # fmt: skip
MORE = ("partner", "evidence", "disposal", "retention-rule")
CHECK = "ck_accepted_deviation_subjectkind"
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
    _say_what_is_confided(BEFORE, AFTER)
    op.execute(KEPT_BEFORE)


def downgrade() -> None:
    _say_what_is_confided(AFTER, BEFORE)
    held = op.get_bind().execute(sa.text(f"SELECT EXISTS (SELECT FROM accepted_deviation WHERE subject_kind IN {MORE})"))
    if held.scalar_one():
        raise ValueError("accepted_deviation bears on kinds of subjects that the version before does not know")
    _let_deviations_be_on(*KNOWN)


def _let_deviations_be_on(*kinds: str) -> None:
    op.drop_constraint(op.f(CHECK), "accepted_deviation")
    op.create_check_constraint(op.f(CHECK), "accepted_deviation", sa.column("subject_kind").in_(kinds))


def _say_what_is_confided(before: str, after: str) -> None:
    name = "is_confided_row(text, jsonb)"
    said = op.get_bind().execute(sa.text("SELECT pg_get_functiondef(CAST(:name AS regprocedure))"), {"name": name})
    body: str = said.scalar_one()
    if body.count(before) != 1:
        raise ValueError(f"{name} does not say once: {before}")
    op.execute(body.replace(before, after))
