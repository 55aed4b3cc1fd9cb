"""Writing the records of an import, a batch at a time; what somebody changed since the preview stays."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from registry.datasets.forms import DatasetForm, DistributionForm
from registry.datasets.models import Dataset, Distribution
from registry.datasets.parts import write_distributions, write_parts
from registry.datasets.queries import find_by_identifier, find_distributions_of, find_versions_of
from registry.datasets.service import change_sheet, touch_owed
from registry.datasets.vocabulary import Nature
from registry.exchange.beside import find_system_named
from registry.exchange.comparing import AMBIGUOUS, ANNULLED, is_ambiguous, row_values, sheet_among, sheet_values
from registry.exchange.edits import KEPT
from registry.exchange.models import CHANGED_SINCE, PUBLIC, ImportAction, ImportBatch, ImportLine
from registry.exchange.queries import find_records, find_sheets
from registry.exchange.recording import record_sheets
from registry.exchange.rules import EMPTY, distribution_changes, names_a_kind
from registry.kernel.sort_keys import indexed_sort_key
from registry.kernel.words import _, mark
from registry.ledger.service import say, touch
from registry.organisations.forms import PersonForm
from registry.organisations.queries import find_subtree
from registry.organisations.service import find_or_record_person
from registry.platform.lists import load_list

_DECLARED = mark("Catalogue déclaré celui d’un portail ouvert à tous, là où le fichier ne dit rien du niveau d’accès.")
_STAYED = mark("Ce champ a été modifié au registre depuis l’aperçu : sa valeur y est restée.")


def write_lines(session: Session, batch: ImportBatch, rows: Sequence[Any]) -> None:
    """Writes what these rows of records say (`find_next`): new sheets, and what changes of those the register holds.

    Of a record that makes a new sheet nothing is noted: its row is enough.
    """
    within = find_subtree(session, batch.organisation_id)
    borne = find_by_identifier(session, within, [row.identifier for row in rows])
    # Locked in one statement, as every change of many sheets does: in two, each could wait for the other for ever.
    # What was read of them before is read again.
    wanted = {sheet.id for sheets in borne.values() for sheet in sheets}
    held = find_sheets(session, wanted | {row.dataset_id for row in rows if row.dataset_id}, lock=True)
    known, ambiguous = _meant(batch, rows, borne, held)
    records = find_records(session, known.keys() | ambiguous)
    for number in ambiguous:
        _refuse(records[number], AMBIGUOUS)
    lines = [records.get(row.id, row) for row in rows if row.id not in ambiguous]
    files = find_distributions_of(session, [sheet.id for sheet in known.values()])
    contacts = _find_contacts(session, batch, lines, known)
    say(session, "exchange:import:apply", _(_DECLARED) if batch.summary.get(PUBLIC) else None)
    systems = _systems_to_come(session, lines)
    _record_new(session, batch, [line for line in lines if line.id not in known], contacts, systems)
    made: list[tuple[ImportLine, Dataset]] = []
    for line in lines:
        sheet = known.get(line.id)
        if sheet is None:
            continue
        if sheet.annulled:
            _refuse(line, ANNULLED)
            continue
        _amend_from(session, line, sheet, files.get(sheet.id, ()), contacts.get(line.id), systems.get(line.id))
        made.append((line, sheet))
    session.flush()
    versions = find_versions_of(session, [sheet.id for _line, sheet in made])
    for line, sheet in made:
        line.applied, line.dataset_id, line.applied_version = True, sheet.id, versions[sheet.id]
        # What is written needs no second copy: it would outlive the erasure of the contact it names.
        line.content = still_to_mend(line.content)
        touch(session, "dataset", sheet.id)


def _meant(
    batch: ImportBatch, rows: Sequence[Any], borne: Mapping[str, Sequence[Dataset]], held: Mapping[int, Dataset]
) -> tuple[dict[int, Dataset], set[int]]:
    """The sheet each record speaks of, where the register has it; and the records of which nobody can tell."""
    known: dict[int, Dataset] = {}
    ambiguous: set[int] = set()
    for row in rows:
        owner, sheets = _owner_of(row, batch), borne.get(row.identifier, [])
        if row.content.get("as_said"):
            sheets = [sheet for sheet in sheets if sheet.organisation_id == owner]
        if is_ambiguous(sheets, owner):
            ambiguous.add(row.id)
        elif (found := sheet_among(sheets, owner)) is not None:
            known[row.id] = found
    # A record recognised by another name was compared with a sheet that does not bear its identifier.
    otherwise = {row.dataset_id: row.id for row in rows if row.dataset_id and row.id not in known.keys() | ambiguous}
    return known | {otherwise[number]: sheet for number, sheet in held.items() if number in otherwise}, ambiguous


def _owner_of(line: Any, batch: ImportBatch) -> int:
    """The body a new sheet is for: the one its record names, else the one the import is for."""
    return int(line.content.get("owner_id") or batch.organisation_id)


def _record_new(
    session: Session,
    batch: ImportBatch,
    lines: Sequence[Any],
    contacts: Mapping[int, int],
    systems: Mapping[int, int],
) -> None:
    """Records the sheets the register has not, all at once."""
    if not lines:
        return
    more: dict[int, dict[str, Any]] = {}
    for line in lines:
        said = line.content["sheet"]
        more[line.id] = {
            "organisation_id": _owner_of(line, batch),
            "title_sort": indexed_sort_key(said["title"]),
            "contact_person_id": contacts.get(line.id),
            # An export of ours says what kind of dataset each is, or that nobody knows.
            "nature": said.get("nature") if line.content.get("as_said") else _nature_of(said),
        }
        if line.id in systems:
            more[line.id]["information_system_id"] = systems[line.id]
    for number in record_sheets(session, lines, more):
        touch(session, "dataset", number)
    for one in more.values():
        touch_owed(session, one["organisation_id"], one["nature"])


def _systems_to_come(session: Session, lines: Sequence[Any]) -> dict[int, int]:
    """The system of each record that names one its own file brought, recorded before the sheets were."""
    found: dict[int, int] = {}
    named: dict[tuple[int, str], int | None] = {}
    for line in lines:
        if "system_to_come" not in line.content:
            continue
        owner, name = line.content["system_to_come"]
        if (owner, name) not in named:
            system = find_system_named(session, owner, name)
            named[owner, name] = system.id if system is not None else None
        if (number := named[owner, name]) is not None:
            found[line.id] = number
    return found


def _write_parts(session: Session, line: ImportLine, sheet: Dataset) -> bool:
    """Writes the interfaces and fields of a record, where it says them; says whether any changed."""
    parts = line.content.get("parts")
    if not parts:
        return False
    return write_parts(session, sheet, DatasetForm.model_validate({"title": sheet.title, **parts}))


def still_to_mend(content: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a record once it is not to be written: its line of a table, where it is to be mended."""
    return {"cells": content["cells"]} if "cells" in content else {}


