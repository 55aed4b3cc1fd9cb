"""The JSON API of the steps of a contract: when each is due, what was noted, and noting it."""

from dataclasses import dataclass
from datetime import date

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED

from registry.contracts.followup.api import READ, REASON, RECORD, about
from registry.contracts.followup.forms import StepForm
from registry.contracts.followup.models import ContractStep
from registry.contracts.followup.queries import get_step
from registry.contracts.followup.service import note_step, set_step_aside
from registry.contracts.followup.step_routes import milestones_now
from registry.contracts.queries import get_contract
from registry.kernel.words import mark
from registry.web.setting_aside import setting_aside
from registry.web.visits import Visit, route


@dataclass(frozen=True)
class StepNotedBody:
    """What was noted once of a step."""

    id: int
    version: int
    contract_id: int
    clause_id: int | None
    step: str
    done_on: date | None
    undone_on: date | None
    planned_on: date | None
    evidence: list[int]
    note: str | None
    annulled: bool


@dataclass(frozen=True)
class StepBody:
    """A step as it stands today; `due_on` is null where no day is set or known."""

    step: str
    clause_id: int | None
    due_on: date | None
    agreed: bool
    done_on: date | None
    noted: list[StepNotedBody]


@dataclass(frozen=True)
class StepsBody:
    """The steps of a contract."""

    steps: list[StepBody]


def _noted(row: ContractStep) -> StepNotedBody:
    return StepNotedBody(**{name: getattr(row, name) for name in StepNotedBody.__dataclass_fields__})


@route(
    "GET", "/api/v1/contracts/{contract_id:int}/steps", READ,
    about=about(mark("Les étapes d’un contrat jusqu’à sa fin : le jour où chacune est due, et ce qui en est noté.")),
)  # fmt: skip
def list_steps(visit: Visit, contract_id: int) -> Response[StepsBody]:
    """The steps of a contract."""
    return visit.answer(
        StepsBody([
            StepBody(
                one.step.code, one.clause_id, one.due_on, one.agreed, one.done_on, [_noted(row) for row in one.rows]
            )
            for one in milestones_now(visit, get_contract(visit.session, contract_id))
        ])
    )  # fmt: skip


@route(
    "POST", "/api/v1/contracts/{contract_id:int}/steps", RECORD, takes=StepForm,
    about=about(mark("Note une étape d’un contrat : faite, vue non faite, ou convenue pour un jour."), status=201,
                example={"step": "trial-export", "done_on": "2026-03-12", "note": "Export complet relu"}),
)  # fmt: skip
def create_step(visit: Visit, contract_id: int) -> Response[StepNotedBody]:
    """Notes a step."""
    visit.visitor.require(RECORD, get_contract(visit.session, contract_id).organisation_id)
    made = note_step(visit.session, contract_id, visit.given(StepForm))
    return visit.answer(_noted(made), status=HTTP_201_CREATED)


_ASIDE = setting_aside(
    "/api/v1/contract-steps/{contract_step_id:int}", RECORD, StepNotedBody, about=about, reason=REASON,
    named=("annul_step", "restore_step"),
    says=(
        mark("Met de côté ce qui a été noté d’une étape par erreur."),
        mark("Rétablit ce qui a été noté d’une étape, en disant pourquoi."),
    ),
    get=get_step, act=set_step_aside, tell=lambda _visit, row: _noted(row),
)  # fmt: skip
HANDLERS: tuple[HTTPRouteHandler, ...] = (list_steps, create_step, *_ASIDE)
