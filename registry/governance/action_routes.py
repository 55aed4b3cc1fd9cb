"""The pages of the action plan: the list, the form, setting aside."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from registry.compliance.engine import engine_of
from registry.compliance.vocabulary import Principle, Stake
from registry.datasets.views import ConflictRow
from registry.governance.forms import ActionForm
from registry.governance.models import GovernanceAction
from registry.governance.queries import ActionFilter, count_actions, find_actions, find_decisions, get_action
from registry.governance.service import amend_action, record_action
from registry.governance.views import ActionFormPage, ActionsPage, action_line, labels
from registry.governance.visiting import ASIDE, READ, RECORD, aside_of, beside_the_other
from registry.governance.vocabulary import ActionState
from registry.kernel.words import _, ngettext
from registry.organisations.queries import find_organisations
from registry.organisations.vocabulary import AppointmentRole
from registry.web.forms import FormData, parse_values, read_number
from registry.web.saving import Unsaved, save
from registry.web.setting_aside import Aside, asking_why
from registry.web.templating import say_day
from registry.web.visits import Rejected, Visit, route

_LIST = "/gouvernance/actions"
_TEXTS = frozenset({"title", "state"})
_OPEN = frozenset(one for one in ActionState if one.is_open)


@route("GET", _LIST, READ)
def show_actions(visit: Visit) -> Response[Any]:
    """The actions within the visitor's rights: what is still to be done by its day, then the rest."""
    said = set(visit.query_all("etat"))
    stakes, principles = set(visit.query_all("enjeu")), set(visit.query_all("principe"))
    account, today = visit.visitor.account_id, visit.today
    asked = ActionFilter(
        states=frozenset(one for one in ActionState if one in said) | (_OPEN if "mine" in said else frozenset()),
        stakes=frozenset(one for one in Stake if one in stakes),
        principles=frozenset(one for one in Principle if one in principles),
        organisation_id=read_number(visit.query("organisation")),
        decision_id=read_number(visit.query("decision")),
        late="late" in said,
        owned_by=account if "mine" in said else None,
        annulled=visit.query("annulees") == "true",
    )
    reach = visit.visitor.reach(RECORD)
    late = count_actions(visit.session, ActionFilter(late=True), today=today)
    mine = count_actions(visit.session, ActionFilter(states=_OPEN, owned_by=account), today=today)
    page = ActionsPage(
        rows=[
            action_line(row, name, today, may_record=row.organisation_id in reach)
            for row, name in find_actions(visit.session, asked, today=today)
        ],
        total=count_actions(visit.session, asked, today=today),
        figures=[
            (late, _("en retard"), f"{_LIST}?etat=late", "bad" if late else "good"),
            (mine, ngettext("dont vous vous chargez", "dont vous vous chargez", mine), f"{_LIST}?etat=mine", ""),
            (count_actions(visit.session, ActionFilter(states=_OPEN), today=today), _("à mener"),
             f"{_LIST}?etat=planned&etat=under-way", ""),
        ],
        facets=[
            {
                "name": "etat", "label": _("État"),
                "values": [
                    ("late", _("En retard"), asked.late), ("mine", _("Les miennes, à mener"), "mine" in said),
                    *((str(one), one.label, one in said) for one in ActionState),
                ],
            },
            {"name": "enjeu", "label": _("Enjeu"),
             "values": [(str(one), one.label, one in asked.stakes) for one in Stake]},
            {"name": "principe", "label": _("Principe"),
             "values": [(str(one), one.label, one in asked.principles) for one in Principle]},
        ],
        narrowed=bool(said or stakes or principles or asked.organisation_id or asked.decision_id),
        annulled=asked.annulled,
        may_record=visit.visitor.may(RECORD),
    )  # fmt: skip
    return visit.page("governance/actions.html", page)


def _typed(data: FormData) -> dict[str, Any]:
    return {
        name: data.first(name).strip() or ("" if name in _TEXTS else None) for name in ActionForm.model_fields
    }  # fmt: skip


