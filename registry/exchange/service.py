"""Bringing a catalogue in: compared first, then applied by batches under one number, and undone if need be.

Nothing half-written: the whole file is validated and compared before anything changes; each batch is one
transaction, and an import cut short goes on from the first record it had not applied.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.datasets.forms import DatasetForm, DistributionForm
from registry.datasets.models import Dataset, Distribution
from registry.datasets.queries import find_by_identifier, find_distributions_of, find_versions_of
from registry.datasets.service import change_columns
from registry.exchange.models import ImportAction, ImportBatch, ImportLine, ImportState
from registry.exchange.queries import count_writes, find_writes, get_batch
from registry.exchange.rules import EMPTY, changes_of, distribution_changes
from registry.exchange.vocabulary import ReadCatalog, ReadCatalogue, ReadDataset
from registry.kernel.errors import Conflict
from registry.kernel.sort_keys import sort_key
from registry.kernel.words import _, mark
from registry.ledger.queries import find_versions
from registry.ledger.service import say, touch
from registry.organisations.forms import PersonForm
from registry.organisations.queries import find_appointments, find_subtree
from registry.organisations.service import find_or_record_person
from registry.organisations.vocabulary import AppointmentSubject
from registry.web.forms import say_errors

BATCH = 200
Report = Callable[[int, int, str], None]
_WRITERS_LOCK = 7_203_611_003
"""Imports write one batch at a time: two of them never wait for each other's new records in a circle."""
_CONTACT = ("contact_name", "contact_email")
_ANNULLED = mark("La fiche de cet identifiant est annulée au registre : rétablissez-la pour la reprendre.")
_CHANGED_SINCE = mark("Ce champ a été modifié au registre depuis l’aperçu : sa valeur y est restée.")


@dataclass
class ImportReport:
    """What an import did, or would do."""

    batch_id: int | None = None
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    anomalies: list[dict[str, Any]] = field(default_factory=list)
    leftovers: list[dict[str, Any]] = field(default_factory=list)
    triples: int = 0
    distributions: int = 0
    dry_run: bool = False

    def as_json(self) -> dict[str, Any]:
        """The same as JSON."""
        return asdict(self)

    def sentences(self) -> list[str]:
        """The same in words."""
        lead = _("Aperçu, rien n’est écrit : ") if self.dry_run else ""
        lines = [
            lead
            + _("{created} jeux créés, {changed} modifiés, {unchanged} sans changement, {refused} refusés.").format(
                created=self.created, changed=self.changed, unchanged=self.unchanged, refused=self.refused
            )
        ]
        if self.batch_id is not None:
            lines.append(_("Import n° {number}.").format(number=self.batch_id))
        lines += [f"  {one['subject'] or '—'} · {one['path']} : {one['message']}" for one in self.anomalies[:50]]
        if len(self.anomalies) > 50:
            lines.append(
                _("  … et {more} autres anomalies (--json les montre toutes).").format(more=len(self.anomalies) - 50)
            )
        for one in self.leftovers:
            lines.append(_("Propriété sans place au registre : {predicate} ({count} fois).").format(**one))
        return lines


@dataclass(frozen=True)
class Compared:
    """One record of the file against the register."""

    line_no: int
    identifier: str
    title: str
    action: ImportAction
    dataset_id: int | None
    seen_version: int | None
    content: dict[str, Any]
    changes: dict[str, Any]
    anomalies: list[dict[str, Any]]


def compare_catalogue(session: Session, organisation_id: int, read: ReadCatalogue) -> list[Compared]:
    """Each record of a file against what the register holds below an organisation; writes nothing."""
    said: dict[str, list[dict[str, Any]]] = {}
    for anomaly in read.anomalies:
        said.setdefault(anomaly.subject, []).append(asdict(anomaly))
    within = find_subtree(session, organisation_id)
    compared: list[Compared] = []
    seen: set[str] = set()
    for start in range(0, len(read.datasets), BATCH):
        part = read.datasets[start : start + BATCH]
        known = find_by_identifier(session, within, [one.identifier for one in part])
        files = find_distributions_of(session, [one.id for one in known.values()])
        for place, one in enumerate(part, start=start + 1):
            anomalies = said.get(one.identifier, [])
            if one.identifier in seen:
                message = _(
                    "Cet identifiant revient plusieurs fois dans le fichier : seule la première fiche est reprise."
                )
                compared.append(_refused(place, one, anomalies, "identifier", message))
                continue
            seen.add(one.identifier)
            compared.append(_compare_one(place, one, known.get(one.identifier), files, anomalies))
    return compared


