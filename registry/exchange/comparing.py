"""What a file would do: each of its records against what the register holds. Nothing is written here."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from msgspec import structs
from pydantic import ValidationError
from sqlalchemy.orm import Session

from registry.datasets.forms import EARLIEST, MAX_DISTRIBUTIONS, PARTS, DatasetForm, DistributionForm
from registry.datasets.models import Dataset, Distribution
from registry.datasets.queries import find_by_identifier, find_distributions_of
from registry.datasets.vocabulary import AccessRights
from registry.exchange.anomalies import made
from registry.exchange.contacts import Contacts, is_told, said_of
from registry.exchange.edits import KEPT, Edits, find_edits, sift
from registry.exchange.exports.placing import ExportPlaces
from registry.exchange.models import ImportAction
from registry.exchange.naming import Names
from registry.exchange.outcome import Compared, Outcome
from registry.exchange.parts_comparing import StandingParts, read_parts
from registry.exchange.placing import Place, Places
from registry.exchange.queries import find_absent, find_bringing, find_holders
from registry.exchange.rules import EMPTY, as_standing, changes_of, distribution_changes, same_files, told_files
from registry.exchange.vocabulary import TO_MEND, Anomaly, ReadCatalogue, ReadDataset, Severity
from registry.kernel.words import _, mark
from registry.organisations.forms import PersonForm
from registry.organisations.queries import Known, find_subtree
from registry.web.forms import say_errors

BATCH = 400
"""How many records are compared, or written in one transaction, at once."""

ANNULLED = mark("La fiche de cet identifiant est annulée au registre : rétablissez-la pour la reprendre.")
AMBIGUOUS = mark(
    "Plusieurs organismes ont au registre une fiche de cet identifiant, et celui de l’import n’en a pas : "
    "on ne sait laquelle reprendre. Importez le fichier pour l’organisme concerné."
)
SHEET_FIELDS = tuple(name for name in DatasetForm.model_fields if name not in {*PARTS, "identifier"})
ROW_FIELDS = tuple(DistributionForm.model_fields)
_PARTIAL = frozenset({"answer-partial", "envelope-partial", "page-partial"})
_CONTACT = ("contact_name", "contact_email")
_ABOUT = (
    "owner_name", "owner_siren", "owner_key", "system_name", "system_key", "line", "cells", "known_as",
    "files_partly", "more", "parts",
)  # fmt: skip
"""What a record says of itself and of its place, not of the dataset; `more` stands among its fields."""
_APART = frozenset({*_ABOUT, "distributions"})


def compare_catalogue(
    session: Session,
    organisation_id: int,
    read: ReadCatalogue,
    outcome: Outcome,
    *,
    public: bool = False,
    overwrite_edits: bool = False,
) -> Iterator[list[Compared]]:
    """The records of a file against what the register holds below an organisation, some at a time; writes nothing.

    With `public`, a record that says nothing of its access is one of a portal open to all. What somebody edited
    by hand since an import wrote it stays, unless `overwrite_edits`. They are added up in `outcome`, and the sheets
    they were compared with leave the session.
    """
    said: dict[str, list[Anomaly]] = {}
    for anomaly in read.anomalies:
        said.setdefault(anomaly.subject, []).append(anomaly)
    within = find_subtree(session, organisation_id)
    seen: set[str | tuple[str, str]] = set()
    ground = _Ground(
        session, organisation_id, within, Places(session, within), ExportPlaces(session, organisation_id, read),
        Names(outcome.identifiers), session.info["today"](), public, overwrite_edits,
    )  # fmt: skip
    for start in range(0, len(read.datasets), BATCH):
        part = read.datasets[start : start + BATCH]
        standing = _standing(ground, part)
        found: list[Compared] = []
        for rank, one in enumerate(part, start=start + 1):
            noted = [
                dict(vars(anomaly))
                for anomaly in said.get(one.identifier, ())
                if one.line is None or anomaly.line == one.line
            ]
            named = (one.owner_key, one.identifier) if one.owner_key else one.identifier
            found.append(_record(ground, standing, one.line or rank, one, noted, again=named in seen))
            seen.add(named)
        found = _with_bringing(session, found)
        if not overwrite_edits:
            found = _without_edits(session, found, standing.files)
        outcome.take(found)
        yield found
        session.expunge_all()


@dataclass(frozen=True)
class _Ground:
    """What an import is compared with, from its first record to its last."""

    session: Session
    organisation_id: int
    within: Collection[int]
    places: Places
    exported: ExportPlaces
    names: Names
    today: date
    public: bool
    overwrite_edits: bool


@dataclass(frozen=True)
class _Standing:
    """What the register holds of some records: the sheets of their identifiers, and what stands below these."""

    known: Mapping[str, Sequence[Dataset]]
    otherwise: Mapping[str, Dataset]
    files: Mapping[int, Sequence[Distribution]]
    contacts: Contacts
    parts: StandingParts
    elsewhere: Mapping[str, Sequence[str]]


def _standing(ground: _Ground, part: Sequence[ReadDataset]) -> _Standing:
    session = ground.session
    known: dict[str, Sequence[Dataset]] = {
        **find_by_identifier(session, ground.within, [one.identifier for one in part])
    }
    nameless = [one for one in part if one.identifier not in known and not one.owner_key]
    otherwise = ground.names.recognise(session, ground.within, nameless)
    known |= {name: [sheet] for name, sheet in otherwise.items()}
    sheet_ids = [one.id for sheets in known.values() for one in sheets]
    return _Standing(
        known,
        otherwise,
        find_distributions_of(session, sheet_ids),
        Contacts(session, (one for sheets in known.values() for one in sheets)),
        StandingParts(session, sheet_ids, {kind for one in part for kind in one.parts}),
        find_holders(session, ground.within, [one.identifier for one in part if one.identifier not in known]),
    )


def _record(
    ground: _Ground, standing: _Standing, place: int, one: ReadDataset, anomalies: list[dict[str, Any]], *, again: bool
) -> Compared:
    """One record; with `again`, its file named it before."""
    if again and one.line is not None and not one.owner_key:
        # The reading said it already, and of which line.
        return _set_aside(place, one, anomalies)
    if again:
        message = _("Cet identifiant revient plusieurs fois dans le fichier : seule la première fiche est reprise.")
        return _refused(place, one, anomalies, "identifier", message)
    belongs, unknown = ground.exported.of(one) if one.owner_key else ground.places.of(one)
    anomalies = [*anomalies, *unknown]
    owner_id = belongs.owner_id or ground.organisation_id
    sheets = standing.known.get(one.identifier, [])
    if one.owner_key:
        sheets = [sheet for sheet in sheets if sheet.organisation_id == owner_id]
    if is_ambiguous(sheets, owner_id):
        return _refused(place, one, anomalies, "identifier", _(AMBIGUOUS))
    sheet = sheet_among(sheets, owner_id)
    otherwise, elsewhere = standing.otherwise.get(one.identifier), standing.elsewhere.get(one.identifier, ())
    anomalies += _met(one, sheet, belongs, otherwise, elsewhere)
    contact = standing.contacts.of(sheet)
    told = _compare_one(
        place, one, sheet, standing.files, anomalies, belongs, contact, public=ground.public, today=ground.today
    )
    return _without_whole_line(_with_parts(told, one, standing.parts, belongs, overwrite=ground.overwrite_edits))


def _without_whole_line(told: Compared) -> Compared:
    """The same record; its line of a table stays with it only where something is to be mended there."""
    if "cells" not in told.content or any(one["severity"] in TO_MEND for one in told.anomalies):
        return told
    return replace(told, content={name: value for name, value in told.content.items() if name != "cells"})


def _met(
    one: ReadDataset, sheet: Dataset | None, belongs: Place, otherwise: Dataset | None, holders: Sequence[str]
) -> list[dict[str, Any]]:
    """What is said of a record once it is looked for at the register: under which name, with whom it is."""
    met = []
    if otherwise is not None:
        met.append(made("known-otherwise", one.identifier, "identifier", otherwise.identifier))
    if holders:
        met.append(made("held-elsewhere", one.identifier, "identifier", ", ".join(holders)))
    if sheet is not None and belongs.owner_id not in {None, sheet.organisation_id}:
        owner = one.owner_name or one.owner_siren or ""
        met.append(
            made(
                "owner-differs", one.identifier, "owner_name" if one.owner_name else "owner_siren", owner, line=one.line
            )
        )
    return [asdict(anomaly) for anomaly in met]


def _with_bringing(session: Session, found: Sequence[Compared]) -> list[Compared]:
    """The same records; one whose sheet stays with another body says which import recorded it there."""
    staying = {
        one.dataset_id: one.identifier
        for one in found
        if one.dataset_id is not None and any(said["code"] == "owner-differs" for said in one.anomalies)
    }
    brought = find_bringing(session, staying) if staying else {}
    return [
        replace(one, anomalies=[*one.anomalies, _brought(one, brought[one.dataset_id])])
        if one.dataset_id in staying and one.dataset_id in brought
        else one
        for one in found
    ]


def _brought(one: Compared, batch_id: int) -> dict[str, Any]:
    path = next(said["path"] for said in one.anomalies if said["code"] == "owner-differs")
    return asdict(made("owner-brought", one.identifier, path, str(batch_id)))


def _without_edits(
    session: Session, found: Sequence[Compared], files: Mapping[int, Sequence[Distribution]]
) -> list[Compared]:
    """The same records, once what they would change of values edited by hand is set apart."""
    changed = {one.dataset_id: files.get(one.dataset_id, ()) for one in found if one.dataset_id and one.changes}
    edits = find_edits(session, {sheet: [row.id for row in rows] for sheet, rows in changed.items()})
    return [
        _keep(one, edits[one.dataset_id], changed[one.dataset_id]) if one.dataset_id in edits else one for one in found
    ]


def _keep(one: Compared, edits: Edits, rows: Sequence[Distribution]) -> Compared:
    sifted = sift(one.content, one.changes, edits, [(row.id, row.annulled, row_values(row)) for row in rows])
    if not sifted.kept:
        return one
    content = {
        **one.content,
        "distributions": sifted.distributions,
        "source_distributions": one.content["distributions"],
    }
    action = ImportAction.CHANGE if sifted.changes else ImportAction.UNCHANGED
    return replace(
        one,
        action=action,
        content=content,
        changes={**sifted.changes, KEPT: sifted.kept},
        declared_public=one.declared_public and "access_rights" in sifted.changes,
    )


def absent_from(
    session: Session, organisation_id: int, source_name: str, read: ReadCatalogue, outcome: Outcome
) -> list[dict[str, Any]]:
    """The sheets that came from this catalogue and are no longer in its file; a part of a file tells nothing of it."""
    if any(one.code in _PARTIAL for one in read.anomalies):
        return []
    return find_absent(session, organisation_id, source_name, outcome.identifiers, outcome.sheets)


def sheet_among(sheets: Sequence[Dataset], organisation_id: int) -> Dataset | None:
    """The sheet an import into an organisation speaks of: its own first, else that of the one body below."""
    return next((one for one in sheets if one.organisation_id == organisation_id), sheets[0] if sheets else None)


def is_ambiguous(sheets: Sequence[Dataset], organisation_id: int) -> bool:
    """Whether several bodies below an organisation bear an identifier that it does not bear itself."""
    return len(sheets) > 1 and all(one.organisation_id != organisation_id for one in sheets)


def _compare_one(
    place: int,
    one: ReadDataset,
    sheet: Dataset | None,
    files: Mapping[int, Sequence[Distribution]],
    anomalies: list[dict[str, Any]],
    belongs: Place,
    contact: Known | None,
    *,
    public: bool,
    today: date,
) -> Compared:
    one, impossible = _without_impossible_days(one, today)
    anomalies = [*anomalies, *impossible]
    try:
        content = _content(one, belongs)
    except ValidationError as error:
        problems = say_errors(error)
        path, message = next(iter(problems.items()))
        if any(said["severity"] == Severity.ERROR and said["path"] == path for said in anomalies):
            # The reading said it already, and what to do about it.
            return _set_aside(place, one, anomalies)
        return _refused(place, one, anomalies, path, message)
    declared = public and _says_nothing_of_access(content, anomalies) and not (sheet and sheet.access_rights)
    if declared:
        content["sheet"]["access_rights"] = str(AccessRights.PUBLIC)
    if sheet is None:
        given = {"access_rights": [None, str(AccessRights.PUBLIC)]} if declared else {}
        return Compared(
            place, one.identifier, one.title, ImportAction.CREATE, None, None, content, given, anomalies, declared
        )
    if sheet.annulled:
        return _refused(place, one, anomalies, "identifier", _(ANNULLED), sheet)
    rows = [row for row in files.get(sheet.id, ()) if not row.annulled]
    standing = [row_values(row) for row in rows]
    if one.files_partly and one.line is not None:
        added = told_files(standing, content["distributions"])
        names = {str(file["identifier"]) for file in added}
        content["distributions"] = [*added, *(file for file in standing if str(file["identifier"]) not in names)]
    else:
        content["distributions"] = same_files(standing, content["distributions"], partly=one.files_partly)
    said = sheet_values(sheet)
    if not one.owner_key:
        content["sheet"] = as_standing(said, content["sheet"], standing, owner_name=one.owner_name)
    for name in sheet.locked_fields:
        if name in content["sheet"] and content["sheet"].pop(name) != said[name]:
            anomalies.append(asdict(made("locked-field", one.identifier, name, "")))
    changes: dict[str, Any] = changes_of(said, content["sheet"])
    touched = distribution_changes(standing, content["distributions"])
    if touched:
        changes["distributions"] = touched
    if content["contact"] and not is_told(content["contact"], contact, known=sheet.contact_person_id is not None):
        changes["contact"] = [said_of(contact), content["contact"].get("email") or content["contact"].get("name")]
        # What the preview saw is replaced, and nothing else.
        content["contact_seen"] = sheet.contact_person_id
    action = ImportAction.CHANGE if changes else ImportAction.UNCHANGED
    return Compared(
        place, one.identifier, sheet.title, action, sheet.id, sheet.version, content, changes, anomalies, declared
    )


def _with_parts(told: Compared, one: ReadDataset, parts: StandingParts, belongs: Place, *, overwrite: bool) -> Compared:
    """The same record with what it changes of the interfaces and fields of its sheet, and the system it brings."""
    if told.action is ImportAction.REFUSED or not one.owner_key:
        return told
    try:
        read = read_parts(one)
    except ValidationError as error:
        path, message = next(iter(say_errors(error).items()))
        return _refused(told.line_no, one, told.anomalies, path, message)
    changes, anomalies = dict(told.changes), list(told.anomalies)
    content: dict[str, Any] = {**told.content, "as_said": True, "parts": {}}
    if belongs.system_to_come is not None:
        content["system_to_come"] = list(belongs.system_to_come)
        if told.dataset_id is not None:
            changes["system_name"] = [None, belongs.system_to_come[1]]
    for kind, rows in read.items():
        touched = parts.changes(told.dataset_id, kind, rows) if told.dataset_id is not None else {"added": rows}
        if not touched:
            continue
        if told.dataset_id is not None and parts.is_by_hand(told.dataset_id, kind) and not overwrite:
            anomalies.append(asdict(made("parts-kept", one.identifier, kind, "", line=one.line)))
            continue
        content["parts"][kind] = rows
        if told.dataset_id is not None:
            changes[kind] = touched
    action = told.action
    if action is ImportAction.UNCHANGED and changes:
        action = ImportAction.CHANGE
    return replace(told, action=action, content=content, changes=changes, anomalies=anomalies)


def _without_impossible_days(one: ReadDataset, today: date) -> tuple[ReadDataset, list[dict[str, Any]]]:
    """A record without the days that the form would refuse, and what is said of each."""
    days = [one.issued, one.modified, *(day for file in one.distributions for day in (file.issued, file.modified))]
    if all(day is None or EARLIEST <= day <= today for day in days):
        return one, []
    found: list[dict[str, Any]] = []

    def possible(day: date | None, path: str) -> date | None:
        if day is None or EARLIEST <= day <= today:
            return day
        code = "date-to-come" if day > today else "date-too-early"
        found.append(asdict(made(code, one.identifier, path, day.isoformat())))
        return None

    files = [
        structs.replace(
            file,
            issued=possible(file.issued, f"distributions[{number}].issued"),
            modified=possible(file.modified, f"distributions[{number}].modified"),
        )
        for number, file in enumerate(one.distributions, start=1)
    ]
    issued, modified = possible(one.issued, "issued"), possible(one.modified, "modified")
    return structs.replace(one, distributions=files, issued=issued, modified=modified), found


def _says_nothing_of_access(content: Mapping[str, Any], anomalies: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a record gives no access level, not even in words that are none."""
    return not content["sheet"].get("access_rights") and all(one["code"] != "access-right-unknown" for one in anomalies)


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
        "line": one.line,
        "column": "",
    }
    return _set_aside(place, one, [*anomalies, found], sheet)


