"""keep links to their contract

What an operator's link may not read or write of another contract: the reports, the steps, the essential data and the
processors that were noted of it, which the link's page never needed, are closed to it as the rest is.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0092"
down_revision: str | None = "0091"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLES = ("contract_report", "contract_step", "essential_data", "activity_processor")


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    for table in TABLES:
        op.execute(
            f"CREATE POLICY one_contract ON {table} AS RESTRICTIVE TO beffroi_app USING"
            " ((SELECT acting_contract()) IS NULL OR contract_id = (SELECT acting_contract()))"
        )


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP POLICY one_contract ON {table}")
