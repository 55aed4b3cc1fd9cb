"""Taking back what an import wrote, one record at a time, unless somebody built on it since."""

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg.errors import ForeignKeyViolation
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.datasets.bulk.service import UNDO_EVENT as BULK_UNDO_EVENT
from registry.datasets.forms import DataServiceForm, DatasetForm, DistributionForm, FieldForm
from registry.datasets.models import DataService, Dataset, DatasetField, Derivation
from registry.datasets.queries import find_distributions_of, find_downstream, find_parts, has_other_parts
from registry.datasets.service import change_sheet
from registry.exchange.comparing import ROW_FIELDS, SHEET_FIELDS
from registry.exchange.edits import BULK_EVENTS, UNDO_EVENT
from registry.exchange.models import ImportLine
from registry.kernel.words import mark
from registry.ledger.queries import Version, find_versions
from registry.ledger.service import touch
from registry.organisations.models import Person
from registry.organisations.queries import find_appointments
from registry.organisations.vocabulary import AppointmentSubject

BY_SOMEBODY = mark("Cette fiche a été modifiée depuis par quelqu’un : défaire l’import l’a laissée telle quelle.")
BY_AN_IMPORT = mark(
    "Cette fiche a été modifiée depuis par un autre import : défaire celui-ci l’a laissée telle quelle."
)


def undo_line(session: Session, line: ImportLine, batch_id: int) -> str:
    """Brings a sheet back to what it was, or takes it out; where it stays as it is, says why.

    What was written since and then undone counts for nothing: the sheet is again as this import left it.
    """
    sheet = session.get(Dataset, line.dataset_id, with_for_update=True, populate_existing=True)
    if sheet is None:
        return BY_SOMEBODY
    past = _standing(session, "dataset", sheet.id, batch_id)
    if not past or past[0].version != line.applied_version:
        return BY_AN_IMPORT if past and _writer(past[0])[0] == "import" else BY_SOMEBODY
    before = next((one for one in past if not _is_of(one, batch_id)), None)
    if before is None:
        return "" if _take_out(session, sheet, batch_id) else BY_SOMEBODY
    if before.verb == "delete":
        return BY_SOMEBODY
    _bring_back(session, sheet, before, batch_id)
    return ""


def _writer(version: Version) -> tuple[str, int | None]:
    """What wrote a version: an import or a bulk edit, by its number, or somebody."""
    if version.batch_id is None:
        return "somebody", None
    return "bulk" if str(version.event).startswith(BULK_EVENTS) else "import", version.batch_id


def _is_of(version: Version, batch_id: int) -> bool:
    return _writer(version) == ("import", batch_id)


def _standing(session: Session, table: str, row_id: int, batch_id: int) -> list[Version]:
    """The history of a row, latest first, without what other imports and bulk edits wrote and then took back."""
    past = find_versions(session, table, row_id)
    undone = {_writer(one) for one in past if one.event in {UNDO_EVENT, BULK_UNDO_EVENT}} - {("import", batch_id)}
    return [one for one in past if _writer(one) not in undone]


def _bring_back(session: Session, sheet: Dataset, before: Version, batch_id: int) -> None:
    # A version older than a field says nothing of it: it is then as it was before anybody could fill it.
    values = DatasetForm.model_validate(
        {name: before.snapshot[name] for name in SHEET_FIELDS if name in before.snapshot}
    )
    if values.contact_person_id is not None and session.get(Person, values.contact_person_id) is None:
        # Another import had recorded them, and was undone since.
        values.contact_person_id = None
    below = False
    for row in find_distributions_of(session, [sheet.id]).get(sheet.id, []):
        past = _standing(session, "distribution", row.id, batch_id)
        then = next((one for one in past if not _is_of(one, batch_id)), None)
        if not _is_last(past, batch_id):
            continue
        below = True
        if then is None:
            session.delete(row)
        else:
            form = DistributionForm.model_validate({name: then.snapshot.get(name) for name in ROW_FIELDS})
            for name in ROW_FIELDS:
                setattr(row, name, getattr(form, name))
            row.annulled = bool(then.snapshot.get("annulled"))
    below |= _parts_back(session, sheet.id, batch_id)
    change_sheet(sheet, {name: getattr(values, name) for name in SHEET_FIELDS}, below=below)
    session.flush()
    touch(session, "dataset", sheet.id)


_PARTS: Mapping[Any, tuple[str, ...]] = {
    DataService: tuple(name for name in DataServiceForm.model_fields if name != "identifier"),
    DatasetField: (*(name for name in FieldForm.model_fields if name != "name"), "position"),
}
"""What stands below a sheet besides its files that an import may write, and the columns it writes."""


def _is_last(past: Sequence[Version], batch_id: int) -> bool:
    """Whether what stands of a row was last written by this import."""
    return bool(past) and _is_of(past[0], batch_id)


def _parts_back(session: Session, dataset_id: int, batch_id: int) -> bool:
    """Brings the interfaces and fields that an import wrote back to what they were; says whether it wrote any."""
    touched = False
    for model, columns in _PARTS.items():
        for row in find_parts(session, model, dataset_id):
            past = _standing(session, str(model.__tablename__), row.id, batch_id)
            if not _is_last(past, batch_id):
                continue
            touched = True
            then = next((one for one in past if not _is_of(one, batch_id)), None)
            if then is None:
                session.delete(row)
                continue
            for name in (*columns, "annulled"):
                setattr(row, name, then.snapshot.get(name))
    return touched


def _take_out(session: Session, sheet: Dataset, batch_id: int) -> bool:
    """Takes out a sheet the import made, unless somebody built on it since; its history stays in the ledger."""
    rows = find_distributions_of(session, [sheet.id]).get(sheet.id, [])
    if find_appointments(session, AppointmentSubject.DATASET, sheet.id):
        return False
    if has_other_parts(session, sheet.id):
        parts = [(model, row) for model in _PARTS for row in find_parts(session, model, sheet.id)]
        if find_downstream(session, sheet.id) or find_parts(session, Derivation, sheet.id):
            return False
        if not all(
            _is_last(_standing(session, str(model.__tablename__), row.id, batch_id), batch_id) for model, row in parts
        ):
            return False
    else:
        parts = []
    if not all(_is_last(_standing(session, "distribution", row.id, batch_id), batch_id) for row in rows):
        return False
    try:
        # Rooms above may hold the sheet too: a processing activity, a contract, a move that was asked for.
        with session.begin_nested():
            for row in (*(row for _model, row in parts), *rows):
                session.delete(row)
            session.flush()
            session.delete(sheet)
            session.flush()
    except IntegrityError as held:
        if not isinstance(held.orig, ForeignKeyViolation):
            raise
        return False
    touch(session, "dataset", sheet.id)
    return True
