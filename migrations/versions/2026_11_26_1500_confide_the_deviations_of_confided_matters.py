"""confide the deviations of confided matters

A deviation on a breach of data or on a request was kept from most readers, but not what the ledger holds of it.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0047"
down_revision: str | None = "0046"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# What each function says, once, before and after.
WRITTEN = {
    "is_confided_row(text, jsonb)": (
        "SELECT kept IN (",
        "SELECT kept = 'accepted_deviation' AND held ->> 'subject_kind' IN ('breach', 'request') OR kept IN (",
    ),
    "acting_sees(text, bigint)": (
        "    ELSE RETURN false;",
        "    WHEN 'accepted_deviation' THEN RETURN EXISTS (SELECT FROM accepted_deviation WHERE id = $2);\n"
        "    ELSE RETURN false;",
    ),
}


def upgrade() -> None:
    for name, (before, after) in WRITTEN.items():
        _write_anew(name, before, after)


def downgrade() -> None:
    for name, (before, after) in WRITTEN.items():
        _write_anew(name, after, before)


def _write_anew(name: str, before: str, after: str) -> None:
    said = op.get_bind().execute(sa.text("SELECT pg_get_functiondef(CAST(:name AS regprocedure))"), {"name": name})
    body: str = said.scalar_one()
    if body.count(before) != 1:
        raise ValueError(f"{name} does not say once: {before}")
    op.execute(body.replace(before, after))
