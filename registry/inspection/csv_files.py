"""A CSV file to rows: its encoding and its separator told from what it holds."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from registry.inspection.problems import CannotRead, Problem
from registry.inspection.rows import MOST_CELL, MOST_ROWS, Noted, Row, SheetOfRows, trimmed
from registry.inspection.texts import byte_order_mark

SEPARATORS = (";", ",", "\t", "|")
_SAMPLE = 64 * 1024
_LINES = 60
_LONGEST_LINE = 1024 * 1024
"""Units: characters. A longer line of a streamed file is read as several."""
_UNSEEN_SHARE = 0.02
_MARGIN = 100
"""How many lines a header may stand under."""
_HIGH = bytes(range(0x80, 0xC0)).decode("windows-1252", errors="ignore")
_DAMAGED = re.compile(f"\u00c3[{re.escape(_HIGH)}]|\u00e2\u20ac[{re.escape(_HIGH)}\u2122\u0153\u201c]|\ufffd")
"""How an accent of UTF-8 looks once it was read as Windows-1252."""

csv.field_size_limit(4 * MOST_CELL)


def csv_sheets(path: Path, *, as_shown: bool = False) -> list[SheetOfRows]:
    """The one sheet of a CSV file.

    Its rows are numbered by the lines of the file or, `as_shown`, as a spreadsheet does, where a cell of several lines
    counts for one.
    Raises: CannotRead for what is no text.
    """
    raw = path.read_bytes()
    noted = Noted()
    text = decoded(raw, noted)
    del raw
    found = _DAMAGED.search(text)
    if found is not None:
        noted.damaged = text[max(0, found.start() - 20) : found.end() + 20]
    separator = separator_of(text[:_SAMPLE])
    if text.count("\n") > MOST_ROWS and sum(1 for _row in _rows(text, separator)) > MOST_ROWS + _MARGIN:
        raise CannotRead(Problem.TOO_MANY_ROWS, limit=MOST_ROWS)
    return [SheetOfRows("", lambda: _rows(text, separator, as_shown=as_shown), noted=noted)]


def streamed_csv(path: Path) -> SheetOfRows:
    """The one sheet of a CSV file of any length, of which one line at a time is in memory.

    Raises: CannotRead for what is no text.
    """
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    noted = Noted(encoding=_encoding_throughout(path, head))
    sample = head.decode(noted.encoding, errors="replace").removeprefix("\ufeff")
    _refuse_garbage(sample)
    separator = separator_of(sample)

    def read() -> Iterator[Row]:
        with path.open(encoding=noted.encoding, newline="") as file:
            yield from _cells_of(iter(lambda: file.readline(_LONGEST_LINE).lstrip("\ufeff"), ""), separator)

    return SheetOfRows("", read, noted=noted)


def _encoding_throughout(path: Path, head: bytes) -> str:
    """The encoding in which the whole of a file reads, going through it once.

    Raises: CannotRead for what is in none of them.
    """
    announced = byte_order_mark(head[:4]) or _without_mark(head[:400])
    for encoding in [announced] if announced else ["utf-8", "windows-1252"]:
        try:
            with path.open(encoding=encoding, newline="") as file:
                while file.read(_SAMPLE):
                    pass
        except UnicodeDecodeError as error:
            place = error.start
            continue
        return encoding
    # Where in the file is not known from a piece of it: the byte says enough.
    raise CannotRead(Problem.ENCODING, encoding=(announced or "utf-8").upper(), byte="0x…", offset=place, line=1)


def _refuse_garbage(sample: str) -> None:
    unseen = sum(letter < " " and letter not in "\t\r\n\f" for letter in sample)
    if unseen > _UNSEEN_SHARE * len(sample):
        place = next(rank for rank, letter in enumerate(sample) if letter < " " and letter not in "\t\r\n\f")
        raise CannotRead(Problem.BINARY, offset=place)


def decoded(raw: bytes, noted: Noted) -> str:
    """The text of a file, in the encoding its first bytes announce, else UTF-8, else that of Windows.

    Raises: CannotRead for what is in none of them.
    """
    announced = byte_order_mark(raw[:4]) or _without_mark(raw[:400])
    for encoding in [announced] if announced else ["utf-8", "windows-1252"]:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError as error:
            place = error.start
            continue
        noted.encoding = encoding
        return text.removeprefix("\ufeff")
    raise CannotRead(
        Problem.ENCODING, encoding=(announced or "utf-8").upper(), byte=f"0x{raw[place]:02X}", offset=place,
        line=raw.count(b"\n", 0, place) + 1,
    )  # fmt: skip


def _without_mark(head: bytes) -> str | None:
    """Which UTF-16 a file is in that bears no mark: every other byte of Latin letters is then null."""
    if b"\x00" not in head:
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) < len(head) // 4:
        raise CannotRead(Problem.BINARY, offset=head.index(b"\x00"))
    return "utf-16-be" if even > odd else "utf-16-le"


def separator_of(sample: str) -> str:
    """The separator under which the first lines have the most cells, and the same number of them."""
    best, most = SEPARATORS[0], 0
    for separator in SEPARATORS:
        widths = [len(cells) for cells in _sampled(sample, separator)]
        several = Counter(width for width in widths if width > 1)
        if not several:
            continue
        width, lines = max(several.items(), key=lambda pair: (pair[1], pair[0]))
        score = lines * lines * (width - 1)
        if score > most:
            best, most = separator, score
    return best


def _sampled(sample: str, separator: str) -> list[list[str]]:
    lines: list[list[str]] = []
    try:
        for cells in csv.reader(sample.splitlines(keepends=True), delimiter=separator):
            lines.append(cells)
            if len(lines) >= _LINES:
                break
    except csv.Error:
        return lines
    return lines


def looks_like_a_table(text: str) -> bool:
    """Whether the first lines of a text are cells between separators."""
    separator = separator_of(text)
    lines = [cells for cells in _sampled(text, separator) if any(cells)][:_LINES]
    if len(lines) > 2:
        # The last may be cut short.
        lines.pop()
    widths = Counter(len(cells) for cells in lines)
    width, count = max(widths.items(), key=lambda pair: pair[1], default=(0, 0))
    return width > 1 and count * 2 >= len(lines)


def _rows(text: str, separator: str, *, as_shown: bool = False) -> Iterator[Row]:
    return _cells_of(_lines(text), separator, as_shown=as_shown)


def _cells_of(lines: Iterator[str], separator: str, *, as_shown: bool = False) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=separator)
    line = 1
    try:
        for record, cells in enumerate(reader, 1):
            filled = trimmed(cells)
            if filled:
                yield Row(record if as_shown else line, [cell[:MOST_CELL] for cell in filled])
            line = reader.line_num + 1
    except csv.Error as error:
        raise CannotRead(Problem.OPEN_QUOTE, line=line) from error


def _lines(text: str) -> Iterator[str]:
    """The lines of a text, one at a time: `\\r\\n`, `\\n` or `\\r` ends one, and nothing else does."""
    start, ending = 0, "\r" if "\n" not in text else "\n"
    while start < len(text):
        found = text.find(ending, start)
        end = len(text) if found < 0 else found + 1
        yield text[start:end]
        start = end
