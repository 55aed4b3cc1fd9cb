"""Tables written by hand: CSV, and workbooks as small as they can be."""

import zipfile
from collections.abc import Iterable, Sequence
from io import BytesIO
from xml.sax.saxutils import escape

Cells = Sequence[Sequence[str | float]]

_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DATE_STYLE = 1
_ODS = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
)


def csv_of(rows: Cells, separator: str = ";") -> bytes:
    """Rows as CSV in UTF-8, each cell in quotes."""
    lines = (separator.join('"' + str(cell).replace('"', '""') + '"' for cell in row) for row in rows)
    return ("\r\n".join(lines) + "\r\n").encode()


def _letter(place: int) -> str:
    return chr(65 + place)


def sheet_xml(rows: Cells, merged: Iterable[str] = ()) -> str:
    """A sheet of XLSX: texts as they are, numbers as dates."""
    body = []
    for line, row in enumerate(rows, start=1):
        cells = []
        for place, cell in enumerate(row):
            where = f"{_letter(place)}{line}"
            if isinstance(cell, str):
                if cell.startswith("<"):
                    cells.append(cell.replace("@", where))
                elif cell:
                    cells.append(f'<c r="{where}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>')
            else:
                cells.append(f'<c r="{where}" s="{_DATE_STYLE}"><v>{cell}</v></c>')
        body.append(f'<row r="{line}">{"".join(cells)}</row>')
    spans = "".join(f'<mergeCell ref="{ref}"/>' for ref in merged)
    merges = f"<mergeCells>{spans}</mergeCells>" if spans else ""
    return f"<worksheet><sheetData>{''.join(body)}</sheetData>{merges}</worksheet>"


def xlsx_of(*sheets: tuple[str, str] | tuple[str, str, str]) -> bytes:
    """A workbook of these sheets: name, XML, and its state where it is hidden."""
    named = "".join(
        f'<sheet name="{one[0]}" sheetId="{n}" state="{one[2] if len(one) > 2 else "visible"}" r:id="r{n}"/>'
        for n, one in enumerate(sheets, start=1)
    )
    related = "".join(
        f'<Relationship Id="r{n}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n, _one in enumerate(sheets, start=1)
    )
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "_rels/.rels",
            f'<Relationships><Relationship Id="w" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
            "</Relationships>",
        )
        archive.writestr("xl/workbook.xml", f'<workbook xmlns:r="{_RELATIONS}"><sheets>{named}</sheets></workbook>')
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships>{related}<Relationship Id="s" Type="{_RELATIONS}/styles" Target="styles.xml"/>'
            "</Relationships>",
        )
        archive.writestr(
            "xl/styles.xml", '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
        )
        for n, one in enumerate(sheets, start=1):
            archive.writestr(f"xl/worksheets/sheet{n}.xml", one[1])
    return target.getvalue()


def ods_of(*tables: str) -> bytes:
    """A workbook of these tables, as XML."""
    content = (
        f"<office:document-content {_ODS}><office:automatic-styles>"
        '<style:style style:name="cachée"><style:table-properties table:display="false"/></style:style>'
        f"</office:automatic-styles><office:body><office:spreadsheet>{''.join(tables)}</office:spreadsheet>"
        "</office:body></office:document-content>"
    )
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            zipfile.ZipInfo("mimetype"), "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED
        )
        archive.writestr("content.xml", content)
    return target.getvalue()


def ods_table(rows: Cells, name: str = "Feuille1", style: str = "") -> str:
    """A table of ODS: texts, and what begins by `<` as it is."""
    lines = []
    for row in rows:
        cells = "".join(
            str(cell)
            if str(cell).startswith("<")
            else f'<table:table-cell office:value-type="string"><text:p>{escape(str(cell))}</text:p></table:table-cell>'
            for cell in row
        )
        lines.append(f"<table:table-row>{cells}</table:table-row>")
    styled = f' table:style-name="{style}"' if style else ""
    return f'<table:table table:name="{name}"{styled}>{"".join(lines)}</table:table>'
