"""The sheets of the CNIL's simplified record to activities: one sheet each, section after section.

Cells are merged there, so a value is looked for by its section and its order, not by its column.
"""

from zoneinfo import ZoneInfo

from registry.exchange.activities.filling import Filling
from registry.exchange.activities.table_reading import target_of, thin_list
from registry.exchange.activities.terms import code_of, folded, says_nothing
from registry.exchange.activities.vocabulary import CNIL, ReadActivity, ReadRecord, Remark, Sheet

_SECTIONS = (
    ("acteurs", "actors"), ("finalites du traitement", "purposes"), ("finalite s du traitement", "purposes"),
    ("categories de donnees personnelles concernees", "data"), ("donnees sensibles", "data"),
    ("categories de personnes concernees", "people"), ("destinataires", "recipients"),
    ("mesures de securite", "security"), ("transferts hors", "transfers"), ("transfert hors", "transfers"),
)  # fmt: skip
_SIGNS = frozenset({"purposes", "data", "people", "recipients", "security"})
_NUMBERED = ("sous finalite", "finalite ")
_PEOPLE_HEADER, _TYPE = "personnes", "type"


def _section_of(label: str) -> str | None:
    said = folded(label)
    return next((section for words, section in _SECTIONS if said.startswith(words)), None)


def is_fiche(sheet: Sheet) -> bool:
    """Whether a sheet is one of the CNIL's simplified record: by the titles of its sections."""
    found = {_section_of(cells[0]) for _line, cells in sheet.rows if cells and cells[0].strip()}
    return len(found & _SIGNS) >= 3


def read_fiches(sheets: list[Sheet], zone: ZoneInfo) -> ReadRecord:
    """The activities of a CNIL workbook: those that have a sheet, and those that its list alone names."""
    read = ReadRecord(CNIL, [])
    listed: list[ReadActivity] = []
    for sheet in sheets:
        if not is_fiche(sheet):
            listed += thin_list(sheet, zone)
            continue
        one = _read(sheet, zone)
        if "exemple" in folded(sheet.name) or not one.name:
            read.remarks.append(Remark("fiche-empty", sheet.name))
        else:
            read.activities.append(one)
    known = {_key(one) for one in read.activities} | {folded(one.name) for one in read.activities}
    read.activities += [one for one in listed if one.name and not {_key(one), folded(one.name)} & known]
    return read


def _key(one: ReadActivity) -> str:
    return str(one.values.get("reference") or folded(one.name))


def _read(sheet: Sheet, zone: ZoneInfo) -> ReadActivity:
    filling = Filling(ReadActivity(sheet.name, sheet.rows[0][0] if sheet.rows else 1), zone)
    section, titles = "", list[str]()
    for _line, cells in sheet.rows:
        label = cells[0].strip()
        values = [cell.strip() for cell in cells[1:] if cell.strip()]
        found = _section_of(label)
        if found is not None and not (found == "recipients" and section == "recipients"):
            section, titles = found, [folded(value) for value in values]
        elif label and values:
            _TAKES.get(section, _head)(filling, label, values, titles)
    return filling.done()


def _head(filling: Filling, label: str, values: list[str], _titles: list[str]) -> None:
    target = target_of(label)
    if target is not None:
        filling.take(target, values[0], label)


def _actors(filling: Filling, label: str, values: list[str], _titles: list[str]) -> None:
    if "conjoint" in folded(label) and not says_nothing(values[0]):
        filling.take("joint_controllers", " ; ".join(values), label)
    elif target_of(label) == "department":
        filling.take("department", values[0], label)


def _purposes(filling: Filling, label: str, values: list[str], _titles: list[str]) -> None:
    target = target_of(label)
    if target is not None and not says_nothing(values[0]):
        filling.take(target, values[0], label)


def _data(filling: Filling, label: str, values: list[str], titles: list[str]) -> None:
    if says_nothing(values[0]):
        return
    if _PEOPLE_HEADER in titles and len(values) > 1:
        # A sheet of ours says whose the data is between what it is and how long it is kept.
        filling.take("people", values[1], label)
        values = [values[0], *values[2:]]
    precision = "" if folded(values[0]) == "oui" else values[0]
    filling.category(label, precision, values[-1] if len(values) > 1 else "", label, is_heading=True)


def _people(filling: Filling, label: str, values: list[str], _titles: list[str]) -> None:
    said = next((value for value in values if code_of("people_category", value)), ", ".join(values))
    if not says_nothing(said):
        filling.take("people", said, label)


def _recipients(filling: Filling, _label: str, values: list[str], titles: list[str]) -> None:
    if says_nothing(values[0]):
        return
    if titles and titles[-1] == _TYPE:
        kind = code_of("kind", values[-1]) if len(values) > 1 else None
        filling.recipient(values[0], kind, values[1] if len(values) > 2 else "")
        return
    kind = code_of("kind", values[0])
    filling.recipient(values[1] if len(values) > 1 else values[0], kind, "")


def _security(filling: Filling, label: str, values: list[str], _titles: list[str]) -> None:
    if target_of(label) == "security_note":
        filling.take("security_note", values[0], label)
    elif not says_nothing(values[0]):
        filling.measure(values[0], " ; ".join(values[1:]), label)


def _transfers(filling: Filling, label: str, values: list[str], _titles: list[str]) -> None:
    if says_nothing(values[0]) or folded(values[0]).startswith(("sans objet", "aucun")):
        filling.absent("transfers")
        return
    country = next((place for place, value in enumerate(values) if code_of("country", value)), None)
    if country is None:
        filling.transfer(values[0], values[1] if len(values) > 1 else "", " ; ".join(values[2:]), "", label)
        return
    rest = values[country + 1 :]
    recipient = values[0] if country else ""
    filling.transfer(recipient, values[country], rest[0] if rest else "", " ; ".join(rest[1:]), label)


_TAKES = {
    "actors": _actors, "purposes": _purposes, "data": _data, "people": _people, "recipients": _recipients,
    "security": _security, "transfers": _transfers,
}  # fmt: skip
