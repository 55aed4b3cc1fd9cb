"""A page of HTML told again in the blocks of a word processor: headings, paragraphs, lists, tables with headers."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.table import CT_Tbl
from docx.shared import Length, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from lxml import html  # type: ignore[import-untyped]  # lxml has no types.

_HEADINGS = {"h1": "Title", "h2": "Heading 1", "h3": "Heading 2", "h4": "Heading 3"}
_SKIPPED = frozenset({"style", "script", "img"})
_WITHIN = frozenset({"header", "main", "section", "div", "article", "body"})
_QUIET = RGBColor(0x55, 0x5B, 0x64)
_CONTENTS = "contents"
_BREAK = "\v"
"""The end of a line within a block: no page holds this sign."""


@dataclass(frozen=True)
class _Look:
    """How letters look where they stand."""

    bold: bool = False
    italic: bool = False
    fixed: bool = False
    quiet: bool = False
    small: bool = False


@dataclass(frozen=True)
class _Placed:
    """A cell at its place in the grid of a table."""

    cell: html.HtmlElement
    row: int
    column: int
    rows: int
    columns: int


class Writer:
    """Writes the blocks of a page at the end of a document."""

    def __init__(self, document: Document, width: Length) -> None:
        self._document, self._width = document, width
        # Asked by its name each time, a style is looked for among all: a third of the time a long document takes.
        self._styles = {style.name: style.style_id for style in document.styles}

    def write(self, block: html.HtmlElement) -> None:
        """Writes what a block holds, in order; the foot of the web page is told at the foot of each sheet."""
        for one in block:
            if not isinstance(one.tag, str) or one.tag in _SKIPPED or one.tag == "footer":
                continue
            if one.tag in _HEADINGS:
                self._heading(one)
            elif one.tag in {"ul", "ol"}:
                self._list(one, 1)
            elif one.tag == "table":
                self._table(one)
            elif one.tag in _WITHIN:
                self.write(one)
            else:
                self._paragraph(one)

    def _heading(self, block: html.HtmlElement) -> None:
        _write_inline(self._add_paragraph(_HEADINGS[block.tag]), block, _Look(), breaks=False)

    def _add_paragraph(self, style: str) -> Paragraph:
        paragraph = self._document.add_paragraph()
        paragraph._p.style = self._styles[style]  # noqa: SLF001 - the identifier itself, see above.
        return paragraph

    def _paragraph(self, block: html.HtmlElement) -> None:
        if not _words(block):
            return
        look = _Look(quiet="quiet" in block.get("class", ""), bold="band" in block.get("class", "").split())
        _write_inline(self._document.add_paragraph(), block, look)

    def _list(self, block: html.HtmlElement, level: int) -> None:
        """The entries of a list; those of a table of contents bear their own numbers."""
        numbered = any(_CONTENTS in one.get("class", "") for one in (block, *block.iterancestors()))
        style = "Normal" if numbered else ("List Bullet" if level == 1 else "List Bullet 2")
        for entry in block.iterchildren("li"):
            paragraph = self._add_paragraph(style)
            if numbered:
                paragraph.paragraph_format.left_indent = Pt(14 * (level - 1))
            _write_inline(paragraph, entry, _Look())
            for below in entry.iterchildren("ul", "ol"):
                self._list(below, level + 1)

    def _table(self, block: html.HtmlElement) -> None:
        cells = [*_placed(block)]
        if not cells:
            return
        caption = block.find("caption")
        if caption is not None and _words(caption):
            paragraph = self._add_paragraph("Caption")
            paragraph.paragraph_format.keep_with_next = True
            _write_inline(paragraph, caption, _Look(), breaks=False)
        height = max(one.row + one.rows for one in cells)
        width = max(one.column + one.columns for one in cells)
        drawn = CT_Tbl.new_tbl(height, width, self._width)
        # A table stands before the properties of the section, which end the body.
        self._document.element.body.insert_element_before(drawn, "w:sectPr")
        table = Table(drawn, self._document)
        drawn.tblStyle_val = self._styles["Table Grid"]
        _fill(table, cells, len(block.findall("thead/tr")))
        self._document.add_paragraph().paragraph_format.space_after = Pt(2)


def _fill(table: Table, cells: list[_Placed], heads: int) -> None:
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
        _write_inline(cell.paragraphs[0], one.cell, _Look(bold=is_head, small=True))
        if is_head and one.row < heads:
            shade = OxmlElement("w:shd")
            for name, value in (("val", "clear"), ("color", "auto"), ("fill", "E8ECF2")):
                shade.set(qn(f"w:{name}"), value)
            first.get_or_add_tcPr().append(shade)


def _placed(block: html.HtmlElement) -> Iterator[_Placed]:
    """The cells of a table, each at its place: what spans columns and rows pushes the others."""
    taken: set[tuple[int, int]] = set()
    for row, line in enumerate(block.iterfind("*/tr")):
        column = 0
        for cell in line.iterchildren("th", "td"):
            while (row, column) in taken:
                column += 1
            rows, columns = int(cell.get("rowspan", "1")), int(cell.get("colspan", "1"))
            taken |= {(row + down, column + across) for down in range(rows) for across in range(columns)}
            yield _Placed(cell, row, column, rows, columns)
            column += columns


def _write_inline(paragraph: Paragraph, block: html.HtmlElement, look: _Look, *, breaks: bool = True) -> None:
    """The words of a block in one paragraph, its blocks within on lines of their own; lists below are not its own."""
    for text, how in _runs(block, look, breaks=breaks):
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


def _runs(block: html.HtmlElement, look: _Look, *, breaks: bool) -> Iterator[tuple[str, _Look]]:
    """The pieces of text of a block as a page shows them: blanks run together, none at the end or after a break."""
    pieces = [*_pieces(block, look, breaks=breaks)]
    before = _BREAK
    for place, (text, how) in enumerate(pieces):
        said = text if text == _BREAK else _one_space(text)
        if before.endswith((_BREAK, " ")):
            said = said.lstrip(" ")
        if place == len(pieces) - 1:
            said = said.rstrip(" ")
        if said:
            yield said.replace(_BREAK, "\n"), how
            before = said


def _one_space(text: str) -> str:
    """A text with one space where a page has any number of blanks; spaces that do not break stay."""
    lead = " " if text[:1] in {" ", "\n", "\t"} else ""
    tail = " " if text[-1:] in {" ", "\n", "\t"} else ""
    words = [word for word in text.replace("\n", " ").replace("\t", " ").split(" ") if word]
    return f"{lead}{' '.join(words)}{tail}" if words else (" " if text else "")


def _pieces(block: html.HtmlElement, look: _Look, *, breaks: bool) -> Iterator[tuple[str, _Look]]:
    if block.text:
        yield block.text, look
    for one in block:
        if isinstance(one.tag, str) and one.tag not in _SKIPPED:
            if one.tag == "br":
                yield (_BREAK if breaks else " "), look
            elif block.tag == "li" and one.tag in {"ul", "ol"}:
                continue
            else:
                if one.tag in {"li", "p", "div"} and one.getprevious() is not None:
                    yield _BREAK, look
                yield from _pieces(one, _looks(one, look), breaks=breaks)
                yield from _address(one, look)
        if one.tail:
            yield one.tail, look


def _address(one: html.HtmlElement, look: _Look) -> Iterator[tuple[str, _Look]]:
    """Where a link leads, in words: a text that is edited and passed on opens nothing by itself."""
    address = one.get("href", "") if one.tag == "a" else ""
    if address.startswith(("http://", "https://")) and address not in _words(one):
        yield f" ({address})", replace(look, quiet=True)


def _looks(one: html.HtmlElement, look: _Look) -> _Look:
    classes = one.get("class", "").split()
    return replace(
        look,
        bold=look.bold or one.tag in {"strong", "b"},
        italic=look.italic or one.tag in {"em", "i"},
        fixed=look.fixed or one.tag == "code",
        quiet=look.quiet or "quiet" in classes or "article" in classes,
    )


def _words(one: html.HtmlElement) -> str:
    return " ".join(one.text_content().split())
