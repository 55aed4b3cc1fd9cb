"""The pages of a desk: its lists, one task, and what is decided about it."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from registry.accounts.queries import find_actor_names
from registry.compliance.engine import engine_of
from registry.compliance.evaluation import expired_on
from registry.compliance.queries import count_by_body
from registry.compliance.views import DIRECTED, findings_address
from registry.compliance.vocabulary import Verdict
from registry.desk.asking import asker_of
from registry.desk.deadline_routes import CONTRACTS, MINE
from registry.desk.deadline_words import say_deadlines
from registry.desk.finding_queries import find_facts
from registry.desk.forms import DelegationForm, SnoozeForm
from registry.desk.queries import ALIKE, Task, find_colleagues, find_names, find_tasks, get_task
from registry.desk.question_queries import find_asked
from registry.desk.rules import BREACH_PATIENCE, GAP_PATIENCE, PATIENCE
from registry.desk.service import delegate_task, resume_task, snooze_task
from registry.desk.stand_in_queries import find_stood_for
from registry.desk.views import (
    Binding,
    ContractDeadlines,
    DeskPage,
    ServiceLine,
    Services,
    TaskPage,
    TaskView,
    binding_on,
    label_of_field,
    laws_of,
    say_task,
)
from registry.desk.vocabulary import OF_CONTRACTS, Arrangement, TaskKind, TaskList
from registry.kernel.errors import Invalid
from registry.kernel.permissions import WRITING, Permission, Role
from registry.kernel.words import _, mark
from registry.organisations.models import Organisation
from registry.organisations.queries import find_organisations
from registry.web.forms import Rejected, read_number
from registry.web.visits import NOTICES, Visit, route

READ, ARRANGE = Permission.DATASETS_SHEET_READ, Permission.DESK_TASK_ARRANGE
_LONGEST_EXCERPT = 90
NEXT = 3
"""How many deadlines of contracts a director's desk shows, of those missed and of those to come."""

NOTICES.update(
    {
        "tache-reportee": mark(
            "La tâche est reportée : elle reviendra ce jour-là. Vous la retrouvez sous « Reportées »."
        ),
        "tache-confiee": mark("La tâche est confiée. Vous la retrouvez sous « En attente des autres »."),
        "tache-reprise": mark("La tâche est de nouveau à faire."),
    }
)
_EMPTY = {
    TaskList.MINE: (
        mark("Rien ne vous attend"),
        mark("Rien ne vous est confié."),
    ),
    TaskList.LATE: (mark("Rien n’est en retard"), mark("Tout ce qui vous attend est encore dans son délai.")),
    TaskList.WAITING: (
        mark("Vous n’attendez personne"),
        mark("Les questions que vous posez et les tâches que vous confiez apparaîtront ici jusqu’à leur réponse."),
    ),
    TaskList.SNOOZED: (
        mark("Rien n’est reporté"), mark("Une tâche reportée attend ici le jour que vous lui avez donné."),
    ),
}  # fmt: skip


def _list_of(visit: Visit) -> tuple[TaskList, TaskKind | None]:
    """The list and the kind that stand in the address; what nobody knows narrows nothing."""
    said, kind = visit.query("liste"), visit.query("genre")
    return (
        TaskList(said) if said in set(TaskList) else TaskList.MINE,
        TaskKind(kind) if kind in set(TaskKind) else None,
    )


def _address(of: TaskList, **more: str) -> str:
    asked = {"liste": "" if of is TaskList.MINE else str(of), **more}
    kept = urlencode([(name, value) for name, value in asked.items() if value])
    return f"/bureau?{kept}" if kept else "/bureau"


