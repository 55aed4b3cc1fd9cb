"""Reading one field of a record: the value checked, or an anomaly and the record without it."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

from rdflib.term import BNode, Literal, Node, URIRef

from registry.exchange.rdf.subject import Subject, Taken, language_of, order_shown, written
from registry.exchange.values import CODE, LINE, PROSE, read_address, read_day
from registry.exchange.vocabulary import Fate
from registry.kernel.plain_text import has_markup, plain_text
from registry.platform.lists import CodeList

MANY = 500
_RAW_PROSE = 8 * PROSE
"""Units: characters of markup read at most, whatever the text that comes out."""


def read_line(subject: Subject, name: str, *predicates: str) -> str | None:
    """A short text on one line."""
    return _line_of(subject, name, subject.take(name, *predicates))


def read_title(subject: Subject, *predicates: str) -> str | None:
    """The title of a dataset on one line: people know a dataset by it, so what it loses is said."""
    taken = subject.take("title", *predicates)
    title = _line_of(subject, "title", taken)
    shown = language_of(min(taken, key=order_shown)) if taken else ""
    for value in taken:
        text = subject.reading.text(value, taken.home)
        if has_markup(text):
            subject.note("title-markup", "title", text)
        elif title and language_of(value) != shown and " ".join(text.split()) != title:
            subject.note("title-other-language", "title", text)
    return title


def _line_of(subject: Subject, name: str, taken: Taken) -> str | None:
    best = taken.best(lambda other: subject.note("value-several", name, written(other)))
    if best is None:
        return None
    text = subject.reading.text(best, taken.home)
    line = " ".join((plain_text(text) if "<" in text or "&" in text else text).split())
    return _unless_empty(taken, fitted(subject, name, line, LINE))


def read_prose(subject: Subject, name: str, *predicates: str) -> str | None:
    """A long text: its markup turned into plain text, its paragraphs kept."""
    taken = subject.take(name, *predicates)
    best = taken.best(lambda other: subject.note("value-several", name, written(other)))
    if best is None:
        return None
    text = subject.reading.text(best, taken.home)
    if isinstance(best, Literal) and len(text) != len(str(best)):
        subject.note("characters-removed", name, text)
    if len(text) > _RAW_PROSE:
        subject.note("text-shortened", name, text)
    return _unless_empty(taken, fitted(subject, name, plain_text(text[:_RAW_PROSE]), PROSE))


def _unless_empty(taken: Taken, text: str) -> str | None:
    """An empty text says nothing: its statement is structure, not a value."""
    if not text:
        taken.end(Fate.STRUCTURE, "empty")
    return text or None


def fitted(subject: Subject, name: str, text: str, limit: int) -> str:
    """The text, cut where the register's own limit is, with an anomaly."""
    if len(text) <= limit:
        return text
    subject.note("text-shortened", name, text)
    return text[: limit - 1] + "…"


def read_date(subject: Subject, name: str, *predicates: str) -> date | None:
    """A day; of several, the last for a modification and the first otherwise."""
    taken = subject.take(name, *predicates)
    found: list[tuple[date, Node]] = []
    for value in taken:
        text = written(value)
        day = read_day(text, subject.reading.zone)
        if day is None:
            subject.set_aside(taken, "date-invalid", name, text)
            continue
        if not day[2]:
            subject.note("date-partial", name, text)
        found.append((day[0], value))
    if not found:
        return None
    found.sort(key=lambda pair: pair[0], reverse=name == "modified")
    for day_found, value in found[1:]:
        if day_found == found[0][0]:
            taken.end(Fate.SAME)
        else:
            subject.set_aside(taken, "value-several", name, written(value))
    return found[0][0]


def absorb_date(subject: Subject, known: dict[str, date | None]) -> None:
    """Counts a plain `dcterms:date` as repeating a date the record already has."""
    zone = subject.reading.zone
    for name, day in known.items():
        if day is not None:
            subject.absorb(f"{subject.area}.{name}", "dcterms:date", partial(_is_day, zone, day))


