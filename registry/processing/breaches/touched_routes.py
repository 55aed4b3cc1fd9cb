"""The page of what a breach touched: the datasets and activities, and what the record proposes from them."""

from collections.abc import Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY

from registry.datasets.queries import find_choosable
from registry.kernel.errors import Conflict, Stale
from registry.kernel.permissions import Permission
from registry.kernel.words import _, current_locale, mark
from registry.platform.clock import now
from registry.platform.lists import load_list
from registry.processing.breaches.forms import BreachChange, TouchedForm
from registry.processing.breaches.models import Breach
from registry.processing.breaches.queries import (
    find_in_record,
    find_touched_activities,
    find_touched_datasets,
    get_breach,
)
from registry.processing.breaches.service import amend_breach, say_what_was_touched
from registry.processing.breaches.views import TouchedPage
from registry.processing.namesakes import activity_choices
from registry.web.forms import FormData, parse_values, read_number
from registry.web.saving import Unsaved, save
from registry.web.visits import NOTICES, Visit, route

RECORD = Permission.PROCESSING_BREACH_RECORD
NOTICES.update(
    {
        "touche-dit": mark("Ce que la violation a touché est noté."),
        "touche-repris": mark("Ce que le registre dit des personnes et des données est repris dans la fiche."),
    }
)


def _to_record(visit: Visit, breach_id: int) -> Breach:
    breach = get_breach(visit.session, breach_id)
    visit.visitor.require(RECORD, breach.organisation_id)
    return breach


def _labels(name: str, codes: Sequence[str]) -> list[str]:
    known = load_list(name)
    return [known.label(code, current_locale()) for code in codes]


def _page(visit: Visit, breach: Breach, error: str = "", *, status: int = 200) -> Response[Any]:
    datasets = find_touched_datasets(visit.session, breach.id)
    activities = find_touched_activities(visit.session, breach.id)
    proposed = find_in_record(visit.session, [one.id for one in datasets], [one.id for one in activities])
    words, reach = visit.query("q"), visit.visitor.reach(Permission.PROCESSING_ACTIVITY_READ)
    tied, at_work = {one.id for one in datasets}, {one.id for one in activities}
    page = TouchedPage(
        id=breach.id,
        version=breach.version,
        title=breach.title,
        words=words,
        datasets=[(one.id, one.name) for one in datasets],
        activities=[(one.id, one.name) for one in activities],
        more_datasets=proposed.datasets,
        more_activities=proposed.activities,
        people=_labels("people_categories", proposed.people),
        data=_labels("personal_categories", proposed.data),
        missing=bool(set(proposed.data) - set(breach.data_categories))
        or bool(proposed.people and not breach.people_described),
        dataset_choices=[
            (str(number), f"{title} — {owner}")
            for number, title, owner in find_choosable(visit.session, words)
            if number not in tied
        ],
        activity_choices=[one for one in activity_choices(visit.session, words, reach) if int(one[0]) not in at_work],
        error=error,
    )
    return visit.page("processing/breach_touched.html", page, status=status)


@route("GET", "/violations/{breach_id:int}/touche", RECORD)
def show_touched(visit: Visit, breach_id: int) -> Response[Any]:
    """What a breach touched, what to choose from, and what the record proposes."""
    return _page(visit, _to_record(visit, breach_id))


def _given(data: FormData, name: str, standing: Sequence[int]) -> list[int]:
    """The records a breach touches once the form is read: those that stand, those added, without those taken away."""
    added = [number for one in data.all(f"{name}_id") if (number := read_number(one)) is not None]
    gone = {read_number(one) for one in data.all(f"{name}_removed")}
    return [number for number in dict.fromkeys([*standing, *added]) if number not in gone]


@route("POST", "/violations/{breach_id:int}/touche", RECORD)
def change_touched(visit: Visit, breach_id: int) -> Response[Any]:
    """Adds what was chosen and takes away what is not touched, or copies to the sheet what the record says of it."""
    breach, data = _to_record(visit, breach_id), visit.form_data()
    if data.has("take"):
        return _take_from_record(visit, breach)
    datasets = [one.id for one in find_touched_datasets(visit.session, breach_id)]
    activities = [one.id for one in find_touched_activities(visit.session, breach_id)]
    wanted = _given(data, "dataset", datasets), _given(data, "activity", activities)
    if wanted == (datasets, activities):
        message = _("Choisissez un jeu ou un traitement que la violation a touché.")
        return _page(visit, breach, message, status=HTTP_422_UNPROCESSABLE_ENTITY)
    read = parse_values(TouchedForm, {"datasets": wanted[0], "activities": wanted[1]})
    made = save(read, lambda form: say_what_was_touched(visit.session, breach_id, form, expected=breach.version))
    if isinstance(made, Unsaved):
        return _page(visit, breach, made.message, status=made.status)
    return visit.go(f"/violations/{breach_id}/touche", done="touche-dit")


def _take_from_record(visit: Visit, breach: Breach) -> Response[Any]:
    """Adds to the sheet what the record says of the people and the data; what somebody wrote stays."""
    proposed = find_in_record(
        visit.session,
        [one.id for one in find_touched_datasets(visit.session, breach.id)],
        [one.id for one in find_touched_activities(visit.session, breach.id)],
    )
    given: dict[str, Any] = {"data_categories": sorted({*breach.data_categories, *proposed.data})}
    if proposed.people and not breach.people_described:
        given["people_described"] = ", ".join(_labels("people_categories", proposed.people))
    expected = read_number(visit.form_data().first("version")) or 0
    try:
        amend_breach(visit.session, breach.id, BreachChange(**given), expected=expected, now=now())
    except (Conflict, Stale) as refusal:
        return _page(visit, breach, refusal.message, status=HTTP_409_CONFLICT)
    return visit.go(f"/violations/{breach.id}", done="touche-repris")


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_touched, change_touched)
