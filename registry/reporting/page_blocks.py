"""A page of HTML read for a word processor: its pieces of text and how they look, the cells of its tables in place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lxml import html  # type: ignore[import-untyped]  # lxml has no types.

SKIPPED = frozenset({"style", "script", "img"})
WITHIN = frozenset({"header", "main", "section", "div", "article", "body"})
NOT_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
"""Characters that were typed and that no XML holds: nobody sees them."""
_BREAK = "\v"
"""The end of a line within a block: no page holds this sign."""


@dataclass(frozen=True)
class Look:
    """How letters look where they stand."""

    bold: bool = False
    italic: bool = False
    fixed: bool = False
    quiet: bool = False
    small: bool = False


@dataclass(frozen=True)
class Placed:
    """A cell at its place in the grid of a table."""

    cell: html.HtmlElement
    row: int
    column: int
    rows: int
    columns: int


def placed(block: html.HtmlElement) -> Iterator[Placed]:
    """The cells of a table, each at its place: what spans columns and rows pushes the others."""
    taken: set[tuple[int, int]] = set()
    for row, line in enumerate(block.iterfind("*/tr")):
        column = 0
        for cell in line.iterchildren("th", "td"):
            while (row, column) in taken:
                column += 1
            rows, columns = int(cell.get("rowspan", "1")), int(cell.get("colspan", "1"))
            taken |= {(row + down, column + across) for down in range(rows) for across in range(columns)}
            yield Placed(cell, row, column, rows, columns)
            column += columns


def runs(block: html.HtmlElement, look: Look, *, breaks: bool) -> Iterator[tuple[str, Look]]:
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


def _pieces(block: html.HtmlElement, look: Look, *, breaks: bool) -> Iterator[tuple[str, Look]]:
    if block.text:
        yield block.text, look
    for one in block:
        if isinstance(one.tag, str) and one.tag not in SKIPPED:
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


def _address(one: html.HtmlElement, look: Look) -> Iterator[tuple[str, Look]]:
    """Where a link leads, in words: a text that is edited and passed on opens nothing by itself."""
    address = one.get("href", "") if one.tag == "a" else ""
    if address.startswith(("http://", "https://")) and address not in words(one):
        yield f" ({address})", replace(look, quiet=True)


def _looks(one: html.HtmlElement, look: Look) -> Look:
    classes = one.get("class", "").split()
    return replace(
        look,
        bold=look.bold or one.tag in {"strong", "b"},
        italic=look.italic or one.tag in {"em", "i"},
        fixed=look.fixed or one.tag == "code",
        quiet=look.quiet or "quiet" in classes or "article" in classes,
    )


def words(one: html.HtmlElement) -> str:
    return " ".join(one.text_content().split())


def is_contents(block: html.HtmlElement) -> bool:
    """Whether a list is a table of contents, whose entries bear their own numbers."""
    return any("contents" in one.get("class", "") for one in (block, *block.iterancestors()))