def _set_aside(place: int, one: ReadDataset, anomalies: list[dict[str, Any]], sheet: Dataset | None = None) -> Compared:
    """A record that is not written, for what is said of it already."""
    dataset_id = sheet.id if sheet else None
    return Compared(
        place, one.identifier, one.title, ImportAction.REFUSED, dataset_id, None, _quoted(one), {}, anomalies
    )  # fmt: skip


def _quoted(one: ReadDataset) -> dict[str, Any]:
    """The line of a table as it was written, where it is to be mended."""
    return {"cells": one.cells} if one.cells is not None else {}


def _content(one: ReadDataset, belongs: Place) -> dict[str, Any]:
    """The record as the sheet's form takes it, as JSON; its contact apart.

    Raises: ValidationError.
    """
    values = {name: value for name, value in structs.asdict(one).items() if value and name not in _APART}
    values |= {name: value for name, value in one.more.items() if value not in EMPTY}
    if belongs.system_id is not None:
        values["information_system_id"] = belongs.system_id
    contact = {name.removeprefix("contact_"): values.pop(name) for name in _CONTACT if name in values}
    files = [
        {name: value for name, value in structs.asdict(file).items() if value not in EMPTY}
        for file in one.distributions
    ]
    sheet = _validated(values, files)
    kept = sheet.pop("distributions", [])
    return {
        "sheet": sheet,
        "distributions": kept,
        "contact": PersonForm.model_validate(contact).model_dump(mode="json", exclude_none=True),
        **({"owner_id": belongs.owner_id} if belongs.owner_id is not None else {}),
        **_quoted(one),
    }


