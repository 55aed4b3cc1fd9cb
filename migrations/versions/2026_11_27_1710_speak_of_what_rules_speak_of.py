"""speak of what rules speak of

No rule is about a person, a piece of evidence, a disposal or a retention rule any more: those that were read what they
say of a dataset or of a body, and none ever judged.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0079"
down_revision: str | None = "0078"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KEPT = (
    "dataset", "organisation", "system", "activity", "breach", "request", "contract", "amendment", "delivery", "partner",
)  # fmt: skip
GONE = ("person", "evidence", "disposal", "retention-rule")
CHECKED = {"finding": "ck_finding_subjectkind", "accepted_deviation": "ck_accepted_deviation_subjectkind"}


def upgrade() -> None:
    _let_them_be_on(*KEPT)


def downgrade() -> None:
    _let_them_be_on(*KEPT, *GONE)


def _let_them_be_on(*kinds: str) -> None:
    for table, check in CHECKED.items():
        op.drop_constraint(op.f(check), table)
        op.create_check_constraint(op.f(check), table, sa.column("subject_kind").in_(kinds))
