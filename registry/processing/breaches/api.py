"""The JSON API of breaches: the register, one breach with its clock, recording, amending, notifying, setting aside."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED
from pydantic import Field

from registry.compliance.engine import engine_of
from registry.compliance.vocabulary import SubjectKind
from registry.datasets.api import REASON, verdict_bodies
from registry.datasets.bodies import VerdictBody
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.platform.clock import now
from registry.processing.breaches.forms import (
    BreachChange,
    BreachCreation,
    BreachEventForm,
    NotificationForm,
    TouchedForm,
)
from registry.processing.breaches.models import Breach
from registry.processing.breaches.queries import (
    BreachFilter,
    count_breaches_listed,
    find_breaches_after,
    find_events,
    find_notifications,
    find_touched_activities,
    find_touched_datasets,
    get_breach,
)
from registry.processing.breaches.rules import breach_clock
from registry.processing.breaches.service import (
    DELAY,
    amend_breach,
    note_event,
    notify_cnil,
    record_breach,
    say_what_was_touched,
    set_breach_aside,
)
from registry.processing.breaches.views import BREACH_LABELS, EVENT_LABELS, NOTIFICATION_LABELS, TOUCHED_LABELS
from registry.processing.breaches.vocabulary import (
    BreachCause,
    BreachRisk,
    BreachSource,
    InformingExemption,
    NotificationPhase,
)
from registry.processing.clocks.vocabulary import ClockState
from registry.processing.clocks.wording import explain_hours, say_left
from registry.web.calls import ApiCall, PageQuestions
from registry.web.setting_aside import setting_aside
from registry.web.visits import Visit, route

FOLLOW, RECORD = Permission.PROCESSING_MATTER_FOLLOW, Permission.PROCESSING_BREACH_RECORD
TAG = mark("Violations de données")
EXAMPLE = {
    "organisation_id": 1, "title": "Courriel envoyé à 300 familles, adresses visibles",
    "natures": ["confidentiality"], "known_at": "2026-11-23T09:30:00+01:00", "people_concerned": 300,
    "risk": "likely",
}  # fmt: skip


@dataclass(frozen=True)
class HoursBody:
    """The 72 hours of a breach: where they stand, when they end, what is left (negative once passed), and why.

    Units: `left_seconds` in seconds; for a breach already notified, what was left then.
    """

    state: ClockState
    due_at: datetime
    left_seconds: int
    said: str
    explained: str


@dataclass(frozen=True)
class NotificationBody:
    """A notification to the CNIL."""

    id: int
    phase: NotificationPhase
    sent_at: datetime
    reference: str | None
    content: str | None


@dataclass(frozen=True)
class EventBody:
    """Something that was done or learnt."""

    happened_at: datetime
    what: str


@dataclass(frozen=True)
class BreachBody:
    """A breach, as the API gives it; `version` is its ETag."""

    id: int
    version: int
    organisation_id: int
    title: str
    natures: list[str]
    known_at: datetime
    notified_at: datetime | None
    occurred_from: datetime | None
    occurred_until: datetime | None
    source: BreachSource | None
    processor_id: int | None
    processor_told_at: datetime | None
    processor_report: str | None
    cause: BreachCause | None
    facts: str | None
    people_described: str | None
    people_concerned: int | None
    records_concerned: int | None
    data_categories: list[str]
    consequences: str | None
    measures: str | None
    risk: BreachRisk | None
    risk_reasons: str | None
    delay_reasons: str | None
    informed_on: date | None
    informed_how: str | None
    exemption: InformingExemption | None
    exemption_reasons: str | None
    in_charge_id: int | None
    closed_on: date | None
    annulled: bool
    datasets: list[int]
    activities: list[int]
    clock: HoursBody
    notifications: list[NotificationBody]
    events: list[EventBody]
    findings: list[VerdictBody]


@dataclass(frozen=True)
class BreachLineBody:
    """A breach in a list."""

    id: int
    version: int
    organisation_id: int
    title: str
    known_at: datetime
    risk: BreachRisk | None
    closed_on: date | None
    clock: HoursBody


@dataclass(frozen=True)
class BreachesBody:
    """The breaches within the asker's rights, by number."""

    total: int
    breaches: list[BreachLineBody]
    next: str | None


