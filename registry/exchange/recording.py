"""The new sheets of an import and their files, each table in one statement: most of what a first import writes.

What is written was validated when the import was previewed, and is kept as JSON: it goes to the database as one
value. Bound column by column, the rows cost more than all the rest.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from msgspec.json import encode
from pydantic_core import PydanticUndefined, to_jsonable_python
from sqlalchemy import TextClause, inspect, text
from sqlalchemy.orm import Session

from registry.datasets.models import DataService, Dataset, DatasetField, Distribution
from registry.platform.tables import Table

_PARTS: Mapping[str, type[Table]] = {"services": DataService, "fields": DatasetField}
_APPLIED = text(
    "UPDATE import_line SET applied = true, dataset_id = written.dataset_id, applied_version = 1,"
    " content = jsonb_strip_nulls(jsonb_build_object('cells', content -> 'cells'))"
    " FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS written (id bigint, dataset_id bigint)"
    " WHERE import_line.id = written.id"
)


def record_sheets(session: Session, lines: Sequence[Any], more: Mapping[int, Mapping[str, Any]]) -> Iterable[int]:
    """Records the sheet that each of these rows of an import's records says, and its files; their numbers.

    `more` gives the columns that the file does not, by record: whose the sheet is, first of all. With it, the records
    are done.
    """
    sheets = [{"identifier": line.identifier, **line.content["sheet"], **more[line.id]} for line in lines]
    rows = record_rows(session, Dataset, sheets, "id, organisation_id, identifier")
    numbers = {(row.organisation_id, row.identifier): row.id for row in rows}
    made = {line.id: numbers[more[line.id]["organisation_id"], line.identifier] for line in lines}
    files = [
        {
            "organisation_id": more[line.id]["organisation_id"],
            "dataset_id": made[line.id],
            **file,
        }
        for line in lines
        for file in line.content["distributions"]
    ]
    record_rows(session, Distribution, files)
    for kind, model in _PARTS.items():
        record_rows(session, model, _parts_of(lines, kind, more, made))
    written = [{"id": line.id, "dataset_id": made[line.id]} for line in lines]
    session.execute(_APPLIED, {"rows": encode(written).decode()})
    return made.values()


def _parts_of(
    lines: Sequence[Any], kind: str, more: Mapping[int, Mapping[str, Any]], made: Mapping[int, int]
) -> list[dict[str, Any]]:
    """What an export of ours says below its new sheets; fields in their order."""
    ranked = kind == "fields"
    return [
        {
            "organisation_id": more[line.id]["organisation_id"],
            "dataset_id": made[line.id],
            **({"position": place} if ranked else {}),
            **part,
        }
        for line in lines
        for place, part in enumerate(line.content.get("parts", {}).get(kind, ()), 1)
    ]


def record_rows(
    session: Session, model: type[Table], rows: Sequence[Mapping[str, Any]], returning: str = ""
) -> Sequence[Any]:
    """Inserts these rows, as JSON gives them; what one leaves out is as its table has it by default."""
    if not rows:
        return ()
    defaults = _defaults(model)
    values = encode([{**defaults, **row} for row in rows])
    done = session.execute(_inserting(model, returning), {"rows": values.decode()})
    return done.all() if returning else ()


@lru_cache(maxsize=8)
def _defaults(model: type[Table]) -> dict[str, Any]:
    found = {}
    for name, field in model.model_fields.items():
        value = field.get_default(call_default_factory=True)
        if name != "id" and value is not PydanticUndefined:
            found[name] = to_jsonable_python(value)
    return found


@lru_cache(maxsize=8)
def _inserting(model: type[Table], returning: str) -> TextClause:
    table = inspect(model).local_table
    names = ", ".join(column.name for column in table.columns if column.name != "id")
    said = (
        f"INSERT INTO {table.name} ({names}) SELECT {names}"
        f" FROM jsonb_populate_recordset(NULL::{table.name}, CAST(:rows AS jsonb))"
    )
    return text(f"{said} RETURNING {returning}" if returning else said)
