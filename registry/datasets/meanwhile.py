"""A form that two people saved at once: what one typed beside what the other saved, and what the form then shows.

What somebody changed stays as they typed it; what they left alone is taken from the other.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.datasets.views import ConflictRow

Row = Mapping[str, Any]


def fields_together(
    mine: Row, theirs: Row, base: Row | None, *, label: Callable[[str], str], say: Callable[[str, Any], str]
) -> tuple[dict[str, Any], list[ConflictRow]]:
    """The fields to show again, and those that differ; `base` is what stood when the person began, None for nothing."""
    kept, rows, began = dict(mine), [], base or {}
    for name, value in mine.items():
        own, other, before = (say(name, one) for one in (value, theirs.get(name), began.get(name)))
        if own == other:
            continue
        if own == before:
            kept[name] = theirs.get(name)
        rows.append(
            _differing(name, label(name), own, other, mine_first=own != before, both=before not in {own, other})
        )
    return kept, rows


@dataclass(frozen=True)
class Lines:
    """A list of a form: its `part` of the form, the `key` that tells a line from another, its label, what it says.

    `say` says nothing of a line in which nothing was filled.
    """

    part: str
    key: str
    label: Callable[[Row], str]
    say: Callable[[Row], str]

    def stamps(self, rows: Iterable[Row]) -> dict[str, str]:
        """What tells each line from what it may become, by its key."""
        return {str(row[self.key]): self._stamp(row) for row in rows}

    def together(self, mine: Sequence[Row], theirs: Sequence[Row], began: str) -> tuple[list[Row], list[ConflictRow]]:
        """The lines to show again, and those that differ; `began` is what the form carried of what it was opened on.

        A line that only one of them touched is as that one left it, gone where it was taken away. Where both did, what
        was typed stays; of one that changes a line and one that takes it away, the line stays. Where nobody knows what
        the form was opened on, a line that is filled stays, and one that only the other has is kept too.
        """
        typed, saved = ({str(row[self.key]): row for row in rows} for rows in (mine, theirs))
        kept, rows, stamps = list[Row](), list[ConflictRow](), read_stamps(began, self.part)
        for name in [*typed, *(one for one in saved if one not in typed)]:
            own, other, before = typed.get(name), saved.get(name), stamps.get(name, "")
            stamp, theirs_stamp = self._stamp(own), self._stamp(other)
            alike, both = stamp == theirs_stamp, before not in {stamp, theirs_stamp}
            mine_first = stamp != before and not (both and own is None)
            chosen = own if mine_first or (alike and other is None) else other
            if chosen is not None:
                kept.append(chosen)
            if not alike:
                said, told = (self.say(row) if row else "" for row in (own, other))
                label = self.label(own or other or {})
                rows.append(_differing(name, label, said, told, mine_first=mine_first, both=both))
        return kept, rows

    def _stamp(self, row: Row | None) -> str:
        """Nothing for a line in which nothing is filled; words may be those of a name that changes: values are told."""
        if row is None or not self.say(row):
            return ""
        told = json.dumps([[name, str(row[name] or "")] for name in sorted(row)], ensure_ascii=False)
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def written(*lists: tuple[Lines, Iterable[Row]]) -> str:
    """What tells the lines of a form as it is opened, as its hidden field carries them."""
    return json.dumps({of.part: of.stamps(rows) for of, rows in lists}, ensure_ascii=False, separators=(",", ":"))


def read_stamps(words: str, part: str) -> dict[str, str]:
    """The stamps of one list, from the hidden field of a form; none where it does not say them."""
    try:
        read = json.loads(words)
    except (ValueError, RecursionError):
        return {}
    said = read.get(part) if isinstance(read, dict) else None
    return {str(name): str(stamp) for name, stamp in said.items()} if isinstance(said, dict) else {}


def _differing(name: str, label: str, own: str, other: str, *, mine_first: bool, both: bool) -> ConflictRow:
    return ConflictRow(
        name=name, label=label, theirs=other, mine=own, theirs_raw="", mine_raw="", both_changed=both,
        mine_first=mine_first,
    )  # fmt: skip
