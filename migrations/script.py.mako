"""${message}

The code of the version before must go on working while this runs and after it: add, then fill, then
(in a later release) remove. Locks wait 4 s at most. A back-fill is written as the owner, in batches, and
is signed in the ledger by this revision.
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op
${imports if imports else ""}
revision: str = ${repr(up_revision)}
down_revision: str | None = ${repr(down_revision)}
branch_labels: str | Sequence[str] | None = ${repr(branch_labels)}
depends_on: str | Sequence[str] | None = ${repr(depends_on)}


def upgrade() -> None:
    op.execute("SELECT set_config('beffroi.actor', 'migration:${up_revision}', true)")
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    # First: refuse_to_lose(op.get_bind(), "the tables whose rows this would remove")
    ${downgrades if downgrades else "pass"}