def _refuse(line: ImportLine, message: str) -> None:
    """Sets a record aside as it was to be written, and says why."""
    line.action, line.applied, line.content = ImportAction.REFUSED, True, still_to_mend(line.content)
    note(line, "refused", "identifier", message)


@lru_cache(maxsize=1)
def _kind_words() -> tuple[str, ...]:
    """The words by which a record may be of a kind that a law names (`policies/lists/natures.yaml`)."""
    found = (str(entry.facts.get("words", "")) for entry in load_list("natures").entries.values())
    return tuple(word.strip() for words in found for word in words.split(",") if word.strip())


def _nature_of(sheet: Mapping[str, Any]) -> str | None:
    """What kind of dataset a new record is: no source says so. Unknown where its words suggest one a law names."""
    said = (sheet["title"], *sheet.get("keywords", ()), sheet.get("description") or "")
    given: str | None = sheet.get("nature")
    return given if given is not None or names_a_kind(said, _kind_words()) else str(Nature.OTHER)


def _find_contacts(
    session: Session, batch: ImportBatch, lines: Sequence[Any], known: Mapping[int, Dataset]
) -> dict[int, int]:
    """Who is the contact of each record that has none at the register yet, found there or recorded."""
    found: dict[int, int] = {}
    by_contact: dict[tuple[Any, ...], int] = {}
    for line in lines:
        contact, sheet = line.content["contact"], known.get(line.id)
        if not contact or "contact" in line.changes.get(KEPT, {}) or (sheet is not None and sheet.annulled):
            continue
        if sheet is not None and not _is_contact_as_seen(line, sheet):
            continue
        owner = _owner_of(line, batch) if sheet is None else sheet.organisation_id
        key = (owner, *sorted(contact.items()))
        if key not in by_contact:
            by_contact[key] = find_or_record_person(session, owner, PersonForm(**contact)).id
        found[line.id] = by_contact[key]
    return found


