"""The process that reads one table: `python -m registry.exchange.tables.worker`, its order on the standard input.

Besides what every order holds, `mappings` are the mappings the organisation remembers, the latest first, and `tables`
those of an export of ours.
"""

import sys
from pathlib import Path
from zoneinfo import ZoneInfo

from registry.exchange.exports.columns import from_order
from registry.exchange.exports.files import is_export, read_archive, read_document, read_workbook
from registry.exchange.tables.catalogue import read_tables
from registry.exchange.vocabulary import HandOver, ReadCatalogue, SourceFormat
from registry.exchange.worker import Order, serve
from registry.inspection.archive import open_archive
from registry.inspection.csv_files import csv_sheets
from registry.inspection.ods import ods_sheets
from registry.inspection.xlsx import xlsx_sheets


def read(order: Order, hand_over: HandOver | None = None) -> ReadCatalogue:
    """The catalogue a table holds."""
    path, source_format, zone = Path(order["path"]), SourceFormat(order["format"]), ZoneInfo(order["zone"])
    mappings = order.get("mappings", [])
    tables = from_order(order.get("tables", ()))
    if source_format is SourceFormat.EXPORT_CSV:
        return read_archive(path, tables)
    if source_format is SourceFormat.EXPORT_JSON:
        return read_document(path, tables)
    if source_format is SourceFormat.CSV:
        return read_tables(csv_sheets(path), source_format, zone, mappings, hand_over)
    with open_archive(path) as archive:
        sheets = xlsx_sheets(archive) if source_format is SourceFormat.XLSX else ods_sheets(archive)
        if is_export(sheets):
            return read_workbook(sheets, source_format, tables)
        return read_tables(sheets, source_format, zone, mappings, hand_over)


if __name__ == "__main__":
    sys.exit(serve(read))
