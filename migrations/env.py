"""Alembic's entry: runs our migrations on the connection that `registry.platform.migrating` hands over."""

from alembic import context
from sqlalchemy import text

from registry.platform.tables import Table
from registry.rooms import import_models

LOCK_TIMEOUT, STATEMENT_TIMEOUT = "4s", "5min"


def include_object(_item: object, name: str | None, kind: str, *_rest: object) -> bool:
    """Procrastinate's tables, found by the search path in schema `jobs`, are made by our migration as they come."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


def run() -> None:
    """Runs inside one transaction; each revision signs the ledger rows it writes."""
    import_models()
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=Table.metadata,
        include_object=include_object,
        compare_type=True,
        compare_server_default=False,
        transaction_per_migration=True,
        on_version_apply=lambda **_step: None,
    )
    with context.begin_transaction():
        connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
        connection.execute(text(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'"))
        connection.execute(text("SELECT set_config('beffroi.actor', 'migration', false)"))
        context.run_migrations()


run()
