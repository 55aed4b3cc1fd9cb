"""Every SELECT about imports."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Select, Text, any_, case, cast, func, literal, or_, select, text
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from registry.datasets.models import Dataset
from registry.datasets.queries import find_by_identifier
from registry.exchange.edits import KEPT
from registry.exchange.models import (
    CHANGED_SINCE,
    LEFT,
    OVER,
    ColumnMapping,
    ImportAccount,
    ImportAction,
    ImportBatch,
    ImportLine,
    ImportState,
)
from registry.kernel.errors import NotFound
from registry.kernel.words import _
from registry.organisations.models import Organisation

PAGE_SIZE = 50
_WRITES = (ImportAction.CREATE, ImportAction.CHANGE)
_TO_WRITE = ("id", "identifier", "dataset_id", "seen_version", "content", "changes")
_MAPPINGS = 50
_READ_TOGETHER = 2000
"""How many rows of a long answer stand in memory."""
WORK_LOCK = 72_036_110
"""With the number of an import, the advisory lock held by whoever reads it, applies it or takes it back."""


def get_batch(session: Session, batch_id: int, *, lock: bool = False) -> ImportBatch:
    """One import within the asker's rights; with `lock`, nobody else changes it until the end.

    Raises: NotFound.
    """
    # What the session read before it had the lock is read again: somebody else may have changed it in between.
    found = session.get(ImportBatch, batch_id, with_for_update=lock or None, populate_existing=lock)
    if found is None:
        raise NotFound(_("Cet import n’existe pas, ou vos droits ne vous le montrent pas."))
    return found


def is_at_work(session: Session, batch_id: int) -> bool:
    """Whether somebody reads an import, applies it or takes it back right now: a job, or a command of a terminal."""
    held: bool = session.execute(
        text(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2"
            " AND classid = :kind AND objid = :number"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
        ),
        {"kind": WORK_LOCK, "number": batch_id},
    ).scalar_one()
    return held


_NAMING_FILES = text(
    "SELECT table_name, column_name FROM information_schema.columns"
    " WHERE table_schema = 'public' AND column_name LIKE '%sha256' AND table_name <> 'import_batch'"
)


def is_file_needed(session: Session, digest: str) -> bool:
    """Whether an import that is not over, or a register of any room, names a stored file by its SHA-256."""
    needed = select(col(ImportBatch.id)).where(
        col(ImportBatch.source_sha256) == digest, col(ImportBatch.state).not_in(OVER)
    )
    return session.execute(needed.limit(1)).first() is not None or any(
        session.execute(text(f"SELECT 1 FROM {table} WHERE {column} = :digest LIMIT 1"), {"digest": digest}).first()
        is not None
        for table, column in session.execute(_NAMING_FILES).all()
    )


def find_account(session: Session, batch_id: int) -> ImportAccount | None:
    """What is told of an import in the file's own words, once there is something to tell."""
    query = select(ImportAccount).where(col(ImportAccount.batch_id) == batch_id)
    return session.execute(query).scalar_one_or_none()


def find_mappings(session: Session, organisation_id: int) -> list[dict[str, Any]]:
    """What an organisation remembers of its tables, the latest first, as the process that reads takes it."""
    query = (
        select(ColumnMapping)
        .where(col(ColumnMapping.organisation_id) == organisation_id)
        .order_by(col(ColumnMapping.updated_at).desc(), col(ColumnMapping.id).desc())
        .limit(_MAPPINGS)
    )
    return [
        {"fingerprint": row.fingerprint, "columns": row.columns, "headers": row.headers}
        for row in session.execute(query).scalars()
    ]


def find_batches(session: Session, organisation_ids: Iterable[int], limit: int = PAGE_SIZE) -> Sequence[ImportBatch]:
    """The latest imports into these organisations, within the asker's rights."""
    within = select(ImportBatch).where(col(ImportBatch.organisation_id).in_(list(organisation_ids)))
    return session.execute(within.order_by(col(ImportBatch.id).desc()).limit(limit)).scalars().all()


