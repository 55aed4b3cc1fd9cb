"""What goes out about requests: the list, one request with its clock, what to ask first, its forms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.compliance.explanation import FIELD_NAMES, VALUE_WORDS
from registry.datasets.views import ChangeView, ConflictRow
from registry.kernel.delays import Delay
from registry.kernel.words import _, mark
from registry.processing.breaches.views import ClockView, TimeView
from registry.processing.clocks.vocabulary import ClockState
from registry.processing.clocks.wording import explain_days, say_left
from registry.processing.narrowing import FacetPart
from registry.processing.requests.models import ReceivedRequest
from registry.processing.requests.queries import Place
from registry.processing.requests.rules import REGIMES, clock_of, due_of, is_extended, is_left, is_waiting
from registry.processing.requests.vocabulary import (
    IdentityCheck,
    RequestChannel,
    RequesterKind,
    RequestOutcome,
    RequestRegime,
    RequestRight,
)
from registry.web.templating import say_day

REQUEST_LABELS: dict[str, str] = {
    "organisation_id": mark("Reçue par"),
    "regime": mark("Régime"),
    "right": mark("Droit exercé"),
    "subject": mark("Objet"),
    "detail": mark("Ce qui est demandé"),
    "received_on": mark("Reçue le"),
    "due_on": mark("À répondre au plus tard le"),
    "channel": mark("Arrivée par"),
    "requester_kind": mark("Qualité de qui demande"),
    "requester_name": mark("Nom de qui demande"),
    "requester_email": mark("Adresse électronique de qui demande"),
    "identity_check": mark("Vérification de l’identité"),
    "identity_checked_on": mark("Identité vérifiée le"),
    "identity_note": mark("Comment elle l’a été"),
    "extended_on": mark("Prolongation notifiée le"),
    "extension_reasons": mark("Motifs de la prolongation"),
    "reason": mark("Pourquoi cette correction"),
    "answered_on": mark("Réponse partie le"),
    "outcome": mark("Suite donnée"),
    "answer_note": mark("Ce qui a été répondu"),
    "refusal_grounds": mark("Motifs du refus"),
    "remedies_stated": mark("Voies et délais de recours indiqués"),
    "redaction_considered": mark("Occultation envisagée"),
    "third_party_rights": mark("Droits de propriété d’un tiers"),
    "rights_holder_named": mark("Titulaire des droits indiqué"),
    "transferred_to": mark("Transmise à"),
    "unfounded_reasons": mark("En quoi la demande est infondée, excessive ou abusive"),
    "cada_opinion_on": mark("Avis de la CADA reçu le"),
    "cada_followed_up_on": mark("Suite dite à la CADA le"),
    "in_charge_id": mark("Chargé·e du suivi"),
}
FIELD_NAMES["request"] = REQUEST_LABELS
VALUE_WORDS["request.regime"] = lambda code: RequestRegime(code).label
LISTED: Mapping[str, type[Any]] = {
    "regime": RequestRegime, "right": RequestRight, "channel": RequestChannel, "requester_kind": RequesterKind,
    "identity_check": IdentityCheck, "outcome": RequestOutcome,
}  # fmt: skip
TRUTHS = ("remedies_stated", "redaction_considered", "third_party_rights", "rights_holder_named")
_RECEIVED = ("regime", "right", "detail", "received_on", "channel", "requester_kind")
_IDENTITY = ("identity_check", "identity_checked_on", "identity_note")
_ANSWER = (
    "outcome", "answered_on", "answer_note", "transferred_to", "refusal_grounds", "remedies_stated",
    "redaction_considered", "third_party_rights", "rights_holder_named", "unfounded_reasons", "cada_opinion_on",
    "cada_followed_up_on",
)  # fmt: skip
_WORDS = {
    ClockState.RUNNING: mark("Délai en cours"),
    ClockState.SOON: mark("À répondre sous 7 jours"),
    ClockState.OVERDUE: mark("Délai dépassé"),
    ClockState.MET: mark("Répondue dans le délai"),
    ClockState.LATE: mark("Répondue hors délai"),
    ClockState.NONE: mark("Laissée sans suite"),
}
_SHAPES = {
    ClockState.OVERDUE: "non-compliant",
    ClockState.SOON: "to-complete",
    ClockState.RUNNING: "to-complete",
    ClockState.LATE: "not-followed",
    ClockState.MET: "compliant",
    ClockState.NONE: "not-applicable",
}


@dataclass(frozen=True)
class RequestLine:
    """A request in the list."""

    id: int
    subject: str
    regime: str
    organisation_name: str
    received: str
    due: str
    clock: ClockView
    extended: bool
    outcome: str


@dataclass(frozen=True)
class RequestsPage:
    """The requests, the most pressing first."""

    rows: Sequence[RequestLine]
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
class RegimeChoice:
    """One answer to « what is asked for? »: what it covers, an example, the delay, and where it leads."""

    code: str
    label: str
    asked: str
    example: str
    told: str


@dataclass(frozen=True)
class ChoosePage:
    """What is asked for decides which text counts the delay."""

    choices: Sequence[RegimeChoice]


@dataclass(frozen=True)
class RequestPage:
    """One request: its clock, what is known, where to search, what was answered."""

    id: int
    version: int
    subject: str
    annulled: bool
    answered: bool
    organisation_id: int
    organisation_name: str
    regime: str
    clock: ClockView
    silence: str
    extension: str
    passed_on: str
    requester: str
    namesakes: Sequence[tuple[int, str]]
    received: Sequence[tuple[str, str]]
    identity: Sequence[tuple[str, str]]
    answer: Sequence[tuple[str, str]]
    remedies: str
    places: Sequence[Place]
    has_more_places: bool
    timeline: Sequence[TimeView]
    in_charge: str
    panels: Sequence[str]
    may_record: bool
    may_extend: bool
    may_correct: bool


@dataclass(frozen=True)
class RequestFormPage:
    """The form of a request; `version` is the one the person had read when they began to type.

    `beside` is what somebody else saved meanwhile, where it differs.
    """

    id: int | None
    version: int | None
    subject: str
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    organisations: Sequence[tuple[str, str]]
    people: Sequence[tuple[str, str]]
    choices: Mapping[str, Sequence[tuple[str, str]]]
    regime: str
    told: str
    requester: str
    beside: Sequence[ConflictRow]


@dataclass(frozen=True)
class StepFormPage:
    """The form of an extension or of an answer; `beside` is what somebody else saved meanwhile, where it differs."""

    id: int
    version: int
    subject: str
    regime: str
    clock: ClockView
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    outcomes: Sequence[tuple[str, str]]
    remedies: str
    refusal: str
    transfer: str
    transfer_law: str
    abuse: str
    abuse_law: str
    only_for: Mapping[str, str]
    last_day: str
    corrects: str
    beside: Sequence[ConflictRow]


@dataclass(frozen=True)
class RequestHistoryPage:
    """The history of one request in words."""

    id: int
    subject: str
    changes: Sequence[ChangeView]


def regime_choices() -> list[RegimeChoice]:
    """The answers to « what is asked for? », each with its text."""
    return [
        RegimeChoice(str(code), code.label, _(one.asked), _(one.example), _(one.told)) for code, one in REGIMES.items()
    ]


def say_state(state: ClockState) -> str:
    """Where the delay of a request stands, in words."""
    return _(_WORDS[state])


def clock_view(request: ReceivedRequest, today: date, explained: str = "") -> ClockView:
    """The delay of a request, in words."""
    clock = clock_of(request, today)
    word = say_state(clock.state)
    left = _("Abusive : aucune suite n’est due") if clock.state is ClockState.NONE else say_left(clock)
    return ClockView(clock.state, _SHAPES[clock.state], word, left, say_day(request.due_on), explained)


def explain_due(request: ReceivedRequest, delays: Mapping[str, Delay]) -> str:
    """How the last day of a request was found, with the article."""
    counted = due_of(request.regime, request.received_on, request.extended_on, delays)
    extended = is_extended(request.regime, request.received_on, request.extended_on, delays)
    return explain_days(counted, extended=extended)


def say_extension(request: ReceivedRequest, delays: Mapping[str, Delay]) -> str:
    """What an extension is worth: told in the first month it extends, later it does not."""
    if request.extended_on is None:
        return ""
    if REGIMES[request.regime].extended is None:
        return _("La prolongation notée le {day} ne compte pas : le texte de ce régime n’en connaît pas.").format(
            day=say_day(request.extended_on)
        )
    if is_extended(request.regime, request.received_on, request.extended_on, delays):
        return _("Prolongée de deux mois : la personne en a été avertie le {day}, dans le premier mois.").format(
            day=say_day(request.extended_on)
        )
    return _("La prolongation notifiée le {day} ne compte pas : le premier mois était passé (RGPD art. 12 §3).").format(
        day=say_day(request.extended_on)
    )


def say_passed_on(request: ReceivedRequest) -> str:
    """That a request passed on still waits for its answer, where its text makes no answer of that."""
    if request.answered_on is None or not is_waiting(request):
        return ""
    return _("Transmise le {day}, elle attend toujours sa réponse : {why} ({law})").format(
        day=say_day(request.answered_on), why=_(REGIMES[request.regime].transfer),
        law=_(REGIMES[request.regime].transfer_law),
    )  # fmt: skip


def request_line(request: ReceivedRequest, organisation_name: str, today: date) -> RequestLine:
    """A request as the list shows it."""
    return RequestLine(
        id=request.id,
        subject=request.subject,
        regime=request.regime.label,
        organisation_name=organisation_name,
        received=say_day(request.received_on),
        due=say_day(request.due_on),
        clock=clock_view(request, today),
        extended=request.extended_on is not None,
        outcome=request.outcome.label if request.outcome is not None else "",
    )


def say_request_value(name: str, value: Any) -> str:
    """A field of a request in words; nothing for what is empty."""
    if value is None or value == "":
        return ""
    if name in LISTED:
        return str(LISTED[name](str(value)).label)
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if name.endswith("_on") and isinstance(value, str):
        # The ledger keeps days as text.
        value = date.fromisoformat(value)
    return say_day(value) if isinstance(value, date) else str(value)


def pairs_of(request: ReceivedRequest, names: Sequence[str]) -> list[tuple[str, str]]:
    """The fields that say something: label and words."""
    said = ((_(REQUEST_LABELS[name]), say_request_value(name, getattr(request, name))) for name in names)
    return [(label, words) for label, words in said if words]


def parts_of(request: ReceivedRequest) -> tuple[list[tuple[str, str]], list[tuple[str, str]], list[tuple[str, str]]]:
    """What was received, how the identity was verified, what was answered."""
    unsent = is_left(request)
    answer = pairs_of(request, [name for name in _ANSWER if not (unsent and name == "answered_on")])
    return pairs_of(request, _RECEIVED), pairs_of(request, _IDENTITY), answer


def timeline_of(request: ReceivedRequest) -> list[TimeView]:
    """What happened to a request, in the order of its days."""
    left = _("Demande transmise") if say_passed_on(request) else _("Réponse partie")
    if is_left(request):
        left = _("Décidé de ne pas y donner suite")
    said = [
        (request.received_on, 0, _("Demande reçue"), ""),
        (request.identity_checked_on, 1, _("Identité vérifiée"), ""),
        (request.extended_on, 2, _("Prolongation notifiée"), request.extension_reasons or ""),
        (request.answered_on, 3, left, request.outcome.label if request.outcome is not None else ""),
        (request.due_on, 4, _("Dernier jour pour répondre"), ""),
        (request.cada_opinion_on, 5, _("Avis de la CADA reçu"), ""),
        (request.cada_followed_up_on, 6, _("Suite dite à la CADA"), ""),
    ]
    placed = sorted((day, rank, words, detail) for day, rank, words, detail in said if day is not None)
    return [TimeView(say_day(day), words, detail) for day, _rank, words, detail in placed]
