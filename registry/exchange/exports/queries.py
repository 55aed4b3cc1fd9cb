"""Every SELECT of an export: rows of each table, a batch of sheets at a time, within the asker's rights."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from registry.datasets.models import DataService, Dataset, DatasetField, Derivation, Distribution, InformationSystem
from registry.exchange.exports.columns import ExportTable
from registry.exchange.exports.layout import export_tables
from registry.organisations.models import Appointment, Organisation, Person, PersonIdentity
from registry.organisations.vocabulary import AppointmentSubject

BATCH = 500
"""How many sheets are read at once: what an export needs of memory."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Bodies:
    """The organisations an asker may know: the key and the name of each, and those read whole."""

    rows: dict[int, Organisation]
    keys: dict[int, str]
    read: frozenset[int]

    def key(self, organisation_id: int | None) -> str | None:
        """The key of an organisation in an export."""
        return self.keys.get(organisation_id or 0)

    def name(self, organisation_id: int | None) -> str | None:
        """The name of an organisation, for whoever reads."""
        found = self.rows.get(organisation_id or 0)
        return found.name if found is not None else None


def find_bodies(session: Session) -> Bodies:
    """The organisations the asker may know. What stands above them is known by its identity alone."""
    found = session.execute(select(Organisation).where(~col(Organisation.annulled))).scalars()
    rows = {body.id: body for body in found}
    role, reads = session.execute(text("SELECT session_user, acting_reads()")).one()
    return Bodies(rows, keys_of(rows), frozenset(reads or ()) if role == "beffroi_app" else frozenset(rows))


def keys_of(rows: dict[int, Organisation]) -> dict[int, str]:
    """The key of each organisation: its SIREN, else that of the nearest above it followed by the names below."""
    keys: dict[int, str] = {}
    for body in sorted(rows.values(), key=lambda one: len(one.lineage)):
        above = keys.get(body.parent_id or 0)
        keys[body.id] = body.siren or (f"{above} / {body.name}" if above else body.name)
    return keys


@dataclass(frozen=True)
class Sheets:
    """The sheets of an export and whose they are; `whole` where nothing narrows them."""

    ids: Sequence[int]
    whole: bool
    bodies: Bodies
    owners: set[int] = field(default_factory=set)
    systems: set[int] = field(default_factory=set)


def find_sheets(session: Session, ids: Sequence[int], *, whole: bool) -> Sheets:
    """What an export of these sheets needs to know beforehand."""
    return Sheets(ids, whole, find_bodies(session))


def find_export(session: Session, sheets: Sheets) -> Iterator[tuple[ExportTable, Iterator[Row]]]:
    """Each table of an export with its rows, read as they are asked for; one table after another."""
    readers = {
        "jeux": _datasets, "distributions": _distributions, "services": _services, "champs": _fields,
        "derivations": _derivations, "systemes": _systems, "organisations": _organisations, "mandats": _appointments,
    }  # fmt: skip
    for table in export_tables():
        yield table, readers[table.name](session, sheets)


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


def _rows(session: Session, query: Select[*tuple[Any, ...]]) -> Iterator[Row]:
    for row in session.execute(query).mappings():
        yield dict(row)


def _datasets(session: Session, sheets: Sheets) -> Iterator[Row]:
    table = Dataset.__table__  # type: ignore[attr-defined]
    for ids in _batches(sheets.ids):
        query = (
            select(
                table,
                col(InformationSystem.name).label("system_name"),
                col(InformationSystem.organisation_id).label("system_organisation"),
            )
            .outerjoin(InformationSystem, col(InformationSystem.id) == col(Dataset.information_system_id))
            .where(col(Dataset.id).in_(ids))
        )
        found = {row["id"]: row for row in _rows(session, query)}
        people = _people(session, {row["contact_person_id"] for row in found.values() if row["contact_person_id"]})
        for number in ids:
            row = found.get(number)
            if row is None:
                continue
            sheets.owners.add(row["organisation_id"])
            if row["information_system_id"] is not None:
                sheets.systems.add(row["information_system_id"])
            name, email = people.get(row["contact_person_id"], (None, None))
            yield row | {
                "organisation_key": sheets.bodies.key(row["organisation_id"]),
                "organisation_name": sheets.bodies.name(row["organisation_id"]),
                "system_organisation_key": sheets.bodies.key(row["system_organisation"]),
                "contact_name": name,
                "contact_email": email,
            }


