"""say what a body does about AI

Whether an organisation uses artificial intelligence and what it does so that its people understand it (AI Act art. 4),
and its responsible digital strategy with its yearly review (REEN art. 35).
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0066"
down_revision: str | None = "0065"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COLUMNS = {
    "uses_ai": sa.Boolean, "ai_literacy_measures": sa.Text, "digital_strategy_adopted_on": sa.Date,
    "digital_strategy_reviewed_on": sa.Date,
}  # fmt: skip


def upgrade() -> None:
    for name, kind in COLUMNS.items():
        op.add_column("organisation", sa.Column(name, kind(), nullable=True))
    # Told again: one of its texts may now name somebody.
    op.execute("CALL keep_of_record('organisation', '{ai_literacy_measures}')")


def downgrade() -> None:
    said = " OR ".join(f"{name} IS NOT NULL" for name in COLUMNS)
    refuse_to_lose(op.get_bind(), f"organisation WHERE {said}")
    op.execute("CALL keep_of_record('organisation')")
    for name in reversed(COLUMNS):
        op.drop_column("organisation", name)
