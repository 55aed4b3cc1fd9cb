"""Reading the ledger: the head, the history of a row, the registry as of a moment, and its verification."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.ledger.models import LedgerEntry, LedgerRoot
from registry.ledger.vocabulary import Head

_TEXT = "text:"


def get_head(session: Session, before: datetime | None = None) -> Head:
    """The last root, or the last one cut before an instant; seal 0 when nothing is sealed."""
    query = select(col(LedgerRoot.tree_size), col(LedgerRoot.root), col(LedgerRoot.sealed_at))
    if before is not None:
        query = query.where(col(LedgerRoot.sealed_at) < before)
    row = session.execute(query.order_by(col(LedgerRoot.tree_size).desc()).limit(1)).one_or_none()
    return Head(row.tree_size, row.root.hex(), row.sealed_at) if row else Head(0, "", None)


def get_horizon(session: Session) -> int:
    """The number below which every transaction of this server is sealed."""
    below = session.execute(text("SELECT xid_below FROM ledger_horizon")).scalar_one_or_none()
    return int(below or 0)


def get_opening(session: Session) -> datetime:
    """The earliest instant the ledger knows of; every row comes after the registry's own, which is the first.

    In a demonstration what follows it is of the past, from its opening day on, and it alone is of the day of loading.
    """
    first = select(col(LedgerEntry.recorded_at)).order_by(col(LedgerEntry.id)).limit(2).subquery()
    earliest: datetime = session.execute(select(func.min(first.c.recorded_at))).scalar_one()
    return earliest


_LAST_DAY = date.max - timedelta(days=1)


def end_of_day(day: date, time_zone: str) -> datetime:
    """The first instant that no longer belongs to a civil day of the authority; of the last day there is, its first."""
    return datetime.combine(min(day, _LAST_DAY) + timedelta(days=1), time.min, ZoneInfo(time_zone))


@dataclass(frozen=True)
class Version:
    """One version of a row: who wrote it, when, why, and what it then held (free texts put back).

    `xid` is the transaction that wrote it: what was written together bears the same.
    """

    version: int
    verb: str
    actor: str
    account_id: int | None
    event: str | None
    reason: str | None
    batch_id: int | None
    recorded_at: datetime
    snapshot: dict[str, Any]
    xid: int


def find_versions(session: Session, table: str, row_id: int, limit: int = 200) -> list[Version]:
    """The history of one row, latest first."""
    return find_versions_of_rows(session, table, [row_id], limit).get(row_id, [])


def find_versions_of_rows(
    session: Session, table: str, row_ids: Sequence[int], limit: int = 200
) -> dict[int, list[Version]]:
    """The history of several rows of a table, by row, each latest first; `limit` versions in all."""
    found = find_versions_among(session, {table: row_ids}, limit)
    return {row: versions for (_table, row), versions in found.items()}


def find_versions_among(
    session: Session, rows: Mapping[str, Sequence[int]], limit: int = 200
) -> dict[tuple[str, int], list[Version]]:
    """The history of rows of several tables, by table and row, each latest first; `limit` versions in all."""
    asked = [(table, list(ids)) for table, ids in rows.items()]
    held = " OR ".join(f"(table_name = :table_{n} AND row_id = ANY (:ids_{n}))" for n in range(len(asked)))
    given = {f"table_{n}": table for n, (table, _ids) in enumerate(asked)}
    given |= {f"ids_{n}": ids for n, (_table, ids) in enumerate(asked)}  # type: ignore[misc]
    found_rows = session.execute(
        text(
            "SELECT table_name, row_id, version, verb, actor, account_id, event, reason, batch_id, recorded_at,"
            f" snapshot, xid FROM ledger_entry WHERE {held} ORDER BY id DESC LIMIT :limit"
        ),
        {**given, "limit": limit},
    ).all()
    texts = _find_texts(session, [row.snapshot for row in found_rows], [row.reason for row in found_rows])
    found: dict[tuple[str, int], list[Version]] = {}
    for row in found_rows:
        found.setdefault((row.table_name, row.row_id), []).append(
            Version(
                version=row.version,
                verb=row.verb,
                actor=row.actor,
                account_id=row.account_id,
                event=row.event,
                reason=texts.get(row.reason, row.reason) if row.reason else None,
                batch_id=row.batch_id,
                recorded_at=row.recorded_at,
                snapshot=_with_texts(row.snapshot, texts),
                xid=row.xid,
            )
        )
    return found


@dataclass(frozen=True)
class Hand:
    """Who last filled some columns of a row, and by which event."""

    actor: str
    account_id: int | None
    event: str | None


def find_hand(
    session: Session, table: str, row_id: int, columns: Sequence[str], *, until: datetime | None = None
) -> Hand | None:
    """Who last changed one of these columns of a row, an erasure aside; None where the ledger knows of no such change.

    `until` is the instant before which it was written.
    """
    row = session.execute(
        text(
            "SELECT actor, account_id, event FROM ("
            " SELECT id, actor, account_id, event, held, lag(held) OVER (ORDER BY id) AS before FROM ("
            "  SELECT id, actor, account_id, event,"
            "   (SELECT jsonb_agg(snapshot -> name) FROM unnest(CAST(:columns AS text[])) AS name) AS held"
            "   FROM ledger_entry WHERE table_name = :table AND row_id = :row_id"
            "   AND (CAST(:until AS timestamptz) IS NULL OR recorded_at < :until)) AS written) AS compared"
            " WHERE held IS DISTINCT FROM before AND coalesce(event, '') NOT LIKE 'erasures:%'"
            " ORDER BY id DESC LIMIT 1"
        ),
        {"table": table, "row_id": row_id, "columns": list(columns), "until": until},
    ).one_or_none()
    return Hand(row.actor, row.account_id, row.event) if row is not None else None


def find_spans(session: Session, table: str, row_ids: Sequence[int]) -> dict[int, tuple[datetime, datetime]]:
    """When each of these rows was first and last written."""
    rows = session.execute(
        text(
            "SELECT row_id, min(recorded_at) AS first, max(recorded_at) AS last FROM ledger_entry"
            " WHERE table_name = :table AND row_id = ANY (:row_ids) GROUP BY row_id"
        ),
        {"table": table, "row_ids": list(row_ids)},
    )
    return {row.row_id: (row.first, row.last) for row in rows}


def find_last_changes(
    session: Session, table: str, row_ids: Sequence[int], columns: Sequence[str], *, until: datetime | None = None
) -> dict[int, datetime]:
    """When one of these columns last went from one value to another, of the rows of which one did.

    To fill in what was empty, or to empty it, changes nothing: a value that comes back different does.
    """
    rows = session.execute(
        text(
            "SELECT row_id, max(recorded_at) AS at FROM ("
            " SELECT row_id, recorded_at, snapshot -> name AS held,"
            "  lag(snapshot -> name) OVER (PARTITION BY row_id, name ORDER BY version) AS before"
            " FROM ledger_entry, unnest(CAST(:columns AS text[])) AS name"
            " WHERE table_name = :table AND row_id = ANY (:row_ids) AND snapshot -> name <> 'null'"
            " AND (CAST(:until AS timestamptz) IS NULL OR recorded_at < :until)) AS compared"
            " WHERE held <> before GROUP BY row_id"
        ),
        {"table": table, "row_ids": list(row_ids), "columns": list(columns), "until": until},
    )
    return {row.row_id: row.at for row in rows}


def get_version(session: Session, table: str, row_id: int, version: int) -> dict[str, Any] | None:
    """What a row held at one of its versions."""
    found = session.execute(
        text("SELECT snapshot FROM ledger_entry WHERE table_name = :table AND row_id = :row_id AND version = :version"),
        {"table": table, "row_id": row_id, "version": version},
    ).one_or_none()
    if found is None:
        return None
    return _with_texts(found.snapshot, _find_texts(session, [found.snapshot], []))


_LATEST = (
    "SELECT DISTINCT ON (row_id) row_id, verb, snapshot FROM ledger_entry"
    " WHERE table_name = :table AND recorded_at < :until{} ORDER BY row_id, version DESC"
)
_HOLDS = "snapshot ->> CAST(:column AS text) = ANY (CAST(:among AS text[]))"
_SNAPSHOTS = text(_LATEST.format(""))
_SNAPSHOTS_OF = text(_LATEST.format(" AND row_id = ANY (:among)"))
# Two steps: the rows that ever held one of the values, then those whose latest version does.
_SNAPSHOTS_HOLDING = text(
    "SELECT row_id, verb, snapshot FROM ("
    + _LATEST.format(
        " AND row_id IN (SELECT e.row_id FROM ledger_entry e WHERE e.table_name = :table AND e.recorded_at < :until"
        f" AND e.{_HOLDS})"
    )
    + f") AS latest WHERE {_HOLDS}"
)


def find_snapshots(
    session: Session, table: str, *, until: datetime, column: str | None = None, among: Collection[int] = ()
) -> dict[int, dict[str, Any]]:
    """What each row of a table held at an instant, by id; rows deleted by then are left out.

    With a column (of whole numbers), only the rows that then held one of these values in it.
    """
    asked: dict[str, Any] = {"table": table, "until": until}
    if column is None:
        query = _SNAPSHOTS
    elif column == "id":
        query, asked["among"] = _SNAPSHOTS_OF, list(among)
    else:
        query, asked["column"], asked["among"] = _SNAPSHOTS_HOLDING, column, [str(value) for value in among]
    rows = session.execute(query, asked).all()
    kept = {row.row_id: row.snapshot for row in rows if row.verb != "delete"}
    texts = _find_texts(session, kept.values(), [])
    return {row_id: _with_texts(snapshot, texts) for row_id, snapshot in kept.items()}


def _find_texts(
    session: Session, snapshots: Iterable[Mapping[str, Any]], reasons: Iterable[str | None]
) -> dict[str, str]:
    digests = {
        value
        for snapshot in snapshots
        for value in snapshot.values()
        if isinstance(value, str) and value.startswith(_TEXT)
    } | {reason for reason in reasons if reason}
    if not digests:
        return {}
    rows = session.execute(
        text("SELECT digest, value FROM ledger_text WHERE digest = ANY (:digests)"),
        {"digests": list(digests)},
    ).all()
    return {row.digest: row.value for row in rows}


def _with_texts(snapshot: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    return {name: texts.get(value, value) if isinstance(value, str) else value for name, value in snapshot.items()}


def count_unsealed(session: Session) -> tuple[int, datetime | None]:
    """How many entries wait for their seal, and since when the oldest does."""
    row = session.execute(
        text(
            "SELECT count(*) AS waiting, min(recorded_at) AS oldest FROM ledger_entry e"
            " WHERE e.xid >= coalesce((SELECT xid_below FROM ledger_horizon), 0)"
            " AND NOT EXISTS (SELECT FROM ledger_seal s WHERE s.entry_id = e.id)"
        )
    ).one()
    return row.waiting, row.oldest
