"""An export as ODS: one sheet a table, every text a typed string.

Format: OASIS OpenDocument 1.3. Its first entry has to be stored as it is, its size said beforehand: so the archive is
written to a file of its own, and leaves once it is whole.
"""

import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import IO

from registry.exchange.exports.archive import About
from registry.exchange.exports.columns import REST, ExportTable
from registry.exchange.exports.queries import Row
from registry.exchange.exports.sheets import MOST_ROWS, REST_HEADERS, Cell, HeadingCells, Rests, cells_of, quoted

MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
_PIECE = 2**18
_MOST_WIDE, _OF_A_LETTER = 80, 2
"""Units: characters; millimetres. The widths a column may have, and what one letter takes of it."""
_SPACES = re.compile("^ +| +$|  +")
_DECLARED = '<?xml version="1.0" encoding="UTF-8"?>\n'
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_OPENING = (
    f'{_DECLARED}<office:document-content office:version="1.3" xmlns:office="{_OASIS}:office:1.0" '
    f'xmlns:table="{_OASIS}:table:1.0" xmlns:text="{_OASIS}:text:1.0" xmlns:style="{_OASIS}:style:1.0" '
    f'xmlns:number="{_OASIS}:datastyle:1.0" xmlns:fo="{_OASIS}:xsl-fo-compatible:1.0"><office:automatic-styles>'
    '<number:date-style style:name="jour"><number:year number:style="long"/><number:text>-</number:text><number:month '
    'number:style="long"/><number:text>-</number:text><number:day number:style="long"/></number:date-style>'
    '<style:style style:name="date" style:family="table-cell" style:data-style-name="jour"/>'
    '<style:style style:name="titre" style:family="table-cell"><style:text-properties fo:font-weight="bold"/>'
    '</style:style><style:style style:name="texte" style:family="table-cell"><style:table-cell-properties '
    'fo:wrap-option="wrap" style:vertical-align="top"/></style:style>'
)
_BEGUN = "</office:automatic-styles><office:body><office:spreadsheet>"
_WIDTHS = "".join(
    f'<style:style style:name="l{letters}" style:family="table-column">'
    f'<style:table-column-properties style:column-width="{letters * _OF_A_LETTER}mm"/></style:style>'
    for letters in range(1, _MOST_WIDE + 1)
)
_CLOSING = "</office:spreadsheet></office:body></office:document-content>"
_MANIFEST = (
    f'{_DECLARED}<manifest:manifest xmlns:manifest="{_OASIS}:manifest:1.0" manifest:version="1.3">'
    f'<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{MIMETYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)


def ods_export(tables: Iterable[tuple[ExportTable, Iterable[Row]]], about: About) -> Iterator[bytes]:
    """The workbook, once it is whole."""
    with tempfile.TemporaryFile() as kept:
        with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(_entry("mimetype", about, zipfile.ZIP_STORED), MIMETYPE)
            with archive.open(_entry("content.xml", about), "w") as target:
                _write_content(target, tables)
            archive.writestr(_entry("META-INF/manifest.xml", about), _MANIFEST)
        kept.seek(0)
        while piece := kept.read(_PIECE):
            yield piece


def _entry(name: str, about: About, how: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    said = zipfile.ZipInfo(name, about.moment.timetuple()[:6])
    said.compress_type = how
    return said


def _write_content(target: IO[bytes], tables: Iterable[tuple[ExportTable, Iterable[Row]]]) -> None:
    rests = Rests()
    target.write(f"{_OPENING}{_WIDTHS}{_BEGUN}".encode())
    for table, rows in tables:
        cells = cells_of(table, rows, rests)
        _write_sheet(target, table.name, table.headers, cells, is_form=table.is_form, widths=table.widths)
    if rests.rows:
        _write_sheet(target, REST, REST_HEADERS, iter([list(row) for row in rests.rows]))
    target.write(_CLOSING.encode())


def _write_sheet(
    target: IO[bytes],
    name: str,
    headers: Iterable[str],
    rows: Iterator[list[Cell]],
    *,
    is_form: bool = False,
    widths: Sequence[int] = (),
) -> None:
    """A sheet, and others of the same table for the rows beyond what one holds."""
    titles, part, going_on = list(headers), 1, True
    while going_on:
        shown = name if part == 1 else f"{name} ({part})"
        columns = "".join(f'<table:table-column table:style-name="l{min(one, _MOST_WIDE)}"/>' for one in widths)
        columns = columns or f'<table:table-column table:number-columns-repeated="{len(titles)}"/>'
        head = "".join(_cell(one, style="titre") for one in titles)
        opened = f'<table:table table:name="{quoted(shown)}">{columns}'
        header = f"<table:table-header-rows><table:table-row>{head}</table:table-row></table:table-header-rows>"
        target.write((opened + header).encode())
        going_on = False
        for number, cells in enumerate(rows, 2):
            style = "titre" if isinstance(cells, HeadingCells) else "texte" if is_form else ""
            said = "".join(_cell(cell, style) for cell in cells)
            target.write(f"<table:table-row>{said}</table:table-row>".encode())
            if number == MOST_ROWS:
                going_on = True
                break
        target.write(b"</table:table>")
        part += 1


def _cell(cell: Cell, style: str = "") -> str:
    if cell is None:
        return "<table:table-cell/>"
    if isinstance(cell, str):
        styled = f' table:style-name="{style}"' if style else ""
        said = "".join(f"<text:p>{_spaced(line)}</text:p>" for line in cell.split("\n"))
        return f'<table:table-cell office:value-type="string"{styled}>{said}</table:table-cell>'
    if isinstance(cell, date):
        return f'<table:table-cell table:style-name="date" office:value-type="date" office:date-value="{cell}"/>'
    return f'<table:table-cell office:value-type="float" office:value="{cell}"/>'


def _spaced(line: str) -> str:
    """A line whose spaces and tabs are kept: OpenDocument runs them together unless they are counted."""
    return _SPACES.sub(_counted, quoted(line)).replace("\t", "<text:tab/>")


def _counted(found: re.Match[str]) -> str:
    alone = found.start() == 0 or found.end() == len(found.string)
    kept, count = ("", len(found[0])) if alone else (" ", len(found[0]) - 1)
    return f'{kept}<text:s text:c="{count}"/>' if count else kept
