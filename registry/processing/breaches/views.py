"""What goes out about breaches: the list, one breach with its clock and its line of time, its form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from registry.compliance.explanation import FIELD_NAMES, VALUE_WORDS
from registry.datasets.views import ChangeView, ConflictRow
from registry.kernel.words import _, current_locale, mark
from registry.ledger.queries import Version
from registry.platform.lists import load_list
from registry.processing.breaches.models import Breach, BreachEvent, BreachNotification
from registry.processing.breaches.rules import Duty, breach_clock
from registry.processing.breaches.vocabulary import (
    BreachCause,
    BreachNature,
    BreachRisk,
    BreachSource,
    InformingExemption,
    NotificationPhase,
)
from registry.processing.clocks.vocabulary import ClockState
from registry.processing.clocks.wording import say_left
from registry.processing.narrowing import FacetPart
from registry.web.templating import say_day, say_moment, say_number

BREACH_LABELS: dict[str, str] = {
    "organisation_id": mark("Responsable du traitement"),
    "title": mark("Intitulé"),
    "natures": mark("Nature"),
    "known_at": mark("Connue le"),
    "due_at": mark("Fin des 72 heures"),
    "notified_at": mark("Notifiée à la CNIL le"),
    "occurred_from": mark("Commencée le"),
    "occurred_until": mark("Terminée le"),
    "source": mark("Découverte par"),
    "processor_id": mark("Sous-traitant en cause"),
    "processor_told_at": mark("Le sous-traitant a prévenu le"),
    "processor_report": mark("Rapport du sous-traitant"),
    "cause": mark("Origine"),
    "facts": mark("Faits"),
    "people_described": mark("Personnes concernées"),
    "people_concerned": mark("Nombre de personnes (environ)"),
    "records_concerned": mark("Nombre d’enregistrements (environ)"),
    "data_categories": mark("Catégories de données"),
    "consequences": mark("Effets probables"),
    "measures": mark("Mesures prises"),
    "risk": mark("Risque pour les personnes"),
    "risk_reasons": mark("Pourquoi ce niveau de risque"),
    "delay_reasons": mark("Motifs du retard"),
    "informed_on": mark("Personnes informées le"),
    "informed_how": mark("Comment elles l’ont été"),
    "exemption": mark("Exception à l’information des personnes"),
    "exemption_reasons": mark("En quoi l’exception vaut ici"),
    "in_charge_id": mark("Chargé·e du suivi"),
    "closed_on": mark("Close le"),
}
NOTIFICATION_LABELS: dict[str, str] = {
    "phase": mark("Notification"),
    "sent_at": mark("Partie le"),
    "reference": mark("Référence donnée par la CNIL"),
    "content": mark("Ce qui a été dit"),
    "delay_reasons": BREACH_LABELS["delay_reasons"],
    "corrects": mark("Notification corrigée"),
    "reason": mark("Pourquoi cette correction"),
}
TOUCHED_LABELS: dict[str, str] = {"datasets": mark("Jeux touchés"), "activities": mark("Traitements touchés")}
EVENT_LABELS: dict[str, str] = {"happened_at": mark("Quand"), "what": mark("Ce qui a été fait ou appris")}
FIELD_NAMES["breach"] = BREACH_LABELS
VALUE_WORDS["breach.risk"] = lambda code: BreachRisk(code).label
LISTED = {
    "source": BreachSource, "cause": BreachCause, "risk": BreachRisk, "exemption": InformingExemption,
    "phase": NotificationPhase,
}  # fmt: skip
MOMENTS = ("known_at", "occurred_from", "occurred_until", "processor_told_at")
_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (mark("Ce qui s’est passé"), (
        "natures", "occurred_from", "occurred_until", "source", "cause", "facts", "processor_id", "processor_told_at",
        "processor_report",
    )),
    (mark("Personnes et données"), ("people_described", "people_concerned", "records_concerned", "data_categories")),
    (mark("Effets, mesures et risque"), ("consequences", "measures", "risk", "risk_reasons", "delay_reasons")),
    (mark("Information des personnes"), ("informed_on", "informed_how", "exemption", "exemption_reasons")),
)  # fmt: skip


@dataclass(frozen=True)
class ClockView:
    """A delay in words: its sign, where it stands, what is left and how it was counted."""

    state: ClockState
    shape: str
    word: str
    left: str
    due: str
    explained: str


@dataclass(frozen=True)
class BreachLine:
    """A breach in the list."""

    id: int
    title: str
    organisation_name: str
    known: str
    risk: str
    clock: ClockView
    closed: bool


@dataclass(frozen=True)
class BreachesPage:
    """The register of breaches, the most pressing first."""

    rows: Sequence[BreachLine]
    facets: Sequence[FacetPart]
    total: int
    overdue: int
    soon: int
    narrowed: bool
    annulled: bool
    previous: str
    following: str
    may_record: bool
    documents: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class TimeView:
    """One thing on the line of time."""

    when: str
    words: str
    detail: str


@dataclass(frozen=True)
class NotificationView:
    """A notification in words; `formerly` is what was noted before it was corrected, with why."""

    id: int
    phase: str
    moment: str
    reference: str
    content: str
    formerly: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class BreachPage:
    """One breach: its clock, what is still to do, what is known, what was told, in order."""

    id: int
    version: int
    title: str
    annulled: bool
    closed: bool
    organisation_id: int
    organisation_name: str
    clock: ClockView
    duties: Sequence[Duty]
    groups: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    unknown: Sequence[tuple[str, str]]
    notifications: Sequence[NotificationView]
    timeline: Sequence[TimeView]
    in_charge: str
    datasets: Sequence[tuple[int, str]]
    activities: Sequence[tuple[int, str]]
    panels: Sequence[str]
    may_record: bool
    event_values: Mapping[str, str]
    event_errors: Mapping[str, str]
    event_labels: Mapping[str, str]


@dataclass(frozen=True)
class TouchingPanel:
    """The breaches that touched a record."""

    rows: Sequence[BreachLine]


@dataclass(frozen=True)
class TouchedPage:
    """What a breach touched (number, and name where the visitor may read it), and what the record proposes from it.

    `missing` says that the sheet does not tell all that the record does.
    """

    id: int
    version: int
    title: str
    words: str
    datasets: Sequence[tuple[int, str]]
    activities: Sequence[tuple[int, str]]
    more_datasets: Sequence[tuple[int, str]]
    more_activities: Sequence[tuple[int, str]]
    people: Sequence[str]
    data: Sequence[str]
    missing: bool
    dataset_choices: Sequence[tuple[str, str]]
    activity_choices: Sequence[tuple[str, str]]
    error: str


@dataclass(frozen=True)
class BreachFormPage:
    """The form of a breach; `version` is the one the person had read when they began to type.

    `beside` is what somebody else saved meanwhile, where it differs.
    """

    id: int | None
    version: int | None
    title: str
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    organisations: Sequence[tuple[str, str]]
    processors: Sequence[tuple[str, str]]
    people: Sequence[tuple[str, str]]
    choices: Mapping[str, Sequence[tuple[str, str]]]
    beside: Sequence[ConflictRow]


@dataclass(frozen=True)
class NotificationFormPage:
    """The form of a notification to the CNIL, with what the text asks it to say."""

    id: int
    version: int
    title: str
    clock: ClockView
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    phases: Sequence[tuple[str, str]]
    corrects: str
    asked: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class BreachHistoryPage:
    """The history of one breach in words."""

    id: int
    title: str
    changes: Sequence[ChangeView]


_SHAPES = {
    ClockState.OVERDUE: "non-compliant",
    ClockState.SOON: "to-complete",
    ClockState.RUNNING: "to-complete",
    ClockState.LATE: "not-followed",
    ClockState.MET: "compliant",
    ClockState.NONE: "not-applicable",
}
_WORDS = {
    ClockState.RUNNING: mark("72 heures en cours"),
    ClockState.SOON: mark("Moins de 24 heures"),
    ClockState.OVERDUE: mark("72 heures dépassées"),
    ClockState.MET: mark("Notifiée dans les 72 heures"),
    ClockState.LATE: mark("Notifiée en retard"),
    ClockState.NONE: mark("Notification non requise"),
}


def say_state(state: ClockState) -> str:
    """Where the 72 hours of a breach stand, in words."""
    return _(_WORDS[state])


def clock_view(breach: Breach, now: datetime, explained: str = "") -> ClockView:
    """The 72 hours of a breach, in words."""
    clock = breach_clock(breach.due_at, breach.notified_at, breach.risk, now)
    left = _("Risque improbable : rien à notifier") if clock.state is ClockState.NONE else say_left(clock)
    return ClockView(
        clock.state, _SHAPES[clock.state], say_state(clock.state), left, say_moment(breach.due_at), explained
    )


def breach_line(breach: Breach, organisation_name: str, now: datetime) -> BreachLine:
    """A breach as the list shows it."""
    return BreachLine(
        id=breach.id,
        title=breach.title,
        organisation_name=organisation_name,
        known=say_moment(breach.known_at),
        risk=breach.risk.label if breach.risk is not None else _("À évaluer"),
        clock=clock_view(breach, now),
        closed=breach.closed_on is not None,
    )


def say_breach_value(name: str, value: Any, names: Mapping[int, str]) -> str:
    """A field of a breach in words; nothing for what is empty. `names` are organisations', by number."""
    if value is None or value in ([], ""):
        return ""
    if name == "natures":
        return ", ".join(BreachNature(one).label.partition(" : ")[0] for one in value)
    if name == "data_categories":
        known = load_list("personal_categories")
        return ", ".join(known.label(one, current_locale()) for one in value)
    if name in LISTED:
        return LISTED[name](str(value)).label
    if name == "processor_id":
        return names.get(int(value), "")
    if isinstance(value, str) and (name in MOMENTS or name.endswith("_at")):
        # The ledger keeps moments and days as text.
        value = datetime.fromisoformat(value)
    elif isinstance(value, str) and name.endswith("_on"):
        value = date.fromisoformat(value)
    if isinstance(value, datetime):
        return say_moment(value)
    if isinstance(value, date):
        return say_day(value)
    return say_number(value) if isinstance(value, int) else str(value)


