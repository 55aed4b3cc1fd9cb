"""The process that looks for personal data in one file: `python -m registry.inspection.worker`.

Its order holds the `path`, the `format`, the day (`on`), the limits. It answers counts and reasons; neither its answer
nor what it says when it fails holds a value of the file.
"""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from registry.inspection.answering import Order, answer_with, write
from registry.inspection.archive import open_archive
from registry.inspection.csv_files import streamed_csv
from registry.inspection.detecting import suggest
from registry.inspection.ods import ods_sheets
from registry.inspection.parquet import parquet_sample
from registry.inspection.problems import CannotRead, Problem
from registry.inspection.rows import SheetOfRows
from registry.inspection.sampling import Sample, sample_of
from registry.inspection.signs import Signs, load_signs
from registry.inspection.vocabulary import Inspected, InspectedColumn, TableFormat
from registry.inspection.xlsx import xlsx_sheets

_MOST_SHEETS = 20
_CELLS_OF_A_TEXT, _CELLS_OF_A_WORKBOOK, _CELLS_OF_A_PARQUET = 60_000_000, 3_000_000, 300_000_000
"""How many cells are gone through: a workbook takes longer for each, what is stored by column less."""


def work(order: Order) -> None:
    """Writes what each sheet of the file suggests."""
    try:
        found = _inspect(Path(order["path"]), TableFormat(order["format"]), date.fromisoformat(order["on"]))
    except (CannotRead, MemoryError):
        raise
    except Exception as error:
        # Its message could hold a value, and the parent logs what a child says.
        raise CannotRead(Problem.UNFORESEEN, kind=type(error).__name__) from None
    write({"tables": found})


def _inspect(path: Path, source: TableFormat, on: date) -> Sequence[Inspected]:
    if source is TableFormat.CSV:
        return _of_sheets([streamed_csv(path)], on, _CELLS_OF_A_TEXT)
    if source is TableFormat.PARQUET:
        sample = parquet_sample(path, most_cells=_CELLS_OF_A_PARQUET)
        return _filled([] if sample is None else [_seen(sample, load_signs(), on)])
    with open_archive(path) as archive:
        sheets = (xlsx_sheets if source is TableFormat.XLSX else ods_sheets)(archive, whole=False)
        return _of_sheets([one for one in sheets if not one.hidden][:_MOST_SHEETS], on, _CELLS_OF_A_WORKBOOK)


def _of_sheets(sheets: Sequence[SheetOfRows], on: date, most_cells: int) -> Sequence[Inspected]:
    signs = load_signs()
    found = []
    for sheet in sheets:
        sample = sample_of(sheet.read(), signs, most_cells=most_cells // len(sheets))
        if sample is not None:
            found.append(_seen(sample, signs, on, name=sheet.name, merged=sheet.noted.merged))
    return _filled(found)


def _seen(sample: Sample, signs: Signs, on: date, *, name: str = "", merged: int = 0) -> Inspected:
    return Inspected(
        table=name,
        columns=[InspectedColumn(one.name, sum(bool(value.strip()) for value in one.values)) for one in sample.columns],
        suggestions=suggest(sample.columns, signs, on),
        rows=sample.rows,
        sampled=sample.sampled,
        has_header=sample.has_header,
        is_whole=sample.is_whole,
        is_cut=sample.is_cut,
        merged=merged,
    )


def _filled(found: Sequence[Inspected]) -> Sequence[Inspected]:
    if not any(one.rows for one in found):
        raise CannotRead(Problem.NO_ROWS)
    return found


if __name__ == "__main__":
    sys.exit(answer_with(work))