def _people(session: Session, ids: set[int]) -> dict[int, tuple[str | None, str | None]]:
    """The name and the address of these people, as far as the asker may know them."""
    if not ids:
        return {}
    names, mails = aliased(PersonIdentity), aliased(PersonIdentity)
    query = (
        select(col(Person.id), names.value.label("name"), mails.value.label("email"))  # type: ignore[attr-defined]
        .outerjoin(names, (names.person_id == Person.id) & (names.digest == Person.name_digest))  # type: ignore[arg-type]
        .outerjoin(mails, (mails.person_id == Person.id) & (mails.digest == Person.email_digest))  # type: ignore[arg-type]
        .where(col(Person.id).in_(ids))
    )
    return {row.id: (row.name, row.email) for row in session.execute(query)}


def _below(session: Session, sheets: Sheets, model: Any, *more: Any, joined: Any = None) -> Iterator[Row]:
    """The parts of one kind below each sheet, in the order of the sheets."""
    order = (model.position, model.id) if model is DatasetField else (model.id,)
    for ids in _batches(sheets.ids):
        query = (
            select(
                model.__table__,
                col(Dataset.identifier).label("dataset_identifier"),
                col(Dataset.title).label("dataset_title"),
                *more,
            )
            .join(Dataset, col(Dataset.id) == model.dataset_id)
            .where(model.dataset_id.in_(ids), ~model.annulled)
            .order_by(func.array_position(list(ids), model.dataset_id), *order)
        )
        if joined is not None:
            query = query.outerjoin(joined, joined.id == model.source_id)
        for row in _rows(session, query):
            yield row | {"organisation_key": sheets.bodies.key(row["organisation_id"])}


def _distributions(session: Session, sheets: Sheets) -> Iterator[Row]:
    return _below(session, sheets, Distribution)


def _services(session: Session, sheets: Sheets) -> Iterator[Row]:
    return _below(session, sheets, DataService)


def _fields(session: Session, sheets: Sheets) -> Iterator[Row]:
    return _below(session, sheets, DatasetField)


def _derivations(session: Session, sheets: Sheets) -> Iterator[Row]:
    source = aliased(Dataset)
    more = (
        source.identifier.label("source_identifier"),  # type: ignore[attr-defined]
        source.title.label("source_title"),  # type: ignore[attr-defined]
        source.organisation_id.label("source_organisation"),  # type: ignore[attr-defined]
    )
    for row in _below(session, sheets, Derivation, *more, joined=source):
        yield row | {"source_organisation_key": sheets.bodies.key(row["source_organisation"])}


def _systems(session: Session, sheets: Sheets) -> Iterator[Row]:
    table = InformationSystem.__table__  # type: ignore[attr-defined]
    query = select(table).where(~col(InformationSystem.annulled))
    if not sheets.whole:
        query = query.where(col(InformationSystem.id).in_(sheets.systems))
    for row in _rows(session, query.order_by(col(InformationSystem.name_sort), col(InformationSystem.id))):
        yield row | {
            "organisation_key": sheets.bodies.key(row["organisation_id"]),
            "organisation_name": sheets.bodies.name(row["organisation_id"]),
        }


def _organisations(_session: Session, sheets: Sheets) -> Iterator[Row]:
    bodies = sheets.bodies
    wanted = set(bodies.rows)
    if not sheets.whole:
        wanted = {above for owner in sheets.owners if owner in bodies.rows for above in bodies.rows[owner].lineage}
    for body in sorted(bodies.rows.values(), key=lambda one: one.lineage):
        if body.id in wanted:
            yield {
                "organisation_key": bodies.key(body.id), "name": body.name, "kind": body.kind, "siren": body.siren,
                "siret": body.siret, "insee_code": body.insee_code, "parent_key": bodies.key(body.parent_id),
                "legal_form": body.legal_form, "website": body.website if body.id in bodies.read else None,
            }  # fmt: skip


