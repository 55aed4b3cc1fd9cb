"""An export as XLSX: one sheet a table, written straight to the archive.

Every text is a typed string (`inlineStr`), which no spreadsheet computes, whatever it begins with.
Format: ECMA-376, SpreadsheetML; the parts Excel, LibreOffice and Google Sheets ask for and no more.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from registry.exchange.exports.archive import About, Archive
from registry.exchange.exports.columns import REST, ExportTable
from registry.exchange.exports.queries import Row
from registry.exchange.exports.sheets import MOST_ROWS, REST_HEADERS, Cell, HeadingCells, Rests, cells_of, quoted

_EACH = 500
_EPOCH = date(1899, 12, 30).toordinal()
_DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = (
    f'{_DECLARED}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill '
    'patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/>'
    '</borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf numFmtId="0"/>'
    '<xf numFmtId="0" fontId="1" applyFont="1"/><xf numFmtId="14" applyNumberFormat="1"/>'
    '<xf numFmtId="0" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf></cellXfs></styleSheet>'
)
_BOLD, _WRAPPED = 1, 3


class _Book:
    """The workbook being written: its sheets, one after another."""

    def __init__(self, about: About) -> None:
        self.archive = Archive(about)
        self.sheets: list[str] = []

    def sheet(
        self,
        name: str,
        headers: Iterable[str],
        rows: Iterator[list[Cell]],
        *,
        is_form: bool = False,
        widths: Sequence[int] = (),
    ) -> Iterator[bytes]:
        """A sheet, and others of the same table for the rows beyond what one holds."""
        part, going_on = 1, True
        while going_on:
            self.sheets.append(name if part == 1 else f"{name} ({part})")
            with self.archive.entry(f"xl/worksheets/sheet{len(self.sheets)}.xml") as target:
                text = io.TextIOWrapper(target, "utf-8", newline="", write_through=True)
                titles = list(headers)
                text.write(_opening(len(titles), widths) + _row(1, titles, style=_BOLD))
                number = 1
                going_on = False
                for number, cells in enumerate(rows, 2):
                    style = _BOLD if isinstance(cells, HeadingCells) else _WRAPPED if is_form else 0
                    text.write(_row(number, cells, style=style))
                    if number % _EACH == 0:
                        yield self.archive.outlet.taken()
                    if number == MOST_ROWS:
                        going_on = True
                        break
                filtered = "" if is_form else f'<autoFilter ref="A1:{_letters(len(titles))}{number}"/>'
                text.write(f"</sheetData>{filtered}</worksheet>")
                text.detach()
            part += 1

    def close(self) -> Iterator[bytes]:
        """What binds the sheets together."""
        archive, count = self.archive, len(self.sheets)
        sheets = "".join(
            f'<sheet name="{quoted(name)}" sheetId="{place}" r:id="rId{place}"/>'
            for place, name in enumerate(self.sheets, 1)
        )
        archive.write(
            "xl/workbook.xml",
            f'{_DECLARED}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATED}"><sheets>{sheets}</sheets></workbook>',
        )
        related = "".join(_related(place, "worksheet", f"worksheets/sheet{place}.xml") for place in range(1, count + 1))
        archive.write("xl/_rels/workbook.xml.rels", _relations(related + _related(count + 1, "styles", "styles.xml")))
        archive.write("xl/styles.xml", _STYLES)
        archive.write("_rels/.rels", _relations(_related(1, "officeDocument", "xl/workbook.xml")))
        archive.write("[Content_Types].xml", _content_types(count))
        archive.close()
        yield archive.outlet.taken()


def xlsx_export(tables: Iterable[tuple[ExportTable, Iterable[Row]]], about: About) -> Iterator[bytes]:
    """The workbook, piece by piece."""
    book, rests = _Book(about), Rests()
    for table, rows in tables:
        cells = cells_of(table, rows, rests)
        yield from book.sheet(table.name, table.headers, cells, is_form=table.is_form, widths=table.widths)
    if rests.rows:
        yield from book.sheet(REST, REST_HEADERS, iter([list(row) for row in rests.rows]))
    yield from book.close()


def _opening(columns: int, widths: Sequence[int]) -> str:
    said = "".join(
        f'<col min="{place}" max="{place}" width="{width}" customWidth="1"/>' for place, width in enumerate(widths, 1)
    )
    return (
        f'{_DECLARED}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" '
        'topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{said or _all_alike(columns)}</cols><sheetData>"
    )


def _all_alike(columns: int) -> str:
    return f'<col min="1" max="{columns}" width="24" customWidth="1"/>'


def _row(number: int, cells: Iterable[Cell], *, style: int = 0) -> str:
    said = []
    for place, cell in enumerate(cells, 1):
        if cell is None:
            continue
        where = f"{_letters(place)}{number}"
        if isinstance(cell, str):
            styled = f' s="{style}"' if style else ""
            text = f'<is><t xml:space="preserve">{quoted(cell)}</t></is>'
            said.append(f'<c r="{where}" t="inlineStr"{styled}>{text}</c>')
        elif isinstance(cell, date):
            said.append(f'<c r="{where}" s="2"><v>{cell.toordinal() - _EPOCH}</v></c>')
        else:
            said.append(f'<c r="{where}"><v>{cell}</v></c>')
    return f'<row r="{number}">{"".join(said)}</row>'


def _letters(place: int) -> str:
    """The letters of a column, counted from 1: A, B … Z, AA."""
    found = ""
    while place:
        place, rest = divmod(place - 1, 26)
        found = chr(65 + rest) + found
    return found


def _related(place: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{place}" Type="{_RELATED}/{kind}" Target="{target}"/>'


def _relations(said: str) -> str:
    return f'{_DECLARED}<Relationships xmlns="{_PACKAGE}/relationships">{said}</Relationships>'


def _content_types(count: int) -> str:
    parts = [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles")]
    parts += [(f"/xl/worksheets/sheet{place}.xml", "worksheet") for place in range(1, count + 1)]
    said = "".join(f'<Override PartName="{name}" ContentType="{_TYPES}.{kind}+xml"/>' for name, kind in parts)
    return (
        f'{_DECLARED}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.'
        f'openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>{said}'
        "</Types>"
    )
