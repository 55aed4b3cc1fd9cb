"""A sample of the lines of a table, the same each time, and the names of its columns; forgotten once it was read.

The memory it takes does not depend on how long the table is. A table without a header gives its columns their letters:
what stands in its first line are values, and no value leaves.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from registry.inspection.columns import stands_for_none
from registry.inspection.contacts import leads_to_somebody
from registry.inspection.people import year_of
from registry.inspection.rows import Row, letter
from registry.inspection.signs import Signs, words_of
from registry.inspection.vocabulary import SampledColumn
from registry.kernel.words import mark

SAMPLE = 1_000
"""Units: lines kept of a table."""
_LOOKED_AT = 30
_LONGEST_VALUE, _LONGEST_NAME = 400, 120
"""Units: characters."""
_NUMBER = re.compile(r"[-+]?[\d\s.,/%€:-]+")
UNNAMED = mark("Colonne {letter}")


@dataclass(frozen=True)
class Sample:
    """What is kept of a table for the time of looking at it; `is_whole` where every line was gone through."""

    columns: Sequence[SampledColumn]
    rows: int
    sampled: int
    has_header: bool
    is_whole: bool


def sample_of(rows: Iterator[Row], signs: Signs, *, most_cells: int) -> Sample | None:
    """The sample of these rows, of which `most_cells` cells are gone through at most; nothing where there are none."""
    first = list(islice(rows, _LOOKED_AT))
    if not first:
        return None
    header = _header_of(first, signs)
    below = first if header is None else first[header + 1 :]
    chance = random.Random(0)  # noqa: S311 - a sample that is the same each time, not a secret.
    kept: list[list[str]] = []
    gone, cells, is_whole = 0, 0, True
    said = None if header is None else first[header].cells
    for row in _chained(below, rows):
        if row.cells == said:
            continue
        if cells > most_cells:
            is_whole = False
            break
        gone += 1
        cells += len(row.cells)
        if len(kept) < SAMPLE:
            kept.append(_shortened(row.cells))
        elif (place := chance.randrange(gone)) < SAMPLE:
            kept[place] = _shortened(row.cells)
    width = max((len(cells) for cells in [*kept, said or []]), default=0)
    names = _names(said or [], width)
    columns = [
        SampledColumn(name, [cells[place] if place < len(cells) else "" for cells in kept])
        for place, name in enumerate(names)
    ]
    return Sample(columns, gone, len(kept), header is not None, is_whole)


def _chained(first: Sequence[Row], rest: Iterator[Row]) -> Iterator[Row]:
    yield from first
    yield from rest


def _shortened(cells: Sequence[str]) -> list[str]:
    return [cell[:_LONGEST_VALUE] for cell in cells]


def _header_of(rows: Sequence[Row], signs: Signs) -> int | None:
    """The line that names the columns, below the lines of a title; nothing where the first full line holds values."""
    filled = [sum(bool(cell.strip()) for cell in row.cells) for row in rows]
    full = max(filled)
    place = next(rank for rank, count in enumerate(filled) if count >= max(1, 0.6 * full))
    cells = [cell.strip() for cell in rows[place].cells if cell.strip()]
    if any(_is_value(cell, signs) for cell in cells) or len({cell.casefold() for cell in cells}) < 0.5 * len(cells):
        return None
    later = [row.cells for row in rows[place + 1 :] if row.cells != rows[place].cells]
    for rank, cell in enumerate(rows[place].cells):
        # A word that comes again below, in its own column, is one of its values.
        if cell.strip() and any(rank < len(one) and one[rank].strip() == cell.strip() for one in later):
            return None
    return place


def _is_value(cell: str, signs: Signs) -> bool:
    """Whether a cell holds what no header does: a number, a day, a mailbox, a first name."""
    if _NUMBER.fullmatch(cell) or year_of(cell) is not None or leads_to_somebody(cell):
        return True
    tokens = words_of(cell).split()
    return bool(tokens) and len(tokens) <= 2 and all(token in signs.words["first-name"] for token in tokens)


def _names(said: Sequence[str], width: int) -> list[str]:
    """The name of each column: its header, told apart from another of the same words, else its letter."""
    names: list[str] = []
    for place in range(width):
        text = " ".join(said[place].split())[:_LONGEST_NAME] if place < len(said) else ""
        name = text if text and not stands_for_none(text) else UNNAMED.format(letter=letter(place))
        names.append(name if name not in names else f"{name} ({letter(place)})")
    return names
