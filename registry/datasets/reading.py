"""Reading the sheet's web form: lists typed one a line, repeated distributions, empty fields."""

from collections.abc import Mapping
from typing import Any

from registry.datasets.forms import DatasetChange, DatasetForm
from registry.web.forms import Accepted, FormData, Rejected, parse_values

LISTS_BY_LINE = (
    "keywords",
    "local_themes",
    "spatial",
    "conforms_to",
    "documentation",
    "applicable_legislation",
)
LISTS_BY_CHOICE = ("themes", "languages", "hvd_categories", "declared_absent")
DISTRIBUTION_FIELDS = (
    "identifier",
    "title",
    "access_url",
    "download_url",
    "format",
    "licence",
    "modified",
    "description",
)
_PREFIX = "distribution-"


def distribution_values(data: FormData) -> list[Mapping[str, Any]]:
    """The distributions as they were typed; a block whose every field is empty is none."""
    numbers = sorted(
        {name.removeprefix(_PREFIX).partition("-")[0] for name in data.names() if name.startswith(_PREFIX)},
        key=lambda number: (len(number), number),
    )
    found: list[Mapping[str, Any]] = []
    for number in numbers:
        values = {field: data.first(f"{_PREFIX}{number}-{field}").strip() for field in DISTRIBUTION_FIELDS}
        if any(value for field, value in values.items() if field != "identifier"):
            found.append({field: value for field, value in values.items() if value})
    return found


def read_sheet_form(data: FormData, *, change: bool = False) -> Accepted[Any] | Rejected:
    """The typed sheet, or what was typed with one error a field.

    A field that the form shows and that is left empty is emptied; one it does not show stays.
    """
    values: dict[str, Any] = {}
    for name in DatasetForm.model_fields:
        if name in {"distributions", "identifier", "uri", "contact_person_id"} or not data.has(name):
            continue
        if name in LISTS_BY_LINE:
            values[name] = [line.strip() for line in data.first(name).splitlines() if line.strip()]
        elif name in LISTS_BY_CHOICE:
            values[name] = [value for value in data.all(name) if value]
        else:
            values[name] = data.first(name).strip() or None
    if values.get("nature") is None:
        values.pop("nature", None)
    if values.get("title", "") is None:
        values["title"] = ""
    if data.has("distributions"):
        values["distributions"] = distribution_values(data)
    return parse_values(DatasetChange if change else DatasetForm, values)