def breach_groups(
    breach: Breach, names: Mapping[int, str]
) -> tuple[list[tuple[str, list[tuple[str, str]]]], list[tuple[str, str]]]:
    """What is known of a breach by group, and the fields nobody has filled: name and label."""
    groups, unknown = [], []
    for title, fields in _GROUPS:
        shown = []
        for name in fields:
            words = say_breach_value(name, getattr(breach, name), names)
            if words:
                shown.append((_(BREACH_LABELS[name]), words))
            elif name not in _ONLY_WHEN_DUE:
                unknown.append((name, _(BREACH_LABELS[name])))
        if shown:
            groups.append((_(title), shown))
    return groups, unknown


_ONLY_WHEN_DUE = frozenset(
    {"processor_id", "processor_told_at", "processor_report", "delay_reasons", "risk_reasons", "informed_on",
     "informed_how", "exemption", "exemption_reasons"}
)  # fmt: skip
"""What is not missing where it is empty: it depends on the case, and the duties say when it does not."""


def notification_view(one: BreachNotification, past: Sequence[Version]) -> NotificationView:
    """A notification: its phase, its moment, its reference, what was said, and what was noted of it before."""
    formerly = [(_said_formerly(newer, older), newer.reason or "") for newer, older in pairwise(past)]
    return NotificationView(
        one.id, one.phase.label, say_moment(one.sent_at), one.reference or "", one.content or "", formerly
    )


