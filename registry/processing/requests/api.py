"""The JSON API of requests: the list, one request with its delay, recording, amending, extending, answering."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED
from pydantic import Field

from registry.compliance.vocabulary import SubjectKind
from registry.datasets.api import REASON, verdict_bodies
from registry.datasets.bodies import VerdictBody
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.organisations.queries import find_known
from registry.processing.clocks.vocabulary import ClockState
from registry.processing.clocks.wording import say_left
from registry.processing.requests.forms import AnswerForm, ExtensionForm, RequestChange, RequestCreation
from registry.processing.requests.models import ReceivedRequest
from registry.processing.requests.queries import RequestFilter, count_requests_listed, find_requests_after, get_request
from registry.processing.requests.rules import clock_of, is_extended
from registry.processing.requests.service import (
    amend_request,
    answer_request,
    delays_of,
    extend_request,
    record_request,
    set_request_aside,
)
from registry.processing.requests.views import REQUEST_LABELS, explain_due
from registry.processing.requests.vocabulary import (
    IdentityCheck,
    RequestChannel,
    RequesterKind,
    RequestOutcome,
    RequestRegime,
    RequestRight,
)
from registry.web.calls import ApiCall, PageQuestions
from registry.web.setting_aside import setting_aside
from registry.web.visits import Visit, route

FOLLOW, RECORD = Permission.PROCESSING_MATTER_FOLLOW, Permission.PROCESSING_REQUEST_RECORD
TAG = mark("Demandes reçues")
EXAMPLE = {
    "organisation_id": 1, "regime": "gdpr", "right": "access", "subject": "Accès au dossier d’inscription scolaire",
    "received_on": "2026-11-02", "channel": "email", "requester_kind": "person-concerned",
}  # fmt: skip


@dataclass(frozen=True)
class DaysBody:
    """The delay of a request: where it stands, its last day, what is left (negative once passed), and why.

    Units: `left_days` in days; for a request already answered, what was left then.
    """

    state: ClockState
    due_on: date
    left_days: int
    extended: bool
    said: str
    explained: str


@dataclass(frozen=True)
class RequestBody:
    """A request, as the API gives it; `version` is its ETag, `requester` who asks as those who follow it know them."""

    id: int
    version: int
    organisation_id: int
    regime: RequestRegime
    right: RequestRight | None
    subject: str
    detail: str | None
    received_on: date
    channel: RequestChannel | None
    requester_id: int | None
    requester_kind: RequesterKind | None
    identity_check: IdentityCheck | None
    identity_checked_on: date | None
    identity_note: str | None
    extended_on: date | None
    extension_reasons: str | None
    answered_on: date | None
    outcome: RequestOutcome | None
    answer_note: str | None
    refusal_grounds: str | None
    remedies_stated: bool | None
    redaction_considered: bool | None
    third_party_rights: bool | None
    rights_holder_named: bool | None
    transferred_to: str | None
    unfounded_reasons: str | None
    cada_opinion_on: date | None
    cada_followed_up_on: date | None
    in_charge_id: int | None
    annulled: bool
    requester: str | None
    clock: DaysBody
    findings: list[VerdictBody]


@dataclass(frozen=True)
class RequestLineBody:
    """A request in a list."""

    id: int
    version: int
    organisation_id: int
    regime: RequestRegime
    right: RequestRight | None
    subject: str
    received_on: date
    answered_on: date | None
    outcome: RequestOutcome | None
    clock: DaysBody


@dataclass(frozen=True)
class RequestsBody:
    """The requests within the asker's rights, by number."""

    total: int
    requests: list[RequestLineBody]
    next: str | None


_COLUMNS = tuple(
    name for name in RequestBody.__dataclass_fields__ if name not in {"requester", "clock", "findings"}
)  # fmt: skip
_LINE = tuple(name for name in RequestLineBody.__dataclass_fields__ if name != "clock")


def label_of(name: str) -> str:
    """A field's name in the reader's language, or nothing."""
    return _(REQUEST_LABELS[name]) if name in REQUEST_LABELS else ""


def told(says: str, **more: Any) -> ApiCall:
    """What the document tells of a call about requests."""
    return ApiCall(**{"tag": TAG, "says": says, "labels": label_of, **more})


def _clock(visit: Visit, request: ReceivedRequest) -> DaysBody:
    delays = delays_of(visit.session)
    clock = clock_of(request, visit.today)
    extended = is_extended(request.regime, request.received_on, request.extended_on, delays)
    said, explained = say_left(clock), explain_due(request, delays)
    return DaysBody(clock.state, request.due_on, clock.left.days, extended, said, explained)


def _body(visit: Visit, request: ReceivedRequest) -> RequestBody:
    asker = find_known(visit.session, request.requester_id) if request.requester_id is not None else None
    return RequestBody(
        **{name: getattr(request, name) for name in _COLUMNS},
        requester=asker.said if asker is not None else None,
        clock=_clock(visit, request),
        findings=verdict_bodies(visit, SubjectKind.REQUEST, request.id),
    )


class RequestQuestions(PageQuestions):
    """What the list of requests is narrowed to."""

    state: list[ClockState] = Field(default_factory=list, description=mark("Où en est le délai."))
    regime: list[RequestRegime] = Field(default_factory=list, description=mark("Le texte qui s’applique."))
    open: bool = Field(default=False, description=mark("true pour ne lire que celles sans réponse encore."))
    annulled: bool = Field(default=False, description=mark("true pour lire les fiches annulées, et elles seules."))