def _form(
    visit: Visit, action: GovernanceAction | None, values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None, *, version: int | None = None, status: int = 200,
    beside: Sequence[ConflictRow] = (),
) -> Response[Any]:  # fmt: skip
    reach = visit.visitor.reach(RECORD)
    policies = sorted(engine_of(visit.session).catalogue.policies, key=lambda one: one.id)
    page = ActionFormPage(
        id=action.id if action else None,
        version=version if version is not None else action.version if action else None,
        title=action.title if action else "", annulled=action.annulled if action else False, values=values,
        errors=errors or {}, beside=beside, labels=labels(),
        organisations=[(str(one.id), one.name) for one in find_organisations(visit.session) if one.id in reach],
        choices={
            "owner_role": [(str(one), one.label) for one in AppointmentRole],
            "stake": [(str(one), one.label) for one in Stake],
            "principle": [(str(one), one.label) for one in Principle],
            "state": [(str(one), one.label) for one in ActionState],
            "policy_id": [(one.id, f"{one.id} · {one.name()}") for one in policies],
            "decision_id": [
                (str(one.row.id), f"{say_day(one.held_on)} · {one.row.text[:100]}")
                for one in find_decisions(visit.session)
            ],
        },
    )  # fmt: skip
    return visit.page("governance/action_form.html", page, status=status)


@route("GET", "/gouvernance/actions/nouvelle", RECORD)
def show_new_action(visit: Visit) -> Response[Any]:
    """An empty action; with `?decision=` or `?regle=`, one that carries that out or answers it."""
    values = {
        "organisation_id": str(visit.visitor.organisation_id), "state": str(ActionState.PLANNED),
        "decision_id": visit.query("decision"), "policy_id": visit.query("regle"),
    }  # fmt: skip
    return _form(visit, None, values)


@route("POST", "/gouvernance/actions/nouvelle", RECORD)
def record_new_action(visit: Visit) -> Response[Any]:
    """Records an action, or shows the form again with what was typed."""
    data = visit.form_data()
    owner, typed = read_number(data.first("organisation_id")), _typed(data)
    values = {**typed, "organisation_id": data.first("organisation_id")}
    read = parse_values(ActionForm, typed, today=visit.today)
    errors: dict[str, str] = dict(read.errors) if isinstance(read, Rejected) else {}
    if owner is None or not visit.visitor.may(RECORD, owner):
        errors["organisation_id"] = _("Choisissez une organisation dont vous tenez la gouvernance.")
    if isinstance(read, Rejected) or owner is None or errors:
        return _form(visit, None, values, errors, status=HTTP_422_UNPROCESSABLE_ENTITY)
    made = save(read, lambda form: record_action(visit.session, owner, form))
    if isinstance(made, Unsaved):
        return _form(visit, None, values, made.errors, status=made.status)
    return visit.go(_LIST, done="gouvernance-enregistree")


@route("GET", "/gouvernance/actions/{action_id:int}/modifier", RECORD)
def show_amend_action(visit: Visit, action_id: int) -> Response[Any]:
    """The form of an action, as it stands."""
    action = get_action(visit.session, action_id)
    visit.visitor.require(RECORD, action.organisation_id)
    return _form(visit, action, _values(action))


def _values(action: GovernanceAction) -> dict[str, Any]:
    """An action as its form shows it."""
    return ActionForm.model_validate(action).model_dump(mode="json")


def _say(visit: Visit, name: str, value: Any) -> str:
    if name == "decision_id" and value:
        return next((one.row.text for one in find_decisions(visit.session, decision_id=value)), "")
    if name in {"due_on", "done_on"} and value:
        return say_day(date.fromisoformat(value))
    of = {"owner_role": AppointmentRole, "stake": Stake, "principle": Principle, "state": ActionState}.get(name)
    return of(value).label if of and value else str(value or "")


@route("POST", "/gouvernance/actions/{action_id:int}/modifier", RECORD)
def change_action(visit: Visit, action_id: int) -> Response[Any]:
    """Saves the form; refused when somebody else saved meanwhile."""
    action = get_action(visit.session, action_id)
    visit.visitor.require(RECORD, action.organisation_id)
    data = visit.form_data()
    typed, version = _typed(data), read_number(data.first("version")) or 0
    read = parse_values(ActionForm, typed, today=visit.today)
    made = save(read, lambda form: amend_action(visit.session, action_id, form, expected=version))
    if isinstance(made, Unsaved):
        typed, beside = beside_the_other(visit, action, typed, made, version, _values(action), partial(_say, visit))
        return _form(
            visit, action, typed, made.errors, version=made.version or version, beside=beside, status=made.status
        )
    return visit.go(_LIST, done="gouvernance-enregistree")


def _action_aside(visit: Visit, action_id: int) -> Aside:
    action = get_action(visit.session, action_id)
    visit.visitor.require(RECORD, action.organisation_id)
    return aside_of(visit, action, _("Action"), action.title, _LIST)


_ASIDE = asking_why("/gouvernance/actions/{action_id:int}/annuler", RECORD, _action_aside, done=ASIDE)

HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_actions, show_new_action, record_new_action, show_amend_action, change_action, *_ASIDE,
)  # fmt: skip
