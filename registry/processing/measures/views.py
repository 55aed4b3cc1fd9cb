"""What goes out about protective measures: the views that the templates receive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal

from registry.datasets.views import ConflictRow
from registry.kernel.words import Labelled, _, current_locale, mark
from registry.organisations.vocabulary import AppointmentRole
from registry.processing.measures.models import ProtectiveMeasure
from registry.processing.measures.queries import MeasureOf
from registry.processing.measures.vocabulary import MeasureState, ProtectiveKind
from registry.web.templating import say_day

MEASURE_LABELS: dict[str, str] = {
    "organisation_id": mark("Organisation"),
    "name": mark("Mesure"),
    "kind": mark("Nature"),
    "state": mark("État"),
    "activity_id": mark("Traitement protégé"),
    "cost": mark("Coût (euros toutes taxes)"),
    "owner_role": mark("Qui en répond (fonction)"),
    "owner_note": mark("Service ou poste"),
    "due_on": mark("Échéance"),
    "done_on": mark("Faite le"),
    "notes": mark("Remarques"),
}
_LISTED: Mapping[str, type[Labelled]] = {"kind": ProtectiveKind, "state": MeasureState, "owner_role": AppointmentRole}
_TONES = {
    MeasureState.PLANNED: "to-complete", MeasureState.UNDER_WAY: "to-complete", MeasureState.DONE: "compliant",
    MeasureState.DROPPED: "not-applicable",
}  # fmt: skip


@dataclass(frozen=True)
class MeasureLine:
    """A measure in a list."""

    id: int
    name: str
    kind: str
    tone: str
    state: str
    late: bool
    open: bool
    organisation: str
    activity_id: int | None
    activity: str
    owner: str
    cost: str
    due_on: date | None
    may_record: bool


@dataclass(frozen=True)
class MeasuresPage:
    """The measures within the reader's rights: what is still to be done by its day, then the rest."""

    rows: Sequence[MeasureLine]
    figures: Sequence[tuple[int, str, str, str]]
    cost: str
    facets: Sequence[Mapping[str, Any]]
    narrowed: bool
    annulled: bool
    cut: bool
    may_record: bool


@dataclass(frozen=True)
class MeasureFormPage:
    """The form of a measure; `version` is the one the person had read when they began to type.

    `beside` is what somebody else saved meanwhile, where it differs.
    """

    id: int | None
    version: int | None
    name: str
    annulled: bool
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    organisations: Sequence[tuple[str, str]]
    activities: Sequence[tuple[str, str]]
    choices: Mapping[str, Sequence[tuple[str, str]]]
    beside: Sequence[ConflictRow]


@dataclass(frozen=True)
class MeasuresPanel:
    """The measures that protect an activity, what is late first."""

    activity_id: int
    rows: Sequence[MeasureLine]
    may_record: bool


def say_euros(amount: Decimal | None) -> str:
    """An amount in words people read: cents only where there are some."""
    if amount is None:
        return ""
    said = format_decimal(amount, format="#,##0.00" if amount % 1 else "#,##0", locale=current_locale())
    return f"{said}\N{NO-BREAK SPACE}€"


def say_measure_value(name: str, value: Any) -> str:
    """A field of a measure in words, as it is kept, typed or told by the ledger; nothing for what is empty."""
    if value is None or value == "":
        return ""
    if name in _LISTED:
        return _LISTED[name](str(value)).label
    if name == "cost":
        return say_euros(Decimal(str(value)))
    if name.endswith("_on"):
        return say_day(date.fromisoformat(str(value)))
    return str(value)


def measure_line(
    row: ProtectiveMeasure, today: date, *, organisation: str = "", activity: str = "", may_record: bool
) -> MeasureLine:
    """A measure in words."""
    late = row.state.is_open and row.due_on is not None and row.due_on < today
    owner = [row.owner_role.label if row.owner_role is not None else "", row.owner_note or ""]
    return MeasureLine(
        id=row.id, name=row.name, kind=row.kind.label if row.kind is not None else "",
        tone="non-compliant" if late else _TONES[row.state], state=_("En retard") if late else row.state.label,
        late=late, open=row.state.is_open, organisation=organisation, activity_id=row.activity_id, activity=activity,
        owner=", ".join(filter(None, owner)), cost=say_euros(row.cost), due_on=row.due_on, may_record=may_record,
    )  # fmt: skip


def listed_line(one: MeasureOf, today: date, *, may_record: bool) -> MeasureLine:
    """A measure in the list of all of them."""
    return measure_line(
        one.row, today, organisation=one.organisation, activity=one.activity, may_record=may_record
    )  # fmt: skip
