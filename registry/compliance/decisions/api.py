"""The JSON API of decisions about rules: adopt a draft, withdraw it, validate a text, and what was decided."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED

from registry.compliance.decisions.forms import AdoptionRequest, ReasonForm, UnvalidationForm, ValidationForm
from registry.compliance.decisions.held import Decision
from registry.compliance.decisions.models import PolicyDecision
from registry.compliance.decisions.service import (
    NO_SUCH_RULE,
    adopt_policy,
    draft_of,
    unvalidate_version,
    validate_version,
    withdraw_policy,
)
from registry.compliance.decisions.showing import DECIDE, decider_of
from registry.compliance.decisions.vocabulary import PolicyDecisionKind
from registry.compliance.engine import engine_of
from registry.compliance.simulations.queries import get_simulation
from registry.kernel.errors import NotFound
from registry.kernel.permissions import Permission, Role
from registry.kernel.words import _, mark
from registry.web.calls import ApiCall
from registry.web.visits import Visit, route

READ, RUN = Permission.COMPLIANCE_FINDING_READ, Permission.COMPLIANCE_SIMULATION_RUN
_REASON = "Délibération n° 2026-41 du conseil, article 3."
_DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_LABELS = {
    "simulation_id": mark("Le numéro de la simulation dont le projet est adopté"),
    "draft": mark("Le texte d’un projet de règle, comme l’écrirait un fichier"),
    "reason": mark("Pourquoi ; pour une validation, sa note"),
    "digest": mark("L’empreinte du texte de la version, avec la règle autour d’elle"),
    "validated_on": mark("Le jour de la validation ; aujourd’hui si rien n’est dit"),
    "note": mark("Ce qui a été vérifié, ou ce qui reste à surveiller"),
    "kind": mark("Ce qui est décidé : adoptée, retirée, validée, remise à valider"),
    "policy_id": mark("Le numéro de la règle"),
    "text": mark("Le texte adopté, comme l’écrirait un fichier"),
    "decided_as": mark("Le rôle qui décide"),
    "decided_on": mark("Le jour à partir duquel la décision compte"),
    "run_id": mark("Le travail qui juge de nouveau les fiches ; rien pour une validation"),
}


def label_of(name: str) -> str:
    """A field’s name in the reader’s language, or nothing."""
    return _(_LABELS[name]) if name in _LABELS else ""


def about(says: str, **more: Any) -> ApiCall:
    """What the document tells of a call of this corner."""
    return ApiCall(**{"tag": mark("Conformité"), "says": says, "labels": label_of, **more})


@dataclass(frozen=True)
class PolicyDecisionBody:
    """One thing decided about a rule: the last on a rule, or on a text, is what holds."""

    id: int
    kind: PolicyDecisionKind
    policy_id: str
    digest: str | None
    text: str | None
    reason: str | None
    simulation_id: int | None
    decided_as: Role
    decided_on: date


@dataclass(frozen=True)
class PolicyDecidedBody(PolicyDecisionBody):
    """What was just decided, with the job by which sheets are judged again, if they are."""

    run_id: int | None


@dataclass(frozen=True)
class PolicyDecisionsBody:
    """Everything that was decided of a rule, the oldest first."""

    decisions: list[PolicyDecisionBody]


def _fields(row: Decision | PolicyDecision) -> dict[str, Any]:
    return {
        "id": row.id, "kind": row.kind, "policy_id": row.policy_id, "digest": row.version_digest, "text": row.text,
        "reason": row.reason, "simulation_id": row.run_id, "decided_as": row.decided_as, "decided_on": row.decided_on,
    }  # fmt: skip


def _decided(
    visit: Visit, row: PolicyDecision, run_id: int | None, *, status: int = 200
) -> Response[PolicyDecidedBody]:
    return visit.answer(PolicyDecidedBody(**_fields(row), run_id=run_id), status=status)


@route(
    "GET", "/api/v1/policies/{policy_id:str}/decisions", READ,
    about=about(mark("Ce qui a été décidé d’une règle : adoptée, retirée, validée, remise à valider.")),
)  # fmt: skip
def list_policy_decisions(visit: Visit, policy_id: str) -> Response[PolicyDecisionsBody]:
    """Everything that was decided of a rule."""
    catalogue = engine_of(visit.session).catalogue
    found = catalogue.decided.by_policy.get(policy_id, ())
    if not found and catalogue.find(policy_id) is None:
        raise NotFound(_(NO_SUCH_RULE))
    return visit.answer(PolicyDecisionsBody([PolicyDecisionBody(**_fields(one)) for one in found]))


@route(
    "POST", "/api/v1/policies", DECIDE, takes=AdoptionRequest,
    about=about(
        mark("Adopte un projet de règle, d’une simulation terminée ou de son texte ; les fiches sont rejugées."),
        status=201, example={"simulation_id": 12, "reason": _REASON},
    ),
)  # fmt: skip
def create_policy(visit: Visit) -> Response[PolicyDecidedBody]:
    """Adopts a draft."""
    by, given = decider_of(visit), visit.given(AdoptionRequest)
    run = None
    if given.simulation_id is not None:
        run = get_simulation(visit.session, given.simulation_id, visit.visitor.reach(RUN))
    text = draft_of(run) if run is not None else given.draft or ""
    made, judging = adopt_policy(visit.session, text, given.reason, by, run=run)
    visit.headers["Location"] = f"/api/v1/policies/{made.policy_id}"
    return _decided(visit, made, judging.id, status=HTTP_201_CREATED)


@route(
    "POST", "/api/v1/policies/{policy_id:str}/withdrawal", DECIDE, takes=ReasonForm,
    about=about(
        mark("Retire une règle adoptée ici ; ce qu’elle constate prend fin, rien n’est effacé."),
        example={"reason": _REASON},
    ),
)  # fmt: skip
def end_policy(visit: Visit, policy_id: str) -> Response[PolicyDecidedBody]:
    """Withdraws a rule."""
    by = decider_of(visit)
    made, judging = withdraw_policy(visit.session, policy_id, visit.given(ReasonForm).reason, by)
    return _decided(visit, made, judging.id)


@route(
    "POST", "/api/v1/policies/{policy_id:str}/validation", DECIDE, takes=ValidationForm,
    about=about(
        mark("Valide le texte d’une version : le service juridique en répond, tant qu’il ne change pas."), status=201,
        example={"digest": _DIGEST, "note": "Relu avec l’article en vigueur."},
    ),
)  # fmt: skip
def create_validation(visit: Visit, policy_id: str) -> Response[PolicyDecidedBody]:
    """Validates a version's text."""
    by = decider_of(visit)
    made = validate_version(visit.session, policy_id, visit.given(ValidationForm), by)
    return _decided(visit, made, None, status=HTTP_201_CREATED)


@route(
    "POST", "/api/v1/policies/{policy_id:str}/unvalidation", DECIDE, takes=UnvalidationForm,
    about=about(
        mark("Remet à valider le texte d’une version, avec un motif."),
        example={"digest": _DIGEST, "reason": "L’article a été réécrit."},
    ),
)  # fmt: skip
def end_validation(visit: Visit, policy_id: str) -> Response[PolicyDecidedBody]:
    """Sends a version's text back to be validated."""
    by, given = decider_of(visit), visit.given(UnvalidationForm)
    return _decided(visit, unvalidate_version(visit.session, policy_id, given.digest, given.reason, by), None)


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    list_policy_decisions, create_policy, end_policy, create_validation, end_validation,
)  # fmt: skip
