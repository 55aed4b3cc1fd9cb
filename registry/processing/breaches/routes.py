"""The pages of breaches: the register, one breach with its clock, its form, its notifications, setting aside."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from registry.accounts.queries import find_actor_names
from registry.compliance.engine import engine_of
from registry.datasets.meanwhile import fields_together
from registry.datasets.views import ConflictRow
from registry.kernel.permissions import Permission
from registry.kernel.words import Labelled, _, current_locale, mark
from registry.ledger.queries import find_versions, find_versions_of_rows, get_version
from registry.organisations.queries import choices_of, find_known, find_organisations, find_people
from registry.platform.clock import now
from registry.platform.lists import load_list
from registry.processing.breaches.forms import BreachChange, BreachEventForm, BreachForm, NotificationForm
from registry.processing.breaches.history import breach_history_views
from registry.processing.breaches.models import Breach, BreachNotification
from registry.processing.breaches.queries import (
    PAGE_SIZE,
    BreachFilter,
    count_breaches,
    find_breaches,
    find_events,
    find_notifications,
    find_touched_activities,
    find_touched_datasets,
    get_breach,
)
from registry.processing.breaches.rules import duties_of
from registry.processing.breaches.service import (
    DELAY,
    amend_breach,
    note_event,
    notify_cnil,
    record_breach,
    set_breach_aside,
)
from registry.processing.breaches.views import (
    BREACH_LABELS,
    EVENT_LABELS,
    LISTED,
    MOMENTS,
    NOTIFICATION_LABELS,
    BreachesPage,
    BreachFormPage,
    BreachHistoryPage,
    BreachPage,
    ClockView,
    NotificationFormPage,
    NotificationView,
    asked_of_notification,
    breach_groups,
    breach_line,
    clock_view,
    notification_view,
    phases_for,
    say_breach_value,
    say_state,
    timeline_of,
    wall_of,
)
from registry.processing.breaches.vocabulary import BreachNature, BreachRisk, NotificationPhase
from registry.processing.clocks.vocabulary import ClockState
from registry.processing.clocks.wording import explain_hours
from registry.processing.issuing import documents_to_issue
from registry.processing.narrowing import ORGANISATION, FacetPart, bodies_facet, read_bodies
from registry.web.forms import parse_values, read_number
from registry.web.saving import Unsaved, save
from registry.web.setting_aside import Aside, asking_why
from registry.web.templating import say_moment
from registry.web.visits import NOTICES, FormData, Rejected, Visit, route

Chosen = TypeVar("Chosen", bound=Labelled)
FOLLOW, RECORD = Permission.PROCESSING_MATTER_FOLLOW, Permission.PROCESSING_BREACH_RECORD
DOCUMENTS = (("breaches", mark("Émettre le registre")),)
_LISTS = ("natures", "data_categories")
COMPLEMENTARY = NotificationPhase.COMPLEMENTARY

NOTICES.update(
    {
        "violation-enregistree": mark("La violation est enregistrée."),
        "violation-notifiee": mark("La notification est notée."),
        "notification-corrigee": mark("La notification est corrigée ; ce qui était noté reste au registre."),
        "evenement-note": mark("C’est noté sur la ligne du temps."),
        "violation-annulee": mark("La violation est annulée. Rien n’est effacé : vous pouvez la rétablir."),
        "violation-retablie": mark("La violation est rétablie."),
    }
)


def _zone(visit: Visit) -> ZoneInfo:
    return ZoneInfo(visit.session.info["time_zone"])


def _among(codes: list[str], known: type[Chosen]) -> frozenset[Chosen]:
    """The values of a list that an address names; what it does not know narrows nothing."""
    return frozenset(known(code) for code in codes if code in set(known))


@route("GET", "/violations", FOLLOW)
def show_breaches(visit: Visit) -> Response[Any]:
    """The register of breaches, the most pressing first."""
    chosen = BreachFilter(
        states=_among(visit.query_all("delai"), ClockState), risks=_among(visit.query_all("risque"), BreachRisk),
        organisation_ids=read_bodies(visit.query_all(ORGANISATION)),
        is_open=visit.query("suivi") == "ouvert", annulled=visit.query("annules") == "true",
    )  # fmt: skip
    moment, page = now(), max(read_number(visit.query("page")) or 1, 1)
    rows = find_breaches(visit.session, chosen, moment, page=page)
    counts = count_breaches(visit.session, chosen, moment)
    names = {body.id: body.name for body in find_organisations(visit.session)}
    facets = [
        FacetPart("delai", _("72 heures"), [
            (str(one), f"{say_state(one)} ({counts.states.get(one, 0)})", one in chosen.states) for one in ClockState
        ]),
        FacetPart("risque", _("Risque"), [
            (str(one), f"{one.label} ({counts.risks.get(one, 0)})", one in chosen.risks) for one in BreachRisk
        ]),
        FacetPart("suivi", _("Suivi"), [("ouvert", _("Pas encore close"), chosen.is_open)]),
        *bodies_facet(chosen.organisation_ids, names),
    ]  # fmt: skip
    view = BreachesPage(
        rows=[breach_line(row, names.get(row.organisation_id, ""), moment) for row in rows[:PAGE_SIZE]],
        facets=facets,
        total=counts.total,
        overdue=counts.states.get(ClockState.OVERDUE, 0),
        soon=counts.states.get(ClockState.SOON, 0) + counts.states.get(ClockState.RUNNING, 0),
        narrowed=bool(chosen.states or chosen.risks or chosen.organisation_ids or chosen.is_open),
        annulled=chosen.annulled,
        previous=_page_address(visit, 1) if page > 1 else "",
        following=_page_address(visit, page + 1) if len(rows) > PAGE_SIZE else "",
        may_record=visit.visitor.may(RECORD),
        documents=documents_to_issue(visit, Permission.PROCESSING_BREACH_READ, DOCUMENTS, chosen.organisation_ids),
    )
    return visit.page("processing/breaches.html", view)


_IN_THE_ADDRESS = ("delai", "risque", ORGANISATION, "suivi", "annules")


def _page_address(visit: Visit, page: int) -> str:
    said = [
        (name, value)
        for name in ("delai", "risque", "organisation", "suivi", "annules")
        for value in visit.query_all(name)
    ]
    return "/violations?" + urlencode([*said, ("page", str(page))])


def _clock(visit: Visit, breach: Breach) -> ClockView:
    delay = engine_of(visit.session).catalogue.delays[DELAY]
    return clock_view(breach, now(), explain_hours(breach.known_at, breach.due_at, delay, _zone(visit)))


def _sheet(
    visit: Visit,
    breach: Breach,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response[Any]:
    names = {body.id: body.name for body in find_organisations(visit.session)}
    groups, unknown = breach_groups(breach, names)
    notifications = find_notifications(visit.session, breach.id)
    in_charge = find_known(visit.session, breach.in_charge_id) if breach.in_charge_id is not None else None
    page = BreachPage(
        id=breach.id,
        version=breach.version,
        title=breach.title,
        annulled=breach.annulled,
        closed=breach.closed_on is not None,
        organisation_id=breach.organisation_id,
        organisation_name=names.get(breach.organisation_id, ""),
        clock=_clock(visit, breach),
        duties=duties_of(breach),
        groups=groups,
        unknown=unknown,
        notifications=_notification_views(visit, notifications),
        timeline=timeline_of(breach, notifications, find_events(visit.session, breach.id), _zone(visit)),
        in_charge=in_charge.said if in_charge is not None else "",
        datasets=[(one.id, one.name) for one in find_touched_datasets(visit.session, breach.id)],
        activities=[(one.id, one.name) for one in find_touched_activities(visit.session, breach.id)],
        panels=visit.panels_of("breach", breach.id),
        may_record=visit.visitor.may(RECORD, breach.organisation_id),
        event_values=values or {"happened_at": wall_of(now().replace(second=0), _zone(visit))},
        event_errors=errors or {},
        event_labels={name: _(label) for name, label in EVENT_LABELS.items()},
    )
    return visit.page("processing/breach.html", page, status=status)


def _notification_views(visit: Visit, notifications: Sequence[BreachNotification]) -> list[NotificationView]:
    corrected = [one.id for one in notifications if one.version > 1]
    past = find_versions_of_rows(visit.session, "breach_notification", corrected) if corrected else {}
    return [notification_view(one, past.get(one.id, [])) for one in notifications]


@route("GET", "/violations/{breach_id:int}", FOLLOW)
def show_breach(visit: Visit, breach_id: int) -> Response[Any]:
    """One breach: its clock, what is still to do, and its line of time."""
    breach = get_breach(visit.session, breach_id)
    visit.agrees.update({"violation-annulee": breach.annulled, "violation-retablie": not breach.annulled})
    return _sheet(visit, breach)


@route("GET", "/violations/{breach_id:int}/historique", FOLLOW)
def show_breach_history(visit: Visit, breach_id: int) -> Response[Any]:
    """Who changed what of a breach, when and why, in words."""
    breach = get_breach(visit.session, breach_id)
    versions = find_versions(visit.session, "breach", breach_id)
    actors = find_actor_names(visit.session, {version.actor for version in versions})
    names = {body.id: body.name for body in find_organisations(visit.session)}
    return visit.page(
        "processing/breach_history.html",
        BreachHistoryPage(breach.id, breach.title, breach_history_views(versions, actors, names)),
    )


def _form_page(
    visit: Visit,
    breach: Breach | None,
    values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
    *,
    version: int | None = None,
    status: int = 200,
    beside: Sequence[ConflictRow] = (),
) -> Response[Any]:
    reach, bodies, locale = visit.visitor.reach(RECORD), find_organisations(visit.session), current_locale()
    page = BreachFormPage(
        id=breach.id if breach else None,
        version=version if version is not None else breach.version if breach else None,
        title=breach.title if breach else "",
        values=values,
        errors=errors or {},
        labels={name: _(label) for name, label in BREACH_LABELS.items()},
        organisations=[(str(body.id), body.name) for body in bodies if body.id in reach and body.kind.is_legal_person],
        processors=[(str(body.id), body.name) for body in bodies],
        people=choices_of(find_people(visit.session, visit.visitor.reads)),
        choices={
            **{name: [(str(one), one.label) for one in known] for name, known in LISTED.items()},
            "natures": [(str(one), one.label) for one in BreachNature],
            "data_categories": [one for one in load_list("personal_categories").choices(locale) if one[0] != "none"],
        },
        beside=beside,
    )
    return visit.page("processing/breach_form.html", page, status=status)


def _typed(data: FormData) -> dict[str, Any]:
    """What the form shows, as it was typed: an empty field is emptied."""
    values: dict[str, Any] = {}
    for name in BreachForm.model_fields:
        if not data.has(name):
            continue
        if name in _LISTS:
            values[name] = [value for value in data.all(name) if value]
        else:
            values[name] = data.first(name).strip() or None
    return values


@route("GET", "/violations/nouvelle", RECORD)
def show_new_breach(visit: Visit) -> Response[Any]:
    """An empty breach, known now."""
    start = {"organisation_id": str(visit.visitor.organisation_id), "known_at": wall_of(now(), _zone(visit))[:16]}
    return _form_page(visit, None, start)


@route("POST", "/violations/nouvelle", RECORD)
def record_new_breach(visit: Visit) -> Response[Any]:
    """Records a breach, or shows the form again with what was typed."""
    data = visit.form_data()
    owner, typed = read_number(data.first("organisation_id")), _typed(data)
    read = parse_values(BreachForm, typed, today=visit.today)
    errors: dict[str, str] = dict(read.errors) if isinstance(read, Rejected) else {}
    if owner is None or not visit.visitor.may(RECORD, owner):
        errors["organisation_id"] = _("Choisissez une organisation dont vous suivez les violations.")
    values = {**typed, "organisation_id": data.first("organisation_id")}
    if isinstance(read, Rejected) or owner is None or errors:
        return _form_page(visit, None, values, errors, status=HTTP_422_UNPROCESSABLE_ENTITY)
    made = save(read, lambda form: record_breach(visit.session, owner, form, now=now()))
    if isinstance(made, Unsaved):
        return _form_page(visit, None, values, made.errors, status=made.status)
    return visit.go(f"/violations/{made.id}", done="violation-enregistree")


def _to_record(visit: Visit, breach_id: int) -> Breach:
    breach = get_breach(visit.session, breach_id)
    visit.visitor.require(RECORD, breach.organisation_id)
    return breach


@route("GET", "/violations/{breach_id:int}/modifier", RECORD)
def show_amend_breach(visit: Visit, breach_id: int) -> Response[Any]:
    """The form of a breach, as it stands."""
    breach = _to_record(visit, breach_id)
    return _form_page(visit, breach, _values_of(visit, breach))


def _values_of(visit: Visit, breach: Breach) -> dict[str, Any]:
    """A breach as its form shows it."""
    walls = {name: wall_of(getattr(breach, name), _zone(visit)) for name in MOMENTS}
    return BreachForm.model_validate(breach).model_dump(mode="json") | walls


def _beside_the_other(
    visit: Visit, breach: Breach, unsaved: Unsaved, expected: int
) -> Response[Any]:  # fmt: skip
    """The form once more: what was given, with what somebody else saved since that version, field by field."""
    base, zone = get_version(visit.session, "breach", breach.id, expected) or {}, _zone(visit)

    def on_clocks(values: Mapping[str, Any]) -> dict[str, Any]:
        walls = {name: datetime.fromisoformat(values[name]) for name in MOMENTS if values.get(name)}
        return {**values, **{name: wall_of(moment, zone) for name, moment in walls.items()}}

    names = {body.id: body.name for body in find_organisations(visit.session)}
    people = dict(choices_of(find_people(visit.session, visit.visitor.reads)))

    def say(name: str, value: Any) -> str:
        if name == "in_charge_id":
            return people.get(str(value), "") if value else ""
        if name in MOMENTS and value:
            return say_moment(datetime.fromisoformat(value).replace(tzinfo=zone))
        return say_breach_value(name, sorted(value) if isinstance(value, list) else value, names)

    kept, beside = fields_together(
        on_clocks(unsaved.given), _values_of(visit, breach), on_clocks(base),
        label=lambda name: _(BREACH_LABELS[name]), say=say,
    )  # fmt: skip
    return _form_page(
        visit, breach, kept, unsaved.errors, version=unsaved.version, status=unsaved.status, beside=beside
    )  # fmt: skip


@route("POST", "/violations/{breach_id:int}/modifier", RECORD)
def change_breach(visit: Visit, breach_id: int) -> Response[Any]:
    """Saves the form; somebody else's change meanwhile is shown beside, field by field."""
    breach = _to_record(visit, breach_id)
    data = visit.form_data()
    typed, version = _typed(data), read_number(data.first("version")) or 0
    read = parse_values(BreachChange, typed, today=visit.today)
    made = save(read, lambda form: amend_breach(visit.session, breach_id, form, expected=version, now=now()))
    if isinstance(made, Unsaved) and made.version is not None:
        return _beside_the_other(visit, breach, made, version)
    if isinstance(made, Unsaved):
        return _form_page(visit, breach, typed, made.errors, version=version, status=made.status)
    return visit.go(f"/violations/{breach_id}", done="violation-enregistree")


