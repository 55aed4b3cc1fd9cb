"""The rows of a table held against a Table Schema by `frictionless`: where each fault is and of which kind, no value.

Law: none; Table Schema 1.0, https://specs.frictionlessdata.io/table-schema/. Nothing is fetched: of the schema only
what a row can be held against is kept, neither addresses nor other resources. Rows come from our readers, so that a
CSV in the encoding of Windows or a workbook is held against a schema as any other file is.
"""

import re
import time
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any

from registry.inspection.delivered import RowFault, SchemaRead
from registry.inspection.rows import Row

_MOST_TOLD, _MOST_FIELDS, _LONGEST_NAME = 20, 500, 120
_KEPT_OF_FIELD = (
    "name", "type", "format", "constraints", "trueValues", "falseValues", "decimalChar", "groupChar", "bareNumber",
    "missingValues",
)  # fmt: skip
_CONSTRAINTS = frozenset(
    {"required", "unique", "minLength", "maxLength", "minimum", "maximum", "pattern", "enum"}
)  # fmt: skip
_TYPES = frozenset(
    {"string", "number", "integer", "boolean", "date", "datetime", "time", "year", "yearmonth", "duration", "geopoint",
     "geojson", "array", "object", "list", "any"}
)  # fmt: skip
_NOTED = re.compile(r'constraint "(\w+)"')
_TOLD_APART = {
    "type-error": "type", "unique-error": "unique", "primary-key": "primary-key", "extra-cell": "extra-cell",
}  # fmt: skip


class BadSchema(Exception):
    """What was given as a schema is none that can be used: the code of why."""


def usable(schema: Any) -> tuple[dict[str, Any], list[str]]:
    """What of a schema a row can be held against, and what of it was left aside.

    Raises: BadSchema.
    """
    fields = schema.get("fields") if isinstance(schema, dict) else None
    if not isinstance(fields, list) or not fields:
        raise BadSchema("no-fields")
    if len(fields) > _MOST_FIELDS:
        raise BadSchema("too-many-fields")
    kept, aside, names = [], [], set[str]()
    for one in fields:
        name = one.get("name") if isinstance(one, dict) else None
        if not isinstance(name, str) or not name.strip():
            raise BadSchema("unnamed-field")
        if name in names:
            raise BadSchema("twice-the-same-field")
        names.add(name)
        field = {word: one[word] for word in _KEPT_OF_FIELD if word in one}
        if field.get("type", "string") not in _TYPES:
            field = {"name": name, "type": "any"}
            aside.append(name)
        given = field.get("constraints")
        limits = given if isinstance(given, dict) else {}
        field["constraints"] = {word: value for word, value in limits.items() if word in _CONSTRAINTS}
        kept.append(field)
    told: dict[str, Any] = {"fields": kept}
    missing = schema.get("missingValues")
    if isinstance(missing, list) and all(isinstance(one, str) for one in missing):
        told["missingValues"] = missing
    key = schema.get("primaryKey")
    wanted = [key] if isinstance(key, str) else key if isinstance(key, list) else []
    if wanted and all(one in names for one in wanted):
        told["primaryKey"] = wanted
    if schema.get("foreignKeys"):
        aside.append("foreignKeys")
    return told, aside


def header_for(rows: Sequence[Row], schema: Mapping[str, Any]) -> int | None:
    """Which of the first lines names the columns of a schema: the one that says most of them, if it says any."""
    names = {_plain(one["name"]) for one in schema["fields"]}
    said = [len({_plain(cell) for cell in row.cells} & names) for row in rows]
    most = max(said, default=0)
    return said.index(most) if most else None


def hold_against(
    header: Sequence[str], rows: Iterator[Row], schema: Mapping[str, Any], *, aside: Sequence[str], seconds: float
) -> SchemaRead:
    """What of these rows does not hold against a schema that is `usable`; no longer than these seconds.

    Raises: BadSchema.
    """
    by_name = {_plain(one["name"]): one for one in schema["fields"]}
    found = [by_name.get(_plain(cell)) for cell in header]
    seen, fields, extra = set[str](), [], []
    for place, (cell, one) in enumerate(zip(header, found, strict=True)):
        if one is None or one["name"] in seen:
            # Of two columns of one name the first is held against the schema; frictionless knows fields by their names.
            fields.append({"name": f"\x00{place}", "type": "any"})
            extra += [cell.strip()[:_LONGEST_NAME]] if cell.strip() else []
        else:
            seen.add(one["name"])
            fields.append(one)
    lacking = [one for one in schema["fields"] if one["name"] not in seen]
    told = {**schema, "fields": fields}
    # Loaded here: it takes as long as all the rest, and most files come without a schema.
    frictionless, resources = import_module("frictionless"), import_module("frictionless.resources")
    if not set(told.get("primaryKey", ())) <= seen:
        told.pop("primaryKey", None)
    try:
        made = frictionless.Schema.from_descriptor(told)
    except frictionless.FrictionlessException:
        raise BadSchema("refused") from None
    counted = _Counted([one["name"] for one in fields])
    lines = array("Q")
    until = time.process_time() + seconds

    def cells() -> Iterator[list[str]]:
        yield [one["name"] for one in fields]
        width = len(fields)
        for row in rows:
            lines.append(row.line)
            # A line longer than its header has its columns shifted: one cell too many is enough to say so.
            yield [*row.cells[: width + 1], *[""] * (width - len(row.cells))]

    whole = True
    try:
        with resources.TableResource(data=cells, schema=made) as table:
            for row in table.row_stream:
                counted.take(row.errors, lines)
                if time.process_time() > until:
                    whole = False
                    break
    except (frictionless.FrictionlessException, re.error):
        raise BadSchema("refused") from None
    return SchemaRead(
        rows=counted.rows, missing=[one["name"][:_LONGEST_NAME] for one in lacking],
        required=[one["name"][:_LONGEST_NAME] for one in lacking if one["constraints"].get("required")],
        extra=extra, faults=counted.total, wrong_rows=counted.wrong, told=counted.told,
        by_kind=dict(counted.kinds.most_common(_MOST_TOLD)), is_whole=whole, aside=list(aside),
    )  # fmt: skip


class _Counted:
    """The faults met: all counted, the first of each kind told before the others."""

    def __init__(self, names: Sequence[str]) -> None:
        self.rows = self.total = self.wrong = 0
        self.kinds: Counter[str] = Counter()
        self.told: list[RowFault] = []
        self._names = names

    def take(self, errors: Sequence[Any], lines: Sequence[int]) -> None:
        self.rows += 1
        if not errors:
            return
        self.wrong += 1
        line = lines[self.rows - 1]
        for one in errors:
            noted = _NOTED.search(one.note or "")
            kind = _TOLD_APART.get(one.type) or (noted[1] if noted else "other")
            column = getattr(one, "field_name", "") or ""
            wanted = re.search(r'type is "(\w+)', one.note or "") if kind == "type" else None
            self.total += 1
            place = f"{kind}:{column}"
            first = place not in self.kinds
            self.kinds[place] += 1
            if len(self.told) < _MOST_TOLD or (first and self._room()):
                self.told.append(RowFault(line, column[:_LONGEST_NAME], kind, wanted[1] if wanted else ""))

    def _room(self) -> bool:
        """Whether a fault of a kind not met before takes the place of one whose kind is told already."""
        met = Counter((one.kind, one.column) for one in self.told)
        for rank in range(len(self.told) - 1, -1, -1):
            if met[self.told[rank].kind, self.told[rank].column] > 1:
                del self.told[rank]
                return True
        return False


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