def _appointments(session: Session, sheets: Sheets) -> Iterator[Row]:
    on_bodies = (
        _mandates()
        .where(col(Appointment.subject_kind) == AppointmentSubject.ORGANISATION)
        .order_by(col(Appointment.id))
    )
    if not sheets.whole:
        on_bodies = on_bodies.where(col(Appointment.subject_id).in_(sheets.owners))
    yield from (_mandate(row, sheets) for row in _rows(session, on_bodies))
    for ids in _batches(sheets.ids):
        on_sheets = _mandates().where(
            col(Appointment.subject_kind) == AppointmentSubject.DATASET, col(Appointment.subject_id).in_(ids)
        )
        order = (func.array_position(list(ids), col(Appointment.subject_id)), col(Appointment.id))
        yield from (_mandate(row, sheets) for row in _rows(session, on_sheets.order_by(*order)))


def _mandates() -> Select[*tuple[Any, ...]]:
    names, mails = aliased(PersonIdentity), aliased(PersonIdentity)
    on_a_sheet = (Dataset.id == Appointment.subject_id) & (Appointment.subject_kind == AppointmentSubject.DATASET)
    return (
        select(
            Appointment.__table__,  # type: ignore[attr-defined]
            col(Dataset.identifier).label("dataset_identifier"),
            names.value.label("person_name"),  # type: ignore[attr-defined]
            mails.value.label("person_email"),  # type: ignore[attr-defined]
        )
        .join(Person, col(Person.id) == col(Appointment.person_id))
        .outerjoin(Dataset, on_a_sheet)  # type: ignore[arg-type]
        .outerjoin(names, (names.person_id == Person.id) & (names.digest == Person.name_digest))  # type: ignore[arg-type]
        .outerjoin(mails, (mails.person_id == Person.id) & (mails.digest == Person.email_digest))  # type: ignore[arg-type]
        .where(~col(Appointment.annulled))
    )


def _mandate(row: Row, sheets: Sheets) -> Row:
    on_body = row["subject_kind"] == AppointmentSubject.ORGANISATION
    owner = row["subject_id"] if on_body else row["organisation_id"]
    return row | {
        "organisation_key": sheets.bodies.key(owner),
        "organisation_name": sheets.bodies.name(owner),
        "since": row["during"].lower,
        "until": row["during"].upper,
    }


def find_catalogue(session: Session, sheets: Sheets) -> Iterator[Row]:
    """Each sheet with what a catalogue in one table says of it: the legal person behind it, its files' formats."""
    for ids in _batches(sheets.ids):
        files = _files(session, ids)
        for row in _datasets(session, replace(sheets, ids=ids)):
            body = _legal_person(sheets.bodies, row["organisation_id"])
            yield row | {
                "formats": [one for one, _address in files.get(row["id"], ())],
                "file_address": next((address for _format, address in files.get(row["id"], ())), None),
                "body_name": body.name if body is not None else None,
                "body_siret": body.siret if body is not None else None,
                "service": None if body is None or body.id == row["organisation_id"] else row["organisation_name"],
            }


def _files(session: Session, ids: Sequence[int]) -> dict[int, list[tuple[str | None, str | None]]]:
    """The format and the address of each file of these sheets, nothing where it is unknown."""
    found: dict[int, list[tuple[str | None, str | None]]] = {}
    address = func.coalesce(col(Distribution.access_url), col(Distribution.download_url)).label("address")
    query = select(col(Distribution.dataset_id), col(Distribution.format), address).where(
        col(Distribution.dataset_id).in_(ids), ~col(Distribution.annulled)
    )
    for row in session.execute(query.order_by(col(Distribution.id))):
        found.setdefault(row.dataset_id, []).append((row.format, row.address))
    return found


def _legal_person(bodies: Bodies, organisation_id: int) -> Organisation | None:
    """The nearest legal person an organisation acts for, as far as the asker may know it."""
    own = bodies.rows.get(organisation_id)
    above = reversed(own.lineage) if own is not None else ()
    return next(
        (bodies.rows[one] for one in above if one in bodies.rows and bodies.rows[one].kind.is_legal_person), None
    )
