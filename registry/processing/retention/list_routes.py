"""The pages of what is kept and until when, and of holds."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY

from registry.datasets.models import Dataset
from registry.datasets.queries import get_dataset
from registry.kernel.errors import Conflict
from registry.kernel.permissions import Permission
from registry.kernel.words import _, current_locale, mark
from registry.processing.narrowing import ORGANISATION, FacetPart, bodies_facet, read_bodies
from registry.processing.retention.forms import HoldForm, LiftForm
from registry.processing.retention.models import RetentionHold
from registry.processing.retention.panels import hold_line
from registry.processing.retention.queries import (
    Bodies,
    Followed,
    count_unsaid,
    find_all_holds,
    find_bodies,
    find_followed,
    get_hold,
)
from registry.processing.retention.routes import to_record
from registry.processing.retention.rules import Origin
from registry.processing.retention.service import lift_hold, place_hold
from registry.processing.retention.views import (
    FollowedLine,
    HeldLine,
    HoldFormPage,
    HoldsPage,
    LiftPage,
    RetentionsPage,
)
from registry.processing.retention.vocabulary import HoldReason, RetentionState
from registry.processing.retention.wording import HOLD_LABELS, SHAPES, say_due, say_rule
from registry.web.forms import read_number
from registry.web.saving import Unsaved, save
from registry.web.templating import say_day
from registry.web.visits import NOTICES, Rejected, Visit, route

READ, RECORD = Permission.PROCESSING_RETENTION_READ, Permission.PROCESSING_RETENTION_RECORD
PREPARE = Permission.PROCESSING_DISPOSAL_PREPARE
PAGE_SIZE = 50
NOTICES.update(
    {
        "gel-pose": mark("Le jeu est gelé : rien de lui ne peut être éliminé."),
        "gel-leve": mark("Le gel est levé."),
    }
)


@route("GET", "/conservation", READ)
def show_retentions(visit: Visit) -> Response[Any]:
    """What is kept and until when, what is due longest first."""
    bodies, unsaid = find_bodies(visit.session), count_unsaid(visit.session)
    states = frozenset(state for state in RetentionState if str(state) in visit.query_all("etat"))
    chosen = read_bodies(visit.query_all(ORGANISATION))
    # What nothing is said about is most of a new register: it is counted, and read only where it is asked for.
    every = find_followed(visit.session, bodies, visit.today, current_locale(), unsaid=RetentionState.UNSET in states)
    counts = _count(every, unsaid, bodies, states, chosen)
    found = [one for one in every if _is_of(one.organisation_id, bodies, chosen) and _is_at(one, states)]
    page = max(read_number(visit.query("page")) or 1, 1)
    start = (page - 1) * PAGE_SIZE
    view = RetentionsPage(
        rows=[_line(one, bodies, visit) for one in found[start : start + PAGE_SIZE]],
        facets=_facets(counts, bodies, states, chosen),
        due=counts.all[RetentionState.DUE],
        held=counts.all[RetentionState.HELD],
        unknown=counts.all[RetentionState.UNKNOWN],
        unset=counts.all[RetentionState.UNSET],
        narrowed=bool(states or chosen),
        previous=_address(visit, 1) if page > 1 else "",
        following=_address(visit, page + 1) if len(found) > start + PAGE_SIZE else "",
        may_prepare=visit.visitor.may(PREPARE),
    )
    return visit.page("processing/retentions.html", view)


def _address(visit: Visit, page: int) -> str:
    said = [(name, value) for name in ("etat", ORGANISATION) for value in visit.query_all(name)]
    return "/conservation?" + urlencode([*said, ("page", str(page))])


@dataclass(frozen=True)
class _Counts:
    """How many datasets stand where, of all; and how many each value of each facet would show, within the other."""

    all: Counter[RetentionState]
    states: Counter[RetentionState]
    organisations: Counter[int]


def _is_of(owner: int, bodies: Bodies, chosen: frozenset[int]) -> bool:
    return not chosen or owner in chosen or bodies.legal.get(owner, owner) in chosen


def _is_at(one: Followed, states: frozenset[RetentionState]) -> bool:
    return not states or one.dates.state in states


def _count(
    every: Sequence[Followed], unsaid: Mapping[int, int], bodies: Bodies, states: frozenset[RetentionState],
    chosen: frozenset[int],
) -> _Counts:  # fmt: skip
    standing = Counter((one.organisation_id, one.dates.state) for one in every)
    if RetentionState.UNSET not in states:
        standing.update({(owner, RetentionState.UNSET): number for owner, number in unsaid.items()})
    counts = _Counts(Counter(), Counter(), Counter())
    for (owner, state), number in standing.items():
        counts.all[state] += number
        counts.states[state] += number if _is_of(owner, bodies, chosen) else 0
    for one in every:
        if _is_at(one, states):
            counts.organisations.update({one.organisation_id, one.body_id})
    return counts


def _facets(
    counts: _Counts, bodies: Bodies, states: frozenset[RetentionState], chosen: frozenset[int]
) -> list[FacetPart]:
    values = [
        (str(state), f"{state.label} ({counts.states[state]})", state in states)
        for state in RetentionState
        if counts.states[state] or state in states
    ]
    return [
        FacetPart("etat", _("Où en est la conservation"), values),
        *bodies_facet(chosen, bodies.names, counts.organisations),
    ]


def _line(one: Followed, bodies: Bodies, visit: Visit) -> FollowedLine:
    return FollowedLine(
        id=one.id,
        title=one.title,
        organisation_name=bodies.names.get(one.organisation_id, ""),
        shape=SHAPES[one.dates.state],
        state=one.dates.state.label,
        due=say_due(one.dates, visit.today),
        rule=_rule(one),
        indicative=one.rule is not None and one.rule.origin is not Origin.AGREED,
        fate=one.fate.label if one.fate is not None else "",
        slip_id=one.slip_id,
    )


def _rule(one: Followed) -> str:
    if one.rule is not None:
        return say_rule(one.rule)
    return "" if one.dates.state is RetentionState.UNSET else _("Durée propre")


@route("GET", "/conservation/gels", READ)
def show_holds(visit: Visit) -> Response[Any]:
    """The holds in force, those to review first, or those that were lifted."""
    lifted = visit.query("leves") == "true"
    bodies, reach = find_bodies(visit.session), visit.visitor.reach(RECORD)
    rows = [
        HeldLine(
            hold=hold_line(hold, visit),
            dataset_id=hold.dataset_id,
            dataset_title=title,
            organisation_name=bodies.names.get(hold.organisation_id, ""),
            lifted=f"{say_day(hold.lifted_on)} : {hold.lifted_reason}" if hold.lifted_on is not None else "",
            may_lift=hold.lifted_on is None and hold.organisation_id in reach,
        )
        for hold, title in find_all_holds(visit.session, lifted=lifted)
    ]
    return visit.page("processing/holds.html", HoldsPage(rows, lifted))


def _hold_page(
    visit: Visit, sheet: Dataset, values: Mapping[str, Any], errors: Mapping[str, str], status: int = 200
) -> Response[Any]:
    page = HoldFormPage(
        id=sheet.id,
        title=sheet.title,
        values=values,
        errors=errors,
        labels={name: _(label) for name, label in HOLD_LABELS.items()},
        reasons=[(str(one), one.label) for one in HoldReason],
    )
    return visit.page("processing/hold_form.html", page, status=status)


@route("GET", "/conservation/du-jeu/{dataset_id:int}/gel", RECORD)
def show_hold_form(visit: Visit, dataset_id: int) -> Response[Any]:
    """The form that puts a dataset on hold, from today."""
    return _hold_page(visit, to_record(visit, dataset_id), {"started_on": str(visit.today)}, {})


@route("POST", "/conservation/du-jeu/{dataset_id:int}/gel", RECORD)
def hold_dataset(visit: Visit, dataset_id: int) -> Response[Any]:
    """Puts a dataset on hold, or shows the form again with what was typed."""
    sheet, read = to_record(visit, dataset_id), visit.form(HoldForm)
    typed = {name: visit.form_data().first(name) for name in HoldForm.model_fields}
    made = save(read, lambda form: place_hold(visit.session, dataset_id, form))
    if isinstance(made, Unsaved):
        return _hold_page(visit, sheet, typed, made.errors, made.status)
    return visit.go(f"/jeux/{dataset_id}#conservation-du-jeu", done="gel-pose")


def _to_lift(visit: Visit, hold_id: int) -> RetentionHold:
    hold = get_hold(visit.session, hold_id)
    visit.visitor.require(RECORD, hold.organisation_id)
    return hold


def _lift_page(visit: Visit, hold: RetentionHold, value: str, error: str, status: int = 200) -> Response[Any]:
    title = get_dataset(visit.session, hold.dataset_id).title
    page = LiftPage(hold_line(hold, visit), hold.dataset_id, title, value, error)
    return visit.page("processing/hold_lift.html", page, status=status)


@route("GET", "/conservation/gels/{hold_id:int}/lever", RECORD)
def show_lift(visit: Visit, hold_id: int) -> Response[Any]:
    """Asks why a hold is lifted."""
    return _lift_page(visit, _to_lift(visit, hold_id), "", "")


@route("POST", "/conservation/gels/{hold_id:int}/lever", RECORD)
def lift(visit: Visit, hold_id: int) -> Response[Any]:
    """Lifts a hold, with the reason."""
    hold, read = _to_lift(visit, hold_id), visit.form(LiftForm)
    if isinstance(read, Rejected):
        message = _("Dites en quelques mots pourquoi : ce motif reste au registre.")
        typed = visit.form_data().first("lifted_reason")
        return _lift_page(visit, hold, typed, message, HTTP_422_UNPROCESSABLE_ENTITY)
    try:
        lift_hold(visit.session, hold_id, read.form, today=visit.today)
    except Conflict as refusal:
        return _lift_page(visit, hold, read.form.lifted_reason, refusal.message, HTTP_409_CONFLICT)
    return visit.go(f"/jeux/{hold.dataset_id}#conservation-du-jeu", done="gel-leve")


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_retentions, show_holds, show_hold_form, hold_dataset, show_lift, lift,
)  # fmt: skip
