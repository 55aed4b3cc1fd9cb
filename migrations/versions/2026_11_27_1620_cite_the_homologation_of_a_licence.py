"""cite the homologation of a licence

A licence outside the list of D323-2-1 was admitted on any words. A decision that uses one says when the State
homologated it, under which number, and with which piece. Decisions recorded before keep the words they had.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0073"
down_revision: str | None = "0072"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.add_column("publication_choice", sa.Column("homologated_on", sa.Date(), nullable=True))
    op.add_column("publication_choice", sa.Column("homologation_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_publication_choice_homologation_id_evidence"), "publication_choice", "evidence",
        ["homologation_id"], ["id"],
    )  # fmt: skip


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "publication_choice WHERE homologated_on IS NOT NULL OR homologation_id IS NOT NULL")
    op.drop_column("publication_choice", "homologation_id")
    op.drop_column("publication_choice", "homologated_on")