def _compare_one(
    place: int,
    one: ReadDataset,
    sheet: Dataset | None,
    files: Mapping[int, Sequence[Distribution]],
    anomalies: list[dict[str, Any]],
) -> Compared:
    try:
        content = _content(one)
    except ValidationError as error:
        problems = say_errors(error)
        path, message = next(iter(problems.items()))
        return _refused(place, one, anomalies, path, message)
    if sheet is None:
        return Compared(place, one.identifier, one.title, ImportAction.CREATE, None, None, content, {}, anomalies)
    if sheet.annulled:
        return _refused(place, one, anomalies, "identifier", _(_ANNULLED), sheet)
    rows = [row for row in files.get(sheet.id, ()) if not row.annulled]
    changes: dict[str, Any] = changes_of(_sheet_values(sheet), content["sheet"])
    touched = distribution_changes([_row_values(row) for row in rows], content["distributions"])
    if touched:
        changes["distributions"] = touched
    if _new_contact(sheet, content):
        changes["contact"] = [None, content["contact"].get("email") or content["contact"].get("name")]
    action = ImportAction.CHANGE if changes else ImportAction.UNCHANGED
    return Compared(place, one.identifier, sheet.title, action, sheet.id, sheet.version, content, changes, anomalies)


def _new_contact(sheet: Dataset, content: Mapping[str, Any]) -> bool:
    return bool(content["contact"]) and sheet.contact_person_id is None


def _refused(
    place: int,
    one: ReadDataset,
    anomalies: list[dict[str, Any]],
    path: str,
    message: str,
    sheet: Dataset | None = None,
) -> Compared:
    found = {
        "severity": "error",
        "code": "refused",
        "subject": one.identifier,
        "path": path,
        "message": message,
        "value": "",
    }
    return Compared(
        place, one.identifier, one.title, ImportAction.REFUSED, sheet.id if sheet else None, None, {}, {},
        [*anomalies, found],
    )  # fmt: skip


def _content(one: ReadDataset) -> dict[str, Any]:
    """The record as the sheet's form takes it, as JSON; its contact apart.

    Raises: ValidationError.
    """
    values = asdict(one)
    files = values.pop("distributions")
    contact = {name.removeprefix("contact_"): values.pop(name) for name in _CONTACT}
    kept = []
    for file in files:
        form = DistributionForm.model_validate({name: value for name, value in file.items() if value not in EMPTY})
        kept.append(form.model_dump(mode="json", exclude_unset=True))
    sheet = DatasetForm.model_validate({name: value for name, value in values.items() if value not in EMPTY})
    who = PersonForm.model_validate({name: value for name, value in contact.items() if value})
    return {
        "sheet": sheet.model_dump(mode="json", exclude_unset=True, exclude={"identifier"}),
        "distributions": kept,
        "contact": who.model_dump(mode="json", exclude_none=True),
    }


_SHEET_FIELDS = tuple(name for name in DatasetForm.model_fields if name not in {"identifier", "distributions"})
_ROW_FIELDS = tuple(DistributionForm.model_fields)


def _sheet_values(sheet: Dataset) -> dict[str, Any]:
    return DatasetForm.model_construct(**{name: getattr(sheet, name) for name in _SHEET_FIELDS}).model_dump(
        mode="json", include=set(_SHEET_FIELDS)
    )


def _row_values(row: Distribution) -> dict[str, Any]:
    return DistributionForm.model_construct(**{name: getattr(row, name) for name in _ROW_FIELDS}).model_dump(
        mode="json"
    )


def receive_import(
    session: Session, organisation_id: int, *, source_name: str, source_sha256: str, source_format: str = ""
) -> ImportBatch:
    """A file that came in for an organisation; nothing of it is read yet."""
    say(session, "exchange:import:receive")
    batch = ImportBatch(
        organisation_id=organisation_id,
        source_name=source_name,
        source_format=source_format,
        source_sha256=source_sha256,
        state=ImportState.READING,
        created_at=session.execute(select(func.now())).scalar_one(),
    )
    session.add(batch)
    session.flush()
    return batch


