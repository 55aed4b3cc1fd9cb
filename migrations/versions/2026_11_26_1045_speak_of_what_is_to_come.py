"""speak of what is to come

Policies may speak of contracts, people, disposals and more before a room records them: no finding is on these yet.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0039"
down_revision: str | None = "0038"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

RECORDED = ("dataset", "organisation", "system", "activity", "breach", "request")
TO_COME = ("contract", "amendment", "delivery", "person", "partner", "evidence", "disposal", "retention-rule")


def upgrade() -> None:
    _let_findings_be_on(*RECORDED, *TO_COME)


def downgrade() -> None:
    op.execute(f"DELETE FROM finding WHERE subject_kind IN {TO_COME}")
    _let_findings_be_on(*RECORDED)


def _let_findings_be_on(*kinds: str) -> None:
    op.drop_constraint(op.f("ck_finding_subjectkind"), "finding")
    op.create_check_constraint(op.f("ck_finding_subjectkind"), "finding", sa.column("subject_kind").in_(kinds))
