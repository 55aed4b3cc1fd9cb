"""A page of HTML told again in the blocks of a word processor: headings, paragraphs, lists, tables with headers."""

from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.table import CT_Tbl
from docx.shared import Length, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from lxml import html  # type: ignore[import-untyped]  # lxml has no types.

from registry.reporting.page_blocks import SKIPPED, WITHIN, Look, Placed, is_contents, placed, runs, words

_HEADINGS = {"h1": "Title", "h2": "Heading 1", "h3": "Heading 2", "h4": "Heading 3"}
_QUIET = RGBColor(0x55, 0x5B, 0x64)


class Writer:
    """Writes the blocks of a page at the end of a document."""

    def __init__(self, document: Document, width: Length) -> None:
        self._document, self._width = document, width
        # Asked by its name each time, a style is looked for among all: a third of the time a long document takes.
        self._styles = {style.name: style.style_id for style in document.styles}

    def write(self, block: html.HtmlElement) -> None:
        """Writes what a block holds, in order; the foot of the web page is told at the foot of each sheet."""
        for one in block:
            if not isinstance(one.tag, str) or one.tag in SKIPPED or one.tag == "footer":
                continue
            if one.tag in _HEADINGS:
                self._heading(one)
            elif one.tag in {"ul", "ol"}:
                self._list(one, 1)
            elif one.tag == "table":
                self._table(one)
            elif one.tag in WITHIN:
                self.write(one)
            else:
                self._paragraph(one)

    def _heading(self, block: html.HtmlElement) -> None:
        _write_inline(self._add_paragraph(_HEADINGS[block.tag]), block, Look(), breaks=False)

    def _add_paragraph(self, style: str) -> Paragraph:
        paragraph = self._document.add_paragraph()
        paragraph._p.style = self._styles[style]  # noqa: SLF001 - the identifier itself, see above.
        return paragraph

    def _paragraph(self, block: html.HtmlElement) -> None:
        if not words(block):
            return
        look = Look(quiet="quiet" in block.get("class", ""), bold="band" in block.get("class", "").split())
        _write_inline(self._document.add_paragraph(), block, look)

    def _list(self, block: html.HtmlElement, level: int) -> None:
        """The entries of a list; those of a table of contents bear their own numbers."""
        numbered = is_contents(block)
        style = "Normal" if numbered else ("List Bullet" if level == 1 else "List Bullet 2")
        for entry in block.iterchildren("li"):
            paragraph = self._add_paragraph(style)
            if numbered:
                paragraph.paragraph_format.left_indent = Pt(14 * (level - 1))
            _write_inline(paragraph, entry, Look())
            for below in entry.iterchildren("ul", "ol"):
                self._list(below, level + 1)

    def _table(self, block: html.HtmlElement) -> None:
        cells = [*placed(block)]
        if not cells:
            return
        caption = block.find("caption")
        if caption is not None and words(caption):
            paragraph = self._add_paragraph("Caption")
            paragraph.paragraph_format.keep_with_next = True
            _write_inline(paragraph, caption, Look(), breaks=False)
        height = max(one.row + one.rows for one in cells)
        width = max(one.column + one.columns for one in cells)
        drawn = CT_Tbl.new_tbl(height, width, self._width)
        # A table stands before the properties of the section, which end the body.
        self._document.element.body.insert_element_before(drawn, "w:sectPr")
        table = Table(drawn, self._document)
        drawn.tblStyle_val = self._styles["Table Grid"]
        _fill(table, cells, len(block.findall("thead/tr")))
        self._document.add_paragraph().paragraph_format.space_after = Pt(2)


def _fill(table: Table, cells: list[Placed], heads: int) -> None:
    rows = list(table._tbl.tr_lst)  # noqa: SLF001 - asked one by one, each cell would count all those before it.
    grid = [list(row.tc_lst) for row in rows]
    for row in rows[:heads]:
        row.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for row in rows:
        row.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    for one in cells:
        first = grid[one.row][one.column]
        if one.rows > 1 or one.columns > 1:
            first = first.merge(grid[one.row + one.rows - 1][one.column + one.columns - 1])
        cell = _Cell(first, table)
        is_head = one.cell.tag == "th"
        _write_inline(cell.paragraphs[0], one.cell, Look(bold=is_head, small=True))
        if is_head and one.row < heads:
            shade = OxmlElement("w:shd")
            for name, value in (("val", "clear"), ("color", "auto"), ("fill", "E8ECF2")):
                shade.set(qn(f"w:{name}"), value)
            first.get_or_add_tcPr().append(shade)


def _write_inline(paragraph: Paragraph, block: html.HtmlElement, look: Look, *, breaks: bool = True) -> None:
    """The words of a block in one paragraph, its blocks within on lines of their own; lists below are not its own."""
    for text, how in runs(block, look, breaks=breaks):
        run = paragraph.add_run(text)
        if how.bold:
            run.bold = True
        if how.italic:
            run.italic = True
        if how.fixed:
            run.font.name = "Courier New"
        if how.quiet:
            run.font.color.rgb = _QUIET
        if how.small:
            run.font.size = Pt(9)
