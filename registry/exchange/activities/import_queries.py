"""Every SELECT of the imports of records, within the asker's rights."""

from collections import Counter
from collections.abc import Collection, Sequence

from sqlalchemy import ARRAY, ColumnElement, Select, Text, any_, func, literal, select
from sqlalchemy.orm import Mapped, Session
from sqlmodel import col

from registry.datasets.models import Dataset, InformationSystem
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


def find_datasets_called(session: Session, identifiers: Collection[str]) -> dict[str, list[tuple[int, int]]]:
    """The datasets of these identifiers that the asker may read, each with its body."""
    return _found(session, select(col(Dataset.identifier), col(Dataset.id), col(Dataset.organisation_id)).where(
        _among(col(Dataset.identifier), identifiers)
    ))  # fmt: skip


def find_systems_called(session: Session, keys: Collection[str]) -> dict[str, list[tuple[int, int]]]:
    """The information systems of these names, as they are sorted, that the asker may read, each with its body."""
    system = InformationSystem
    return _found(session, select(col(system.name_sort), col(system.id), col(system.organisation_id)).where(
        _among(col(system.name_sort), keys), ~col(system.annulled)
    ))  # fmt: skip


def _among(column: Mapped[str], said: Collection[str]) -> ColumnElement[bool]:
    """Whether a column holds one of these, however many a file names."""
    return column == any_(literal(list(said), ARRAY(Text)))


def _found(session: Session, query: Select[str, int, int]) -> dict[str, list[tuple[int, int]]]:
    found: dict[str, list[tuple[int, int]]] = {}
    for said, number, body in session.execute(query):
        found.setdefault(said, []).append((number, body))
    return found
