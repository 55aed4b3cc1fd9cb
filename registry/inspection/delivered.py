"""A file somebody hands over to what it is and how full it is, looked at in a child process: counts and names of
columns, never a value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from registry.inspection.child import Failed, ask_child
from registry.inspection.gtfs import Feed
from registry.inspection.limits import Limits
from registry.inspection.problems import Detail, Problem

_WORKER = "registry.inspection.delivered_worker"


@dataclass(frozen=True)
class RowFault:
    """One cell that does not hold against its schema: line as a spreadsheet counts, column, what does not hold.

    `kind` is `type`, `primary-key`, or the constraint of Table Schema; `wanted` the type that was expected.
    """

    line: int
    column: str
    kind: str
    wanted: str = ""


@dataclass(frozen=True)
class SchemaRead:
    """A table held against its Table Schema.

    `missing` are fields without a column, `required` those among them that the schema requires, `extra` columns
    without a field; `by_kind` counts faults by `kind:column`, `told` are some of them. `aside` is what of the schema
    was not looked at. `refused` says why the schema itself cannot be used: nothing else is then told.

    Units: `rows` and `wrong_rows` in lines read, `faults` in cells or lines.
    """

    rows: int = 0
    missing: Sequence[str] = ()
    required: Sequence[str] = ()
    extra: Sequence[str] = ()
    faults: int = 0
    wrong_rows: int = 0
    told: Sequence[RowFault] = ()
    by_kind: Mapping[str, int] = field(default_factory=dict)
    is_whole: bool = True
    aside: Sequence[str] = ()
    refused: str = ""


@dataclass(frozen=True)
class FilledColumn:
    """A column and how many of its cells are filled; `nothing` of these hold a word for none (« NC », « néant »)."""

    name: str
    filled: int
    nothing: int = 0


@dataclass(frozen=True)
class Delivered:
    """What a file is and holds, as far as it can be read.

    `type` is a code of `policies/lists/file_types.yaml`, empty where nothing of the file tells. `encoding` is that of a
    text. `feed` is what an archive of GTFS holds; `root` and `namespace` are those of an XML. `cut_line` where the last
    line looks cut. `tables` counts the sheets that are filled: the first one is read. `flat` where a table was written
    out for the readers of tables. Units: `rows` in lines below the header.
    """

    type: str = ""
    problem: Problem | None = None
    details: dict[str, Detail] = field(default_factory=dict)
    macros: bool = False
    pages: int = 0
    pages_with_words: int = 0
    encoding: str = ""
    cut_line: bool = False
    tables: int = 0
    table: str = ""
    has_header: bool = True
    rows: int = 0
    columns: Sequence[FilledColumn] = ()
    is_whole: bool = True
    flat: bool = False
    feed: Feed | None = None
    root: str = ""
    namespace: str = ""
    schema: SchemaRead | None = None


def look_at(path: Path, *, name: str, schema: Any, flat: Path, limits: Limits) -> Delivered:
    """What a file is and how full it is; it is held against a Table Schema where one is given.

    A table that is nested (JSON, GeoJSON, Parquet) is written out to `flat` as CSV. What keeps the file from being
    read is told, never raised.
    """
    order = {"path": str(path.absolute()), "name": name, "schema": schema, "flat": str(flat.absolute())}
    said = ask_child(_WORKER, order, limits)
    if isinstance(said, Failed):
        return Delivered(problem=said.problem, details=said.details)
    try:
        return msgspec.json.decode(said.splitlines()[-1] if said else b"", type=Delivered)
    except msgspec.DecodeError:
        return Delivered(problem=Problem.UNFORESEEN, details={"kind": "no answer"})
