"""The process that looks for groups of few people in one file: `python -m registry.inspection.small_worker`.

Its order holds the `path`, the `format`, what a line is (`lines`), the columns that count (`counts`), the size of a
group (`fewer_than`), the limits. It answers names of columns and counts; neither its answer nor what it says when it
fails holds a value of the file.
"""

import sys
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from registry.inspection.answering import Order, answer_with, write
from registry.inspection.archive import open_archive
from registry.inspection.csv_files import streamed_csv
from registry.inspection.ods import ods_sheets
from registry.inspection.problems import CannotRead, Problem
from registry.inspection.rows import Row, SheetOfRows
from registry.inspection.sampling import LOOKED_AT, header_of, names_of
from registry.inspection.signs import load_signs
from registry.inspection.small_counts import count_small, lacking
from registry.inspection.vocabulary import CountedTable, LineKind, TableFormat
from registry.inspection.xlsx import xlsx_sheets

_MOST_SHEETS = 20
_MOST_NAMED, _LONGEST = 30, 60


def work(order: Order) -> None:
    """Writes what makes small groups in each sheet of the file."""
    try:
        asked = _Asked(LineKind(order["lines"]), int(order["fewer_than"]), order["counts"])
        found = _count(Path(order["path"]), TableFormat(order["format"]), asked)
    except (CannotRead, MemoryError):
        raise
    except Exception as error:
        # Its message could hold a value, and the parent logs what a child says.
        raise CannotRead(Problem.UNFORESEEN, kind=type(error).__name__) from None
    write({"tables": found})


class _Asked(NamedTuple):
    """What is looked for."""

    lines: LineKind
    fewer_than: int
    counts: Sequence[str]


def _count(path: Path, source: TableFormat, asked: _Asked) -> Sequence[CountedTable]:
    seen: list[str] = []
    if source is TableFormat.CSV:
        found = [_of_sheet(streamed_csv(path), asked, seen)]
    else:
        with open_archive(path) as archive:
            sheets = (xlsx_sheets if source is TableFormat.XLSX else ods_sheets)(archive, whole=False)
            # A hidden sheet leaves with the file: it is read as the others.
            found = [_of_sheet(one, asked, seen) for one in sheets[:_MOST_SHEETS]]
    if not any(one.rows for one in found):
        raise CannotRead(Problem.NO_ROWS)
    if (name := lacking(asked.counts, seen)) is not None:
        told = ", ".join(one[:_LONGEST] for one in seen[:_MOST_NAMED])
        raise CannotRead(Problem.NO_SUCH_COLUMN, name=name, columns=told + (", …" if len(seen) > _MOST_NAMED else ""))
    return found


def _of_sheet(sheet: SheetOfRows, asked: _Asked, seen: list[str]) -> CountedTable:
    rows = sheet.read()
    first = list(islice(rows, LOOKED_AT))
    header = header_of(first, load_signs()) if first else None
    said = [] if header is None else first[header].cells
    below: Iterator[Row] = chain(first if header is None else first[header + 1 :], rows)
    width = max((len(row.cells) for row in first), default=0)
    names = names_of(said, width)
    seen += [one for one in names if one not in seen]
    return count_small(
        sheet.name, names, below, lines=asked.lines, fewer_than=asked.fewer_than, counts=asked.counts
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(answer_with(work))
