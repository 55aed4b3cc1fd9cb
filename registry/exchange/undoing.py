"""Taking back what an import wrote, one record at a time, unless somebody built on it since."""

from sqlalchemy.orm import Session

from registry.datasets.forms import DatasetForm, DistributionForm
from registry.datasets.models import Dataset
from registry.datasets.queries import find_distributions_of, has_other_parts
from registry.datasets.service import change_sheet
from registry.exchange.comparing import ROW_FIELDS, SHEET_FIELDS
from registry.exchange.models import ImportLine
from registry.ledger.queries import find_versions
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
    change_sheet(sheet, {name: getattr(values, name) for name in SHEET_FIELDS}, below=below)
    session.flush()
    touch(session, "dataset", sheet.id)
    return True


def _take_out(session: Session, sheet: Dataset, batch_id: int) -> bool:
    """Takes out a sheet the import made, unless somebody built on it since; its history stays in the ledger."""
    rows = find_distributions_of(session, [sheet.id]).get(sheet.id, [])
    if find_appointments(session, AppointmentSubject.DATASET, sheet.id) or has_other_parts(session, sheet.id):
        return False
    if any(find_versions(session, "distribution", row.id, limit=1)[0].batch_id != batch_id for row in rows):
        return False
    for row in rows:
        session.delete(row)
    session.flush()
    session.delete(sheet)
    session.flush()
    touch(session, "dataset", sheet.id)
    return True
