"""The JSON API of simulations: check a draft, ask for a simulation, read how far it is and who would change."""

import secrets
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_202_ACCEPTED
from pydantic import Field

from registry.compliance.engine import engine_of
from registry.compliance.simulations.drafts import read_draft
from registry.compliance.simulations.forms import DraftForm, SimulationForm
from registry.compliance.simulations.queries import find_simulations, get_simulation
from registry.compliance.simulations.service import ask_simulation
from registry.compliance.simulations.showing import RUN, Changed, changes_of, name_of, stays_of, title_of
from registry.compliance.vocabulary import SubjectKind, Verdict
from registry.kernel.errors import Conflict, FieldError, Invalid
from registry.kernel.words import _, current_locale, mark
from registry.platform.models import JobRun, JobState
from registry.web.calls import ApiCall, Number, PageQuestions
from registry.web.visits import Visit, route

_LABELS = {
    "draft": mark("Le texte d’un projet de règle, comme dans un fichier de règle"),
    "law_of": mark("Le jour dont le droit est essayé sur les fiches d’aujourd’hui"),
    "title": mark("Ce qui est essayé, en mots"),
    "policy_id": mark("Le numéro de la règle"),
    "asked_at": mark("Quand la simulation a été demandée"),
    "state": mark("Où en est le travail"),
    "message": mark("Pourquoi le travail a échoué"),
    "changed": mark("Combien de constats changeraient, dans vos droits"),
    "stays": mark("Combien de constats resteraient les mêmes, dans vos droits"),
    "on": mark("Le jour des fiches jugées"),
    "organisations": mark("Ce qui changerait, organisation par organisation"),
    "moves": mark("Ce qui changerait, règle par règle et d’un constat à l’autre"),
    "organisation_id": mark("L’organisation à qui est la fiche"),
    "was": mark("Le constat d’aujourd’hui ; rien quand aucune règle de ce numéro ne juge"),
    "becomes": mark("Le constat que donnerait ce qui est essayé ; rien quand aucune règle ne jugerait"),
    "subject_kind": mark("Le genre de fiche"),
    "subject_id": mark("Le numéro de la fiche"),
    "name": mark("Le nom de la fiche ; rien quand elle est retirée, ou que vos droits ne la montrent pas"),
    "reads": mark("Si le projet se lit et si ses exemples donnent les constats attendus"),
    "cases": mark("Combien d’exemples il porte"),
    "problems": mark("Ce qui ne convient pas, ligne par ligne"),
    "line": mark("La ligne du projet ; rien quand le problème est du projet entier"),
    "says": mark("Ce qui ne convient pas, en une phrase"),
}
Moved = tuple[str, Verdict | None, Verdict | None]
"""A policy, the verdict of today, the verdict that would be."""
_EXAMPLE = {"law_of": "2016-10-09"}


def label_of(name: str) -> str:
    """A field’s name in the reader’s language, or nothing."""
    return _(_LABELS[name]) if name in _LABELS else ""


def about(says: str, **more: Any) -> ApiCall:
    """What the document tells of a call of this corner."""
    return ApiCall(**{"tag": mark("Conformité"), "says": says, "labels": label_of, **more})


@dataclass(frozen=True)
class DraftProblemBody:
    """What is wrong with a draft, and where."""

    line: int | None
    says: str


@dataclass(frozen=True)
class DraftCheckBody:
    """Whether a draft reads: nothing was asked for nor kept."""

    reads: bool
    policy_id: str | None
    cases: int
    problems: list[DraftProblemBody]


@dataclass(frozen=True)
class SimulationLineBody:
    """A simulation in the list."""

    id: int
    title: str
    policy_id: str | None
    law_of: date | None
    asked_at: datetime
    state: JobState


@dataclass(frozen=True)
class SimulationsBody:
    """A page of simulations, the latest first."""

    simulations: list[SimulationLineBody]
    next: str | None


@dataclass(frozen=True)
class BodyChangeBody:
    """Of one organisation, how many findings would change and how many would stay as they are."""

    organisation_id: int
    changed: int
    stays: int


