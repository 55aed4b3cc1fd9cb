"""The JSON API of accepted deviations: list, read, ask, decide, withdraw."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED
from pydantic import Field

from registry.compliance.deviations.forms import DeviationDecisionForm, DeviationRequest
from registry.compliance.deviations.models import AcceptedDeviation
from registry.compliance.deviations.queries import DeviationFilter, find_page_of_deviations, get_deviation
from registry.compliance.deviations.rules import has_expired
from registry.compliance.deviations.service import ask_deviation, decide_deviation, withdraw_deviation
from registry.compliance.deviations.showing import ASK, DECIDE, WITHDRAW, get_found, role_for
from registry.compliance.deviations.views import DEVIATION_LABELS
from registry.compliance.deviations.vocabulary import DeviationState
from registry.compliance.vocabulary import SubjectKind
from registry.kernel.permissions import Permission, Role
from registry.kernel.words import _, mark
from registry.web.calls import ApiCall, Number, PageQuestions
from registry.web.typed import AnnulForm
from registry.web.visits import Visit, route

READ = Permission.COMPLIANCE_FINDING_READ
EXAMPLE = {
    "subject_kind": "dataset", "subject_id": 12, "policy_id": "OD-05", "expires_on": "2027-06-30",
    "reason": "La licence attend l’accord du concessionnaire, demandé par courrier.",
    "compensation": "Le jeu n’est communiqué que sur demande, avec les conditions écrites.",
}  # fmt: skip
_LABELS = {
    **DEVIATION_LABELS,
    "subject_kind": mark("Le genre de fiche"),
    "subject_id": mark("Le numéro de la fiche"),
    "organisation_id": mark("L’organisation à qui est la fiche"),
    "policy_id": mark("Le numéro de la règle"),
    "period": mark("L’année d’une obligation annuelle ; rien pour les autres"),
    "state": mark("Où en est l’écart ; assumé et passé son dernier jour, il est expiré"),
    "expired": mark("Si l’écart approuvé a passé son dernier jour"),
    "asked_as": mark("Le rôle qui a demandé"),
    "asked_on": mark("Le jour de la demande"),
    "decided_as": mark("Le rôle qui a décidé"),
    "decided_on": mark("Le jour de la décision"),
    "ended_on": mark("Le jour où il a pris fin"),
    "ended_reason": mark("Pourquoi il a été retiré"),
}


def label_of(name: str) -> str:
    """A field’s name in the reader’s language, or nothing."""
    return _(_LABELS[name]) if name in _LABELS else ""


def about(says: str, **more: Any) -> ApiCall:
    """What the document tells of a call of this corner."""
    return ApiCall(**{"tag": mark("Conformité"), "says": says, "labels": label_of, **more})


@dataclass(frozen=True)
class DeviationBody:
    """An accepted deviation; `version` is its ETag. The finding it bears on is counted all the same."""

    id: int
    version: int
    organisation_id: int
    subject_kind: SubjectKind
    subject_id: int
    policy_id: str
    period: int | None
    state: DeviationState
    expired: bool
    reason: str
    compensation: str
    expires_on: date
    asked_as: Role
    asked_on: date
    decided_as: Role | None
    decided_on: date | None
    decision_reason: str | None
    ended_on: date | None
    ended_reason: str | None


@dataclass(frozen=True)
class DeviationsBody:
    """A page of deviations, by number."""

    deviations: list[DeviationBody]
    next: str | None


class DeviationQuestions(PageQuestions):
    """What the list of deviations is narrowed to."""

    state: DeviationState | None = Field(default=None, description=_LABELS["state"])
    expired: bool = Field(default=False, description=_LABELS["expired"])
    organisation: list[Number] = Field(default_factory=list, description=_LABELS["organisation_id"])
    subject_kind: SubjectKind | None = Field(default=None, description=_LABELS["subject_kind"])


def _body(visit: Visit, row: AcceptedDeviation) -> DeviationBody:
    told = {
        name: getattr(row, name) for name in DeviationBody.__dataclass_fields__ if name not in {"period", "expired"}
    }
    expired = has_expired(row.state, row.expires_on, visit.today)
    return DeviationBody(**told, period=row.period or None, expired=expired)


@route(
    "GET", "/api/v1/accepted-deviations", READ,
    about=about(mark("Les écarts assumés dans vos droits, par numéro."), asks=DeviationQuestions),
)  # fmt: skip
def list_deviations(visit: Visit) -> Response[DeviationsBody]:
    """The deviations within the asker's rights."""
    asked = visit.asked(DeviationQuestions)
    (after,) = asked.place(int) or (0,)
    narrowed = DeviationFilter(
        states=frozenset([asked.state] if asked.state is not None else []), expired=asked.expired,
        organisation_ids=frozenset(asked.organisation),
        kinds=frozenset([asked.subject_kind] if asked.subject_kind is not None else []),
    )  # fmt: skip
    rows = find_page_of_deviations(visit.session, narrowed, today=visit.today, after=after, limit=asked.limit + 1)
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    following = asked.following((rows[-1].id,) if more else None)
    return visit.answer(DeviationsBody([_body(visit, row) for row in rows], following))