_BESIDE = frozenset({"datasets", "activities", "clock", "notifications", "events", "findings"})
_COLUMNS = tuple(name for name in BreachBody.__dataclass_fields__ if name not in _BESIDE)
_LINE = tuple(name for name in BreachLineBody.__dataclass_fields__ if name != "clock")


def label_of(name: str) -> str:
    """A field's name in the reader's language, or nothing."""
    for labels in (BREACH_LABELS, TOUCHED_LABELS, NOTIFICATION_LABELS, EVENT_LABELS):
        if name in labels:
            return _(labels[name])
    return ""


def told(says: str, **more: Any) -> ApiCall:
    """What the document tells of a call about breaches."""
    return ApiCall(**{"tag": TAG, "says": says, "labels": label_of, **more})


def _clock(visit: Visit, breach: Breach, moment: datetime) -> HoursBody:
    clock = breach_clock(breach.due_at, breach.notified_at, breach.risk, moment)
    zone = ZoneInfo(visit.session.info["time_zone"])
    delay = engine_of(visit.session).catalogue.delays[DELAY]
    return HoursBody(
        clock.state, breach.due_at, int(clock.left.total_seconds()), say_left(clock),
        explain_hours(breach.known_at, breach.due_at, delay, zone),
    )  # fmt: skip


def _body(visit: Visit, breach: Breach) -> BreachBody:
    return BreachBody(
        **{name: getattr(breach, name) for name in _COLUMNS},
        datasets=[one.id for one in find_touched_datasets(visit.session, breach.id)],
        activities=[one.id for one in find_touched_activities(visit.session, breach.id)],
        clock=_clock(visit, breach, now()),
        notifications=[
            NotificationBody(one.id, one.phase, one.sent_at, one.reference, one.content)
            for one in find_notifications(visit.session, breach.id)
        ],
        events=[EventBody(one.happened_at, one.what) for one in find_events(visit.session, breach.id)],
        findings=verdict_bodies(visit, SubjectKind.BREACH, breach.id),
    )


class BreachQuestions(PageQuestions):
    """What the list of breaches is narrowed to."""

    state: list[ClockState] = Field(default_factory=list, description=mark("Où en sont les 72 heures."))
    risk: list[BreachRisk] = Field(default_factory=list, description=mark("Le niveau de risque."))
    open: bool = Field(default=False, description=mark("true pour ne lire que celles qui ne sont pas closes."))
    annulled: bool = Field(default=False, description=mark("true pour lire les fiches annulées, et elles seules."))


@route(
    "GET", "/api/v1/breaches", FOLLOW,
    about=told(mark("Les violations de données que vos droits montrent, avec leurs 72 heures."), asks=BreachQuestions),
)  # fmt: skip
def list_breaches(visit: Visit) -> Response[BreachesBody]:
    """The breaches within the asker's rights, by number."""
    asked, moment = visit.asked(BreachQuestions), now()
    chosen = BreachFilter(frozenset(asked.state), frozenset(asked.risk), is_open=asked.open, annulled=asked.annulled)
    place = asked.place(int)
    rows = find_breaches_after(visit.session, chosen, moment, place[0] if place else 0, asked.limit + 1)
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    lines = [
        BreachLineBody(**{name: getattr(row, name) for name in _LINE}, clock=_clock(visit, row, moment)) for row in rows
    ]
    total = count_breaches_listed(visit.session, chosen, moment)
    return visit.answer(BreachesBody(total, lines, asked.following((rows[-1].id,) if more else None)))


@route(
    "POST", "/api/v1/breaches", RECORD, takes=BreachCreation,
    about=told(mark("Enregistre une violation : ses 72 heures partent de known_at."), status=201, example=EXAMPLE),
)  # fmt: skip
def create_breach(visit: Visit) -> Response[BreachBody]:
    """Records a breach; the answer says what is left of the 72 hours."""
    given = visit.given(BreachCreation)
    visit.visitor.require(RECORD, given.organisation_id)
    breach = record_breach(visit.session, given.organisation_id, given.sheet(), now=now())
    visit.settle()
    visit.session.refresh(breach)
    visit.headers["Location"] = f"/api/v1/breaches/{breach.id}"
    return visit.answer(_body(visit, breach), status=HTTP_201_CREATED)


