"""say why small counts leave

A check that found groups of few people, or was not whole, bound nobody: the decision cited it and opened all the same.
It now asks why the file may leave so.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0081"
down_revision: str | None = "0080"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FREE = "reason,licence_reference,disclosure_text,ended_reason"


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.add_column("publication_choice", sa.Column("small_counts_reason", sa.Text(), nullable=True))
    op.execute(f"CALL keep_of_record('publication_choice', '{{{FREE},small_counts_reason}}')")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "publication_choice WHERE small_counts_reason IS NOT NULL")
    op.execute(f"CALL keep_of_record('publication_choice', '{{{FREE}}}')")
    op.drop_column("publication_choice", "small_counts_reason")