@route(
    "POST", "/api/v1/accepted-deviations", ASK, takes=DeviationRequest,
    about=about(
        mark("Demande un écart sur un constat non conforme ; quelqu’un d’autre en décide."), status=201, example=EXAMPLE
    ),
)  # fmt: skip
def create_deviation(visit: Visit) -> Response[DeviationBody]:
    """Asks for a deviation."""
    given = visit.given(DeviationRequest)
    found = get_found(visit, given.subject_kind, given.subject_id, given.policy_id, given.period or 0)
    as_role = role_for(visit, ASK, found.organisation_id)
    made = ask_deviation(
        visit.session, found, given.said(), by=visit.visitor.account_id, as_role=as_role, today=visit.today
    )  # fmt: skip
    visit.headers["Location"] = f"/api/v1/accepted-deviations/{made.id}"
    return visit.answer(_body(visit, made), status=HTTP_201_CREATED)


@route("GET", "/api/v1/accepted-deviations/{deviation_id:int}", READ, about=about(mark("Un écart assumé.")))
def read_deviation(visit: Visit, deviation_id: int) -> Response[DeviationBody]:
    """One deviation."""
    return visit.answer(_body(visit, get_deviation(visit.session, deviation_id)))


@route(
    "POST", "/api/v1/accepted-deviations/{deviation_id:int}/decision", DECIDE, takes=DeviationDecisionForm,
    about=about(
        mark("Approuve ou refuse un écart demandé par quelqu’un d’autre."), versioned=True,
        example={"answer": "approved", "decision_reason": "Le risque est faible et le marché est lancé."},
    ),
)  # fmt: skip
def answer_deviation(visit: Visit, deviation_id: int) -> Response[DeviationBody]:
    """Decides; asks for If-Match."""
    expected, given = visit.expected_version(), visit.given(DeviationDecisionForm)
    as_role = role_for(visit, DECIDE, get_deviation(visit.session, deviation_id).organisation_id)
    made = decide_deviation(
        visit.session, deviation_id, given, by=visit.visitor.account_id, as_role=as_role, today=visit.today,
        expected=expected,
    )  # fmt: skip
    return visit.answer(_body(visit, made))


@route(
    "POST", "/api/v1/accepted-deviations/{deviation_id:int}/withdrawal", WITHDRAW, takes=AnnulForm,
    about=about(
        mark("Retire une demande, ou met fin à un écart approuvé ; rien n’est effacé."), versioned=True,
        example={"reason": "Le fichier sera corrigé ce mois-ci."},
    ),
)  # fmt: skip
def end_deviation(visit: Visit, deviation_id: int) -> Response[DeviationBody]:
    """Withdraws; asks for If-Match."""
    expected, given = visit.expected_version(), visit.given(AnnulForm)
    visit.visitor.require(WITHDRAW, get_deviation(visit.session, deviation_id).organisation_id)
    ended = withdraw_deviation(visit.session, deviation_id, given.reason, today=visit.today, expected=expected)
    return visit.answer(_body(visit, ended))


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    list_deviations, create_deviation, read_deviation, answer_deviation, end_deviation,
)  # fmt: skip
