"""The process that looks for groups of few people in one file: `python -m registry.inspection.small_worker`.

Its order holds the `path`, the `format`, what a line is (`lines`), the size of a group (`fewer_than`), the limits. It
answers names of columns and counts; neither its answer nor what it says when it fails holds a value of the file.
"""

import sys
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from registry.inspection.answering import Order, answer_with, write
from registry.inspection.archive import open_archive
from registry.inspection.csv_files import streamed_csv
from registry.inspection.ods import ods_sheets
from registry.inspection.problems import CannotRead, Problem
from registry.inspection.rows import Row, SheetOfRows
from registry.inspection.sampling import LOOKED_AT, header_of, names_of
from registry.inspection.signs import load_signs
from registry.inspection.small_counts import count_small
from registry.inspection.vocabulary import CountedTable, LineKind, TableFormat
from registry.inspection.xlsx import xlsx_sheets

_MOST_SHEETS = 20


def work(order: Order) -> None:
    """Writes what makes small groups in each sheet of the file."""
    try:
        found = _count(
            Path(order["path"]), TableFormat(order["format"]), LineKind(order["lines"]), int(order["fewer_than"])
        )
    except (CannotRead, MemoryError):
        raise
    except Exception as error:
        # Its message could hold a value, and the parent logs what a child says.
        raise CannotRead(Problem.UNFORESEEN, kind=type(error).__name__) from None
    write({"tables": found})


def _count(path: Path, source: TableFormat, lines: LineKind, fewer_than: int) -> Sequence[CountedTable]:
    if source is TableFormat.CSV:
        found = [_of_sheet(streamed_csv(path), lines, fewer_than)]
    else:
        with open_archive(path) as archive:
            sheets = (xlsx_sheets if source is TableFormat.XLSX else ods_sheets)(archive, whole=False)
            # A hidden sheet leaves with the file: it is read as the others.
            found = [_of_sheet(one, lines, fewer_than) for one in sheets[:_MOST_SHEETS]]
    if not any(one.rows for one in found):
        raise CannotRead(Problem.NO_ROWS)
    return found


def _of_sheet(sheet: SheetOfRows, lines: LineKind, fewer_than: int) -> CountedTable:
    rows = sheet.read()
    first = list(islice(rows, LOOKED_AT))
    header = header_of(first, load_signs()) if first else None
    said = [] if header is None else first[header].cells
    below: Iterator[Row] = chain(first if header is None else first[header + 1 :], rows)
    width = max((len(row.cells) for row in first), default=0)
    return count_small(sheet.name, names_of(said, width), below, lines=lines, fewer_than=fewer_than)


if __name__ == "__main__":
    sys.exit(answer_with(work))
