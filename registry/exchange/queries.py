"""Every SELECT about imports."""

from collections.abc import Sequence

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.exchange.models import ImportAction, ImportBatch, ImportLine
from registry.kernel.errors import NotFound
from registry.kernel.words import _

PAGE_SIZE = 50
_WRITES = (ImportAction.CREATE, ImportAction.CHANGE)


def get_batch(session: Session, batch_id: int, *, lock: bool = False) -> ImportBatch:
    """One import within the asker's rights; with `lock`, nobody else changes it until the end.

    Raises: NotFound.
    """
    found = session.get(ImportBatch, batch_id, with_for_update=lock or None)
    if found is None:
        raise NotFound(_("Cet import n’existe pas, ou vos droits ne vous le montrent pas."))
    return found


def find_batches(session: Session, limit: int = PAGE_SIZE) -> Sequence[ImportBatch]:
    """The latest imports within the asker's rights."""
    return session.execute(select(ImportBatch).order_by(col(ImportBatch.id).desc()).limit(limit)).scalars().all()


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


def count_writes(session: Session, batch_id: int) -> tuple[int, int]:
    """How many records of an import write something, and how many of them are applied."""
    row = session.execute(
        select(
            func.count(col(ImportLine.id)).label("all"),
            func.count(case((col(ImportLine.applied), 1))).label("applied"),
        ).where(col(ImportLine.batch_id) == batch_id, col(ImportLine.action).in_(_WRITES))
    ).one()
    return int(row[0]), int(row[1])
