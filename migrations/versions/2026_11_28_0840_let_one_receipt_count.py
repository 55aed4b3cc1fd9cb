"""let one receipt count

Several receipts of one delivery could be accepted, and a poor one that came first then decided of its format: from now
on, what was accepted before another is told to be followed by it.

Rows are left as they are. Of several accepted before, the last that came counts (`counts_of`); what the delivery keeps
of it, its day and its answer, still follows the first, until the delivery or the contract's calendar changes or the
daily work reads that contract, which it does of those that have a schedule clause.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0098"
down_revision: str | None = "0097"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ANSWERS = ("waiting", "accepted", "refused")


def _let_answers_be(*answers: str) -> None:
    for table in ("delivery", "delivery_receipt"):
        name = op.f(f"ck_{table}_receiptanswer")
        op.drop_constraint(name, table)
        op.create_check_constraint(name, table, sa.column("answer").in_(answers))


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    _let_answers_be(*ANSWERS, "followed")


def downgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    refuse_to_lose(op.get_bind(), "delivery_receipt WHERE answer = 'followed'")
    _let_answers_be(*ANSWERS)
