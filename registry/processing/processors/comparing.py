"""What somebody typed of processors and their terms, beside what another saved meanwhile."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from registry.datasets.meanwhile import Lines, Row, fields_together, written
from registry.datasets.views import ConflictRow
from registry.kernel.words import _, current_locale
from registry.platform.lists import load_list
from registry.processing.processors.views import TERMS_LABELS
from registry.processing.processors.vocabulary import Article28Point, PointState, SubProcessorAuthorisation
from registry.web.templating import say_day

PROCESSORS = "processors"
"""What the hidden field of the form calls its lines."""


def terms_began(values: Row) -> str:
    """What the form of the terms carries of the lines it was opened on."""
    return written((_POINTS, values.get("points") or ()), (_BELOW, values.get("sub_processors") or ()))


def terms_together(mine: Row, theirs: Row, base: Row | None, began: str) -> tuple[dict[str, Any], list[ConflictRow]]:
    """The terms to show again, and what differs: fields, points of art. 28 §3, who works below."""
    own = {name: value for name, value in mine.items() if name not in {"points", "sub_processors"}}
    kept, beside = fields_together(own, theirs, base, label=lambda name: _(TERMS_LABELS[name]), say=_say)
    kept["points"], points = _POINTS.together(mine["points"], theirs.get("points", ()), began)
    kept["sub_processors"], below = _BELOW.together(mine["sub_processors"], theirs.get("sub_processors", ()), began)
    return kept, [*beside, *points, *below]


def processors_began(rows: Sequence[Row]) -> str:
    """What the form of the processors of an activity carries of the lines it was opened on."""
    return written((Lines(PROCESSORS, "processor_id", str, lambda row: str(row["processor_id"])), rows))


def processors_together(
    mine: Sequence[Row],
    theirs: Sequence[Row],
    began: str,
    bodies: Mapping[int, str],
    contracts: Mapping[int, str],
) -> tuple[list[Row], list[ConflictRow]]:
    """The processors of an activity to show again, and the lines that differ."""

    def name(row: Row) -> str:
        return bodies.get(int(row["processor_id"]), _("Organisation hors de vos droits"))

    def say(row: Row) -> str:
        contract = contracts.get(int(row["contract_id"]), "") if row["contract_id"] else _("Pas encore de contrat")
        return " — ".join(filter(None, (name(row), contract, row["task"])))

    return Lines(PROCESSORS, "processor_id", name, say).together(mine, theirs, began)


def _say(name: str, value: Any) -> str:
    if name == "no_sub_processors":
        return _("oui") if value else _("non")
    if not value:
        return ""
    if name == "authorisation":
        return SubProcessorAuthorisation(value).label
    return say_day(date.fromisoformat(value)) if name.endswith("_on") else str(value)


def _say_point(row: Row) -> str:
    if row["state"] == PointState.TO_CHECK and not row["place"]:
        return ""
    return " — ".join(filter(None, (PointState(row["state"]).label, row["place"])))


def _say_below(row: Row) -> str:
    country = load_list("countries").label(row["country"], current_locale()) if row["country"] else ""
    return " — ".join(filter(None, (row["name"], country, row["task"])))


_POINTS = Lines("points", "point", lambda row: Article28Point(row["point"]).label, _say_point)
_BELOW = Lines("sub", "name", lambda row: str(row["name"]), _say_below)
