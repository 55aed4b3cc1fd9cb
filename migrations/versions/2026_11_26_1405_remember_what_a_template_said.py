"""remember what a template said

An activity copied from a template keeps what the template then said, and no longer its digest alone: when the template
moves, one sees what moved. Those copied before keep their digest; what has moved there is told against the sheet.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0041"
down_revision: str | None = "0040"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("processing_activity", sa.Column("template_said", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("processing_activity", "template_said")
