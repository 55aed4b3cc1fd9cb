"""weigh a bulk edit

Its preview says which findings it would settle, open or turn: how many of each policy. Where it gives an owner to each
sheet, what it takes to undo that is kept on its line.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "bulk_edit",
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
    )
    op.add_column(
        "bulk_line",
        sa.Column("moved", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )


def downgrade() -> None:
    op.drop_column("bulk_line", "moved")
    op.drop_column("bulk_edit", "findings")