def _validated(values: dict[str, Any], files: list[dict[str, Any]]) -> dict[str, Any]:
    """A sheet with its files as JSON, once its form took them.

    Raises: ValidationError; of a file, as its own form says it.
    """
    if len(files) <= MAX_DISTRIBUTIONS:
        with suppress(ValidationError):
            form = DatasetForm.model_validate({**values, "distributions": files} if files else values)
            return form.model_dump(mode="json", exclude_unset=True, exclude={"identifier"})
    # Each apart: a file is told by its own fields, and before the sheet.
    kept = [DistributionForm.model_validate(one).model_dump(mode="json", exclude_unset=True) for one in files]
    sheet = DatasetForm.model_validate(values).model_dump(mode="json", exclude_unset=True, exclude={"identifier"})
    return {**sheet, "distributions": kept}


def sheet_values(sheet: Dataset) -> dict[str, Any]:
    """A sheet as an import compares it: as JSON, without its identifier and its files."""
    return DatasetForm.model_construct(**{name: getattr(sheet, name) for name in SHEET_FIELDS}).model_dump(
        mode="json", include=set(SHEET_FIELDS)
    )


def row_values(row: Distribution) -> dict[str, Any]:
    """A distribution as an import compares it: as JSON."""
    return DistributionForm.model_construct(**{name: getattr(row, name) for name in ROW_FIELDS}).model_dump(mode="json")
