"""One object of a portal's answer, read key by key: every value of it is accounted for.

A key is *taken*: its value leaves the object and is counted where it is kept. What nobody takes is what has no
home. A statement is here one value of the JSON: a text, a number, a `null`, an empty list.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from registry.exchange.anomalies import Anomalies, shortened
from registry.exchange.tally import Tally
from registry.exchange.vocabulary import Fate

Read = Callable[[Any], Any]
_EMPTY = "empty"
_SINGLE = frozenset({str, int, float, bool, type(None)})
"""What values of JSON are that hold no others."""


@dataclass
class PortalReading:
    """One answer being read, and all that is noted about it; `origin` is the portal's address where it is known."""

    zone: ZoneInfo
    origin: str = ""
    tally: Tally = field(default_factory=Tally)
    anomalies: Anomalies = field(default_factory=Anomalies)
    noted: set[tuple[str, str, str]] = field(default_factory=set)
    statements: int = 0


def leaves(value: Any) -> int:
    """How many statements a value of JSON makes."""
    if isinstance(value, dict):
        inner: Iterable[Any] = value.values()
    elif isinstance(value, list):
        inner = value
    else:
        return 1
    count = 0
    for one in inner:
        count += 1 if type(one) in _SINGLE else leaves(one)
    return count or 1


def is_empty(value: Any) -> bool:
    """Whether a value says nothing."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, dict):
        return all(map(is_empty, value.values()))
    return value is None or (isinstance(value, list) and all(map(is_empty, value)))


class Record:
    """An object of the answer: a dataset, one of its files, or a part of either."""

    def __init__(
        self, reading: PortalReading, kind: str, content: Mapping[str, Any], *, area: str, subject: str, place: str = ""
    ) -> None:
        self.reading = reading
        self.kind = kind
        self.left = dict(content)
        self.area = area
        self.subject = subject
        self.place = place

    def end(self, key: str, fate: Fate, home: str, value: Any, count: int | None = None) -> None:
        """Counts what became of a value; one that has no home is shown."""
        if count is None:
            count = 1 if type(value) in _SINGLE else leaves(value)
        self.reading.tally.add(self.kind, key, fate, home, count)
        if fate is Fate.NO_HOME:
            self.reading.tally.example(self.kind, key, _shown(value))

    def raw(self, key: str) -> Any:
        """The value of a key, nothing where it is empty: whoever takes it out says what became of it."""
        value = self.left.get(key)
        if value is None or ((not value or value.isspace()) if isinstance(value, str) else is_empty(value)):
            return None
        del self.left[key]
        return value

    def first(self, name: str, keys: Iterable[str], read: Read) -> Any:
        """The first of these keys that holds a value that can be read; the others repeat it, or have no home.

        `read` answers nothing for what it sets aside, having noted why.
        """
        found, left = None, self.left
        for key in keys:
            # Most keys that a portal might use are not there.
            value = self.raw(key) if key in left else None
            if value is None:
                continue
            home = f"{self.area}.{name}"
            one = read(value)
            if one is None:
                self.end(key, Fate.SET_ASIDE, home, value)
            elif found is None:
                found = one
                self.end(key, Fate.KEPT, home, value)
            else:
                self.end(key, *((Fate.SAME, home) if one == found else (Fate.NO_HOME, "")), value)
        return found

    def all(self, name: str, keys: Iterable[str], read: Read) -> list[Any]:
        """Every different value of these keys, in their order; a key holds one, a list, or a list in a text."""
        home = f"{self.area}.{name}"
        found: dict[Any, None] = {}
        for key in keys:
            if key not in self.left:
                continue
            for value, count in self._items(key):
                one = read(value)
                if one is None:
                    self.end(key, Fate.SET_ASIDE, home, value, count)
                else:
                    self.end(key, Fate.SAME if one in found else Fate.KEPT, home, value, count)
                    found[one] = None
        return list(found)

    def _items(self, key: str) -> list[tuple[Any, int]]:
        """What a key lists, each with the statements it is: a text that holds several is one, counted once."""
        value = self.raw(key)
        if value is None:
            return []
        if isinstance(value, list):
            empty = sum(leaves(one) for one in value if is_empty(one))
            if empty:
                self.reading.tally.add(self.kind, key, Fate.STRUCTURE, _EMPTY, empty)
            return [(one, leaves(one)) for one in value if not is_empty(one)]
        listed = in_text(value)
        if isinstance(listed, list):
            return [(one, 0 if place else 1) for place, one in enumerate(listed)]
        return [(value, leaves(value))]

    def part(self, key: str, kind: str, area: str = "") -> "Record":
        """An object within this one, to be read and closed by itself."""
        value = self.left.get(key)
        content = self.left.pop(key) if isinstance(value, dict) and value else {}
        return Record(self.reading, kind, content, area=area or self.area, subject=self.subject, place=self.place)

    def objects(self, key: str) -> list[dict[str, Any]]:
        """The objects a key lists; anything else in the list has no home."""
        value = self.left.get(key)
        if not isinstance(value, list) or not value:
            return []
        del self.left[key]
        for one in value:
            if not isinstance(one, dict) or not one:
                self.end(key, Fate.STRUCTURE if is_empty(one) else Fate.NO_HOME, "", one)
        return [one for one in value if isinstance(one, dict) and one]

    def structure(self, *keys: str) -> None:
        """Counts what only makes the portal work: an internal number, a count, a link to itself."""
        for key in keys:
            if key in self.left:
                self.end(key, Fate.STRUCTURE, "structure", self.left.pop(key))

    def same(self, home: str, key: str, says_the_same: Callable[[Any], bool]) -> None:
        """Counts a value that only repeats what is kept already; leaves another where it is."""
        value = self.left.get(key)
        if value is not None and not is_empty(value) and says_the_same(value):
            del self.left[key]
            self.end(key, Fate.SAME, home, value)

    def close(self) -> None:
        """Counts what nobody took: what is empty as structure, the rest as having no home."""
        for key, value in self.left.items():
            if is_empty(value):
                self.reading.tally.add(self.kind, key, Fate.STRUCTURE, _EMPTY, leaves(value))
            else:
                self.end(key, Fate.NO_HOME, "", value)
        self.left = {}

    def note(self, code: str, name: str, value: str) -> None:
        """Notes an anomaly of a field of this record."""
        path = f"{self.place}.{name}" if self.place and name else self.place or name
        self.reading.anomalies.add(code, self.subject, path, value)

    def note_once(self, code: str, name: str, value: str) -> None:
        """Notes an anomaly that many parts of one record would repeat."""
        if (self.subject, code, value) not in self.reading.noted:
            self.reading.noted.add((self.subject, code, value))
            self.note(code, name, value)


def in_text(value: Any) -> Any:
    """A list written as JSON in a text, as CKAN's extensions do; else the value itself."""
    if not isinstance(value, str) or not value.lstrip().startswith("["):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return shortened(text, 120)
