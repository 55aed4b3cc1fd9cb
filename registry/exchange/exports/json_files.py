"""An export as JSON: the same tables under the names that programs use, with true numbers, days, lists and nulls."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from registry.exchange.exports.archive import About
from registry.exchange.exports.columns import ExportTable
from registry.exchange.exports.queries import Row

FORMAT = "beffroi-export"
VERSION = 1


def json_export(tables: Iterable[tuple[ExportTable, Iterable[Row]]], about: About) -> Iterator[bytes]:
    """The document, a row at a time."""
    head = {
        "format": FORMAT, "version": VERSION, "authority": about.authority, "moment": about.moment.isoformat(),
        "narrowed": about.narrowed or None,
    }  # fmt: skip
    yield _dump(head)[:-1] + b',"tables":{'
    for place, (table, rows) in enumerate(tables):
        yield (b"," if place else b"") + _dump(table.name) + b":["
        for number, row in enumerate(rows):
            values = {column.name: row.get(column.name) for column in table.columns}
            yield (b",\n" if number else b"\n") + _dump(values)
        yield b"]"
    yield b"}}\n"


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=_plain, separators=(",", ":")).encode("utf-8", "replace")


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