def find_batches_page(
    session: Session, organisation_ids: Iterable[int], *, before: int | None, limit: int
) -> Sequence[ImportBatch]:
    """The imports into these organisations that came before a number, the latest first."""
    query = select(ImportBatch).where(col(ImportBatch.organisation_id).in_(list(organisation_ids)))
    if before is not None:
        query = query.where(col(ImportBatch.id) < before)
    return session.execute(query.order_by(col(ImportBatch.id).desc()).limit(limit)).scalars().all()


def count_batches(session: Session, organisation_ids: Iterable[int]) -> int:
    """How many imports into these organisations there were."""
    within = col(ImportBatch.organisation_id).in_(list(organisation_ids))
    return session.execute(select(func.count()).select_from(ImportBatch).where(within)).scalar_one()


def find_lines(
    session: Session, batch_id: int, *, action: ImportAction | None = None, after: int = 0, limit: int = PAGE_SIZE
) -> Sequence[ImportLine]:
    """A page of the records of an import, in the file's order.

    One more than `limit` is returned if there are more.
    """
    query = select(ImportLine).where(col(ImportLine.batch_id) == batch_id, col(ImportLine.line_no) > after)
    if action is not None:
        query = query.where(col(ImportLine.action) == action)
    return session.execute(query.order_by(col(ImportLine.line_no)).limit(limit + 1)).scalars().all()


def find_writes(session: Session, batch_id: int, *, applied: bool, limit: int) -> list[ImportLine]:
    """The next records of an import that write something and were, or were not yet, applied."""
    return list(
        session.execute(
            select(ImportLine)
            .where(
                col(ImportLine.batch_id) == batch_id,
                col(ImportLine.applied) == applied,
                col(ImportLine.action).in_(_WRITES),
            )
            .order_by(col(ImportLine.line_no))
            .limit(limit)
        ).scalars()
    )


def find_next(session: Session, batch_id: int, *, limit: int) -> Sequence[Any]:
    """What the next records of an import would write, as rows: to be read, not to be changed."""
    query = (
        select(*(col(getattr(ImportLine, name)) for name in _TO_WRITE))
        .where(col(ImportLine.batch_id) == batch_id, ~col(ImportLine.applied), col(ImportLine.action).in_(_WRITES))
        .order_by(col(ImportLine.line_no))
        .limit(limit)
    )
    return session.execute(query).all()


def find_records(session: Session, line_ids: Collection[int]) -> dict[int, ImportLine]:
    """These records of imports by their number, to be changed."""
    if not line_ids:
        return {}
    query = select(ImportLine).where(col(ImportLine.id) == any_(literal(sorted(line_ids), ARRAY(BigInteger))))
    return {line.id: line for line in session.execute(query).scalars()}


def find_holders(session: Session, within: Iterable[int], identifiers: Iterable[str]) -> dict[str, list[str]]:
    """The names of the bodies elsewhere that have a sheet of these identifiers, of those the asker may read."""
    query = (
        select(col(Dataset.identifier), col(Organisation.name))
        .join(Organisation, col(Organisation.id) == col(Dataset.organisation_id))
        .where(
            col(Dataset.identifier) == any_(literal(list(identifiers), ARRAY(Text))),
            col(Dataset.organisation_id).not_in(list(within)),
            ~col(Dataset.annulled),
        )
        .order_by(col(Organisation.name_sort))
    )
    found: dict[str, list[str]] = {}
    for row in session.execute(query):
        found.setdefault(row.identifier, []).append(row.name)
    return found