def _notification_page(
    visit: Visit, breach: Breach, values: Mapping[str, Any], errors: Mapping[str, str], status: int = 200,
    version: int | None = None,
) -> Response[Any]:  # fmt: skip
    names = {body.id: body.name for body in find_organisations(visit.session)}
    corrected = _corrected(visit, breach, values.get("corrects"))
    completes = breach.notified_at is not None if corrected is None else corrected.phase is COMPLEMENTARY
    page = NotificationFormPage(
        id=breach.id,
        version=breach.version if version is None else version,
        title=breach.title,
        clock=_clock(visit, breach),
        values=values,
        errors=errors,
        labels={name: _(label) for name, label in NOTIFICATION_LABELS.items()},
        phases=phases_for(completes),
        corrects=say_moment(corrected.sent_at) if corrected is not None else "",
        asked=asked_of_notification(breach, names),
    )
    return visit.page("processing/breach_notification.html", page, status=status)


def _corrected(visit: Visit, breach: Breach, number: str | None) -> BreachNotification | None:
    wanted = read_number(number or "")
    if wanted is None:
        return None
    return next((one for one in find_notifications(visit.session, breach.id) if one.id == wanted), None)


@route("GET", "/violations/{breach_id:int}/notifier", RECORD)
def show_notification(visit: Visit, breach_id: int) -> Response[Any]:
    """The form of a notification, with what the text asks it to say; or of the one to correct, as it was noted."""
    breach = _to_record(visit, breach_id)
    corrected = _corrected(visit, breach, visit.query("corrige"))
    start: dict[str, Any] = {"delay_reasons": breach.delay_reasons}
    if corrected is None:
        start["phase"] = phases_for(breach.notified_at is not None)[0][0]
        start["sent_at"] = wall_of(now().replace(second=0), _zone(visit))
    else:
        start |= {"corrects": str(corrected.id), "phase": str(corrected.phase), "reference": corrected.reference}
        start |= {"sent_at": wall_of(corrected.sent_at, _zone(visit)), "content": corrected.content}
    return _notification_page(visit, breach, start, {})


