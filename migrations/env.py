"""Alembic's entry: runs our migrations on the connection that `registry.platform.migrating` hands over."""

from alembic import context
from sqlalchemy import text

from registry.platform.tables import Table
from registry.rooms import import_models

LOCK_TIMEOUT, STATEMENT_TIMEOUT = "4s", "5min"


def include_object(item: object, *_rest: object) -> bool:
    """Procrastinate's tables live in schema `jobs`, made by our migration and outside autogenerate."""
    return getattr(item, "schema", None) is None


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
