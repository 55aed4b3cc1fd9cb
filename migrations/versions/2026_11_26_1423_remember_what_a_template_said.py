"""remember what a template said

An activity copied from a template keeps what the template then said, and no longer its digest alone: when the template
moves, one sees what moved. Those copied before keep their digest; what has moved there is told against the sheet.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from registry.platform.migrating import refuse_to_lose

revision: str = "0043"
down_revision: str | None = "0042"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("processing_activity", sa.Column("template_said", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "processing_activity WHERE template_said IS NOT NULL")
    op.drop_column("processing_activity", "template_said")