def _said_formerly(newer: Version, older: Version) -> str:
    """What a correction changed of a notification, as it was noted before."""
    said = []
    for name in ("phase", "sent_at", "reference", "content"):
        if older.snapshot.get(name) != newer.snapshot.get(name):
            words = say_breach_value(name, older.snapshot.get(name), {})
            said.append(f"{_(NOTIFICATION_LABELS[name])}{_(' : ')}{words or _('rien')}")
    return " ; ".join(said)


def timeline_of(
    breach: Breach, notifications: Sequence[BreachNotification], events: Sequence[BreachEvent], zone: ZoneInfo
) -> list[TimeView]:
    """Everything that has a moment, in order; what has only a day comes at the end of that day."""
    said: list[tuple[tuple[date, int, datetime], TimeView]] = []

    def at(moment: datetime | None, words: str, detail: str = "") -> None:
        if moment is not None:
            said.append(((moment.astimezone(zone).date(), 0, moment), TimeView(say_moment(moment), words, detail)))

    def on(day: date | None, words: str, detail: str = "") -> None:
        if day is not None:
            said.append(((day, 1, breach.known_at), TimeView(say_day(day), words, detail)))

    at(breach.occurred_from, _("La violation commence"))
    at(breach.occurred_until, _("La violation prend fin"))
    at(breach.processor_told_at, _("Le sous-traitant prévient (art. 33 §2)"), breach.processor_report or "")
    at(breach.known_at, _("La violation est connue : les 72 heures partent"))
    at(breach.due_at, _("Fin des 72 heures (art. 33 §1)"))
    for one in notifications:
        at(one.sent_at, _("Notification à la CNIL : {phase}").format(phase=one.phase.label), one.reference or "")
    for event in events:
        at(event.happened_at, event.what)
    on(breach.informed_on, _("Les personnes sont informées (art. 34)"), breach.informed_how or "")
    on(breach.closed_on, _("Le suivi est clos"))
    return [view for _place, view in sorted(said, key=lambda one: one[0])]


