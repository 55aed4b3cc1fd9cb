"""What XLSX and ODS share: a workbook of typed cells, cut where a spreadsheet would lose what is beyond.

A sheet holds at most 1,048,576 rows, and a cell 32,767 characters: further rows go to a second sheet of the table,
and the rest of a long text to the sheet `textes_longs`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from xml.sax.saxutils import escape

from registry.exchange.exports.cells import for_xml, to_cell
from registry.exchange.exports.columns import Column, ExportTable, Holds
from registry.exchange.exports.queries import Row

MOST_ROWS = 1_048_576
LONGEST = 32_000
EXACT = 10**15
"""Whole numbers below this one stand exactly in a spreadsheet, which keeps fifteen digits."""
EARLIEST_DAY = date(1900, 3, 1)
"""Before it, spreadsheets do not agree on what a number of days means: such a day is written as a text."""
REST_HEADERS = ("Table", "Ligne", "Colonne", "Suite")

Cell = str | int | date | None
HEADING = "heading"
"""What a row says of itself, under this name, where it names those that follow."""


class HeadingCells(list[Cell]):
    """The cells of a row that names those that follow."""


@dataclass
class Rests:
    """The rests of the texts too long for a cell: of which table, row (from 1) and column."""

    rows: list[tuple[str, int, str, str]] = field(default_factory=list)


def cells_of(table: ExportTable, rows: Iterable[Row], rests: Rests) -> Iterator[list[Cell]]:
    """The rows of a table as cells: numbers and days as such, the rest as texts that XML holds."""
    for number, row in enumerate(rows, 1):
        cells: list[Cell] = HeadingCells() if row.get(HEADING) else []
        for column in table.columns:
            cell = _cell(column, row)
            if isinstance(cell, str) and len(cell) > LONGEST:
                cell, rest = cell[:LONGEST], cell[LONGEST:]
                while rest:
                    rests.rows.append((table.name, number, column.header, for_xml(rest[:LONGEST])))
                    rest = rest[LONGEST:]
            cells.append(for_xml(cell) if isinstance(cell, str) else cell)
        yield cells


def _cell(column: Column, row: Row) -> Cell:
    value = row.get(column.name)
    if column.holds is Holds.DAY and isinstance(value, date) and value >= EARLIEST_DAY:
        return value
    if column.holds is Holds.NUMBER and isinstance(value, int) and value < EXACT:
        return value
    return to_cell(column, value) or None


def quoted(text: str) -> str:
    """A text as XML holds it, quotes included."""
    return escape(text, {'"': "&quot;", "\r": "&#13;"})
