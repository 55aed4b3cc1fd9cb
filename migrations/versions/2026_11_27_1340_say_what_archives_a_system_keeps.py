"""say what archives a system keeps

Whether a third party keeps there archives that were not yet sorted, the day it was declared to the archives, and whether
a contract of deposit is signed (heritage code L212-4 II, R212-19).
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0070"
down_revision: str | None = "0069"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COLUMNS = {"archive_deposit": sa.Boolean, "deposit_declared_on": sa.Date, "deposit_contract": sa.Boolean}


def upgrade() -> None:
    for name, kind in COLUMNS.items():
        op.add_column("information_system", sa.Column(name, kind(), nullable=True))


def downgrade() -> None:
    said = " OR ".join(f"{name} IS NOT NULL" for name in COLUMNS)
    refuse_to_lose(op.get_bind(), f"information_system WHERE {said}")
    for name in reversed(COLUMNS):
        op.drop_column("information_system", name)