@route("GET", "/bureau", READ)
def show_desk(visit: Visit) -> Response[Any]:
    """What somebody owes, what is late, what they wait for: one list at a time."""
    of, kind = _list_of(visit)
    bodies = find_organisations(visit.session)
    chosen = read_number(visit.query("organisation"))
    within = None if chosen is None else frozenset(body.id for body in bodies if chosen in body.lineage)
    page = min(read_number(visit.query("page")) or 1, 10_000) or 1
    binding = binding_on(engine_of(visit.session).catalogue, visit.today)
    laws = laws_of(engine_of(visit.session).catalogue, binding)
    act = visit.query("geste")
    desk = find_tasks(
        visit.session, asker_of(visit), laws, visit.today,
        of=of, kind=kind, within=within, act=act or None, fold=not act, page=page,
    )  # fmt: skip
    narrowing = {"organisation": visit.query("organisation"), "genre": str(kind or "")}

    def alike_address(task: Task) -> str:
        """The list of the tasks that ask for the same act, where one line tells them all."""
        return _address(of, organisation=narrowing["organisation"], geste=task.act) if task.alike >= ALIKE else ""

    if page > 1 and not desk.tasks:
        # The last task of the last page was done: the list begins again.
        return visit.go(_address(of, **narrowing, geste=act))
    title, words = _EMPTY[of]
    services = _services(visit, bodies, laws.obligations)
    if of is TaskList.MINE:
        words = mark("Rien ne vous est confié.") if services else _nothing_to_do(visit)
    view = DeskPage(
        tabs=[(f"{one.label} ({desk.count(one, kind)})", _address(one, **narrowing)) for one in TaskList],
        here=_address(of, **narrowing), title=of.label, rule=_rule(of),
        tasks=say_tasks(visit, desk.tasks, binding, bodies, (lambda _task: "") if act else alike_address),
        total=(desk.tasks[0].alike if desk.tasks else 0) if act else desk.count(of, kind),
        kinds=[
            (str(one), f"{one.label} ({desk.count(of, one)})")
            for one in TaskKind
            # What a role never meets is not offered to it: a zero would say that there is none.
            if one is kind or desk.count(of, one)
        ],
        kind=str(kind or ""), organisations=[(str(body.id), body.name) for body in bodies],
        organisation=visit.query("organisation"), list_code="" if of is TaskList.MINE else str(of),
        is_narrowed=bool(kind is not None or within is not None or act), act=act,
        services=services, contracts=_contracts(visit),
        may_record=visit.visitor.may(Permission.DATASETS_SHEET_RECORD),
        first_address=_address(of, **narrowing, geste=act) if page > 1 else "",
        next_address=_address(of, **narrowing, geste=act, page=str(page + 1)) if desk.has_more else "",
        empty_title=_(title), empty_words=_(words), standing_in=_standing_in(visit),
        may_arrange=visit.visitor.may(ARRANGE) and visit.visitor.may(Permission.DATASETS_SHEET_RECORD),
    )  # fmt: skip
    return visit.page("desk/desk.html", view)


def _standing_in(visit: Visit) -> list[tuple[str, str]]:
    """Those for whom the visitor stands in today, each with where their tasks are."""
    found = find_stood_for(visit.session, visit.visitor.account_id, visit.today)
    names = find_actor_names(visit.session, {f"account:{one.away_id}" for one in found}) if found else {}
    return [(names[f"account:{one.away_id}"], f"/bureau/suppleances/{one.id}") for one in found]


def _nothing_to_do(visit: Visit) -> str:
    """What an empty desk means to its reader: who writes nothing is not told that nothing is left to mend."""
    if visit.visitor.may(Permission.DATASETS_SHEET_RECORD):
        return mark(
            "Aucun constat à lever, aucune question, aucun poste vacant. Enrichissez une fiche, ou ajoutez un jeu."
        )
    if any(visit.visitor.may(one) for one in WRITING):
        return mark("Aucun constat que vos rôles permettent de lever, aucune question, aucun poste vacant.")
    return mark(
        "Vos rôles lisent le registre sans y écrire : ce qu’il constate se règle par qui tient les fiches. Posez une "
        "question sur une fiche : elle attendra sa réponse ici."
    )


def _rule(of: TaskList) -> str:
    """What the list holds, in a sentence."""
    if of is TaskList.LATE:
        return _(
            "En retard : un délai de la loi est passé ; un manquement dure depuis plus de {breach} jours, un fait "
            "manque à une obligation depuis plus de {gap}, une question attend depuis plus de {question}, un poste "
            "est vacant depuis plus de {vacancy}, un import attend depuis plus de {import_}."
        ).format(
            breach=BREACH_PATIENCE, gap=GAP_PATIENCE, question=PATIENCE[TaskKind.QUESTION],
            vacancy=PATIENCE[TaskKind.VACANCY], import_=PATIENCE[TaskKind.IMPORT],
        )  # fmt: skip
    if of is TaskList.WAITING:
        return _("Ce que vous avez demandé ou confié. Une tâche confiée disparaît d’ici dès qu’elle est faite.")
    if of is TaskList.SNOOZED:
        return _("Ce que vous avez reporté : chaque tâche revient à son jour, ou disparaît si elle est faite avant.")
    return _(
        "Ce que vos rôles vous permettent de régler, le plus grave d’abord. Une tâche est un geste : donner un fait "
        "peut trancher plusieurs constats, et le nombre de tâches n’est donc pas celui des constats. Une tâche réglée "
        "disparaît d’elle-même."
    )