def _is_day(zone: ZoneInfo, day: date, node: Node) -> bool:
    found = read_day(written(node), zone)
    return found is not None and found[0] == day


def read_link(subject: Subject, name: str, *predicates: str) -> str | None:
    """A web address."""
    taken = subject.take(name, *predicates)
    found: list[str] = []
    for value in sorted(taken, key=str):
        address = checked_address(subject, taken, name, value)
        if address is None:
            continue
        if not found:
            found.append(address)
        elif address == found[0]:
            taken.end(Fate.SAME)
        else:
            subject.set_aside(taken, "value-several", name, address)
    return found[0] if found else None


def checked_address(subject: Subject, taken: Taken, name: str, value: Node) -> str | None:
    """The address a value gives, repaired where that is safe, or an anomaly."""
    subject.reading.visit(value)
    text = subject.reading.text(value, taken.home) if isinstance(value, BNode) else written(value)
    address, repaired = read_address(text)
    if address is None:
        subject.set_aside(taken, "address-invalid", name, text)
    elif repaired:
        subject.note("address-repaired", name, text)
    return address


def read_code(subject: Subject, name: str, codes: CodeList, unknown: str, *predicates: str) -> str | None:
    """One code of a closed list."""
    taken = subject.take(name, *predicates)
    found: list[str] = []
    for value in sorted(taken, key=str):
        code = code_of(subject, codes, value, taken.home)
        if code is None:
            subject.set_aside(taken, unknown, name, subject.reading.text(value, taken.home))
        elif not found:
            found.append(code)
        elif code == found[0]:
            taken.end(Fate.SAME)
        else:
            subject.set_aside(taken, "value-several", name, codes.label(code))
    return found[0] if found else None


def read_codes(subject: Subject, name: str, codes: CodeList, unknown: str, *predicates: str) -> list[str]:
    """Codes of a closed list, each once."""
    found: set[str] = set()
    for taken, value in subject.take_all(name, *predicates):
        code = code_of(subject, codes, value, taken.home)
        if code is None:
            subject.set_aside(taken, unknown, name, subject.reading.text(value, taken.home))
        elif code in found:
            taken.end(Fate.SAME)
        else:
            found.add(code)
    return sorted(found)


def code_of(subject: Subject, codes: CodeList, value: Node, home: str) -> str | None:
    """The code a value stands for, by its address, its words or the name of the thing it points at."""
    subject.reading.visit(value)
    text = written(value)
    found = None if isinstance(value, BNode) else codes.find(text)
    if found is None and isinstance(value, Literal) and len(text) > 3 and text[2:3] in "-_":
        found = codes.find(text[:2])
    if found is None:
        label = subject.reading.label(value, home)
        found = codes.find(label) if label else None
    return found


def read_references(subject: Subject, name: str, *predicates: str) -> list[str]:
    """Addresses or names of other things: a standard, a page, a text of law."""
    return texts(subject, name, subject.take_all(name, *predicates), _reference_of(subject))


def _reference_of(subject: Subject) -> Callable[[Taken, Node], str]:
    def reference(taken: Taken, value: Node) -> str:
        subject.reading.visit(value)
        if isinstance(value, URIRef) and "://" in value:
            return written(value)
        return " ".join(subject.reading.text(value, taken.home).split())

    return reference


def texts(
    subject: Subject,
    name: str,
    pairs: Iterable[tuple[Taken, Node]],
    text_of: Callable[[Taken, Node], str],
    *,
    limit: int = CODE,
    most: int = MANY,
) -> list[str]:
    """Distinct texts, sorted: RDF has no order, and an import must find the same list twice."""
    found: dict[str, str] = {}
    for taken, value in pairs:
        text = fitted(subject, name, text_of(taken, value), limit)
        if not text:
            taken.end(Fate.STRUCTURE, "empty")
        elif text.casefold() in found:
            taken.end(Fate.SAME)
        elif len(found) >= most:
            subject.set_aside(taken, "too-many", name, text)
        else:
            found[text.casefold()] = text
    return [found[key] for key in sorted(found)]