def _is_contact_as_seen(line: ImportLine, sheet: Dataset) -> bool:
    """Whether a record gives its sheet a contact, where the sheet's is the one that the preview saw."""
    gives = "contact" in line.changes or line.seen_version is None
    if gives and sheet.contact_person_id == line.content.get("contact_seen"):
        return True
    if gives or sheet.contact_person_id is None:
        # Somebody chose a contact since the preview, or took it away.
        note(line, CHANGED_SINCE, "contact_person_id", _STAYED)
    return False


def _amend_from(
    session: Session,
    line: ImportLine,
    sheet: Dataset,
    rows: Sequence[Distribution],
    contact_person_id: int | None,
    system_id: int | None,
) -> None:
    """Writes what a record changes of a sheet: one version of it, whether its columns or what is below it change."""
    values = DatasetForm.model_validate({"title": sheet.title, **line.content["sheet"]})
    names = _still_to_write(line, sheet)
    columns = {name: getattr(values, name) for name in names}
    if contact_person_id is not None:
        columns["contact_person_id"] = contact_person_id
    if system_id is not None and sheet.information_system_id is None:
        columns["information_system_id"] = system_id
    below = _bring_files(session, line, sheet, rows)
    if line.content.get("parts") and sheet.version != line.seen_version:
        note(line, CHANGED_SINCE, "", _STAYED)
    elif line.content.get("parts"):
        below |= _write_parts(session, line, sheet)
    change_sheet(sheet, columns, below=below)


def _still_to_write(line: ImportLine, sheet: Dataset) -> list[str]:
    """The fields of a record that nobody changed between the preview and now; the others stay, and are named."""
    by_hand = line.changes.get(KEPT, {})
    read = {name: value for name, value in line.content["sheet"].items() if name not in by_hand}
    if sheet.version == line.seen_version:
        return list(read)
    current = sheet_values(sheet)
    names: list[str] = []
    kept: list[str] = []
    for name, value in read.items():
        seen = line.changes[name][0] if name in line.changes else value if line.seen_version else None
        if current[name] != value:
            # A field somebody emptied since is one they changed.
            as_seen = current[name] == seen or (current[name] in EMPTY and seen in EMPTY)
            (names if as_seen else kept).append(name)
    for name in kept:
        note(line, CHANGED_SINCE, name, _STAYED)
    return names


def note(line: ImportLine, code: str, path: str, message: str) -> None:
    """Adds to a record what was met as it was written or taken back."""
    found = {
        "severity": "warning", "code": code, "subject": line.identifier, "path": path,
        "message": _(message), "value": "",
    }  # fmt: skip
    line.anomalies = [*line.anomalies, found]


def _bring_files(session: Session, line: ImportLine, sheet: Dataset, rows: Sequence[Distribution]) -> bool:
    """Writes the distributions of a record; where somebody edited the sheet since the preview, only new ones."""
    read = line.content["distributions"]
    as_seen = sheet.version == line.seen_version
    if not as_seen:
        touched = distribution_changes([row_values(row) for row in rows if not row.annulled], read)
        if touched.keys() - {"added"}:
            note(line, CHANGED_SINCE, "distributions", _STAYED)
        known = {row.identifier for row in rows}
        read = [one for one in read if one["identifier"] not in known]
    forms = [DistributionForm.model_validate(one) for one in read]
    return write_distributions(session, sheet, forms, existing=rows, partly=True, whole=as_seen)
