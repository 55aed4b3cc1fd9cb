"""declare the data protection officer

As for the person responsible for access to documents: whether how to reach them is published, and the day the
supervisory authority was told (GDPR art. 37 §7).
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0046"
down_revision: str | None = "0045"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("organisation", sa.Column("dpo_contact_published", sa.Boolean(), nullable=True))
    op.add_column("organisation", sa.Column("dpo_notified_on", sa.Date(), nullable=True))


def downgrade() -> None:
    said = "dpo_notified_on IS NOT NULL OR dpo_contact_published IS NOT NULL"
    refuse_to_lose(op.get_bind(), f"organisation WHERE {said}")
    op.drop_column("organisation", "dpo_notified_on")
    op.drop_column("organisation", "dpo_contact_published")
