"""What an export brings beside its sheets: the systems they live in, before them; what they are made from, after them.

Systems are found by name within the body that answers for them, else recorded; one that is there stays as it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.datasets.forms import DatasetForm, DerivationForm
from registry.datasets.models import Dataset, Derivation, InformationSystem
from registry.datasets.parts import write_parts
from registry.datasets.queries import find_by_identifier, find_parts
from registry.datasets.service import change_sheet
from registry.datasets.systems.forms import SystemForm
from registry.datasets.systems.service import record_system, set_system_aside
from registry.exchange.exports.queries import keys_of
from registry.exchange.models import ImportBatch, ImportLine
from registry.exchange.rules import EMPTY
from registry.kernel.errors import Invalid
from registry.kernel.sort_keys import indexed_sort_key
from registry.kernel.words import _, mark
from registry.ledger.service import say, touch
from registry.organisations.models import Organisation
from registry.organisations.queries import find_subtree
from registry.organisations.service import take_out_person

_UNDONE = mark("L’import qui l’avait enregistré est défait.")
_WRITTEN = text(
    "SELECT DISTINCT row_id FROM ledger_entry WHERE batch_id = :batch AND table_name = :table AND verb = 'insert'"
)
# Two imports that name the same person are undone in any order: the last of them finds that nobody needs them.
_PERSONS = text(
    "SELECT p.id FROM person p WHERE p.id IN ("
    "SELECT row_id FROM ledger_entry WHERE batch_id = :batch AND table_name = 'person' AND verb = 'insert'"
    " UNION SELECT e.row_id FROM ledger_entry e JOIN import_batch b ON b.id = e.batch_id AND b.state = 'undone'"
    " WHERE e.table_name = 'person' AND e.verb = 'insert' AND e.row_id IN ("
    "SELECT (snapshot ->> 'contact_person_id')::bigint FROM ledger_entry"
    " WHERE batch_id = :batch AND table_name = 'dataset')) ORDER BY p.id"
)
Said = Mapping[str, Any]


def find_owners(session: Session, organisation_id: int) -> dict[str, int]:
    """The bodies below the one an import is for, by their key in an export."""
    bodies = session.execute(select(Organisation).where(~col(Organisation.annulled))).scalars()
    within = find_subtree(session, organisation_id)
    keys = keys_of({body.id: body for body in bodies})
    return {key: number for number, key in keys.items() if number in within}


def record_systems(session: Session, batch: ImportBatch, systems: Sequence[Said]) -> int:
    """Records the systems of an export that the register does not hold; says how many."""
    owners = find_owners(session, batch.organisation_id)
    made = 0
    for said in systems:
        values = {name: value for name, value in said.items() if name in SystemForm.model_fields and value not in EMPTY}
        owner = owners.get(str(said.get("organisation_key") or ""), batch.organisation_id)
        try:
            form = SystemForm.model_validate(values)
        except ValidationError:
            # What it lacks is said of its sheets: their system is unknown.
            continue
        if find_system_named(session, owner, form.name) is None:
            record_system(session, owner, form)
            made += 1
    return made


def find_system_named(session: Session, organisation_id: int, name: str) -> InformationSystem | None:
    """The system of that name of a body, if it has one."""
    query = select(InformationSystem).where(
        col(InformationSystem.organisation_id) == organisation_id,
        col(InformationSystem.name_sort) == indexed_sort_key(name),
    )
    found = session.execute(query).scalar_one_or_none()
    if found is not None and found.annulled:
        return set_system_aside(
            session, found.id, expected=found.version, reason=_("Repris par un import."), annulled=False
        )
    return found


def write_derivations(session: Session, batch: ImportBatch, derivations: Sequence[Said]) -> int:
    """Writes what each sheet of an export is made from, once every sheet is there; says of how many sheets.

    Sources the register does not hold, and circles, are left out: the sheet says less, never something false.
    """
    say(session, "exchange:import:apply")
    owners = find_owners(session, batch.organisation_id)
    wanted: dict[int, list[DerivationForm]] = {}
    sheets: dict[int, Dataset] = {}
    for said in derivations:
        sheet = _sheet_of(session, owners, said, "organisation_key", "dataset_identifier")
        source = _sheet_of(session, owners, said, "source_organisation_key", "source_identifier")
        if sheet is not None and source is not None:
            sheets[sheet.id] = sheet
            wanted.setdefault(sheet.id, []).append(DerivationForm(source_id=source.id, method=said.get("method")))
    return sum(_derive(session, batch.id, sheets[number], forms) for number, forms in wanted.items())


def _derive(session: Session, batch_id: int, sheet: Dataset, forms: Iterable[DerivationForm]) -> bool:
    known = {row.source_id: row for row in find_parts(session, Derivation, sheet.id)}
    missing = [form for form in forms if form.source_id not in known]
    if not missing:
        return False
    standing = [
        DerivationForm(source_id=row.source_id, method=row.method) for row in known.values() if not row.annulled
    ]
    form, before = DatasetForm(title=sheet.title, derivations=[*standing, *missing]), sheet.version
    try:
        with session.begin_nested():
            change_sheet(sheet, {}, below=write_parts(session, sheet, form))
            session.flush()
    except Invalid:
        return False
    session.refresh(sheet)
    # What the import last wrote of this sheet: undoing it looks whether somebody wrote since.
    session.execute(
        update(ImportLine)
        .where(
            col(ImportLine.batch_id) == batch_id,
            col(ImportLine.dataset_id) == sheet.id,
            col(ImportLine.applied),
            col(ImportLine.applied_version) == before,
        )
        .values(applied_version=sheet.version)
    )
    touch(session, "dataset", sheet.id)
    return True


def _sheet_of(session: Session, owners: Mapping[str, int], said: Said, key: str, name: str) -> Dataset | None:
    owner, identifier = owners.get(str(said.get(key) or "")), str(said.get(name) or "")
    if owner is None or not identifier:
        return None
    found = find_by_identifier(session, [owner], [identifier]).get(identifier, [])
    return next((sheet for sheet in found if not sheet.annulled), None)


def take_back_derivations(session: Session, batch_id: int) -> None:
    """Takes out what an import said sheets are made from, before the sheets themselves are taken back."""
    for row in _made(session, Derivation, batch_id):
        sheet = session.get(Dataset, row.dataset_id)
        session.delete(row)
        if sheet is not None:
            touch(session, "dataset", sheet.id)
    session.flush()


def take_back_systems(session: Session, batch_id: int) -> None:
    """Sets aside the systems an import recorded, unless a dataset lives in them or somebody changed them since."""
    for system in _made(session, InformationSystem, batch_id):
        lives = select(col(Dataset.id)).where(col(Dataset.information_system_id) == system.id).limit(1)
        if system.version == 1 and session.execute(lives).first() is None:
            set_system_aside(session, system.id, expected=1, reason=_(_UNDONE), annulled=True)


def find_recorded_persons(session: Session, batch_id: int) -> Sequence[int]:
    """The persons an import recorded, and the contacts of its sheets that another one recorded which is undone."""
    return session.execute(_PERSONS, {"batch": batch_id}).scalars().all()


def take_back_persons(session: Session, person_ids: Iterable[int]) -> None:
    """Takes out persons, unless something refers to them: a sheet left, a role, an account."""
    for number in person_ids:
        take_out_person(session, number)


def _made(session: Session, model: Any, batch_id: int) -> list[Any]:
    numbers = session.execute(_WRITTEN, {"batch": batch_id, "table": model.__tablename__}).scalars().all()
    rows = session.execute(select(model).where(model.id.in_(numbers)).order_by(model.id)).scalars()
    return list(rows)
