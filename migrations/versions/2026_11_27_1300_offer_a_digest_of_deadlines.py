"""offer a digest of deadlines

Who asks for it is mailed what they owe soon. The choice is theirs alone: nobody else reads or writes it but the worker,
which claims a period in this row before it sends anything.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0069"
down_revision: str | None = "0068"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OWN = "account_id = (SELECT acting_account())"


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.create_table(
        "digest_choice",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "rhythm",
            sa.Enum("none", "weekly", "daily", name="digestrhythm", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_digest_choice_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_digest_choice")),
        info={"kind": "work"},
    )
    op.execute(f"CALL guard_rows('digest_choice', $q${OWN}$q$, $q${OWN}$q$)")


def downgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.drop_table("digest_choice")
