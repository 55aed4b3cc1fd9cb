"""One cell to the value its field takes, in codes, French labels or usual words; or an anomaly, and no value."""

import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from registry.exchange.tables.dates import read_french_day
from registry.exchange.tables.fields import (
    ADDRESSES,
    CHOICES,
    DAYS,
    LINES,
    LISTED,
    NUMBERS,
    PROSE,
    SEVERAL,
    SEVERAL_LISTED,
    TEXTS,
    words_of,
)
from registry.exchange.tables.fields import FIELDS as EVERY
from registry.exchange.tables.mappings import OWN, key_of, load_mapping, usual_words
from registry.exchange.values import CODE, LINE, read_address, read_count, read_email
from registry.exchange.values import PROSE as LONGEST
from registry.inspection.texts import cleaned
from registry.kernel.errors import Invalid
from registry.kernel.identifiers import parse_siret
from registry.kernel.plain_text import plain_text
from registry.platform.lists import load_list

Note = Callable[[str, str], None]
"""Notes an anomaly of the cell: its code and the value."""
Read = Callable[[str, Note], Any]

YES = frozenset({"oui", "o", "yes", "y", "vrai", "true", "x", "1", "ouvert", "ouverte"})
NO = frozenset({"non", "n", "no", "faux", "false", "0", "ferme", "fermee"})
_CODED = re.compile(r"(.*) \[([^\[\]]*)\]", re.DOTALL)
_SURE = re.compile(r"[;|\n]")
_ALSO = re.compile(r"[;|\n,]")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_DURATION = re.compile(r"(\d{1,4}) ?(an|ans|annee|annees|mois|m|a)?")
_BROKEN = re.compile(r"#(?:REF|N/A|NAME|VALUE|DIV/0|NUM|NULL|NOM|VALEUR|NOMBRE)[!?]?|Err:\d{3}")
_OR_MORE = re.compile(r"\s+ou\s+plusieurs\s+fois\s+par\s+\w+$", re.IGNORECASE)
"""How the SCDL says that a frequency is the least: the gap between two updates is the same."""
_MOST = 500


def reader_of(field: str, zone: ZoneInfo, *, own: bool) -> Read:
    """How the cells of a column that fills this field are read; `own` for an export of ours, one value a line."""
    split = _off_lines if own else partial(_split, _ALSO if field in _SPLIT_AT_COMMAS else _SURE)
    if field in DAYS:
        return partial(_day, zone, field == "temporal_end")
    if field in LISTED:
        return partial(_code, LISTED[field], field)
    if field in SEVERAL_LISTED:
        return partial(_codes, SEVERAL_LISTED[field], field, split)
    if field in CHOICES:
        choice = partial(_choice, field)
        return partial(_several, choice, split) if field in SEVERAL else choice
    if field in {"declared_absent", "locked_fields"}:
        return partial(_several, _field_name, split)
    if field in TEXTS:
        return partial(_several, partial(_line, CODE if field != "spatial" else LONGEST), split)
    return _PLAIN[field]


_SPLIT_AT_COMMAS = frozenset({"keywords", "formats", "themes", "local_themes", "languages"})


def _split(pattern: re.Pattern[str], cell: str) -> list[str]:
    """The values of a cell: between `;`, `|` or line ends, and commas where none of these is there."""
    parts = _SURE.split(cell)
    if len(parts) == 1 and pattern is _ALSO:
        parts = pattern.split(cell)
    return [part.strip() for part in parts if part.strip()]


def _off_lines(cell: str) -> list[str]:
    lines = [_ESCAPED.sub(lambda found: "\n" if found[1] == "n" else found[1], line) for line in cell.split("\n")]
    return [line.strip() for line in lines if line.strip()]


def _several(read: Read, split: Callable[[str], list[str]], cell: str, note: Note) -> list[Any]:
    found: dict[Any, None] = {}
    for part in split(cell)[:_MOST]:
        value = read(part, note)
        if value is not None:
            found[value] = None
    return list(found)


def _line(limit: int, cell: str, note: Note) -> str | None:
    text = " ".join(cleaned(plain_text(cell) if "<" in cell else cell).split())
    if len(text) > limit:
        note("text-shortened", text)
        text = text[: limit - 1] + "…"
    return text or None


def _prose(cell: str, note: Note) -> str | None:
    text = cleaned(plain_text(cell)).replace("\r\n", "\n").strip()
    if len(text) > LONGEST:
        note("text-shortened", text)
        text = text[: LONGEST - 1] + "…"
    return text or None


def _day(zone: ZoneInfo, last: bool, cell: str, note: Note) -> Any:
    found = read_french_day(cell, zone, last=last)
    if found is None:
        note("row-date-invalid", cell)
        return None
    if found[1]:
        note(found[1], cell)
    return found[0]


def _in_brackets(cell: str) -> tuple[str, str]:
    """The words and the code of a cell of ours, `Licence Ouverte 2.0 [etalab-2.0]`; the code may be empty."""
    found = _CODED.fullmatch(cell.strip())
    return (found[1], found[2]) if found is not None else (cell.strip(), "")


