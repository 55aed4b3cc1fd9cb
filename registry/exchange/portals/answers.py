"""The answers of a portal as a file holds them, one after the other; of a long one, a part alone stands in memory.

An export of a whole portal is one answer with one list: held whole, it would take ten times its size. Its list is read
an element at a time, each time it is asked for; what stands around it is read once.
"""

import codecs
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from registry.exchange.portals.format import SEPARATOR
from registry.exchange.refusals import CannotRead, Problem
from registry.inspection.texts import byte_order_mark
from registry.kernel.words import mark

LONG = 4 * 1024 * 1024
"""Units: bytes. A longer answer is read an element at a time."""
LISTS = frozenset({"results", "datasets", "data", "result"})
"""Under which keys an answer lists its records."""
_PIECE = 256 * 1024
_SPACE = " \t\n\r"
_OF_A_NUMBER = "0123456789.eE+-"
_CUT = 2
"""Units: signs. What may stand of a number after what can be read of it: « e+ » of « 1e+5 »."""
_DECODER = json.JSONDecoder()


class LongList(list[Any]):
    """A list of a long answer: it holds nothing, and reads its elements anew each time they are asked for."""

    def __init__(self, count: int, read: Callable[[], Iterator[Any]]) -> None:
        super().__init__()
        self._count, self._read = count, read

    def __len__(self) -> int:
        return self._count

    def __bool__(self) -> bool:
        return self._count > 0

    def __iter__(self) -> Iterator[Any]:
        return self._read()


def answers_of(path: Path, long: int = LONG) -> Iterator[Any]:
    """The answers of a file, one at a time; the lists of one longer than `long` bytes are read as they are asked for.

    Raises: CannotRead, with the line of what is no JSON.
    """
    for start, end in _ranges(path):
        if end - start > long:
            yield _long_answer(path, start, end)
            continue
        raw = _bytes(path, start, end)
        if raw.strip():
            yield _loaded(raw)


def _ranges(path: Path) -> Iterator[tuple[int, int]]:
    """Where each answer of a file begins and ends."""
    start = place = 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            found = piece.find(SEPARATOR)
            while found >= 0:
                yield start, place + found
                start = place + found + len(SEPARATOR)
                found = piece.find(SEPARATOR, found + len(SEPARATOR))
            place += len(piece)
    yield start, place


def _bytes(path: Path, start: int, end: int) -> bytes:
    with path.open("rb") as file:
        file.seek(start)
        return file.read(end - start)


def _long_answer(path: Path, start: int, end: int) -> Any:
    """A long answer, its lists of records set apart.

    What is wrong in it is said by reading it whole: where it stands is then known to the line.
    """
    try:
        return _skeleton(_Text(path, start, end))
    except ValueError:
        return _loaded(_bytes(path, start, end))
    except RecursionError as error:
        raise CannotRead(Problem.TOO_DEEP) from error


def _skeleton(text: "_Text") -> Any:
    found: Any
    if text.next() == "{":
        found = dict(_members(text, nested=True))
    elif text.next() == "[":
        found = _list(text)
    else:
        found = text.value()
    if text.next():
        raise ValueError("something follows the answer")
    return found


def _members(text: "_Text", *, nested: bool) -> Iterator[tuple[str, Any]]:
    """What an object says, key by key; with `nested`, also within its `result`."""
    text.take("{")
    while text.next() != "}":
        key = text.value()
        if not isinstance(key, str):
            raise ValueError("a key is no text")  # noqa: TRY004 -- of a file, not of ours.
        text.take(":")
        sign = text.next()
        if sign == "[" and key in LISTS:
            yield key, _list(text)
        elif sign == "{" and key == "result" and nested:
            yield key, dict(_members(text, nested=False))
        else:
            yield key, text.value()
        if text.next() != "}":
            text.take(",")
            if text.next() == "}":
                raise ValueError("nothing follows a comma")
    text.take("}")


def _list(text: "_Text") -> LongList:
    begins = text.place()
    count = sum(1 for _element in text.elements())
    return LongList(count, lambda: text.again(begins).elements())


class _Text:
    """The JSON of an answer, read through a window."""

    def __init__(self, path: Path, start: int, end: int) -> None:
        self._path, self._start, self._end = path, start, end
        encoding = byte_order_mark(_bytes(path, start, min(start + 4, end))) or "utf-8"
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._text, self._at, self._dropped, self._read = "", 0, 0, start

    def place(self) -> int:
        """How many characters were read so far."""
        return self._dropped + self._at

    def again(self, place: int) -> "_Text":
        """The same text from a place on."""
        other = _Text(self._path, self._start, self._end)
        while other._dropped + len(other._text) < place:
            other._at = len(other._text)
            other._more()
        other._at = place - other._dropped
        return other

    def next(self) -> str:
        """The next sign that is no space; nothing at the end."""
        while True:
            text, at = self._text, self._at
            while at < len(text) and text[at] in _SPACE:
                at += 1
            self._at = at
            if at < len(text):
                return text[at]
            if not self._more():
                return ""

    def take(self, sign: str) -> None:
        """Goes past a sign.

        Raises: ValueError when another stands there.
        """
        if self.next() != sign:
            raise ValueError(f"no {sign}")
        self._at += 1

    def value(self) -> Any:
        """The next value, whole.

        Raises: ValueError.
        """
        self.next()
        while True:
            try:
                found, end = _DECODER.raw_decode(self._text, self._at)
            except ValueError:
                if not self._more():
                    raise
                continue
            if self._is_whole(found, end) or not self._more():
                self._at = end
                return found

    def _is_whole(self, found: Any, end: int) -> bool:
        """Whether a value ends there: a number that the window cuts goes on, « 1. » and then « 25 »."""
        after = self._text[end : end + _CUT + 1]
        return type(found) not in {int, float} or len(after) > _CUT or after.strip(_OF_A_NUMBER) != ""

    def elements(self) -> Iterator[Any]:
        """The elements of a list, one at a time.

        Raises: ValueError.
        """
        self.take("[")
        while self.next() != "]":
            yield self.value()
            if self.next() != "]":
                self.take(",")
                if self.next() == "]":
                    raise ValueError("nothing follows a comma")
        self.take("]")

    def _more(self) -> bool:
        """Reads further: as much as is there already, so that a long value is not looked through again and again."""
        if self._read >= self._end:
            return False
        kept = self._text[self._at :]
        size = min(max(_PIECE, len(kept)), self._end - self._read)
        raw = _bytes(self._path, self._read, self._read + size)
        self._read += size
        self._dropped += self._at
        self._text, self._at = kept + self._decoder.decode(raw, final=self._read >= self._end), 0
        return True


def _loaded(raw: bytes) -> Any:
    try:
        return json.loads(raw.decode(byte_order_mark(raw) or "utf-8"))
    except UnicodeDecodeError as error:
        raise CannotRead(
            Problem.ENCODING, encoding="UTF-8", byte=f"0x{raw[error.start]:02X}", offset=error.start,
            line=raw.count(b"\n", 0, error.start) + 1,
        ) from error  # fmt: skip
    except json.JSONDecodeError as error:
        if not error.doc[error.pos :].strip() or error.msg.startswith("Unterminated string"):
            raise CannotRead(Problem.CUT_SHORT, line=error.doc.count("\n") + 1) from error
        raise CannotRead(Problem.SYNTAX, format="JSON", line=error.lineno, reason=mark("le JSON est fautif")) from error
    except RecursionError as error:
        raise CannotRead(Problem.TOO_DEEP) from error
