"""A form that two people saved at once: what one typed beside what the other saved, and what the form then shows.

What somebody changed stays as they typed it; what they left alone is taken from the other.
"""

from collections.abc import Callable, Mapping, Sequence
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


def lines_together(
    mine: Sequence[Row], theirs: Sequence[Row], key: str, *, label: Callable[[Row], str], say: Callable[[Row], str]
) -> tuple[list[Row], list[ConflictRow]]:
    """The lines to show again, and those that differ: a line that only the other has is kept too.

    `say` says nothing of a line in which nothing was filled: it then is the other's.
    """
    saved, kept, rows = {str(row[key]): row for row in theirs}, list[Row](), list[ConflictRow]()
    for row in mine:
        standing = saved.pop(str(row[key]), None)
        own, other = say(row), say(standing) if standing is not None else ""
        kept.append(row if own or standing is None else standing)
        if own != other:
            both = bool(own and other)
            rows.append(_differing(str(row[key]), label(row), own, other, mine_first=bool(own), both=both))
    kept += saved.values()
    rows += [_differing(name, label(row), "", say(row), mine_first=False, both=False) for name, row in saved.items()]
    return kept, [row for row in rows if row.mine or row.theirs]


def _differing(name: str, label: str, own: str, other: str, *, mine_first: bool, both: bool) -> ConflictRow:
    return ConflictRow(
        name=name, label=label, theirs=other, mine=own, theirs_raw="", mine_raw="", both_changed=both,
        mine_first=mine_first,
    )  # fmt: skip
