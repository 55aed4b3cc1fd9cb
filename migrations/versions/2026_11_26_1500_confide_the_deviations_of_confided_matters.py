"""confide the deviations of confided matters

A deviation on a breach of data or on a request was kept from most readers, but not what the ledger holds of it.
"""

from collections.abc import Sequence

from alembic import op

from registry.platform.migrating import rewrite_function

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
        rewrite_function(op.get_bind(), name, (before, after))


def downgrade() -> None:
    for name, (before, after) in WRITTEN.items():
        rewrite_function(op.get_bind(), name, (after, before))
