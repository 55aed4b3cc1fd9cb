"""Every SELECT of the imports of records, within the asker's rights."""

from collections import Counter
from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.exchange.activities.models import RecordImport, RecordImportLine
from registry.exchange.models import ImportAction
from registry.kernel.errors import NotFound
from registry.kernel.words import _

SHOWN = 50


def get_record_import(session: Session, import_id: int, *, lock: bool = False) -> RecordImport:
    """One import of a record; with `lock`, nobody else changes it until the end.

    Raises: NotFound.
    """
    query = select(RecordImport).where(col(RecordImport.id) == import_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound(_("Cet import n’existe pas, ou vos droits ne vous le montrent pas."))
    return found


def find_record_imports(session: Session, within: Collection[int]) -> Sequence[RecordImport]:
    """The latest imports of records of these bodies."""
    query = select(RecordImport).where(col(RecordImport.organisation_id).in_(list(within)))
    return session.execute(query.order_by(col(RecordImport.id).desc()).limit(SHOWN)).scalars().all()


def find_lines_of(session: Session, import_id: int) -> Sequence[RecordImportLine]:
    """The activities of an import, in the order of its file."""
    query = select(RecordImportLine).where(col(RecordImportLine.import_id) == import_id)
    return session.execute(query.order_by(col(RecordImportLine.line_no))).scalars().all()


def count_lines_of(session: Session, import_ids: Collection[int]) -> dict[int, Counter[ImportAction]]:
    """What became of the activities of these imports."""
    query = (
        select(col(RecordImportLine.import_id), col(RecordImportLine.action), func.count())
        .where(col(RecordImportLine.import_id).in_(list(import_ids)))
        .group_by(col(RecordImportLine.import_id), col(RecordImportLine.action))
    )
    found: dict[int, Counter[ImportAction]] = {number: Counter() for number in import_ids}
    for number, action, count in session.execute(query):
        found[number][action] = count
    return found
