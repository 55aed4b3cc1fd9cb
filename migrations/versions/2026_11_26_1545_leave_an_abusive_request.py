"""leave an abusive request

A request for a document that is abusive may be left without an answer: CRPA L311-2, last paragraph.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0050"
down_revision: str | None = "0049"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KNOWN = ("granted", "partial", "refused", "nothing-held", "transferred", "withdrawn")


def upgrade() -> None:
    _let_outcomes_be(*KNOWN, "left")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "received_request WHERE outcome = 'left'")
    _let_outcomes_be(*KNOWN)


def _let_outcomes_be(*outcomes: str) -> None:
    op.drop_constraint(op.f("ck_received_request_requestoutcome"), "received_request")
    op.create_check_constraint(
        op.f("ck_received_request_requestoutcome"), "received_request", sa.column("outcome").in_(outcomes)
    )