@dataclass(frozen=True)
class MoveBody:
    """How many findings of one policy would make one move."""

    policy_id: str
    was: Verdict | None
    becomes: Verdict | None
    changed: int


@dataclass(frozen=True)
class SimulationBody(SimulationLineBody):
    """A simulation: how far it is and, once it is done, what would change within the asker’s rights of today."""

    step: str | None
    progress: int
    total: int
    message: str | None
    draft: str | None
    on: date | None
    changed: int | None
    stays: int | None
    organisations: list[BodyChangeBody]
    moves: list[MoveBody]


@dataclass(frozen=True)
class ChangeBody:
    """One subject that would change verdict under one policy."""

    organisation_id: int
    policy_id: str
    subject_kind: SubjectKind
    subject_id: int
    name: str | None
    was: Verdict | None
    becomes: Verdict | None


@dataclass(frozen=True)
class ChangesBody:
    """A page of the subjects that would change verdict."""

    changes: list[ChangeBody]
    next: str | None


class SimulationQuestions(PageQuestions):
    """What the list of simulations is narrowed to: nothing yet."""


class ChangeQuestions(PageQuestions):
    """What the subjects that would change are narrowed to."""

    organisation: list[Number] = Field(default_factory=list, description=_LABELS["organisation_id"])
    policy_id: Annotated[str, Field(max_length=60)] | None = Field(default=None, description=_LABELS["policy_id"])


def _body(visit: Visit, run: JobRun) -> SimulationBody:
    """What a simulation says; its figures are counted anew within the rights of its reader."""
    tried, is_done = run.arguments, run.state is JobState.DONE
    found = changes_of(visit, run) if is_done else []
    stays = stays_of(visit, run) if is_done else {}
    bodies, moves = Counter[int](dict.fromkeys((owner for owner, _policy in stays), 0)), Counter[Moved]()
    stayed = Counter[int]()
    for (owner, _policy), count in stays.items():
        stayed[owner] += count
    for one in found:
        bodies[one.organisation_id] += len(one.ids)
        moves[one.policy_id, one.was, one.becomes] += len(one.ids)
    return SimulationBody(
        id=run.id, title=name_of(run), policy_id=tried.get("policy_id"), law_of=_day(tried.get("law_of")),
        asked_at=run.created_at, state=run.state, step=run.step, progress=run.progress, total=run.total,
        message=run.message, draft=tried.get("draft"), on=_day((run.result or {}).get("on")),
        changed=bodies.total() if is_done else None, stays=stayed.total() if is_done else None,
        organisations=[BodyChangeBody(owner, bodies[owner], stayed[owner]) for owner in sorted(bodies)],
        moves=[
            MoveBody(policy_id, was, becomes, count)
            for (policy_id, was, becomes), count in sorted(moves.items(), key=lambda one: (one[0][0], -one[1]))
        ],
    )  # fmt: skip


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


@route(
    "GET", "/api/v1/simulations", RUN,
    about=about(mark("Les simulations dans vos droits, la dernière d’abord."), asks=SimulationQuestions),
)  # fmt: skip
def list_simulations(visit: Visit) -> Response[SimulationsBody]:
    """The simulations of the asker’s bodies, the latest first."""
    asked = visit.asked(SimulationQuestions)
    (before,) = asked.place(int) or (None,)
    rows = find_simulations(visit.session, visit.visitor.reach(RUN), before=before, limit=asked.limit + 1)
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    lines = [
        SimulationLineBody(
            row.id, title_of(row.policy_id, row.title if current_locale() == "fr" else row.title_en, row.law_of),
            row.policy_id, _day(row.law_of), row.created_at, row.state,
        )
        for row in rows
    ]  # fmt: skip
    return visit.answer(SimulationsBody(lines, asked.following((rows[-1].id,) if more else None)))


