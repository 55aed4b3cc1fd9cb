"""The rows of a JSON file: the objects of its list, or the features of a GeoJSON, each property a column."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ijson

from registry.inspection.problems import CannotRead, Problem
from registry.inspection.rows import MOST_CELL, MOST_COLUMNS, Row, SheetOfRows
from registry.inspection.texts import cleaned

_GEOMETRY = "geometry"
_BUFFER = 2**18
_MOST_EVENTS = 20_000
"""How far a list is looked for in a file that begins with something else."""


def json_rows(path: Path, code: str) -> SheetOfRows:
    """The objects of a file of this type (`JSON`, `JSONL`, `JSON_LD`, `GEOJSON`) as one sheet under a header.

    Raises: CannotRead for what is no list of objects, or no JSON.
    """
    prefix = "features.item" if code == "GEOJSON" else "" if code == "JSONL" else _list_in(path)
    columns: dict[str, int] = {}
    for one in _objects(path, prefix):
        for name in _flat(one, is_feature=code == "GEOJSON"):
            if len(columns) < MOST_COLUMNS:
                columns.setdefault(cleaned(name), len(columns))

    def read() -> Iterator[Row]:
        if not columns:
            return
        yield Row(1, list(columns))
        for line, one in enumerate(_objects(path, prefix), 2):
            flat = _flat(one, is_feature=code == "GEOJSON")
            yield Row(line, [_as_text(flat.get(name))[:MOST_CELL] for name in columns])

    return SheetOfRows("", read)


def _flat(one: Any, *, is_feature: bool) -> dict[str, Any]:
    if not isinstance(one, dict):
        raise CannotRead(Problem.NO_ROWS)
    if not is_feature:
        return one
    properties = one.get("properties")
    flat = dict(properties) if isinstance(properties, dict) else {}
    return {**flat, _GEOMETRY: one.get("geometry")}


def _objects(path: Path, prefix: str) -> Iterator[Any]:
    with path.open("rb") as file:
        if file.read(3) != b"\xef\xbb\xbf":
            file.seek(0)
        try:
            yield from ijson.items(file, prefix, buf_size=_BUFFER, use_float=True, multiple_values=not prefix)
        except ijson.JSONError as error:
            if "premature" in str(error) or "incomplete" in str(error).lower():
                raise CannotRead(Problem.CUT_SHORT) from None
            raise CannotRead(Problem.BROKEN_JSON) from None


def _list_in(path: Path) -> str:
    """Where the list of objects stands, as the reader names places: the whole file, or its first such member."""
    with path.open("rb") as file:
        if file.read(3) != b"\xef\xbb\xbf":
            file.seek(0)
        before: str | None = None
        try:
            for rank, (prefix, event, _value) in enumerate(ijson.parse(file, buf_size=_BUFFER)):
                if event == "start_map" and before is not None:
                    return f"{before}.item" if before else "item"
                before = prefix if event == "start_array" and prefix.count(".") < 2 else None
                if rank > _MOST_EVENTS:
                    break
        except ijson.JSONError:
            raise CannotRead(Problem.BROKEN_JSON) from None
    raise CannotRead(Problem.NO_ROWS)


_TEXTS: dict[type, Callable[[Any], str]] = {
    str: cleaned, bool: lambda value: "true" if value else "false", type(None): lambda _value: "",
}  # fmt: skip


def _as_text(value: Any) -> str:
    """A value as a table would hold it; of what nests, its own values."""
    told = _TEXTS.get(type(value))
    if told is not None:
        return told(value)
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return " ; ".join(text for one in inner if (text := _as_text(one)))[:MOST_CELL]
    return f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)