def preview_import(session: Session, batch: ImportBatch, read: ReadCatalogue) -> list[Compared]:
    """Keeps what a file would do, to be looked at and then applied or abandoned."""
    compared = compare_catalogue(session, batch.organisation_id, read)
    say(session, "exchange:import:preview")
    batch.source_format = str(read.format)
    batch.summary = _summary(read, compared)
    batch.state = ImportState.PREVIEWED
    session.flush()
    rows = [
        {
            "organisation_id": batch.organisation_id, "batch_id": batch.id, "line_no": one.line_no,
            "identifier": one.identifier, "title": one.title or one.identifier, "action": one.action,
            "dataset_id": one.dataset_id, "seen_version": one.seen_version, "content": one.content,
            "changes": one.changes, "anomalies": one.anomalies, "applied": False,
        }
        for one in compared
    ]  # fmt: skip
    if rows:
        session.execute(insert(ImportLine), rows)
    return compared


def refuse_import(session: Session, batch: ImportBatch, sentence: str) -> None:
    """Keeps why a file could not be read."""
    say(session, "exchange:import:refuse")
    batch.state = ImportState.UNREADABLE
    batch.summary = {"refusal": sentence}
    session.flush()


def _summary(read: ReadCatalogue, compared: Sequence[Compared]) -> dict[str, Any]:
    counts = {str(action): sum(one.action is action for one in compared) for action in ImportAction}
    return {
        **counts,
        "triples": read.tally.triples,
        "distributions": sum(len(one.distributions) for one in read.datasets),
        "leftovers": [asdict(one) for one in read.leftovers],
        "anomalies": [asdict(one) for one in read.anomalies if not one.subject],
        "anomaly_count": len(read.anomalies),
        "catalogue": TypeAdapter(ReadCatalog).dump_python(read.catalogue, mode="json"),
    }


def apply_import(session_of: Callable[[], Any], batch_id: int, report: Report) -> None:
    """Applies what a preview kept, by batches; goes on from where it was cut short.

    `session_of` opens one transaction that acts for whoever asked.
    Raises: Conflict when the import was undone or abandoned.
    """
    with session_of() as session:
        batch = get_batch(session, batch_id, lock=True)
        if batch.state is ImportState.APPLIED:
            return
        if batch.state not in {ImportState.PREVIEWED, ImportState.APPLYING}:
            raise Conflict(
                _("Cet import est « {state} » : il ne peut pas être appliqué.").format(state=batch.state.label)
            )
        say(session, "exchange:import:apply")
        batch.state = ImportState.APPLYING
        total, done = count_writes(session, batch_id)
    while written := _apply_next(session_of, batch_id):
        done += written
        report(done, total, _("Écriture des fiches"))
    with session_of() as session:
        batch = get_batch(session, batch_id, lock=True)
        say(session, "exchange:import:apply")
        batch.state = ImportState.APPLIED


def _apply_next(session_of: Callable[[], Any], batch_id: int) -> int:
    """Applies the next records of an import, in one transaction; says how many."""
    try:
        return _apply_once(session_of, batch_id)
    except IntegrityError:
        # Somebody recorded one of these identifiers while it was being written: it is there now, and is compared.
        return _apply_once(session_of, batch_id)


def _apply_once(session_of: Callable[[], Any], batch_id: int) -> int:
    with session_of() as session:
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITERS_LOCK})
        lines = find_writes(session, batch_id, applied=False, limit=BATCH)
        if lines:
            _apply_lines(session, get_batch(session, batch_id), lines)
        return len(lines)


def _apply_lines(session: Session, batch: ImportBatch, lines: Sequence[ImportLine]) -> None:
    within = find_subtree(session, batch.organisation_id)
    known = find_by_identifier(session, within, [line.identifier for line in lines], lock=True)
    files = find_distributions_of(session, [sheet.id for sheet in known.values()])
    contacts = _find_contacts(session, batch, lines, known)
    say(session, "exchange:import:apply")
    made: list[tuple[ImportLine, Dataset]] = []
    for line in lines:
        sheet = known.get(line.identifier)
        if sheet is None:
            form = DatasetForm.model_validate(line.content["sheet"])
            values = form.values() | {"contact_person_id": contacts.get(line.id)}
            sheet = Dataset(
                organisation_id=batch.organisation_id,
                identifier=line.identifier,
                title_sort=sort_key(form.title),
                **values,
            )
            session.add(sheet)
        elif sheet.annulled:
            line.action, line.applied = ImportAction.REFUSED, True
            _note(line, "refused", "identifier", _ANNULLED)
            continue
        else:
            _amend_from(session, line, sheet, files.get(sheet.id, ()), contacts.get(line.id))
        made.append((line, sheet))
    session.flush()
    for line, sheet in made:
        if line.identifier not in known:
            _write_files(session, sheet, line.content["distributions"], ())
    session.flush()
    versions = find_versions_of(session, [sheet.id for _line, sheet in made])
    for line, sheet in made:
        line.applied, line.dataset_id, line.applied_version = True, sheet.id, versions[sheet.id]
        touch(session, "dataset", sheet.id)


