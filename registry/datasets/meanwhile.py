"""A form that two people saved at once: what one typed beside what the other saved, and what the form then shows.

What somebody changed stays as they typed it; what they left alone is taken from the other.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
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


def stamps_of(rows: Iterable[Row], key: str, say: Callable[[Row], str]) -> dict[str, str]:
    """What tells each line from what it may become, by its key: a form carries it, to know what it was opened on."""
    return {str(row[key]): _stamp(row, say) for row in rows}


def written(began: Mapping[str, Mapping[str, str]]) -> str:
    """The stamps of the lists of a form, as its hidden field carries them."""
    return json.dumps(began, ensure_ascii=False, separators=(",", ":"))


def read_stamps(words: str, part: str) -> dict[str, str] | None:
    """The stamps of one list, from the hidden field of a form; None where it does not say them."""
    try:
        read = json.loads(words)
    except (ValueError, RecursionError):
        return None
    said = read.get(part) if isinstance(read, dict) else None
    return {str(name): str(stamp) for name, stamp in said.items()} if isinstance(said, dict) else None


def lines_together(
    mine: Sequence[Row],
    theirs: Sequence[Row],
    key: str,
    began: Mapping[str, str] | None,
    *,
    label: Callable[[Row], str],
    say: Callable[[Row], str],
) -> tuple[list[Row], list[ConflictRow]]:
    """The lines to show again, and those that differ; `began` are the stamps of what stood when the person began.

    A line that only one of them touched is as that one left it, gone where it was taken away. Where both did, what was
    typed stays; of one that changes a line and one that takes it away, the line stays.
    `say` says nothing of a line in which nothing was filled. Where `began` is not known, a line that is filled stays,
    and one that only the other has is kept too.
    """
    typed, saved = ({str(row[key]): row for row in rows} for rows in (mine, theirs))
    kept, rows = list[Row](), list[ConflictRow]()
    for name in [*typed, *(one for one in saved if one not in typed)]:
        own, other = typed.get(name), saved.get(name)
        stamp, theirs_stamp = _stamp(own, say), _stamp(other, say)
        before = "" if began is None else began.get(name, "")
        alike = stamp == theirs_stamp
        changed, both = stamp != before, before not in {stamp, theirs_stamp}
        if began is None:
            both = bool(stamp and theirs_stamp)
        mine_first = changed and not (both and own is None)
        chosen = own if mine_first or (alike and other is None) else other
        if chosen is not None:
            kept.append(chosen)
        if not alike:
            shown = own if own is not None else other
            rows.append(
                _differing(
                    name, label(shown or {}), say(own) if own else "", say(other) if other else "",
                    mine_first=mine_first, both=both,
                )
            )  # fmt: skip
    return kept, rows


def _stamp(row: Row | None, say: Callable[[Row], str]) -> str:
    """Nothing for a line in which nothing is filled; words may be those of a name that changes, so values are told."""
    if row is None or not say(row):
        return ""
    told = json.dumps([[name, str(row[name] or "")] for name in sorted(row)], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _differing(name: str, label: str, own: str, other: str, *, mine_first: bool, both: bool) -> ConflictRow:
    return ConflictRow(
        name=name, label=label, theirs=other, mine=own, theirs_raw="", mine_raw="", both_changed=both,
        mine_first=mine_first,
    )  # fmt: skip