@route(
    "GET", "/api/v1/requests", FOLLOW,
    about=told(mark("Les demandes que vos droits montrent, avec leur délai."), asks=RequestQuestions),
)  # fmt: skip
def list_requests(visit: Visit) -> Response[RequestsBody]:
    """The requests within the asker's rights, by number."""
    asked = visit.asked(RequestQuestions)
    chosen = RequestFilter(frozenset(asked.state), frozenset(asked.regime), is_open=asked.open, annulled=asked.annulled)
    place = asked.place(int)
    rows = find_requests_after(visit.session, chosen, visit.today, place[0] if place else 0, asked.limit + 1)
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    lines = [RequestLineBody(**{name: getattr(row, name) for name in _LINE}, clock=_clock(visit, row)) for row in rows]
    total = count_requests_listed(visit.session, chosen, visit.today)
    return visit.answer(RequestsBody(total, lines, asked.following((rows[-1].id,) if more else None)))


@route(
    "POST", "/api/v1/requests", RECORD, takes=RequestCreation,
    about=told(mark("Enregistre une demande : son délai part de received_on."), status=201, example=EXAMPLE),
)  # fmt: skip
def create_request(visit: Visit) -> Response[RequestBody]:
    """Records a request; the answer says its last day and how it was counted."""
    given = visit.given(RequestCreation)
    visit.visitor.require(RECORD, given.organisation_id)
    request = record_request(visit.session, given.organisation_id, given.sheet())
    visit.settle()
    visit.session.refresh(request)
    visit.headers["Location"] = f"/api/v1/requests/{request.id}"
    return visit.answer(_body(visit, request), status=HTTP_201_CREATED)


@route(
    "GET", "/api/v1/requests/{request_id:int}", FOLLOW,
    about=told(mark("Une demande, avec son délai et comment il se compte.")),
)  # fmt: skip
def read_request(visit: Visit, request_id: int) -> Response[RequestBody]:
    """One request with its clock and today's findings."""
    return visit.answer(_body(visit, get_request(visit.session, request_id)))


def _to_record(visit: Visit, request_id: int) -> int:
    expected = visit.expected_version()
    visit.visitor.require(RECORD, get_request(visit.session, request_id).organisation_id)
    return expected


@route(
    "PATCH", "/api/v1/requests/{request_id:int}", RECORD, takes=RequestChange,
    about=told(
        mark("Change les champs donnés d’une demande ; les autres restent."), versioned=True,
        example={"identity_check": "document", "identity_checked_on": "2026-11-03"},
    ),
)  # fmt: skip
def change_request(visit: Visit, request_id: int) -> Response[RequestBody]:
    """Changes the fields given; asks for If-Match."""
    expected = _to_record(visit, request_id)
    request = amend_request(visit.session, request_id, visit.given(RequestChange), expected=expected)
    visit.settle()
    return visit.answer(_body(visit, request))


@route(
    "POST", "/api/v1/requests/{request_id:int}/extension", RECORD, takes=ExtensionForm,
    about=told(
        mark(
            "Note que la personne a été avertie d’une prolongation ; avertie trop tard, le délai reste le même. Avec "
            "reason, corrige ce qui en était noté."
        ),
        versioned=True, example={"extended_on": "2026-11-20", "extension_reasons": "Archives à dépouiller."},
    ),
)  # fmt: skip
def note_extension(visit: Visit, request_id: int) -> Response[RequestBody]:
    """Notes an extension; asks for If-Match."""
    expected = _to_record(visit, request_id)
    request = extend_request(visit.session, request_id, visit.given(ExtensionForm), expected=expected)
    visit.settle()
    return visit.answer(_body(visit, request))


@route(
    "POST", "/api/v1/requests/{request_id:int}/answer", RECORD, takes=AnswerForm,
    about=told(
        mark("Note ce qui a été répondu et quand ; un refus, même partiel, dit pourquoi."), versioned=True,
        example={"answered_on": "2026-11-21", "outcome": "granted", "answer_note": "Copie envoyée."},
    ),
)  # fmt: skip
def note_answer(visit: Visit, request_id: int) -> Response[RequestBody]:
    """Notes an answer; asks for If-Match."""
    expected = _to_record(visit, request_id)
    request = answer_request(visit.session, request_id, visit.given(AnswerForm), expected=expected)
    visit.settle()
    return visit.answer(_body(visit, request))


_ASIDE = setting_aside(
    "/api/v1/requests/{request_id:int}", RECORD, RequestBody, about=told, reason=REASON["reason"],
    named=("annul_request", "restore_request"),
    says=(
        mark("Met de côté une demande enregistrée par erreur, en disant pourquoi ; rien n’est supprimé."),
        mark("Rétablit une demande annulée, en disant pourquoi."),
    ),
    get=get_request, act=set_request_aside, tell=_body,
)  # fmt: skip
HANDLERS: tuple[HTTPRouteHandler, ...] = (
    list_requests, create_request, read_request, change_request, note_extension, note_answer, *_ASIDE,
)  # fmt: skip