@route("POST", "/violations/{breach_id:int}/notifier", RECORD)
def note_notification(visit: Visit, breach_id: int) -> Response[Any]:
    """Notes a notification that left, or shows the form again with what was typed."""
    breach, read = _to_record(visit, breach_id), visit.form(NotificationForm)
    version = read_number(visit.form_data().first("version")) or 0
    typed = {name: visit.form_data().first(name) for name in NotificationForm.model_fields}
    made = save(read, lambda form: notify_cnil(visit.session, breach_id, form, expected=version, now=now()))
    if isinstance(made, Unsaved):
        return _notification_page(visit, breach, typed, made.errors, made.status, made.version or version)
    done = "notification-corrigee" if typed["corrects"] else "violation-notifiee"
    return visit.go(f"/violations/{breach_id}", done=done)


@route("POST", "/violations/{breach_id:int}/evenements", RECORD)
def add_event(visit: Visit, breach_id: int) -> Response[Any]:
    """Notes something on the line of time, or shows the sheet again with what was typed."""
    breach, read = _to_record(visit, breach_id), visit.form(BreachEventForm)
    typed = {name: visit.form_data().first(name) for name in BreachEventForm.model_fields}
    made = save(read, lambda form: note_event(visit.session, breach_id, form, now=now()))
    if isinstance(made, Unsaved):
        return _sheet(visit, breach, typed, made.errors, made.status)
    return visit.go(f"/violations/{breach_id}", done="evenement-note")


def _breach_aside(visit: Visit, breach_id: int) -> Aside:
    row, here = _to_record(visit, breach_id), f"/violations/{breach_id}"
    return Aside(
        row, row.title, [(_("Violations de données"), "/violations"), (row.title, here)],
        heads=(_("Annuler la violation"), _("Rétablir la violation")),
        sentences=(
            _(
                "Rien n’est effacé : la violation sort du registre courant, son histoire reste, et elle peut revenir. "
                "Une violation sans risque ne s’annule pas : elle se note, avec son niveau de risque."
            ),
            _("La violation revient au registre, telle qu’elle était."),
        ),
        back=here, act=partial(set_breach_aside, visit.session, row.id),
    )  # fmt: skip


_ASIDE = asking_why(
    "/violations/{breach_id:int}/annuler", RECORD, _breach_aside, done=("violation-annulee", "violation-retablie")
)

HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_breaches, show_new_breach, record_new_breach, show_breach, show_breach_history, show_amend_breach,
    change_breach, show_notification, note_notification, add_event, *_ASIDE,
)  # fmt: skip
