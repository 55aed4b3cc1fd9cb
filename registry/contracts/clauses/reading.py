"""Reading the forms of amendments and clauses as they were typed."""

from collections.abc import Mapping
from typing import Any

from registry.contracts.clauses.forms import AmendmentForm
from registry.contracts.clauses.kinds import fields_of
from registry.web.forms import FormData, read_number

_LINES = ("amendment_id", "act", "article", "text", "reasons", "effective_on", "last_on")
TERM = "terms-"


def typed_amendment(data: FormData) -> dict[str, Any]:
    """An amendment as its form shows it: an emptied field says nothing any more."""
    values: dict[str, Any] = {name: data.first(name).strip() or None for name in AmendmentForm.model_fields}
    return values | {name: values[name] or "" for name in ("number", "object")}


def typed_stipulation(data: FormData, kind: str) -> dict[str, Any]:
    """What an act says of a clause of this kind, as its form shows it."""
    values: dict[str, Any] = {name: data.first(name).strip() or None for name in _LINES if data.has(name)}
    values["survives"] = data.first("survives") == "true"
    values["datasets"] = [number for one in data.all("datasets") if (number := read_number(one))]
    values["terms"] = {
        one.name: said for one in fields_of(kind) if (said := data.first(TERM + one.name).strip())
    }  # fmt: skip
    return values


def by_input(errors: Mapping[str, str]) -> dict[str, str]:
    """The errors by the field of the page that each stands beside."""
    return {name.replace("terms.", TERM, 1).partition(".")[0]: message for name, message in errors.items()}
