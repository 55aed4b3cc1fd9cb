"""What lies beneath the tables once a person is erased: dead rows, statistics, write-ahead log, old index segments.

PostgreSQL keeps what was deleted or changed until its place is used again. Here each table is rewritten, its statistics
made again, and, on the embedded server, the log that held the old rows is written over. On a server of one's own the
log, its archives and its replicas are its administrator's: the receipt says so.
"""

import psycopg
import structlog
from psycopg import sql

from registry.platform.home import Home
from registry.platform.postgres import superuser_url
from registry.platform.tables import Table
from registry.search.following import rebuild
from registry.search.index import current_folder

log = structlog.get_logger(__name__)

APPEND_ONLY = frozenset({"ledger_entry", "ledger_seal", "ledger_root", "ledger_horizon", "policy_text"})
"""Tables whose rows are never changed: they hold no dead row of a person."""
_PATIENCE = "15s"
"""How long a table is waited for: whoever works in it goes first."""
_SEGMENT_FILES = "SELECT count(*) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'"


def clean(home: Home) -> None:
    """Rewrites the tables, writes over the log of the embedded server, and makes the index of the search again.

    Raises: psycopg.Error when a table is held for too long; nothing of the erasure is lost, and it may be run again.
    """
    _rewrite_tables(home)
    if home.cluster is not None and not home.settings.database_url:
        _write_over_log(superuser_url(home.cluster))
    if current_folder(home.settings.root) is not None:
        rebuild(home)


def _rewrite_tables(home: Home) -> None:
    url = home.urls.owner.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("SET lock_timeout = {}").format(sql.Literal(_PATIENCE)))
        for name in sorted(set(Table.metadata.tables) - APPEND_ONLY):
            connection.execute(sql.SQL("VACUUM (FULL, ANALYZE) {}").format(sql.Identifier(name)))
        # What ANALYZE noted of the most frequent values is a table too.
        connection.execute("VACUUM FULL pg_catalog.pg_statistic")


def _write_over_log(url: str) -> None:
    """Has every segment of the log written over or removed: PostgreSQL gives old ones new names, bytes and all."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET wal_recycle = off")
        try:
            connection.execute("SELECT pg_reload_conf()")
            row = connection.execute(_SEGMENT_FILES).fetchone()
            for _segment in range((row[0] if row else 0) + 1):
                connection.execute("SELECT pg_logical_emit_message(true, 'beffroi', ''), pg_switch_wal()")
            connection.execute("CHECKPOINT")
        finally:
            connection.execute("ALTER SYSTEM RESET wal_recycle")
            connection.execute("SELECT pg_reload_conf()")