def find_sheets(session: Session, dataset_ids: Iterable[int], *, lock: bool = False) -> dict[int, Dataset]:
    """These sheets by their number, of those the asker may read; with `lock`, nobody else changes them."""
    query = (
        select(Dataset)
        .where(col(Dataset.id) == any_(literal(list(dataset_ids), ARRAY(BigInteger))))
        .order_by(col(Dataset.id))
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return {sheet.id: sheet for sheet in session.execute(query).scalars()}


def find_named(session: Session, within: Collection[int], names: Collection[str]) -> list[Dataset]:
    """The sheets of these bodies that other catalogues know by one of these names: as identifier, or as address."""
    found = [sheet for sheets in find_by_identifier(session, within, names).values() for sheet in sheets]
    # Asked apart: of one condition or the other, the database would read every sheet.
    query = select(Dataset).where(
        col(Dataset.uri) == any_(literal(list(names), ARRAY(Text))),
        col(Dataset.organisation_id) == any_(literal(list(within), ARRAY(BigInteger))),
    )
    found += session.execute(query).scalars()
    return sorted({sheet.id: sheet for sheet in found}.values(), key=lambda sheet: sheet.id)


def find_bringing(session: Session, sheets: Mapping[int, str]) -> dict[int, int]:
    """The import that recorded each of these sheets, of those given with the identifier an import brings them under."""
    query = select(col(ImportLine.dataset_id), func.max(col(ImportLine.batch_id))).where(
        col(ImportLine.identifier) == any_(literal(list(sheets.values()), ARRAY(Text))),
        col(ImportLine.dataset_id) == any_(literal(list(sheets), ARRAY(BigInteger))),
        col(ImportLine.action) == ImportAction.CREATE,
        col(ImportLine.applied),
    )
    rows = session.execute(query.group_by(col(ImportLine.dataset_id)))
    return {row[0]: row[1] for row in rows if row[0] is not None}


def find_brought(session: Session, within: Collection[int], identifiers: Collection[str]) -> dict[str, int]:
    """Into which sheet imports of these bodies last brought the records of these identifiers."""
    query = (
        select(col(ImportLine.identifier), col(ImportLine.dataset_id))
        .join(ImportBatch, col(ImportBatch.id) == col(ImportLine.batch_id))
        .where(
            col(ImportLine.identifier) == any_(literal(list(identifiers), ARRAY(Text))),
            col(ImportLine.dataset_id).is_not(None),
            col(ImportLine.action) != ImportAction.REFUSED,
            col(ImportBatch.organisation_id).in_(within),
            col(ImportBatch.state) == ImportState.APPLIED,
        )
        .order_by(col(ImportLine.id))
    )
    return {row.identifier: row.dataset_id for row in session.execute(query)}


def find_absent(
    session: Session, organisation_id: int, source_name: str, identifiers: Collection[str], found: Collection[int]
) -> list[dict[str, Any]]:
    """The sheets that imports of a catalogue into an organisation made or found, and that its file no longer has.

    `found` are the sheets its records were recognised as, whatever their identifiers.
    """
    query = (
        select(col(Dataset.id), col(Dataset.identifier), col(Dataset.title))
        .where(
            ~col(Dataset.annulled),
            select(col(ImportLine.id))
            .join(ImportBatch, col(ImportBatch.id) == col(ImportLine.batch_id))
            .where(
                col(ImportLine.dataset_id) == col(Dataset.id),
                col(ImportLine.action) != ImportAction.REFUSED,
                col(ImportBatch.organisation_id) == organisation_id,
                col(ImportBatch.source_name) == source_name,
                col(ImportBatch.state) == ImportState.APPLIED,
            )
            .exists(),
        )
        .order_by(col(Dataset.title_sort), col(Dataset.id))
    )
    among, recognised = frozenset(identifiers), frozenset(found)
    return [
        {"dataset_id": row.id, "identifier": row.identifier, "title": row.title}
        for row in session.execute(query, execution_options={"yield_per": _READ_TOGETHER})
        if row.identifier not in among and row.id not in recognised
    ]


_IN_THE_FILE = cast(
    literal(
        '$[*] ? ((@.severity == "error" || @.severity == "warning")'
        f' && @.code != "{CHANGED_SINCE}" && @.code != "{LEFT}")'
    ),
    JSONPATH,
)
"""What is wrong in the file itself: not what was met as its records were written, or taken back."""


def find_to_mend(session: Session, batch_id: int) -> Sequence[ImportLine]:
    """The records of an import in which something is to be mended in the file, in its order."""
    return session.execute(_to_mend(batch_id).order_by(col(ImportLine.line_no))).scalars().all()


def has_to_mend(session: Session, batch_id: int) -> bool:
    """Whether something is to be mended in the file of an import, in one of its records."""
    return session.execute(_to_mend(batch_id).limit(1)).first() is not None


def _to_mend(batch_id: int) -> Select[ImportLine]:
    return select(ImportLine).where(
        col(ImportLine.batch_id) == batch_id, cast(col(ImportLine.anomalies), JSONB).op("@?")(_IN_THE_FILE)
    )


def find_kept(session: Session, batch_id: int) -> Sequence[ImportLine]:
    """The records of an import that would change values edited by hand, and leave them."""
    query = select(ImportLine).where(col(ImportLine.batch_id) == batch_id, col(ImportLine.changes).op("?")(KEPT))
    return session.execute(query.order_by(col(ImportLine.line_no))).scalars().all()


def find_left(session: Session, batch_id: int) -> Sequence[ImportLine]:
    """The records of an import that undoing it left as they were."""
    query = select(ImportLine).where(
        col(ImportLine.batch_id) == batch_id, cast(col(ImportLine.anomalies), JSONB).contains([{"code": LEFT}])
    )
    return session.execute(query.order_by(col(ImportLine.line_no))).scalars().all()


def find_later(session: Session, batch_id: int) -> int | None:
    """The latest of the imports that wrote since a sheet of this one, and that still stands."""
    mine, other = aliased(ImportLine), aliased(ImportLine)
    standing = or_(col(mine.applied), cast(col(mine.anomalies), JSONB).contains([{"code": LEFT}]))
    query = (
        select(func.max(col(other.batch_id)))
        .join(mine, col(mine.dataset_id) == col(other.dataset_id))
        .where(
            col(mine.batch_id) == batch_id,
            col(mine.action).in_(_WRITES),
            standing,
            col(other.batch_id) != batch_id,
            col(other.action).in_(_WRITES),
            col(other.applied),
            col(other.applied_version) > col(mine.applied_version),
        )
    )
    return session.execute(query).scalar_one()


def count_actions(session: Session, batch_id: int) -> dict[str, int]:
    """How many records of an import there are for each action."""
    query = select(col(ImportLine.action), func.count()).where(col(ImportLine.batch_id) == batch_id)
    counted = {row[0]: int(row[1]) for row in session.execute(query.group_by(col(ImportLine.action)))}
    return {str(action): counted.get(action, 0) for action in ImportAction}


def count_undone(session: Session, batch_id: int) -> dict[str, int]:
    """How many records of an import were created, or changed, and then taken back."""
    query = select(col(ImportLine.action), func.count()).where(
        col(ImportLine.batch_id) == batch_id,
        col(ImportLine.action).in_(_WRITES),
        col(ImportLine.applied_version).is_not(None),
        ~col(ImportLine.applied),
        ~cast(col(ImportLine.anomalies), JSONB).contains([{"code": LEFT}]),
    )
    counted = {row[0]: int(row[1]) for row in session.execute(query.group_by(col(ImportLine.action)))}
    return {str(action): counted.get(action, 0) for action in _WRITES}


def count_writes(session: Session, batch_id: int) -> tuple[int, int]:
    """How many records of an import write something, and how many of them are applied."""
    row = session.execute(
        select(
            func.count(col(ImportLine.id)).label("all"),
            func.count(case((col(ImportLine.applied), 1))).label("applied"),
        ).where(col(ImportLine.batch_id) == batch_id, col(ImportLine.action).in_(_WRITES))
    ).one()
    return int(row[0]), int(row[1])
