"""Reading the sheet's web form: lists typed one a line, repeated distributions, empty fields."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import sha256
from typing import Any

from registry.datasets.forms import PARTS, DatasetChange, DatasetForm
from registry.datasets.layout import OF_A_SERVICE
from registry.web.forms import Accepted, FormData, Rejected, parse_values

LISTS_BY_LINE = (
    "keywords",
    "local_themes",
    "spatial",
    "conforms_to",
    "documentation",
    "applicable_legislation",
)
LISTS_BY_CHOICE = (
    "themes", "languages", "hvd_categories", "declared_absent", "inspire_themes", "stakes", "principles",
    "locked_fields",
)  # fmt: skip
SERVICE_FIELDS = ("identifier", *(field.name for field in OF_A_SERVICE))
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
SHOWN_OF_DISTRIBUTION = tuple(field for field in DISTRIBUTION_FIELDS if field != "description")
"""The fields of a distribution that the form shows."""
THEIRS, MINE = "theirs", "mine"
"""On the conflict page, whose distributions are kept."""
_PREFIX, _SERVICE_PREFIX, _FIELD_PREFIX = "distribution-", "service-", "field-"
FIELD_COLUMNS = ("name", "label", "type", "description", "personal_category", "purpose")


def distribution_values(data: FormData) -> list[Mapping[str, Any]]:
    """The distributions as they were typed; a block whose every field is empty, or which is to be removed, is none.

    A field the form shows and that is left empty is nothing; one it does not show is not there.
    """
    return _blocks(data, _PREFIX, DISTRIBUTION_FIELDS)


def service_values(data: FormData) -> list[Mapping[str, Any]]:
    """The interfaces as they were typed, read as distributions are."""
    return _blocks(data, _SERVICE_PREFIX, SERVICE_FIELDS)


def field_values(data: FormData) -> list[Mapping[str, Any]]:
    """The fields of the dataset as they were typed, in the order of the page."""
    return _blocks(data, _FIELD_PREFIX, FIELD_COLUMNS)


def _blocks(data: FormData, prefix: str, fields: Iterable[str]) -> list[Mapping[str, Any]]:
    fields = tuple(fields)
    numbers = sorted(
        {name.removeprefix(prefix).partition("-")[0] for name in data.names() if name.startswith(prefix)},
        key=lambda number: (len(number), number),
    )
    found: list[Mapping[str, Any]] = []
    for number in numbers:
        values = {
            field: data.first(f"{prefix}{number}-{field}").strip() or None
            for field in fields
            if data.has(f"{prefix}{number}-{field}")
        }
        removed = data.has(f"{prefix}{number}-removed")
        if not removed and any(value for field, value in values.items() if field != "identifier"):
            found.append(values)
    return found


def distributions_digest(distributions: Iterable[Mapping[str, Any]]) -> str:
    """What tells two sets of distributions apart, by the fields the form shows."""
    said = [{field: str(one[field]) for field in SHOWN_OF_DISTRIBUTION if one.get(field)} for one in distributions]
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def services_digest(services: Iterable[Mapping[str, Any]]) -> str:
    """What tells two sets of interfaces apart, by the fields the form shows."""
    said = [{field: str(one[field]) for field in SERVICE_FIELDS if one.get(field)} for one in services]
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def read_sheet_form(data: FormData, *, today: date, change: bool = False) -> Accepted[Any] | Rejected:
    """The typed sheet, or what was typed with one error a field.

    A field that the form shows and that is left empty is emptied; one it does not show stays.
    """
    values: dict[str, Any] = {}
    for name in DatasetForm.model_fields:
        if name in {*PARTS, "identifier", "uri", "contact_person_id"} or not data.has(name):
            continue
        if name in LISTS_BY_LINE:
            values[name] = [line.strip() for line in data.first(name).splitlines() if line.strip()]
        elif name in LISTS_BY_CHOICE:
            # On the conflict page one value stands for the whole list, one code a line.
            values[name] = [line for value in data.all(name) for line in value.splitlines() if line]
        else:
            values[name] = data.first(name).strip() or None
    if values.get("title", "") is None:
        values["title"] = ""
    if data.has("distributions") and data.first("distributions_choice") != THEIRS:
        values["distributions"] = distribution_values(data)
    if data.has("services") and data.first("services_choice") != THEIRS:
        values["services"] = service_values(data)
    return parse_values(DatasetChange if change else DatasetForm, values, today=today)
