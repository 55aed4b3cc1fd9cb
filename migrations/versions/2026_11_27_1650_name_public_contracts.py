"""name the essential data of public contracts

A dataset may be said to hold them: every public buyer owes them, whatever it recorded.
"""

from collections.abc import Sequence

from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0075"
down_revision: str | None = "0074"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

NATURES = ("other", "subsidies", "local-address-base", "election-register", "video-protection", "mobility")


def _admit(natures: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{one}'" for one in natures)
    op.drop_constraint("nature", "dataset", type_="check")
    op.create_check_constraint("nature", "dataset", f"nature IN ({listed})")


def upgrade() -> None:
    _admit((*NATURES, "public-contracts"))


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "dataset WHERE nature = 'public-contracts'")
    _admit(NATURES)
