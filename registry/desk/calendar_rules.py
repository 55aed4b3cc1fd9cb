"""A calendar in the format every agenda reads (RFC 5545), of whole days: pure text, nothing of a library is needed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

LONGEST_LINE = 75
"""Units: bytes of a line, its end left out (RFC 5545 §3.1)."""
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": ""})


@dataclass(frozen=True)
class Event:
    """One day of the calendar: `key` names it for good, so that an agenda moves it rather than adds it."""

    key: str
    day: date
    title: str
    description: str
    address: str


def write_calendar(events: Iterable[Event], name: str, *, at: datetime, host: str) -> str:
    """The calendar as a file."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Beffroi//Registre//FR", f"X-WR-CALNAME:{_text(name)}"]
    for one in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{one.key}@{host}",
            f"DTSTAMP:{at:%Y%m%dT%H%M%SZ}",
            f"DTSTART;VALUE=DATE:{one.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{one.day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_text(one.title)}",
            f"DESCRIPTION:{_text(one.description)}",
            *([f"URL:{one.address}"] if one.address else []),
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    return "".join(f"{folded}\r\n" for line in [*lines, "END:VCALENDAR"] for folded in _folded(line))


def _text(said: str) -> str:
    return said.translate(_ESCAPED)


def _folded(line: str) -> Iterable[str]:
    """The line in pieces of so many bytes, those after the first begun by a space; no letter is cut in two."""
    piece, size = "", 0
    for letter in line:
        width = len(letter.encode())
        if size + width > LONGEST_LINE:
            yield piece
            piece, size = " ", 1
        piece += letter
        size += width
    yield piece