@lru_cache(maxsize=8192)
def _found(name: str, cell: str) -> str | None:
    words, code = _in_brackets(cell)
    known = load_list(name)
    if code in known:
        return code
    return known.find(words) or (known.find(_OR_MORE.sub("", words)) if name == "frequencies" else None)


def is_frequency(cell: str) -> bool:
    """Whether a cell says how often a dataset is updated."""
    return _found("frequencies", cell) is not None


_UNKNOWN = {"frequency": "frequency-unknown", "languages": "language-unknown", "hvd_categories": "hvd-category-unknown"}
_KEPT_AS_THEY_ARE = {"licence": "licence-unknown", "formats": "format-unknown"}


def _code(name: str, field: str, cell: str, note: Note) -> str | None:
    found = _found(name, cell)
    if found is not None:
        return found
    words = _in_brackets(cell)[0]
    if field in _KEPT_AS_THEY_ARE:
        note(_KEPT_AS_THEY_ARE[field], words)
        return _line(CODE, words, note)
    note(_UNKNOWN.get(field, "row-value-unknown"), words)
    return None


def _codes(name: str, field: str, split: Callable[[str], list[str]], cell: str, note: Note) -> list[str]:
    if field == "themes":
        # A theme of the authority's own is told apart by the record.
        return list(dict.fromkeys(_found(name, part) or f"={part}" for part in split(cell)[:_MOST]))
    return _several(partial(_code, name, field), split, cell, note)


@lru_cache(maxsize=8192)
def choice_of(field: str, cell: str) -> str | None:
    """The code of a closed list that a cell says, by its code, its label, or a usual word."""
    words, code = _in_brackets(cell)
    members = CHOICES[field]
    codes = {str(one) for one in members}
    if code in codes:
        return code
    if words in codes:
        return words
    key = key_of(words)
    for label, one in words_of(members).items():
        if key_of(label) == key:
            return one
    found = usual_words().get(field, {}).get(key)
    return found or (load_list("access_rights").find(words) if field == "access_rights" else None)


def _choice(field: str, cell: str, note: Note) -> str | None:
    found = choice_of(field, cell)
    if found is None:
        note("row-access-unknown" if field == "access_rights" else "row-value-unknown", cell)
    return found


def _field_name(cell: str, note: Note) -> str | None:
    words, code = _in_brackets(cell)
    found = next((one for one in (code, words) if one in EVERY), None)
    found = found or load_mapping(OWN).columns.get(key_of(words))
    if not found:
        note("row-value-unknown", cell)
    return found or None


def _number(cell: str, note: Note) -> int | None:
    found = read_count(cell)
    if found is None:
        note("row-number-invalid", cell)
    return found


def _months(cell: str, note: Note) -> int | None:
    """A duration in months; a number alone is one already."""
    found = _DURATION.fullmatch(key_of(cell))
    if found is None:
        note("row-duration-invalid", cell)
        return None
    years = (found[2] or "").startswith("a")
    return int(found[1]) * (12 if years else 1)


def _siret(cell: str, note: Note) -> str | None:
    try:
        return parse_siret(cell)
    except Invalid:
        note("row-siret-invalid", cell)
        return None


def _address(cell: str, note: Note) -> str | None:
    bare = cell.strip()
    address, repaired = read_address(f"https://{bare}" if bare.lower().startswith("www.") else bare)
    if address is None:
        note("row-address-invalid", cell)
    elif repaired:
        note("address-repaired", cell)
    return address


def _email(cell: str, note: Note) -> str | None:
    found = read_email(cell)
    if found is None:
        note("row-email-invalid", cell)
    return found


def _contact(cell: str, note: Note) -> list[tuple[str, str]]:
    """Addresses and names of contacts, told apart."""
    found: list[tuple[str, str]] = []
    for part in _split(_ALSO, cell):
        email = read_email(part) if "@" in part else None
        if email is not None:
            found.append(("contact_email", email))
        elif "@" in part:
            note("row-email-invalid", part)
        else:
            name = _line(LINE, part, note)
            found += [("contact_name", name)] if name else []
    return found


def _open(cell: str, note: Note) -> str | None:
    key = key_of(cell)
    if key in YES:
        return "public"
    if key in NO:
        note("row-open-no", cell)
    else:
        note("row-value-unknown", cell)
    return None


def is_broken(cell: str) -> bool:
    """Whether a cell shows the error of a formula."""
    return cell.startswith(("#", "Err")) and _BROKEN.fullmatch(cell.strip()) is not None


_PLAIN: dict[str, Read] = {
    **dict.fromkeys(LINES, partial(_line, LINE)),
    "acronym": partial(_line, CODE),
    **dict.fromkeys(PROSE, _prose),
    **dict.fromkeys(ADDRESSES, _address),
    **dict.fromkeys(NUMBERS, _number),
    "retention_months": _months,
    "creator_siret": _siret,
    "contact": _contact,
    "contact_email": _email,
    "open_data": _open,
}