def _services(visit: Visit, bodies: Any, obligations: tuple[str, ...]) -> Services | None:
    """How a director's services stand; asked for directors alone, None where nothing is owed."""
    directed = visit.visitor.grants.get(Role.DIRECTOR, frozenset())
    if not directed:
        return None
    counts = count_by_body(visit.session, visit.today, policy_ids=frozenset(obligations), organisation_ids=directed)
    lines = [_service(body.id, body.name, counts[body.id]) for body in bodies if body.id in counts]
    total = _service(DIRECTED, _("Total"), sum(counts.values(), Counter()))
    in_breach = sorted((line for line in lines if line.breaches), key=lambda line: -line.breaches)
    others = [line for line in lines if line.gaps and not line.breaches]
    return Services(in_breach, others, total) if in_breach or others else None


def _contracts(visit: Visit) -> ContractDeadlines | None:
    """What is late of contracts, and what comes next; asked for directors alone, None where there is nothing."""
    if not visit.visitor.grants.get(Role.DIRECTOR):
        return None
    lines = say_deadlines(
        visit.session, visit.visitor, visit.today, mine=True, kinds=OF_CONTRACTS, limit=NEXT
    )  # fmt: skip
    late = [one for one in lines if one.day < visit.today]
    coming = lines[len(late) :]
    every = "/echeances?" + urlencode({"de": MINE, "genre": CONTRACTS})
    all_late, all_coming = (side[0].of_all if side else 0 for side in (late, coming))
    return ContractDeadlines(late, coming, all_late, all_coming, every) if lines else None


def _service(which: int | str, name: str, counts: Counter[Verdict]) -> ServiceLine:
    breach, gap = Verdict.NON_COMPLIANT, Verdict.TO_COMPLETE
    return ServiceLine(
        0 if which == DIRECTED else int(which), name, counts[breach], counts[gap],
        findings_address(breach, binding=True, organisation=which),
        findings_address(gap, binding=True, organisation=which),
    )  # fmt: skip


def _since_when(visit: Visit, tasks: Sequence[Task], binding: Binding) -> list[Task]:
    """Tasks whose breach began the day after the time the law leaves, not the day it was found: as their sheet says."""
    passed = [one for one in tasks if one.kind is TaskKind.FINDING and one.passed and one.detail in binding]
    rested, catalogue = find_facts(visit.session, passed), engine_of(visit.session).catalogue
    began = {
        one.key: min(days)
        for one in passed
        if (
            days := [
                day
                for facts in rested.get((one.subject_kind, one.subject_id, one.detail), ())
                if (day := expired_on(catalogue, binding[one.detail][1], facts, today=visit.today)) is not None
            ]
        )
    }
    return [
        replace(one, since=began[one.key], due=began[one.key] - timedelta(days=1)) if one.key in began else one
        for one in tasks
    ]


def say_tasks(
    visit: Visit,
    tasks: Any,
    binding: Binding,
    bodies: list[Organisation] | Any,
    alike_address: Callable[[Task], str] = lambda _task: "",
) -> list[TaskView]:
    """Tasks in words, with the names they need: a fixed number of questions asked."""
    catalogue = engine_of(visit.session).catalogue
    names, tasks = find_names(visit.session, tasks), _since_when(visit, tasks, binding)
    asked = find_asked(
        visit.session, [int(one.detail) for one in tasks if one.kind in {TaskKind.QUESTION, TaskKind.ANSWER}]
    )
    numbers = {number for one in tasks for number in (one.delegate_id, one.given_by) if number}
    actors = find_actor_names(visit.session, {f"account:{number}" for number in numbers})
    return [
        say_task(
            task, catalogue, binding,
            names=names, bodies={body.id: body.name for body in bodies},
            people={number: actors[f"account:{number}"] for number in numbers},
            questions={
                one.id: (_excerpt(one.text), label_of_field(one.subject_kind, one.field)) for one in asked.values()
            },
            alike_address=alike_address(task),
        )
        for task in tasks
    ]  # fmt: skip


