"""The tables of an issued document as a workbook, drawn up from its sealed JSON twin whenever it is asked for."""

from collections.abc import Iterator
from datetime import date, datetime

from registry.exchange.exports.archive import About
from registry.exchange.exports.columns import Column, ExportTable, Holds
from registry.exchange.exports.ods import ods_export
from registry.exchange.exports.queries import Row
from registry.exchange.exports.xlsx import xlsx_export
from registry.reporting.approval import read_twin
from registry.reporting.discovery import Report
from registry.reporting.vocabulary import Table, Workbook

_WRITERS = {Workbook.XLSX: xlsx_export, Workbook.ODS: ods_export}


def draw_up(report: Report, canonical: bytes, form: Workbook, *, issued_at: datetime) -> bytes:
    """The workbook of a document; the same twin gives the same bytes again."""
    module = report.content
    content, _approval = read_twin(module, canonical)
    about = About(module.frame(content).authority, issued_at)
    tables = ((_declared(table), _rows(table)) for table in module.tables(content))
    return b"".join(_WRITERS[form](tables, about))


def _declared(table: Table) -> ExportTable:
    columns = zip(
        table.headers, zip(*table.rows, strict=True) if table.rows else ((),) * len(table.headers), strict=True
    )
    return ExportTable(
        table.name,
        table.says,
        tuple(Column(str(place), header, _holds(cells)) for place, (header, cells) in enumerate(columns)),
    )


def _holds(cells: tuple[str | int | date, ...]) -> Holds:
    if any(isinstance(cell, date) for cell in cells):
        return Holds.DAY
    return Holds.NUMBER if any(isinstance(cell, int) for cell in cells) else Holds.TEXT


def _rows(table: Table) -> Iterator[Row]:
    return ({str(place): cell for place, cell in enumerate(row) if cell != ""} for row in table.rows)
