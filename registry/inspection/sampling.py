"""A sample of the lines of a table, the same each time, and the names of its columns; forgotten once it was read.

The memory it takes does not depend on how long the table is. A table without a header gives its columns their letters:
what stands in its first line are values, and no value leaves.
"""

import math
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

from registry.inspection.columns import stands_for_none
from registry.inspection.contacts import leads_to_somebody
from registry.inspection.people import year_of
from registry.inspection.rows import MOST_COLUMNS, Row, letter
from registry.inspection.signs import Signs, words_of
from registry.inspection.vocabulary import SampledColumn
from registry.kernel.words import mark

SAMPLE = 1_000
"""Units: lines kept of a table that is not very wide."""
_FEWEST, _MOST_CELLS = 200, 60_000
LOOKED_AT = 30
_LONGEST_VALUE, _LONGEST_NAME = 400, 120
"""Units: characters."""
_NUMBER = re.compile(r"[-+]?[\d\s.,/%€:-]+")
UNNAMED = mark("Colonne {letter}")


@dataclass(frozen=True)
class Sample:
    """What is kept of a table for the time of looking at it.

    `is_whole` where every line was gone through; `is_cut` where it has columns that were left out.
    """

    columns: Sequence[SampledColumn]
    rows: int
    sampled: int
    has_header: bool
    is_whole: bool
    is_cut: bool = False


def lines_of(columns: int) -> int:
    """How many lines are kept of a table: fewer of a very wide one, whose every cell is looked at.

    Units: lines.
    """
    return min(SAMPLE, max(_FEWEST, _MOST_CELLS // max(1, columns)))


Line = TypeVar("Line")


class Chosen(Generic[Line]):
    """Lines drawn from as many as go by, each with the same chance, and the same ones each time.

    Units: `gone` in lines gone through.
    """

    def __init__(self, columns: int) -> None:
        self.kept: list[Line] = []
        self.gone = 0
        self._most = lines_of(columns)
        self._chance = random.Random(0)  # noqa: S311 - a sample that is the same each time, not a secret.
        self._weight = 1.0
        self._next = self._most
        self._step()

    def place(self) -> int | None:
        """Where the line that goes by is to be kept; nothing where it is not."""
        self.gone += 1
        if self.gone <= self._most:
            return self.gone - 1
        if self.gone < self._next:
            return None
        self._step()
        return self._chance.randrange(self._most)

    def _step(self) -> None:
        """Which line is kept next, told at once for all those between (reservoir sampling, algorithm L of Li, 1994)."""
        self._weight *= math.exp(math.log(1 - self._chance.random()) / self._most)
        self._next += 1 + int(math.log(1 - self._chance.random()) / math.log1p(-self._weight))

    def keep(self, place: int, line: Line) -> None:
        """Keeps a line at the place it was given; lines come in the order their places were asked for."""
        self.kept[place : place + 1] = [line]


def sample_of(rows: Iterator[Row], signs: Signs, *, most_cells: int) -> Sample | None:
    """The sample of these rows, of which `most_cells` cells are gone through at most; nothing where there are none."""
    first = list(islice(rows, LOOKED_AT))
    if not first:
        return None
    header = header_of(first, signs)
    below = first if header is None else first[header + 1 :]
    chosen = Chosen[list[str]](max(len(row.cells) for row in first))
    cells, is_whole = 0, True
    said = None if header is None else first[header].cells
    for row in _chained(below, rows):
        if row.cells == said:
            continue
        if cells > most_cells:
            is_whole = False
            break
        cells += len(row.cells)
        place = chosen.place()
        if place is not None:
            chosen.keep(place, shortened(row.cells))
    kept = chosen.kept
    width = max((len(cells) for cells in [*kept, said or []]), default=0)
    names = names_of(said or [], width)
    columns = [
        SampledColumn(name, [cells[place] if place < len(cells) else "" for cells in kept])
        for place, name in enumerate(names)
    ]
    return Sample(columns, chosen.gone, len(kept), header is not None, is_whole, is_cut=width >= MOST_COLUMNS)


def _chained(first: Sequence[Row], rest: Iterator[Row]) -> Iterator[Row]:
    yield from first
    yield from rest


def shortened(cells: Sequence[str]) -> list[str]:
    """The cells of a line as the detectors need them: no more of a long text than shows what it is."""
    return [cell[:_LONGEST_VALUE] for cell in cells]


def header_of(rows: Sequence[Row], signs: Signs) -> int | None:
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


def names_of(said: Sequence[str], width: int) -> list[str]:
    """The name of each column: its header, told apart from another of the same words, else its letter."""
    names: list[str] = []
    for place in range(width):
        text = " ".join(said[place].split())[:_LONGEST_NAME] if place < len(said) else ""
        name = text if text and not stands_for_none(text) else UNNAMED.format(letter=letter(place))
        names.append(name if name not in names else f"{name} ({letter(place)})")
    return names
