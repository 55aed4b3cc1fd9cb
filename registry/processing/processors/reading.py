"""Reading the forms of this corner as they were typed: rows of processors, points, and who works below."""

import re
from typing import Any

from registry.processing.processors.vocabulary import Article28Point
from registry.web.forms import FormData

_ROW = re.compile(r"row-(\d{1,3})-")
_PROCESSOR, _BELOW = ("processor_id", "contract_id", "task"), ("name", "country", "task")
_FIELDS = ("reviewed_on", "authorisation", "authorised_on", "authorisation_place", "notes")


def _rows(data: FormData, names: tuple[str, ...]) -> list[dict[str, Any]]:
    """The rows of the page that say something, in its order; one that is emptied or to be removed leaves."""
    numbers = sorted({int(found[1]) for name in data.names() if (found := _ROW.match(name))})
    rows = [
        {name: data.first(f"row-{one}-{name}").strip() or None for name in names}
        for one in numbers
        if not data.has(f"row-{one}-removed")
    ]
    return [row for row in rows if any(row.values())]


def typed_processors(data: FormData) -> list[dict[str, Any]]:
    """The processors of an activity, as they were typed; a row that names no organisation is refused, not lost."""
    return [{**row, "processor_id": row["processor_id"] or ""} for row in _rows(data, _PROCESSOR)]


def typed_terms(data: FormData) -> dict[str, Any]:
    """The terms of a processor, as they were typed."""
    values: dict[str, Any] = {name: data.first(name).strip() or None for name in _FIELDS}
    values["no_sub_processors"] = data.has("no_sub_processors")
    values["points"] = [
        {"point": str(one), "state": data.first(f"point-{one}-state") or "to-check",
         "place": data.first(f"point-{one}-place").strip() or None}
        for one in Article28Point
    ]  # fmt: skip
    values["sub_processors"] = [{**row, "name": row["name"] or ""} for row in _rows(data, _BELOW)]
    return values