def _excerpt(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= _LONGEST_EXCERPT else f"{line[:_LONGEST_EXCERPT].rsplit(' ', 1)[0]}…"


def _task_page(
    visit: Visit, task: Task, binding: Binding, values: Mapping[str, str], errors: Mapping[str, str], status: int = 200
) -> Response[Any]:
    bodies = find_organisations(visit.session)
    may_delegate = task.kind not in {
        TaskKind.QUESTION,
        TaskKind.ANSWER,
        TaskKind.DRAFT,
        TaskKind.DEVIATION,
        TaskKind.MOVE,
        TaskKind.DOCUMENT,
        TaskKind.POINT,
        TaskKind.ASSESSMENT,
    }
    among = find_colleagues(visit.session, task.needs, task.organisation_id, but=visit.visitor.account_id)
    view = TaskPage(
        task=say_tasks(visit, [task], binding, bodies)[0],
        colleagues=[(str(one.account_id), one.words) for one in among],
        may_delegate=may_delegate, values=values, errors=errors,
    )  # fmt: skip
    return visit.page("desk/task.html", view, status=status)


def _task(visit: Visit, key: str) -> tuple[Task, Binding]:
    catalogue = engine_of(visit.session).catalogue
    binding = binding_on(catalogue, visit.today)
    return get_task(visit.session, asker_of(visit), laws_of(catalogue, binding), visit.today, key), binding


@route("GET", "/bureau/taches/{task_key:str}", READ)
def show_task(visit: Visit, task_key: str) -> Response[Any]:
    """One task, with the forms that put it off and hand it over."""
    task, binding = _task(visit, task_key)
    return _task_page(visit, task, binding, {}, {})


@route("POST", "/bureau/taches/{task_key:str}/reporter", ARRANGE)
def snooze(visit: Visit, task_key: str) -> Response[Any]:
    """Puts a task off until a day."""
    task, binding = _task(visit, task_key)
    read = visit.form(SnoozeForm)
    if isinstance(read, Rejected):
        values = {name: visit.form_data().first(name) for name in SnoozeForm.model_fields}
        return _task_page(visit, task, binding, values, read.errors, HTTP_422_UNPROCESSABLE_ENTITY)
    snooze_task(visit.session, task, read.form, by=visit.visitor.account_id)
    return visit.go("/bureau", done="tache-reportee")


@route("POST", "/bureau/taches/{task_key:str}/confier", ARRANGE)
def delegate(visit: Visit, task_key: str) -> Response[Any]:
    """Hands a task to somebody who may do it."""
    task, binding = _task(visit, task_key)
    read = visit.form(DelegationForm)
    values = {name: visit.form_data().first(name) for name in DelegationForm.model_fields}
    values["word"] = values.pop("reason")
    if isinstance(read, Rejected):
        return _task_page(visit, task, binding, values, read.errors, HTTP_422_UNPROCESSABLE_ENTITY)
    try:
        delegate_task(visit.session, task, read.form, by=visit.visitor.account_id)
    except Invalid as refusal:
        errors = {"account_id": refusal.message}
        return _task_page(visit, task, binding, values, errors, HTTP_422_UNPROCESSABLE_ENTITY)
    return visit.go("/bureau", done="tache-confiee")


@route("POST", "/bureau/decisions/{arrangement_id:int}/reprendre", ARRANGE)
def resume(visit: Visit, arrangement_id: int) -> Response[Any]:
    """Takes back a task that was put off or handed over; gives one back that was handed to oneself."""
    ended = resume_task(visit.session, arrangement_id, by=visit.visitor.account_id)
    of = TaskList.SNOOZED if ended.kind is Arrangement.SNOOZE else TaskList.WAITING
    return visit.go(_address(of) if ended.account_id == visit.visitor.account_id else "/bureau", done="tache-reprise")


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_desk, show_task, snooze, delegate, resume)
