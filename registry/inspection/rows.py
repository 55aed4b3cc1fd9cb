"""What the rows of a table are, wherever they stand: numbered lines of texts, in sheets that may be hidden."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from registry.inspection.texts import cleaned

MOST_COLUMNS = 500
MOST_ROWS = 50_000
"""More filled lines than that is no inventory of datasets."""
MOST_FILLED = 4 * MOST_ROWS
"""Lines of all the sheets together, or of one, past which nothing of a workbook is read."""
KEPT = 256 * 1024
"""Units: bytes. What is kept of the line that the next piece of a workbook goes on with."""
MOST_CELL = 60_000
"""Units: characters. What is read of one cell: a little more than the longest text of a sheet."""


class Row(NamedTuple):
    """One line of a table that is not empty, its cells as texts, counted from 1 as a spreadsheet counts."""

    line: int
    cells: list[str]


@dataclass
class Noted:
    """What was met as the rows were read, to be said of the file as a whole."""

    merged: int = 0
    encoding: str = ""
    damaged: str = ""


@dataclass
class SheetOfRows:
    """One sheet: its name, whether it is hidden, and its rows, read anew each time they are asked for."""

    name: str
    read: Callable[[], Iterator[Row]]
    hidden: bool = False
    noted: Noted = field(default_factory=Noted)


def letter(place: int) -> str:
    """The letters a spreadsheet gives a column, counted from 0."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def rank_of(letters: str) -> int:
    """The place of a column, counted from 0, by its letters."""
    place = 0
    for one in letters:
        place = place * 26 + ord(one) - 64
    return place - 1


def trimmed(cells: list[str]) -> list[str]:
    """The cells without the empty ones at the end, nor those past the last column, nor what no database text holds."""
    del cells[MOST_COLUMNS:]
    cells[:] = map(cleaned, cells)
    while cells and not cells[-1].strip():
        cells.pop()
    return cells