def asked_of_notification(breach: Breach, names: Mapping[int, str]) -> list[tuple[str, str, str]]:
    """What a notification has to say: the point, what the sheet says of it, and the article; empty where unknown."""
    points = (
        (mark("Nature de la violation"), ("natures", "facts"), "33 §3 a)"),
        (mark("Catégories et nombre approximatif de personnes"), ("people_described", "people_concerned"), "33 §3 a)"),
        (mark("Catégories et nombre approximatif d’enregistrements"), ("data_categories", "records_concerned"),
         "33 §3 a)"),
        (mark("Effets probables"), ("consequences",), "33 §3 c)"),
        (mark("Mesures prises ou proposées"), ("measures",), "33 §3 d)"),
    )  # fmt: skip
    return [
        (_(says), " ; ".join(filter(None, (say_breach_value(name, getattr(breach, name), names) for name in fields))),
         article)
        for says, fields, article in points
    ]  # fmt: skip


def wall_of(moment: datetime | None, zone: ZoneInfo) -> str:
    """A moment as a form shows it: what the authority's clocks said; one without a zone is theirs already."""
    if moment is None:
        return ""
    there = moment.astimezone(zone) if moment.tzinfo is not None else moment
    return there.strftime("%Y-%m-%dT%H:%M:%S" if there.second else "%Y-%m-%dT%H:%M")


def phases_for(notified: bool) -> list[tuple[str, str]]:
    """The phases a notification may be of: what completes comes after what began."""
    fit = (
        (NotificationPhase.COMPLEMENTARY,) if notified else (NotificationPhase.INITIAL, NotificationPhase.COMPLETE)
    )  # fmt: skip
    return [(str(one), one.label) for one in fit]