@route(
    "GET", "/api/v1/breaches/{breach_id:int}", FOLLOW,
    about=told(mark("Une violation, avec ses 72 heures, ses notifications et sa ligne du temps.")),
)  # fmt: skip
def read_breach(visit: Visit, breach_id: int) -> Response[BreachBody]:
    """One breach with its clock and today's findings."""
    return visit.answer(_body(visit, get_breach(visit.session, breach_id)))


def _to_record(visit: Visit, breach_id: int) -> int:
    expected = visit.expected_version()
    visit.visitor.require(RECORD, get_breach(visit.session, breach_id).organisation_id)
    return expected


@route(
    "PATCH", "/api/v1/breaches/{breach_id:int}", RECORD, takes=BreachChange,
    about=told(
        mark("Change les champs donnés d’une violation ; les autres restent."),
        versioned=True, example={"risk": "high", "consequences": "Hameçonnage ciblé."},
    ),
)  # fmt: skip
def change_breach(visit: Visit, breach_id: int) -> Response[BreachBody]:
    """Changes the fields given; asks for If-Match."""
    expected = _to_record(visit, breach_id)
    breach = amend_breach(visit.session, breach_id, visit.given(BreachChange), expected=expected, now=now())
    visit.settle()
    return visit.answer(_body(visit, breach))


@route(
    "POST", "/api/v1/breaches/{breach_id:int}/notifications", RECORD, takes=NotificationForm,
    about=told(
        mark(
            "Note une notification partie à la CNIL ; la première, si elle est en retard, dit pourquoi. Pour en "
            "corriger une mal notée, donnez son numéro dans corrects, ce qu’elle disait vraiment, et le motif dans "
            "reason."
        ),
        versioned=True,
        example={"phase": "initial", "sent_at": "2026-11-24T11:00:00+01:00", "reference": "Accusé de réception"},
    ),
)  # fmt: skip
def notify_breach(visit: Visit, breach_id: int) -> Response[BreachBody]:
    """Notes a notification; asks for If-Match."""
    expected = _to_record(visit, breach_id)
    breach = notify_cnil(visit.session, breach_id, visit.given(NotificationForm), expected=expected, now=now())
    visit.settle()
    return visit.answer(_body(visit, breach))


@route(
    "POST", "/api/v1/breaches/{breach_id:int}/events", RECORD, takes=BreachEventForm,
    about=told(
        mark("Ajoute à la ligne du temps ce qui a été fait ou appris."),
        example={"happened_at": "2026-11-23T10:15:00+01:00", "what": "Compte compromis fermé."},
    ),
)  # fmt: skip
def add_breach_event(visit: Visit, breach_id: int) -> Response[BreachBody]:
    """Notes something on the line of time."""
    breach = get_breach(visit.session, breach_id)
    visit.visitor.require(RECORD, breach.organisation_id)
    note_event(visit.session, breach_id, visit.given(BreachEventForm), now=now())
    return visit.answer(_body(visit, breach))


@route(
    "POST", "/api/v1/breaches/{breach_id:int}/touched", RECORD, takes=TouchedForm,
    about=told(
        mark("Dit les jeux et les traitements que la violation a touchés : ceux-là, et aucun autre."),
        versioned=True, example={"datasets": [12], "activities": [3]},
    ),
)  # fmt: skip
def touch_by_breach(visit: Visit, breach_id: int) -> Response[BreachBody]:
    """Says exactly what a breach touched; asks for If-Match."""
    expected = _to_record(visit, breach_id)
    breach = say_what_was_touched(visit.session, breach_id, visit.given(TouchedForm), expected=expected)
    visit.settle()
    return visit.answer(_body(visit, breach))


_ASIDE = setting_aside(
    "/api/v1/breaches/{breach_id:int}", RECORD, BreachBody, about=told, reason=REASON["reason"],
    named=("annul_breach", "restore_breach"),
    says=(
        mark("Met de côté une violation enregistrée par erreur, en disant pourquoi ; rien n’est supprimé."),
        mark("Rétablit une violation annulée, en disant pourquoi."),
    ),
    get=get_breach, act=set_breach_aside, tell=_body,
)  # fmt: skip
HANDLERS: tuple[HTTPRouteHandler, ...] = (
    list_breaches, create_breach, read_breach, change_breach, notify_breach, add_breach_event, touch_by_breach,
    *_ASIDE,
)  # fmt: skip
