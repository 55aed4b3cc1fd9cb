"""Reading the form of a report as it was typed."""

from typing import Any

from registry.contracts.followup.forms import ReportForm
from registry.contracts.followup.rules import PARTS
from registry.web.forms import FormData, read_number

_TRUTHS = {"true": True, "false": False}
_FLAGS = frozenset({*PARTS, "committee", "council"})


def typed_report(data: FormData) -> dict[str, Any]:
    """A report as its form shows it: an emptied field says nothing any more."""
    values: dict[str, Any] = {}
    for name in ReportForm.model_fields:
        if not data.has(name):
            continue
        said = data.first(name).strip()
        if name == "evidence":
            values[name] = [number for one in data.all(name) if (number := read_number(one))]
        elif name in _FLAGS:
            values[name] = _TRUTHS.get(said)
        else:
            values[name] = said or ("" if name == "year" else None)
    return values
