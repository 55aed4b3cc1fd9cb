"""The files of an export of ours, opened: the archive of CSV, the workbooks, the JSON; and how each is recognised."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from registry.exchange.exports.cells import as_written, from_xml
from registry.exchange.exports.columns import KEY_HEADER, REST, ExportTable
from registry.exchange.exports.reading import Lines, Reading, read_json
from registry.exchange.first_bytes import FirstBytes
from registry.exchange.refusals import CannotRead, Problem
from registry.exchange.vocabulary import ReadCatalogue, SourceFormat
from registry.inspection.archive import open_archive
from registry.inspection.rows import SheetOfRows
from registry.kernel.words import mark

_FIRST = "jeux"
_MOST_TEXT = 60_000
Rests = dict[tuple[str, int, str], str]


def recognise_export(known: FirstBytes) -> SourceFormat | None:
    """The format of an export of ours that is no workbook; a workbook is known by its sheets, once it is open."""
    if known.head.startswith(b"PK\x03\x04") and b"jeux.csv" in known.tail and b"distributions.csv" in known.tail:
        return SourceFormat.EXPORT_CSV
    if known.head.lstrip().startswith(b'{"format":"beffroi-export"'):
        return SourceFormat.EXPORT_JSON
    return None


def is_export(sheets: Sequence[SheetOfRows]) -> bool:
    """Whether a workbook is an export of ours: by the headers of its sheet of datasets."""
    found = next((one for one in sheets if one.name == _FIRST), None)
    if found is None:
        return False
    headers = next((row.cells for row in found.read()), [])
    return KEY_HEADER in headers


def read_workbook(
    sheets: Sequence[SheetOfRows], source_format: SourceFormat, tables: Sequence[ExportTable]
) -> ReadCatalogue:
    """An export in a workbook: XLSX or ODS."""
    reading = Reading(tables)
    rests = _rests(next((one for one in sheets if one.name == REST), None), source_format)
    for sheet in sheets:
        name = sheet.name.partition(" (")[0]
        reading.take_lines(name, _lines(sheet, name, rests, source_format))
    return reading.catalogue(source_format)


def _lines(sheet: SheetOfRows, name: str, rests: Rests, source_format: SourceFormat) -> Lines:
    headers: list[str] = []
    for row in sheet.read():
        cells = [_said(cell, source_format) for cell in row.cells]
        headers = headers or cells
        if rests:
            cells = [
                cell + rests.get((name, row.line - 1, header), "")
                for cell, header in zip(cells, headers, strict=False)
            ]  # fmt: skip
        yield row.line, cells


def _rests(sheet: SheetOfRows | None, source_format: SourceFormat) -> Rests:
    """The rests of the texts too long for a cell, by table, row and column."""
    found: Rests = {}
    for row in sheet.read() if sheet is not None else ():
        cells = [_said(cell, source_format) for cell in row.cells]
        if len(cells) == 4 and cells[1].isdigit():
            key = cells[0], int(cells[1]), cells[2]
            found[key] = found.get(key, "") + cells[3]
    return found


def _said(cell: str, source_format: SourceFormat) -> str:
    """What a cell of ours says; the reading of XLSX has undone its own escapes already."""
    return from_xml(cell) if source_format is SourceFormat.ODS else cell


def read_archive(path: Path, tables: Sequence[ExportTable]) -> ReadCatalogue:
    """An export in CSV: one file a table.

    Raises: CannotRead when a file of it is no CSV.
    """
    reading = Reading(tables)
    with open_archive(path) as archive:
        for table in tables:
            name = f"{table.name}.csv"
            if name in archive:
                reading.take_lines(table.name, _csv_lines(b"".join(archive.pieces(name))))
    return reading.catalogue(SourceFormat.EXPORT_CSV)


def _csv_lines(raw: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Saved again by a spreadsheet of old.
        text = raw.decode("cp1252", errors="replace")
    first = text.partition("\n")[0]
    separator = max(";,\t", key=first.count)
    csv.field_size_limit(max(_MOST_TEXT * 200, csv.field_size_limit()))
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for line, row in enumerate(rows, 1):
            yield line, [as_written(cell) for cell in row]
    except csv.Error as error:
        reason = mark("un des fichiers de l’archive est abîmé")
        raise CannotRead(Problem.SYNTAX_NOWHERE, format="CSV", reason=reason) from error


def read_document(path: Path, tables: Sequence[ExportTable]) -> ReadCatalogue:
    """An export in JSON.

    Raises: CannotRead when it is no JSON, or not in the shape of an export.
    """
    reading = Reading(tables)
    try:
        read_json(path.read_bytes(), reading)
    except (ValueError, RecursionError) as error:
        reason = mark("le fichier a été modifié ou coupé")
        raise CannotRead(Problem.SYNTAX_NOWHERE, format="JSON", reason=reason) from error
    return reading.catalogue(SourceFormat.EXPORT_JSON)
