"""Waiting for transactions to wait: what two do at once is then sure to be at once."""

import time

from sqlalchemy import text

from tests.conftest import Town

PATIENCE = 30.0


def wait_for_waiting(town: Town, count: int) -> None:
    """Returns once that many transactions of this database wait for a lock another holds.

    Raises: AssertionError when they do not, in the end.
    """
    query = text(
        "SELECT count(*) FROM pg_stat_activity a WHERE a.datname = current_database()"
        " AND EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND NOT l.granted)"
    )
    until = time.monotonic() + PATIENCE
    found = 0
    while time.monotonic() < until:
        with town.acting() as session:
            found = session.execute(query).scalar_one()
        if found >= count:
            return
        time.sleep(0.02)
    raise AssertionError(f"{found} transactions wait, not {count}")
