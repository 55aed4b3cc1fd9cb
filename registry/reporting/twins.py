"""The machine-readable twins of a document: canonical JSON (RFC 8785) and CSV for spreadsheets."""

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

GREATEST_INTEGER = 2**53 - 1
_TREACHEROUS = "=+-@\t\r\n＝＋－＠"
_SIGNED_NUMBER = re.compile(r"[+\-−][0-9][0-9 .,\u00a0\u202f]*")


def canonical_json(value: Any) -> bytes:
    """The one way to write a value of texts, whole numbers, Booleans, lists and objects as JSON.

    Law: RFC 8785 (JSON Canonicalization Scheme), without fractions: a rate is written as its two counts.

    Raises:
        TypeError: a fraction, or a value JSON does not know.
        ValueError: a whole number beyond what every JSON reader keeps.
    """
    _check(value)
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True)
    return text.encode()


def _check(value: Any) -> None:
    match value:
        case None | bool() | str():
            return
        case int():
            if abs(value) > GREATEST_INTEGER:
                raise ValueError(f"{value} is beyond the whole numbers JSON keeps")
        case list() | tuple():
            for item in value:
                _check(item)
        case dict():
            for key, item in value.items():
                # Beyond the basic plane, code points and UTF-16 units sort differently.
                if not isinstance(key, str) or any(ord(letter) > 0xD7FF for letter in key):
                    raise TypeError(f"{key!r} cannot name a member")
                _check(item)
        case _:
            raise TypeError(f"{type(value).__name__} has no canonical form")


def safe_cell(text: str) -> str:
    """The text as a spreadsheet shows it without ever computing it; signed numbers stay as they are."""
    first = text.lstrip(" \u00a0")[:1]
    if first and first in _TREACHEROUS and not _SIGNED_NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def csv_table(headers: Sequence[str], rows: Iterable[Sequence[str | int | date]]) -> bytes:
    """A table French spreadsheets open at once: UTF-8 with its mark, semicolons, no formula."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(headers)
    writer.writerows([_written(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", errors="replace")


def _written(cell: str | int | date) -> str:
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    return safe_cell(cell) if isinstance(cell, str) else str(cell)