@route(
    "POST", "/api/v1/simulations", RUN, takes=SimulationForm,
    about=about(
        mark("Demande une simulation : un projet de règle, ou le droit d’un autre jour, sur les fiches de vos "
             "organisations. Rien n’est écrit dans les fiches ni dans les constats."),
        status=202, located=True, example=_EXAMPLE,
    ),
)  # fmt: skip
def ask_for_simulation(visit: Visit) -> Response[SimulationBody]:
    """Asks for a simulation; a draft that does not read is refused with one problem a line."""
    given = visit.given(SimulationForm)
    draft = None
    if given.draft is not None:
        found = read_draft(given.draft, engine_of(visit.session))
        draft = found.policy
        if draft is None:
            raise Invalid(
                _("Ce projet ne peut pas encore être essayé : corrigez les lignes indiquées."),
                tuple(FieldError("draft", problem) for problem in found.problems),
            )
    run = ask_simulation(
        visit.session, given, draft, visit.visitor.reach(RUN), by=visit.visitor.account_id, actor=visit.actor,
        key=secrets.token_hex(8),
    )  # fmt: skip
    visit.headers["Location"] = f"/api/v1/simulations/{run.id}"
    return visit.answer(_body(visit, run), status=HTTP_202_ACCEPTED)


@route(
    "POST", "/api/v1/simulations/check", RUN, takes=DraftForm,
    about=about(
        mark("Lit un projet de règle et joue ses exemples, sans rien demander ni garder."),
        example={"draft": "id: OD-05\ntitle: Un titre"},
    ),
)  # fmt: skip
def check_draft(visit: Visit) -> Response[DraftCheckBody]:
    """Says whether a draft reads, and what is wrong with it, line by line."""
    found = read_draft(visit.given(DraftForm).draft, engine_of(visit.session))
    policy = found.policy
    return visit.answer(
        DraftCheckBody(
            reads=policy is not None, policy_id=policy.id if policy is not None else None,
            cases=len(policy.cases) if policy is not None else 0,
            problems=[DraftProblemBody(one.line, one.problem) for one in found.faults],
        )
    )  # fmt: skip


@route(
    "GET", "/api/v1/simulations/{simulation_id:int}", RUN,
    about=about(mark("Une simulation : où elle en est, et ce qui changerait par organisation et par règle.")),
)  # fmt: skip
def read_simulation(visit: Visit, simulation_id: int) -> Response[SimulationBody]:
    """One simulation."""
    return visit.answer(_body(visit, get_simulation(visit.session, simulation_id, visit.visitor.reach(RUN))))


@route(
    "GET", "/api/v1/simulations/{simulation_id:int}/changes", RUN,
    about=about(mark("Les fiches qui changeraient de constat, dans vos droits."), asks=ChangeQuestions),
)  # fmt: skip
def list_changes(visit: Visit, simulation_id: int) -> Response[ChangesBody]:
    """Who would change.

    Raises: Conflict while the simulation is not over.
    """
    asked = visit.asked(ChangeQuestions)
    after = asked.place(int, str, str, str, int)
    run = get_simulation(visit.session, simulation_id, visit.visitor.reach(RUN))
    if run.state is not JobState.DONE:
        raise Conflict(_("Cette simulation n’est pas terminée : lisez où elle en est, puis recommencez."))
    every = sorted(
        ((_place(one, number), one, number) for one in changes_of(visit, run) for number in one.ids),
        key=lambda row: row[0],
    )
    rows = [
        row
        for row in every
        if (after is None or row[0] > after)
        and (not asked.organisation or row[1].organisation_id in asked.organisation)
        and asked.policy_id in {None, row[1].policy_id}
    ]
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    names = engine_of(visit.session).names_of(visit.session, [(one.kind, number) for _at, one, number in rows])
    lines = [
        ChangeBody(
            one.organisation_id, one.policy_id, one.kind, number, names.get((one.kind, number)) or None, one.was,
            one.becomes,
        )
        for _at, one, number in rows
    ]  # fmt: skip
    return visit.answer(ChangesBody(lines, asked.following(rows[-1][0] if more else None)))


def _place(one: Changed, number: int) -> tuple[int, str, str, str, int]:
    """Where a change stands in the list, whatever else its reader may see."""
    return one.organisation_id, one.policy_id, str(one.was), str(one.becomes), number


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    list_simulations, ask_for_simulation, check_draft, read_simulation, list_changes,
)  # fmt: skip
