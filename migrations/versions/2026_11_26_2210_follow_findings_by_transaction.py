"""follow findings by transaction

Counts that are followed take in what the transactions that were not over said and withdrew. A finding bears the moment
its transaction began, which does not tell when it was over: everything of the last minute was taken in again each time.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0054"
down_revision: str | None = "0053"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # What stands is of a transaction that is over: no number is below 0, and this one rewrites no row.
    op.add_column("finding", sa.Column("since_xid", sa.BigInteger(), nullable=False, server_default="0"))
    op.alter_column("finding", "since_xid", server_default=sa.text("pg_current_xact_id()::text::bigint"))
    op.add_column("finding", sa.Column("until_xid", sa.BigInteger(), nullable=True))
    op.execute("UPDATE finding SET until_xid = 0 WHERE until IS NOT NULL")
    op.create_check_constraint(op.f("ck_finding_until_xid"), "finding", "(until IS NULL) = (until_xid IS NULL)")
    op.drop_index(op.f("ix_finding_until"), table_name="finding")
    op.drop_index(op.f("ix_finding_since"), table_name="finding")
    op.create_index(op.f("ix_finding_since_xid"), "finding", ["since_xid"])
    op.create_index(
        op.f("ix_finding_until_xid"), "finding", ["until_xid"], postgresql_where=sa.text("until_xid IS NOT NULL")
    )


def downgrade() -> None:
    op.create_index(op.f("ix_finding_since"), "finding", ["since"])
    op.create_index(op.f("ix_finding_until"), "finding", ["until"], postgresql_where=sa.text("until IS NOT NULL"))
    op.drop_column("finding", "until_xid")
    op.drop_column("finding", "since_xid")