def _find_contacts(
    session: Session, batch: ImportBatch, lines: Sequence[ImportLine], known: Mapping[str, Dataset]
) -> dict[int, int]:
    """Who is the contact of each record that has none at the register yet, found there or recorded."""
    found: dict[int, int] = {}
    by_contact: dict[tuple[Any, ...], int] = {}
    for line in lines:
        contact, sheet = line.content["contact"], known.get(line.identifier)
        if not contact or (sheet is not None and (sheet.annulled or sheet.contact_person_id is not None)):
            continue
        owner = batch.organisation_id if sheet is None else sheet.organisation_id
        key = (owner, *sorted(contact.items()))
        if key not in by_contact:
            by_contact[key] = find_or_record_person(session, owner, PersonForm(**contact)).id
        found[line.id] = by_contact[key]
    return found


def _amend_from(
    session: Session, line: ImportLine, sheet: Dataset, rows: Sequence[Distribution], contact_person_id: int | None
) -> None:
    """Writes what a record changes of a sheet: one version of it, whether its columns or its files change."""
    values = DatasetForm.model_validate({"title": sheet.title, **line.content["sheet"]})
    names = _still_to_write(line, sheet)
    columns = {name: getattr(values, name) for name in names}
    if contact_person_id is not None:
        columns["contact_person_id"] = contact_person_id
    changed = change_columns(sheet, columns)
    touched = _bring_files(session, line, sheet, rows)
    if touched and not changed:
        # The sheet's version is what `If-Match` compares: a change below it is a change of the sheet.
        sheet.version = sheet.version + 1


def _still_to_write(line: ImportLine, sheet: Dataset) -> list[str]:
    """The fields of a record that nobody changed between the preview and now; the others stay, and are named."""
    if sheet.version == line.seen_version:
        return list(line.content["sheet"])
    current = _sheet_values(sheet)
    names: list[str] = []
    kept: list[str] = []
    for name, value in line.content["sheet"].items():
        seen = line.changes[name][0] if name in line.changes else value if line.seen_version else None
        if current[name] != value:
            (names if current[name] in (seen, *EMPTY) else kept).append(name)
    for name in kept:
        _note(line, "changed-since", name, _CHANGED_SINCE)
    return names


def _note(line: ImportLine, code: str, path: str, message: str) -> None:
    """Adds to a record what was met as it was written."""
    found = {
        "severity": "warning", "code": code, "subject": line.identifier, "path": path,
        "message": _(message), "value": "",
    }  # fmt: skip
    line.anomalies = [*line.anomalies, found]


def _bring_files(session: Session, line: ImportLine, sheet: Dataset, rows: Sequence[Distribution]) -> bool:
    """Writes the distributions of a record; where somebody edited the sheet since the preview, only new ones."""
    read = line.content["distributions"]
    if sheet.version == line.seen_version:
        return _write_files(session, sheet, read, rows)
    known = {row.identifier for row in rows}
    touched = distribution_changes([_row_values(row) for row in rows if not row.annulled], read)
    if touched.keys() - {"added"}:
        _note(line, "changed-since", "distributions", _CHANGED_SINCE)
    return _write_files(session, sheet, [one for one in read if one["identifier"] not in known], rows, whole=False)


def _write_files(
    session: Session,
    sheet: Dataset,
    read: Iterable[Mapping[str, Any]],
    rows: Sequence[Distribution],
    *,
    whole: bool = True,
) -> bool:
    """Makes the distributions those of the source; what it does not say of one stays. Says whether any changed.

    Without `whole`, `read` is only a part of the source: what it leaves out is not set aside.
    """
    known = {row.identifier: row for row in rows}
    said = set()
    changed = False
    for content in read:
        form = DistributionForm.model_validate(content)
        identifier = str(content["identifier"])
        said.add(identifier)
        row = known.get(identifier)
        values = {name: getattr(form, name) for name in content if name != "identifier"}
        if row is None:
            full = form.model_dump(exclude={"identifier"})
            session.add(
                Distribution(organisation_id=sheet.organisation_id, dataset_id=sheet.id, identifier=identifier, **full)
            )
            changed = True
            continue
        for name, value in {**values, "annulled": False}.items():
            if getattr(row, name) != value:
                setattr(row, name, value)
                changed = True
    for identifier, row in known.items():
        if whole and identifier not in said and not row.annulled:
            row.annulled = True
            changed = True
    return changed


