"""let an agenda read deadlines

A key of the scope « calendar » opens the calendar of its account, read by a program that knows no other way in.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0067"
down_revision: str | None = "0066"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    _scopes("'read', 'write', 'calendar'")


def downgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    # Nothing older knows what such a key may open: it opens nothing any more.
    op.execute("UPDATE api_token SET revoked = true, scope = 'read' WHERE scope = 'calendar'")
    _scopes("'read', 'write'")


def _scopes(listed: str) -> None:
    op.drop_constraint(op.f("ck_api_token_tokenscope"), "api_token")
    op.create_check_constraint(op.f("ck_api_token_tokenscope"), "api_token", f"scope IN ({listed})")
