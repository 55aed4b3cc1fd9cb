"""The page of the steps of a contract to its end, each noted there in one click."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_200_OK

from registry.contracts.clauses.queries import find_written, held_on
from registry.contracts.clauses.views import labels_of, set_aside_view
from registry.contracts.followup.forms import StepForm
from registry.contracts.followup.models import ContractStep
from registry.contracts.followup.queries import find_pieces, find_steps, get_step
from registry.contracts.followup.service import note_step, set_step_aside
from registry.contracts.followup.step_views import STEP_LABELS, StepsPage, mark_lines, step_line
from registry.contracts.followup.steps import Milestone, milestones_of, steps
from registry.contracts.followup.views import pieces_choices
from registry.contracts.models import Contract
from registry.contracts.queries import get_contract
from registry.contracts.rules import term_of
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.organisations.queries import get_organisation
from registry.web.forms import WHOLE, parse_values, read_number
from registry.web.saving import Unsaved, save
from registry.web.setting_aside import Aside, asking_why
from registry.web.templating import say_day
from registry.web.visits import NOTICES, Visit, route

READ, RECORD = Permission.CONTRACTS_CONTRACT_READ, Permission.CONTRACTS_CONTRACT_RECORD
NOTICES.update(
    {
        "etape-notee": mark("C’est noté."),
        "etape-annulee": mark("Ce qui était noté est annulé. Rien n’est effacé : vous pouvez le rétablir."),
        "etape-retablie": mark("Ce qui était noté est rétabli."),
    }
)
_SAID = {"done": "done_on", "undone": "undone_on", "planned": "planned_on"}


def milestones_now(visit: Visit, contract: Contract) -> list[Milestone]:
    """The steps of a contract today, as noted so far."""
    written = find_written(visit.session, [contract])[contract.id]
    rows = find_steps(visit.session, contract.id)
    return milestones_of(contract, held_on(written, visit.today), rows, visit.today)


def _page(
    visit: Visit, contract_id: int, errors: Mapping[str, str] | None = None, *, status: int = HTTP_200_OK
) -> Response[Any]:  # fmt: skip
    contract = get_contract(visit.session, contract_id)
    pieces, today = find_pieces(visit.session, contract_id), visit.today
    milestones = milestones_now(visit, contract)
    dated = [(one.due_on, step_line(one, pieces, today)) for one in milestones if one.due_on is not None]
    dated += mark_lines(contract, today)
    last = term_of(contract).last_on(today)
    labels = labels_of(STEP_LABELS)
    page = StepsPage(
        id=contract.id, object=contract.object, annulled=contract.annulled,
        organisation_name=get_organisation(visit.session, contract.organisation_id).name,
        ends=say_day(last) if last is not None else "", errors=errors or {}, labels=labels,
        dated=[line for _day, line in sorted(dated, key=lambda one: one[0])],
        undated=[step_line(one, pieces, today) for one in milestones if one.due_on is None],
        set_aside=[
            (one.id, steps().label(one.step)) for one in find_steps(visit.session, contract_id) if one.annulled
        ],
        pieces=pieces_choices(pieces), today=today.isoformat(),
        may_record=visit.visitor.may(RECORD, contract.organisation_id) and not contract.annulled,
    )  # fmt: skip
    return visit.page("contracts/steps.html", page, status=status)


@route("GET", "/contrats/{contract_id:int}/echeances", READ)
def show_steps(visit: Visit, contract_id: int) -> Response[Any]:
    """The steps of a contract by their day, and what was noted of each."""
    return _page(visit, contract_id)


@route("POST", "/contrats/{contract_id:int}/echeances", RECORD)
def note_new_step(visit: Visit, contract_id: int) -> Response[Any]:
    """Notes that a step is done, is not, or is agreed for a day; today where no day is given."""
    visit.visitor.require(RECORD, get_contract(visit.session, contract_id).organisation_id)
    data = visit.form_data()
    rank, what = data.first("rank"), _SAID.get(data.first("what"), "done_on")
    day = data.first(f"day-{rank}").strip()
    typed = {
        "step": data.first("step"), "clause_id": data.first("clause_id").strip() or None,
        what: day or (visit.today.isoformat() if what != "planned_on" else None),
        "note": data.first(f"note-{rank}").strip() or None,
        "evidence": [number for one in data.all(f"evidence-{rank}") if (number := read_number(one))],
    }  # fmt: skip
    read = parse_values(StepForm, typed, today=visit.today)
    made = save(read, lambda form: note_step(visit.session, contract_id, form))
    if isinstance(made, Unsaved):
        return _page(visit, contract_id, _beside(made.errors, rank), status=made.status)
    return visit.go(f"/contrats/{contract_id}/echeances", done="etape-notee")


def _beside(errors: Mapping[str, str], rank: str) -> dict[str, str]:
    """The errors by the field of the page that each stands beside."""
    of_day = set(_SAID.values())
    return {
        WHOLE if name == WHOLE else f"{'day' if name in of_day else name.partition('.')[0]}-{rank}": message
        for name, message in errors.items()
    }


def _noted(visit: Visit, contract_step_id: int) -> tuple[ContractStep, Contract]:
    row = get_step(visit.session, contract_step_id)
    visit.visitor.require(RECORD, row.organisation_id)
    return row, get_contract(visit.session, row.contract_id)


def _step_aside(visit: Visit, contract_step_id: int) -> Aside:
    row, contract = _noted(visit, contract_step_id)
    return set_aside_view(
        row, contract, steps().label(row.step),
        _("Pour une saisie faite par erreur : ce qui a changé depuis se note de nouveau."),
        under=(_("Échéances"), "echeances"), act=partial(set_step_aside, visit.session, row.id),
    )  # fmt: skip


_ASIDE = asking_why(
    "/contrats/etapes/{contract_step_id:int}/annuler", RECORD, _step_aside, done=("etape-annulee", "etape-retablie")
)

HANDLERS: tuple[HTTPRouteHandler, ...] = (show_steps, note_new_step, *_ASIDE)