def undo_import(session_of: Callable[[], Any], batch_id: int, report: Report) -> list[str]:
    """Brings each sheet of an import back to what it was, and takes out those it made.

    A sheet somebody built on since stays as it is: the titles of these are returned.
    Raises: Conflict when the import was not applied.
    """
    with session_of() as session:
        batch = get_batch(session, batch_id, lock=True)
        if batch.state not in {ImportState.APPLIED, ImportState.UNDOING, ImportState.APPLYING}:
            raise Conflict(
                _("Seul un import appliqué se défait ; celui-ci est « {state} ».").format(state=batch.state.label)
            )
        say(session, "exchange:import:undo")
        batch.state = ImportState.UNDOING
        total = count_writes(session, batch_id)[1]
    done = 0
    while True:
        with session_of() as session:
            lines = find_writes(session, batch_id, applied=True, limit=BATCH)
            if not lines:
                break
            say(session, "exchange:import:undo")
            kept = []
            for line in lines:
                if not _undo_line(session, line, batch_id):
                    kept.append(line.title)
                line.applied = False
            if kept:
                batch = get_batch(session, batch_id, lock=True)
                batch.summary = {**batch.summary, "kept": [*batch.summary.get("kept", ()), *kept]}
            done += len(lines)
        report(done, total, _("Retour aux fiches d’avant"))
    with session_of() as session:
        batch = get_batch(session, batch_id, lock=True)
        say(session, "exchange:import:undo")
        batch.state = ImportState.UNDONE
        return list(batch.summary.get("kept", ()))


def _undo_line(session: Session, line: ImportLine, batch_id: int) -> bool:
    sheet = session.get(Dataset, line.dataset_id, with_for_update=True)
    if sheet is None or sheet.version != line.applied_version:
        return False
    before = next((one for one in find_versions(session, "dataset", sheet.id) if one.batch_id != batch_id), None)
    if before is None:
        return _take_out(session, sheet, batch_id)
    if before.verb == "delete":
        return False
    values = DatasetForm.model_validate({name: before.snapshot.get(name) for name in _SHEET_FIELDS})
    change_columns(sheet, {name: getattr(values, name) for name in _SHEET_FIELDS})
    for row in find_distributions_of(session, [sheet.id]).get(sheet.id, []):
        past = find_versions(session, "distribution", row.id)
        then = next((one for one in past if one.batch_id != batch_id), None)
        if past[0].batch_id != batch_id:
            continue
        if then is None:
            session.delete(row)
        else:
            form = DistributionForm.model_validate({name: then.snapshot.get(name) for name in _ROW_FIELDS})
            for name in _ROW_FIELDS:
                setattr(row, name, getattr(form, name))
            row.annulled = bool(then.snapshot.get("annulled"))
    session.flush()
    touch(session, "dataset", sheet.id)
    return True


def _take_out(session: Session, sheet: Dataset, batch_id: int) -> bool:
    """Takes out a sheet the import made, unless somebody built on it since; its history stays in the ledger."""
    rows = find_distributions_of(session, [sheet.id]).get(sheet.id, [])
    if find_appointments(session, AppointmentSubject.DATASET, sheet.id):
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


def abandon_import(session: Session, batch_id: int) -> None:
    """Sets a preview aside: nothing of it is written.

    Raises: Conflict when it was already applied.
    """
    batch = get_batch(session, batch_id, lock=True)
    if batch.state is not ImportState.PREVIEWED:
        raise Conflict(_("Cet import est déjà « {state} ».").format(state=batch.state.label))
    say(session, "exchange:import:abandon")
    batch.state = ImportState.ABANDONED


def report_of(
    batch_id: int | None, read: ReadCatalogue, compared: Sequence[Compared], *, dry_run: bool
) -> ImportReport:
    """What to tell whoever asked for the import."""
    counts = {action: sum(one.action is action for one in compared) for action in ImportAction}
    every = [asdict(one) for one in read.anomalies] + [
        anomaly for one in compared for anomaly in one.anomalies if anomaly["code"] == "refused"
    ]
    return ImportReport(
        batch_id=batch_id,
        created=counts[ImportAction.CREATE],
        changed=counts[ImportAction.CHANGE],
        unchanged=counts[ImportAction.UNCHANGED],
        refused=counts[ImportAction.REFUSED],
        anomalies=every,
        leftovers=[asdict(one) for one in read.leftovers],
        triples=read.tally.triples,
        distributions=sum(len(one.distributions) for one in read.datasets),
        dry_run=dry_run,
    )
