"""An XLSX workbook to rows, streamed: what a sheet shows, dates by the format of their cell, formulas by their result.

No formula is computed: the value kept beside it is read.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

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
    rank_of,
    trimmed,
)

_MOST_SHARED = 64 * 1024 * 1024
"""Units: characters of the texts the cells of a workbook share."""
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_DATE_LETTER = re.compile(r"[ymdhs]", re.IGNORECASE)
_NOT_LETTERS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ROW_END = re.compile(rb"</(?:\w+:)?row>")
_MOST_MERGED = 20_000
_TALLEST = 5_000


def xlsx_sheets(archive: Archive, *, whole: bool = True) -> list[SheetOfRows]:
    """The sheets of a workbook, in their order; unless they are wanted `whole`, one may be longer than an inventory.

    Raises: CannotRead for what is no XLSX workbook.
    """
    book = _workbook_part(archive)
    targets = _relations(archive, book)
    names, epoch = _sheet_names(archive, book)
    shared = next((_shared_texts(archive, part) for kind, part in targets.values() if kind == "sharedStrings"), [])
    styles = next((part for kind, part in targets.values() if kind == "styles"), "")
    dates = _date_styles(archive, styles) if styles in archive else frozenset()
    sheets = []
    for name, hidden, relation in names:
        kind, part = targets.get(relation, ("", ""))
        if kind == "worksheet" and part in archive:
            noted = Noted()
            read = _reader(archive, part, shared, dates, epoch, noted, most=MOST_FILLED if whole else None)
            sheets.append(SheetOfRows(name, read, hidden, noted))
    return sheets


def _workbook_part(archive: Archive) -> str:
    found = [part for kind, part in _relations(archive, "").values() if kind == "officeDocument"]
    if not found or found[0] not in archive:
        raise CannotRead(Problem.BROKEN_WORKBOOK)
    return found[0]


def _relations(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """What a part refers to: by the name it gives it, its kind and the part."""
    folder = PurePosixPath(part).parent
    name = str(folder / "_rels" / f"{PurePosixPath(part).name}.rels") if part else "_rels/.rels"
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, given: dict[str, str]) -> None:
        if tag == "Relationship" and given.get("TargetMode") != "External":
            target = given.get("Target", "")
            whole = target.lstrip("/") if target.startswith("/") else str(folder / target)
            found[given.get("Id", "")] = given.get("Type", "").rpartition("/")[2], _straight(whole)

    if name in archive:
        _whole(archive, name, start)
    return found


def _straight(path: str) -> str:
    parts: list[str] = []
    for one in path.split("/"):
        if one == "..":
            del parts[-1:]
        elif one not in {"", "."}:
            parts.append(one)
    return "/".join(parts)


def _whole(archive: Archive, name: str, start: Callable[[str, dict[str, str]], None]) -> None:
    for _step in archive.parse(name, start=start):
        pass


def _sheet_names(archive: Archive, book: str) -> tuple[list[tuple[str, bool, str]], datetime]:
    names: list[tuple[str, bool, str]] = []
    epoch = [datetime(1899, 12, 30, tzinfo=UTC)]

    def start(tag: str, given: dict[str, str]) -> None:
        if tag == "workbookPr" and given.get("date1904") in {"1", "true"}:
            epoch[0] = datetime(1904, 1, 1, tzinfo=UTC)
        elif tag == "sheet":
            relation = next((value for key, value in given.items() if key.rpartition(":")[2] == "id"), "")
            names.append((given.get("name", ""), given.get("state", "visible") != "visible", relation))

    _whole(archive, book, start)
    return names, epoch[0]


def _shared_texts(archive: Archive, part: str) -> list[str]:
    if part not in archive:
        return []
    texts: list[str] = []
    current: list[str] = []
    taken = [0]
    inside: list[str] = []

    def start(tag: str, _given: dict[str, str]) -> None:
        inside.append(tag)

    def end(tag: str) -> None:
        inside.pop()
        if tag == "si":
            text = _unescaped("".join(current))[:MOST_CELL]
            taken[0] += len(text)
            if taken[0] > _MOST_SHARED:
                raise CannotRead(Problem.BOMB)
            texts.append(text)
            current.clear()

    def text(piece: str) -> None:
        # What is read above a word to say how it is pronounced (rPh) is no part of it.
        if inside and inside[-1] == "t" and "rPh" not in inside:
            current.append(piece)

    for _step in archive.parse(part, start=start, end=end, text=text):
        pass
    return texts


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _date_styles(archive: Archive, part: str) -> frozenset[int]:
    """The styles of cells whose number is a date."""
    formats: dict[int, bool] = dict.fromkeys(_DATE_FORMATS, True)
    styles: list[bool] = []
    inside: list[bool] = [False]

    def start(tag: str, given: dict[str, str]) -> None:
        if tag == "numFmt":
            bare = _NOT_LETTERS.sub("", given.get("formatCode", ""))
            formats[_number(given.get("numFmtId"))] = bool(_DATE_LETTER.search(bare)) and "general" not in bare.lower()
        elif tag == "cellXfs":
            inside[0] = True
        elif tag == "cellStyles":
            inside[0] = False
        elif tag == "xf" and inside[0]:
            styles.append(formats.get(_number(given.get("numFmtId")), False))

    _whole(archive, part, start)
    return frozenset(place for place, is_date in enumerate(styles) if is_date)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 10 else -1


def _reader(
    archive: Archive,
    part: str,
    shared: list[str],
    dates: frozenset[int],
    epoch: datetime,
    noted: Noted,
    *,
    most: int | None,
) -> Callable[[], Iterator[Row]]:
    def read() -> Iterator[Row]:
        spread = _merged(archive, part, most)
        noted.merged = len(spread)
        cells = _Cells(shared, dates, epoch)
        above: dict[int, tuple[int, str]] = {}
        for _step in archive.parse(part, start=cells.start, end=cells.end, text=cells.text, ready=cells.are_ready):
            for row in cells.taken():
                yield from _filled(row, spread, above)

    return read


def _merged(archive: Archive, part: str, most: int | None) -> dict[tuple[int, int], tuple[int, int]]:
    """The merged cells that span several lines of one column: where each begins, and its last line and column.

    They are told after the lines, so the sheet is gone through once for them alone, and for the number of its lines.
    """
    found: dict[tuple[int, int], tuple[int, int]] = {}
    before = b""
    filled = 0
    for piece in archive.pieces(part):
        *rows, text = _ROW_END.split(before + piece)
        filled += sum(b"<v" in row or b"<is" in row or b":v>" in row for row in rows)
        if most is not None and filled > most:
            # Said before anything is kept of it.
            raise CannotRead(Problem.TOO_MANY_ROWS, limit=MOST_ROWS)
        for one in _MERGED.finditer(text):
            first, last = int(one[2]), int(one[4])
            left, right = rank_of(one[1].decode()), rank_of(one[3].decode())
            if first < last <= first + _TALLEST and left == right and len(found) < _MOST_MERGED:
                found[first, left] = last, right
        before = text[-KEPT:]
    return found


def _filled(
    row: Row, spread: dict[tuple[int, int], tuple[int, int]], above: dict[int, tuple[int, str]]
) -> Iterator[Row]:
    """A row, with what the merged cells above it say."""
    cells = row.cells
    if spread:
        for place, (last, text) in list(above.items()):
            if row.line > last:
                del above[place]
            elif text and place < len(cells) and not cells[place]:
                cells[place] = text
            elif text and place >= len(cells) and any(cells):
                cells.extend([""] * (place - len(cells)))
                cells.append(text)
        for place, text in enumerate(cells):
            if (row.line, place) in spread:
                above[place] = spread[row.line, place][0], text
    if trimmed(cells):
        yield row


class _Cells:
    """The cells of a sheet as its XML goes by."""

    def __init__(self, shared: list[str], dates: frozenset[int], epoch: datetime) -> None:
        self._shared, self._dates, self._epoch = shared, dates, epoch
        self._rows: list[Row] = []
        self._line = 0
        self._cells: list[str] = []
        self._place = -1
        self._kind = ""
        self._style = -1
        self._open = False
        self._inside = False
        self._pieces: list[str] = []

    def are_ready(self) -> bool:
        return bool(self._rows)

    def taken(self) -> list[Row]:
        rows, self._rows = self._rows, []
        return rows

    def start(self, tag: str, given: dict[str, str]) -> None:
        if tag == "c":
            found = _PLACE.fullmatch(given.get("r", ""))
            self._place = rank_of(found[1]) if found else self._place + 1
            self._kind = given.get("t", "n")
            self._style = _number(given.get("s"))
            self._pieces = []
            self._inside = True
        elif tag == "row":
            said = _number(given.get("r"))
            self._line = said if said > 0 else self._line + 1
            self._cells, self._place = [], -1
        elif self._inside and tag in {"v", "t"}:
            self._open = True

    def text(self, piece: str) -> None:
        if self._open:
            self._pieces.append(piece)

    def end(self, tag: str) -> None:
        if tag in {"v", "t"}:
            self._open = False
        elif tag == "c":
            self._inside = False
            if self._pieces and self._place < MOST_COLUMNS:
                self._cells.extend([""] * (self._place + 1 - len(self._cells)))
                self._cells[self._place] = self._value("".join(self._pieces))[:MOST_CELL]
        elif tag == "row" and self._cells:
            self._rows.append(Row(self._line, self._cells))
            self._cells = []

    def _value(self, raw: str) -> str:
        if self._kind == "s":
            place = _number(raw.strip())
            return self._shared[place] if 0 <= place < len(self._shared) else ""
        if self._kind in {"inlineStr", "str"}:
            return _unescaped(raw)
        if self._kind == "b":
            return "Oui" if raw.strip() == "1" else "Non"
        if self._kind in {"e", "d"}:
            return raw
        try:
            number = float(raw)
        except ValueError:
            return raw
        if self._style in self._dates:
            return _day(number, self._epoch)
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else raw.strip()


def _day(number: float, epoch: datetime) -> str:
    """A moment by its number of days; one of a clock alone has no day."""
    try:
        moment = epoch + timedelta(days=number)
    except OverflowError:
        return str(number)
    if number < 1:
        return moment.time().isoformat("minutes")
    return moment.date().isoformat()
