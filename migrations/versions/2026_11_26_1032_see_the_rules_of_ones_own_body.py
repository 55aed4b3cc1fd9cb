"""see the rules of one's own body

A commune stands below the authority and is a body of its own: it follows its own retention rules and sees neither the
authority's nor its slips. A service sees the rules of the body it belongs to, and the slips its own datasets stand on.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0038"
down_revision: str | None = "0037"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

READS = "(SELECT acting_reads())::bigint[]"
ABOVE = (
    f"organisation_id = ANY ({READS})"
    f" OR organisation_id IN (SELECT unnest(o.lineage) FROM organisation o WHERE o.id = ANY ({READS}))"
)
OWN_BODY = (
    f"organisation_id = ANY ({READS}) OR organisation_id IN ("
    "SELECT (SELECT l.id FROM organisation l WHERE l.id = ANY (o.lineage) AND l.kind NOT IN ('service', 'department')"
    " ORDER BY array_length(l.lineage, 1) DESC LIMIT 1)"
    f" FROM organisation o WHERE o.id = ANY ({READS}))"
)
# What is seen of the articles is within the asker's rights: that table is guarded itself.
LISTED = (
    f"organisation_id = ANY ({READS})"
    " OR EXISTS (SELECT FROM disposal_article a WHERE a.slip_id = disposal_slip.id)"
)


def upgrade() -> None:
    op.execute(f"ALTER POLICY app_reads ON retention_rule USING ({OWN_BODY})")
    op.execute(f"ALTER POLICY app_reads ON disposal_slip USING ({LISTED})")


def downgrade() -> None:
    for table in ("retention_rule", "disposal_slip"):
        op.execute(f"ALTER POLICY app_reads ON {table} USING ({ABOVE})")
