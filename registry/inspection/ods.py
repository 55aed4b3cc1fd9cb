"""An ODS workbook to rows, streamed: what a sheet shows, dates as days, formulas by the result kept beside them."""

import re
from collections.abc import Callable, Iterator

from registry.inspection.archive import Archive
from registry.inspection.problems import CannotRead, Problem
from registry.inspection.rows import (
    KEPT,
    MOST_CELL,
    MOST_COLUMNS,
    MOST_FILLED,
    MOST_ROWS,
    Noted,
    Row,
    SheetOfRows,
    trimmed,
)

CONTENT = "content.xml"
_MOST_REPEATED = 1_000
"""A line repeated more often than that is a formatted margin, or a trap: it is read once."""
_ROW_END = re.compile(rb"</(?:\w+:)?table-row>")
_MANIFEST = "META-INF/manifest.xml"


def ods_sheets(archive: Archive, *, whole: bool = True) -> list[SheetOfRows]:
    """The sheets of a workbook, in their order; unless they are wanted `whole`, one may be longer than an inventory.

    Raises: CannotRead for what is no ODS workbook, or is protected by a password.
    """
    if CONTENT not in archive:
        raise CannotRead(Problem.BROKEN_WORKBOOK)
    if _MANIFEST in archive and b"encryption-data" in b"".join(archive.pieces(_MANIFEST)):
        raise CannotRead(Problem.PROTECTED_WORKBOOK)
    if whole:
        _refuse_too_many(archive)
    sheets = []
    for place, (name, hidden) in enumerate(_names(archive)):
        noted = Noted()
        sheets.append(SheetOfRows(name, _reader(archive, place, noted), hidden, noted))
    return sheets


def _refuse_too_many(archive: Archive) -> None:
    """Refuses a sheet of far too many lines before anything is kept of it."""
    filled, before = 0, b""
    for piece in archive.pieces(CONTENT):
        *rows, before = _ROW_END.split(before + piece)
        filled += sum(b"value-type" in row for row in rows)
        before = before[-KEPT:]
        if filled > MOST_FILLED:
            raise CannotRead(Problem.TOO_MANY_ROWS, limit=MOST_ROWS)


def _names(archive: Archive) -> list[tuple[str, bool]]:
    """The name of each sheet, and whether its style hides it."""
    hidden: set[str] = set()
    style = [""]
    found: list[tuple[str, str]] = []

    def start(tag: str, given: dict[str, str]) -> None:
        if tag == "style":
            style[0] = _given(given, "name")
        elif tag == "table-properties" and _given(given, "display") == "false":
            hidden.add(style[0])
        elif tag == "table":
            found.append((_given(given, "name"), _given(given, "style-name")))

    for _step in archive.parse(CONTENT, start=start):
        pass
    return [(name, of in hidden) for name, of in found]


def _given(given: dict[str, str], name: str) -> str:
    return next((value for key, value in given.items() if key.rpartition(":")[2] == name), "")


def _reader(archive: Archive, place: int, noted: Noted) -> Callable[[], Iterator[Row]]:
    def read() -> Iterator[Row]:
        cells = _Cells(place)
        for _step in archive.parse(CONTENT, start=cells.start, end=cells.end, text=cells.text, ready=cells.are_ready):
            noted.merged = cells.merged
            for row in cells.taken():
                if trimmed(row.cells):
                    yield row
            if cells.is_over:
                return

    return read


class _Cells:
    """The cells of one sheet as the XML goes by."""

    def __init__(self, place: int) -> None:
        self.merged = 0
        self.is_over = False
        self._wanted, self._table = place, -1
        self._rows: list[Row] = []
        self._line = 1
        self._repeat = 1
        self._cells: list[str] = []
        self._above: dict[int, tuple[int, str]] = {}
        self._given: dict[str, str] = {}
        self._paragraphs: list[str] = []
        self._depth = 0
        self._in_cell = self._in_text = False

    def are_ready(self) -> bool:
        return bool(self._rows) or self.is_over

    def taken(self) -> list[Row]:
        rows, self._rows = self._rows, []
        return rows

    def start(self, tag: str, given: dict[str, str]) -> None:
        if tag == "table":
            self._depth += 1
            self._table += self._depth == 1
        if self._table != self._wanted:
            return
        if tag == "table-row":
            self._cells, self._repeat = [], _count(_given(given, "number-rows-repeated"))
        elif tag in {"table-cell", "covered-table-cell"}:
            self._given = {key.rpartition(":")[2]: value for key, value in given.items()}
            self._paragraphs, self._in_cell = [], True
        elif self._in_cell and tag == "annotation":
            # A remark pinned on a cell is no part of its value.
            self._in_cell = False
        elif self._in_cell and tag == "p":
            self._paragraphs.append("")
            self._in_text = True
        elif self._in_text and tag in {"s", "tab", "line-break"}:
            filler = {"s": " " * min(_count(_given(given, "c")), 100), "tab": "\t", "line-break": "\n"}[tag]
            self._paragraphs[-1] += filler

    def text(self, piece: str) -> None:
        if self._in_text and self._in_cell and len(self._paragraphs[-1]) < MOST_CELL:
            self._paragraphs[-1] += piece

    def end(self, tag: str) -> None:
        if tag == "table":
            self._depth -= 1
            self.is_over = self.is_over or (self._table == self._wanted and self._depth == 0)
        if self._table != self._wanted or self.is_over:
            return
        if tag == "p":
            self._in_text = False
        elif tag == "annotation":
            self._in_cell = True
        elif tag in {"table-cell", "covered-table-cell"}:
            self._in_cell = False
            self._close_cell(covered=tag == "covered-table-cell")
        elif tag == "table-row":
            self._close_row()

    def _close_cell(self, *, covered: bool) -> None:
        place = len(self._cells)
        value = _value(self._given, self._paragraphs)[:MOST_CELL]
        last, above = self._above.get(place, (0, ""))
        if covered and not value and self._line <= last:
            value = above
        spanned = _count(self._given.get("number-rows-spanned", ""))
        if not covered and spanned > 1:
            self._above[place] = self._line + spanned - 1, value
            self.merged += 1
        repeated = _count(self._given.get("number-columns-repeated", ""))
        self._cells.extend([value] * min(repeated, MOST_COLUMNS - place))

    def _close_row(self) -> None:
        if trimmed(self._cells):
            for step in range(self._repeat if self._repeat <= _MOST_REPEATED else 1):
                self._rows.append(Row(self._line + step, list(self._cells)))
        self._line += self._repeat


def _count(text: str) -> int:
    return int(text) if text.isdigit() and 0 < len(text) < 9 and int(text) else 1


def _value(given: dict[str, str], paragraphs: list[str]) -> str:
    kind = given.get("value-type", "")
    if kind == "date":
        return given.get("date-value", "")[:10]
    if kind == "boolean":
        return "Oui" if given.get("boolean-value") == "true" else "Non"
    if kind in {"float", "currency", "percentage"}:
        raw = given.get("value", "")
        return raw[:-2] if raw.endswith(".0") else raw
    return "\n".join(paragraphs)
