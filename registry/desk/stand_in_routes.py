"""The pages of stand-ins: who does my tasks while I am away, for whom I do, and the tasks I do for somebody."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from registry.accounts.queries import find_actor_names
from registry.compliance.engine import engine_of
from registry.datasets.history import STANDING_IN
from registry.desk.asking import asker_of
from registry.desk.forms import STAND_IN_LABELS, StandInForm
from registry.desk.models import StandIn
from registry.desk.queries import Asker, find_colleagues, find_tasks
from registry.desk.routes import ARRANGE, say_tasks
from registry.desk.stand_in_queries import find_stand_ins_of, find_stood_in_on, get_stand_in
from registry.desk.stand_in_service import end_stand_in, is_over, name_stand_in
from registry.desk.stand_in_views import StandInLine, StandInPage, StandInsPage
from registry.desk.views import binding_on, laws_of
from registry.desk.vocabulary import ABOUT_SHEETS
from registry.kernel.errors import Conflict, Invalid, NotFound
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.lifecycle.queries import Endorser
from registry.organisations.queries import find_organisations
from registry.web.forms import Rejected, read_number
from registry.web.templating import say_day
from registry.web.visits import NOTICES, Visit, route

RECORD = Permission.DATASETS_SHEET_RECORD
_LIST = "/bureau/suppleances"
NOTICES.update(
    {
        "suppleance-dite": mark("C’est dit : cette personne trouvera vos tâches sur son bureau ces jours-là."),
        "suppleance-finie": mark("La suppléance a pris fin. Ce qui a été fait reste fait."),
    }
)


def _line(visit: Visit, one: StandIn, bodies: Mapping[int, str], names: Mapping[str, str]) -> StandInLine:
    received = one.stand_in_id == visit.visitor.account_id
    over, runs = is_over(one, visit.today), one.starts_on <= visit.today
    state = _("finie") if over else _("en cours") if runs else _("à venir")
    if one.ended_on is not None:
        state = _("finie le {day}").format(day=say_day(one.ended_on))
    return StandInLine(
        id=one.id, version=one.version, organisation=bodies.get(one.organisation_id, ""),
        who=names[f"account:{one.away_id if received else one.stand_in_id}"],
        period=_("du {start} au {end}").format(start=say_day(one.starts_on), end=say_day(one.ends_on)),
        why=one.reason or "", state=state,
        shape="not-applicable" if over else "compliant" if runs else "to-complete",
        address=f"{_LIST}/{one.id}" if received and runs and not over else "", may_end=not over,
    )  # fmt: skip


def _page(visit: Visit, values: Mapping[str, Any], errors: Mapping[str, str], status: int = 200) -> Response[Any]:
    """The page, whose form offers those who may stand in on the organisation that was chosen, else on the first."""
    me, every = visit.visitor.account_id, find_organisations(visit.session)
    bodies = {body.id: body.name for body in every}
    found = find_stand_ins_of(visit.session, me)
    names = find_actor_names(
        visit.session, {f"account:{one}" for row in found for one in (row.away_id, row.stand_in_id)}
    )
    # An operator is an organisation too: nobody keeps sheets for it.
    reach = [body.id for body in every if body.kind.is_authority and body.id in visit.visitor.reach(RECORD)]
    chosen = read_number(values.get("organisation_id") or "")
    chosen = chosen if chosen in reach else next(iter(reach), None)
    people = find_colleagues(visit.session, RECORD, chosen, but=me) if chosen is not None else []
    page = StandInsPage(
        given=[_line(visit, one, bodies, names) for one in found if one.away_id == me],
        received=[_line(visit, one, bodies, names) for one in found if one.stand_in_id == me],
        organisations=[(str(number), bodies[number]) for number in reach],
        people=[(str(one.account_id), one.words) for one in people],
        values={**values, "organisation_id": str(chosen or "")}, errors=errors,
        chosen=bodies.get(chosen or 0, ""),
        labels={name: _(label) for name, label in STAND_IN_LABELS.items()},
    )  # fmt: skip
    return visit.page("desk/stand_ins.html", page, status=status)


@route("GET", _LIST, ARRANGE)
def show_stand_ins(visit: Visit) -> Response[Any]:
    """Who stands in for the visitor, for whom they do, and the form that names somebody."""
    return _page(visit, {"starts_on": visit.today.isoformat(), "organisation_id": visit.query("organisation")}, {})


@route("POST", _LIST, ARRANGE)
def name_one(visit: Visit) -> Response[Any]:
    """Names a stand-in, or shows what is wrong with what was typed."""
    data, read = visit.form_data(), visit.form(StandInForm)
    typed = {name: data.first(name) for name in StandInForm.model_fields}
    if isinstance(read, Rejected):
        return _page(visit, typed, read.errors, HTTP_422_UNPROCESSABLE_ENTITY)
    visit.visitor.require(RECORD, read.form.organisation_id)
    try:
        name_stand_in(
            visit.session, read.form, by=visit.visitor.account_id, person_id=visit.visitor.person_id, today=visit.today
        )
    except Invalid as refusal:
        return _page(visit, typed, refusal.by_field, HTTP_422_UNPROCESSABLE_ENTITY)
    return visit.go(_LIST, done="suppleance-dite")


@route("POST", f"{_LIST}/{{absence_id:int}}/fin", ARRANGE)
def end_one(visit: Visit, absence_id: int) -> Response[Any]:
    """Ends it before its last day."""
    expected = read_number(visit.form_data().first("version")) or 0
    end_stand_in(visit.session, absence_id, by=visit.visitor.account_id, today=visit.today, expected=expected)
    return visit.go(_LIST, done="suppleance-finie")


@route("GET", f"{_LIST}/{{absence_id:int}}", ARRANGE)
def show_tasks_of(visit: Visit, absence_id: int) -> Response[Any]:
    """The tasks of somebody away, for who stands in: those of who keeps sheets, within the rights of who reads."""
    session, today = visit.session, visit.today
    one = get_stand_in(session, absence_id, visit.visitor.account_id)
    if one.stand_in_id != visit.visitor.account_id:
        raise NotFound(_("Cette suppléance n’existe pas, ou ce n’est pas la vôtre."))
    if is_over(one, today) or one.starts_on > today:
        raise Conflict(_("Cette suppléance ne court pas aujourd’hui : ses tâches ne vous sont pas montrées."))
    bodies = find_organisations(session)
    binding = binding_on(engine_of(session).catalogue, today)
    within = frozenset(body.id for body in bodies if one.organisation_id in body.lineage)
    page = min(read_number(visit.query("page")) or 1, 10_000)
    desk = find_tasks(
        session, _asker_for(visit, one, within), laws_of(engine_of(session).catalogue, binding), today,
        within=within, page=page, kinds=ABOUT_SHEETS,
    )  # fmt: skip
    # What is done is theirs to do; what becomes of a task, and what was written with it, is for whose it is.
    bare = [
        replace(task, arrangement_id=None, given_id=None, given_by=None, word=None, given_word=None)
        for task in desk.tasks
    ]
    tasks = [replace(task, may_arrange=False) for task in say_tasks(visit, bare, binding, bodies)]
    who = f"account:{one.away_id}"
    view = StandInPage(
        who=find_actor_names(session, {who})[who], until=say_day(one.ends_on), tasks=tasks,
        first_address=f"{_LIST}/{one.id}" if page > 1 else "",
        next_address=f"{_LIST}/{one.id}?page={page + 1}" if desk.has_more else "",
    )  # fmt: skip
    return visit.page("desk/stand_in.html", view)


def _asker_for(visit: Visit, one: StandIn, within: frozenset[int]) -> Asker:
    """Whose tasks they are, with what who stands in may do there as who keeps sheets, and nothing else."""
    mine = asker_of(visit)
    reaches: dict[str, Any] = {
        name: value & within if name == "recording" else frozenset()
        for name, value in vars(mine).items()
        if isinstance(value, frozenset)
    }
    return replace(
        mine, account_id=one.away_id, person_id=one.away_person_id,
        endorser=Endorser(one.away_id, {}, {}), approving={}, **reaches,
    )  # fmt: skip


def _stood_in(visit: Visit, dataset_id: int, actors: Mapping[datetime, str]) -> Mapping[datetime, str]:
    """For whom who acted on a dataset stood in, by moment: its history says it."""
    codes = {at: actor.partition(" ")[0].partition(":") for at, actor in actors.items()}
    acts = {at: int(number) for at, (kind, _colon, number) in codes.items() if kind == "account" and number.isdigit()}
    found = find_stood_in_on(visit.session, dataset_id, acts) if acts else {}
    names = find_actor_names(visit.session, {f"account:{one}" for one in found.values()}) if found else {}
    return {at: names[f"account:{one}"] for at, one in found.items()}


STANDING_IN.append(_stood_in)
HANDLERS: Sequence[HTTPRouteHandler] = (show_stand_ins, name_one, end_one, show_tasks_of)
