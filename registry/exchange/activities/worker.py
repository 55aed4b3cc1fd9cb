"""The process that opens one table: `python -m registry.exchange.activities.worker`, its order on the standard input.

It answers the texts of the cells, sheet after sheet: what they mean is read by whoever asked.
"""

import sys
from pathlib import Path

from registry.exchange.vocabulary import SourceFormat
from registry.inspection.answering import Order, answer_with, write
from registry.inspection.archive import open_archive
from registry.inspection.csv_files import csv_sheets
from registry.inspection.ods import ods_sheets
from registry.inspection.problems import CannotRead, Problem
from registry.inspection.rows import SheetOfRows
from registry.inspection.xlsx import xlsx_sheets

MOST_ROWS = 60_000
"""Filled lines of all the sheets together: a record of many bodies has less."""


def work(order: Order) -> None:
    """Writes each sheet that is not hidden, as the numbers of its lines and their cells."""
    path, source = Path(order["path"]), SourceFormat(order["format"])
    if source is SourceFormat.CSV:
        _answer(csv_sheets(path, as_shown=True))
        return
    with open_archive(path) as archive:
        _answer((xlsx_sheets if source is SourceFormat.XLSX else ods_sheets)(archive))


def _answer(sheets: list[SheetOfRows]) -> None:
    left, found = MOST_ROWS, []
    for sheet in sheets:
        if sheet.hidden:
            continue
        rows = [(row.line, row.cells) for row in sheet.read() if any(cell.strip() for cell in row.cells)]
        left -= len(rows)
        if left < 0:
            raise CannotRead(Problem.TOO_MANY_ROWS, limit=MOST_ROWS)
        found.append({"name": sheet.name, "rows": rows})
    if not any(one["rows"] for one in found):
        raise CannotRead(Problem.NO_ROWS)
    write({"sheets": found})


if __name__ == "__main__":
    sys.exit(answer_with(work))
