"""Taking back what an import wrote, one record at a time, unless somebody built on it since."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from registry.datasets.forms import DataServiceForm, DatasetForm, DistributionForm, FieldForm
from registry.datasets.models import DataService, Dataset, DatasetField, Derivation
from registry.datasets.queries import find_distributions_of, find_downstream, find_parts, has_other_parts
from registry.datasets.service import change_sheet
from registry.exchange.comparing import ROW_FIELDS, SHEET_FIELDS
from registry.exchange.models import ImportLine
from registry.ledger.queries import Version, find_versions
from registry.ledger.service import touch
from registry.organisations.queries import find_appointments
from registry.organisations.vocabulary import AppointmentSubject


def undo_line(session: Session, line: ImportLine, batch_id: int) -> bool:
    """Brings a sheet back to what it was, or takes it out; false where it stays as somebody left it."""
    sheet = session.get(Dataset, line.dataset_id, with_for_update=True, populate_existing=True)
    if sheet is None or sheet.version != line.applied_version:
        return False
    before = next((one for one in find_versions(session, "dataset", sheet.id) if one.batch_id != batch_id), None)
    if before is None:
        return _take_out(session, sheet, batch_id)
    if before.verb == "delete":
        return False
    # A version older than a field says nothing of it: it is then as it was before anybody could fill it.
    values = DatasetForm.model_validate(
        {name: before.snapshot[name] for name in SHEET_FIELDS if name in before.snapshot}
    )
    below = False
    for row in find_distributions_of(session, [sheet.id]).get(sheet.id, []):
        past = find_versions(session, "distribution", row.id)
        then = next((one for one in past if one.batch_id != batch_id), None)
        if past[0].batch_id != batch_id:
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
    return True


_PARTS: Mapping[Any, tuple[str, ...]] = {
    DataService: tuple(name for name in DataServiceForm.model_fields if name != "identifier"),
    DatasetField: (*(name for name in FieldForm.model_fields if name != "name"), "position"),
}
"""What stands below a sheet besides its files that an import may write, and the columns it writes."""


def _last(session: Session, model: Any, row: Any) -> list[Version]:
    return find_versions(session, str(model.__tablename__), row.id)


def _parts_back(session: Session, dataset_id: int, batch_id: int) -> bool:
    """Brings the interfaces and fields that an import wrote back to what they were; says whether it wrote any."""
    touched = False
    for model, columns in _PARTS.items():
        for row in find_parts(session, model, dataset_id):
            past = _last(session, model, row)
            if past[0].batch_id != batch_id:
                continue
            touched = True
            then = next((one for one in past if one.batch_id != batch_id), None)
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
        if any(_last(session, model, row)[0].batch_id != batch_id for model, row in parts):
            return False
        for _model, row in parts:
            session.delete(row)
    if any(find_versions(session, "distribution", row.id, limit=1)[0].batch_id != batch_id for row in rows):
        return False
    for row in rows:
        session.delete(row)
    session.flush()
    session.delete(sheet)
    session.flush()
    touch(session, "dataset", sheet.id)
    return True
