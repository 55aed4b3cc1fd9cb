"""The JSON API of a dataset's life: where it stands, what stops its moves, the requests and their visas."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED

from registry.compliance.catalogue import Catalogue
from registry.compliance.engine import engine_of
from registry.compliance.explanation import unmet_in_words
from registry.compliance.vocabulary import Verdict
from registry.datasets.models import Dataset
from registry.datasets.queries import get_dataset
from registry.datasets.vocabulary import Stage
from registry.kernel.delays import deadline
from registry.kernel.permissions import Permission, Role
from registry.kernel.words import _, mark
from registry.lifecycle.charts import load_chart
from registry.lifecycle.forms import MOVE_LABELS, POINT_LABELS, StageRequestForm, VisaCreation
from registry.lifecycle.models import RefusalPoint, StageRequest, StageVisa
from registry.lifecycle.queries import (
    find_awaited,
    find_points,
    find_requests,
    find_visas,
    find_waiting_requests,
    get_request,
)
from registry.lifecycle.rules import Gate, digest_of, visas_needed
from registry.lifecycle.service import answer_visa, ask_move, try_moves, withdraw_request
from registry.lifecycle.showing import ASK, GIVE, known_now, roles_on, slip_number
from registry.lifecycle.vocabulary import RefusalPointState, RequestState, VisaAnswer, VisaKind, WithdrawalGround
from registry.web.calls import ApiCall, PageQuestions
from registry.web.typed import AnnulForm
from registry.web.visits import Visit, route

READ = Permission.DATASETS_SHEET_READ
_LABELS = {
    **MOVE_LABELS,
    **{name: label for name, label in POINT_LABELS.items() if name != "state"},
    "known": mark("L’empreinte de ce qui est su du jeu : donnée avec un visa, elle dit ce qui a été lu"),
    "stage": mark("L’étape où en est le jeu"),
    "moves": mark("Les passages qui partent de cette étape ; aucun tant qu’une demande attend"),
    "requests": mark("Les demandes, la dernière d’abord"),
    "code": mark("Le nom court du passage"),
    "title": mark("Le passage, en mots"),
    "to": mark("L’étape d’arrivée"),
    "asked_by": mark("Les rôles qui peuvent le demander"),
    "visas": mark("Les visas demandés, ou donnés"),
    "passes": mark("Si rien ne l’arrête, hors les visas"),
    "stopped_by": mark("Les règles qui l’arrêtent"),
    "unknown": mark("Les faits sans lesquels rien ne se juge"),
    "lacking": mark("Ce qui manque encore, en phrases"),
    "policy_id": mark("Le numéro de la règle"),
    "verdict": mark("Ce que dit la règle"),
    "article": mark("L’article"),
    "address": mark("L’adresse du texte"),
    "remedy": mark("Ce qu’il y a à faire"),
    "missing": mark("Les faits qui manquent à la règle"),
    "unmet": mark("Ce que la règle demande et qui n’est pas rempli, en mots"),
    "dataset_id": mark("Le numéro du jeu de données"),
    "dataset_version": mark("La version de la fiche sur laquelle porte le visa"),
    "organisation_id": mark("L’organisation à qui est le jeu"),
    "from_stage": mark("L’étape de départ"),
    "to_stage": mark("L’étape d’arrivée"),
    "asked_as": mark("Le rôle qui a demandé"),
    "asked_on": mark("Le jour de la demande"),
    "state": mark("Où en est la demande"),
    "ended_on": mark("Le jour où elle a pris fin"),
    "ended_reason": mark("Pourquoi elle a été refusée ou retirée"),
    "given_as": mark("Le rôle qui a répondu"),
    "given_on": mark("Le jour de la réponse"),
    "by_delegation": mark("Si qui a répondu tenait ce visa d’une délégation"),
    "awaited": mark("Les visas qu’elle attend encore"),
    "since": mark("Depuis quand il est attendu"),
    "due_on": mark("Le dernier jour où il est attendu sans retard"),
    "late": mark("Si ce jour est passé"),
    "delegations": mark("Les délégations, la dernière d’abord"),
    "delegator_id": mark("Le compte qui a confié ses visas"),
    "delegate_id": mark("Le compte qui les donne à sa place"),
    "starts_on": mark("Le premier jour"),
    "ends_on": mark("Le dernier jour, compris"),
    "slip_number": mark("Le bordereau d’élimination sur lequel repose le passage"),
    "request_id": mark("La demande qui a été refusée"),
    "closed_on": mark("Le jour où ce point a été corrigé ou répondu"),
    "by_keeper": mark("Si qui a répondu tient le jeu ou en répond"),
}


def label_of(name: str) -> str:
    """A field’s name in the reader’s language, or nothing."""
    return _(_LABELS[name]) if name in _LABELS else ""


def about(says: str, **more: Any) -> ApiCall:
    """What the document tells of a call of this room."""
    return ApiCall(**{"tag": mark("Cycle de vie"), "says": says, "labels": label_of, **more})


@dataclass(frozen=True)
class StoppingBody:
    """A policy that stops a move, with its article and what is to be done."""

    policy_id: str
    title: str
    verdict: Verdict
    article: str
    address: str | None
    remedy: str
    missing: list[str]
    unmet: list[str]


@dataclass(frozen=True)
class MoveBody:
    """A move that begins where the dataset stands."""

    code: str
    title: str
    to: Stage
    asked_by: list[Role]
    visas: list[VisaKind]
    passes: bool
    stopped_by: list[StoppingBody]
    unknown: list[str]
    lacking: list[str]


@dataclass(frozen=True)
class VisaBody:
    """What somebody answered to a request, on one version of the sheet."""

    kind: VisaKind
    answer: VisaAnswer
    dataset_version: int
    given_as: Role
    given_on: date
    by_keeper: bool
    by_delegation: bool
    reason: str | None
    authority: str | None
    reference: str | None
    dated: date | None


@dataclass(frozen=True)
class RefusalPointBody:
    """One point of a refusal, on a field or a policy, and what became of it; `version` is its ETag."""

    id: int
    version: int
    request_id: int
    field: str | None
    policy_id: str | None
    words: str
    state: RefusalPointState
    answer: str | None
    closed_on: date | None


@dataclass(frozen=True)
class AwaitedBody:
    """A visa that a request waits for: since when, until when, and whether that day is past."""

    kind: VisaKind
    since: date
    due_on: date
    late: bool


@dataclass(frozen=True)
class StageRequestBody:
    """A move that was asked for; `version` is its ETag."""

    id: int
    version: int
    organisation_id: int
    dataset_id: int
    move: str
    from_stage: Stage
    to_stage: Stage
    asked_as: Role
    asked_on: date
    reason: str | None
    public_ground: WithdrawalGround | None
    state: RequestState
    ended_on: date | None
    ended_reason: str | None
    visas: list[VisaBody]
    awaited: list[AwaitedBody]
    points: list[RefusalPointBody]
    slip_number: str | None


@dataclass(frozen=True)
class StageBody:
    """The life of a dataset; `version` is that of its sheet, its ETag."""

    version: int
    known: str
    stage: Stage
    moves: list[MoveBody]
    requests: list[StageRequestBody]


@dataclass(frozen=True)
class StageRequestsBody:
    """The requests that wait, by number."""

    requests: list[StageRequestBody]
    next: str | None


def _move_body(sheet: Dataset, code: str, gate: Gate, catalogue: Catalogue) -> MoveBody:
    chart = load_chart()
    move = next(one for one in chart.moves if one.code == code)
    return MoveBody(
        code=move.code, title=move.name(), to=move.to, asked_by=list(move.asked_by),
        visas=list(visas_needed(chart, move, sheet.personal_data)), passes=gate.passes,
        stopped_by=[
            StoppingBody(
                one.policy.id, one.policy.name(), one.verdict, f"{one.version.text}, {one.version.article}",
                one.version.address, one.policy.what_to_do(), list(one.missing),
                [words for words, _names in unmet_in_words(catalogue, one.version, one.facts_used)],
            )
            for one in gate.stopping
        ],
        unknown=list(gate.unknown), lacking=list(gate.lacking),
    )  # fmt: skip


def _request_bodies(visit: Visit, rows: Sequence[StageRequest]) -> list[StageRequestBody]:
    """Requests with their visas, and those they wait for."""
    visas = find_visas(visit.session, [row.id for row in rows])
    points = find_points(visit.session, [row.id for row in rows if row.state is RequestState.REFUSED])
    awaited: dict[int, list[AwaitedBody]] = {}
    for one in find_awaited(visit.session, [row.id for row in rows if row.state is RequestState.WAITING]):
        due = deadline(one.since, load_chart().visas[one.kind].delay)
        awaited.setdefault(one.request_id, []).append(AwaitedBody(one.kind, one.since, due, due < visit.today))
    return [
        StageRequestBody(
            **{name: getattr(row, name) for name in StageRequestBody.__dataclass_fields__ if name not in _TOLD_APART},
            visas=[_visa_body(one) for one in visas.get(row.id, [])], awaited=awaited.get(row.id, []),
            points=[point_body(one) for one in points.get(row.id, [])],
            slip_number=slip_number(visit, row, load_chart().find(row.move)) or None,
        )
        for row in rows
    ]  # fmt: skip


_TOLD_APART = frozenset({"visas", "awaited", "points", "slip_number"})


def _visa_body(one: StageVisa) -> VisaBody:
    told = {name: getattr(one, name) for name in VisaBody.__dataclass_fields__ if name != "by_delegation"}
    return VisaBody(**told, by_delegation=one.delegation_id is not None)


def point_body(one: RefusalPoint) -> RefusalPointBody:
    """A point as programs read it."""
    return RefusalPointBody(**{name: getattr(one, name) for name in RefusalPointBody.__dataclass_fields__})


def _told(visit: Visit, row: StageRequest) -> StageRequestBody:
    return _request_bodies(visit, [row])[0]


@route(
    "GET", "/api/v1/datasets/{dataset_id:int}/stage", READ,
    about=about(mark("Où en est un jeu, ce qui arrête ses passages, et ce qui s’est passé.")),
)  # fmt: skip
def read_stage(visit: Visit, dataset_id: int) -> Response[StageBody]:
    """Where a dataset stands, what stops each move, what was asked and answered."""
    sheet, requests = get_dataset(visit.session, dataset_id), find_requests(visit.session, dataset_id)
    waits = sheet.annulled or any(row.state is RequestState.WAITING for row in requests)
    moves = [] if waits else load_chart().moves_from(sheet.stage)
    gates = try_moves(visit.session, sheet, moves, known_now(visit, sheet), visit.today) if moves else {}
    body = StageBody(
        sheet.version, digest_of(known_now(visit, sheet)), sheet.stage,
        [_move_body(sheet, code, gate, engine_of(visit.session).catalogue) for code, gate in gates.items()],
        _request_bodies(visit, requests),
    )  # fmt: skip
    return visit.answer(body)


@route(
    "POST", "/api/v1/datasets/{dataset_id:int}/stage-requests", ASK, takes=StageRequestForm,
    about=about(
        mark("Demande un passage : fait aussitôt s’il ne prend aucun visa, sinon en attente."), status=201,
        versioned=True, example={"move": "publish", "reason": "Le jeu est prêt."},
    ),
)  # fmt: skip
def create_stage_request(visit: Visit, dataset_id: int) -> Response[StageRequestBody]:
    """Asks for a move; asks for If-Match, the version of the sheet."""
    expected, given = visit.expected_version(), visit.given(StageRequestForm)
    sheet = get_dataset(visit.session, dataset_id)
    visit.visitor.require(ASK, sheet.organisation_id)
    made = ask_move(
        visit.session, dataset_id, given, by=visit.visitor.account_id, roles=roles_on(visit, sheet.organisation_id),
        today=visit.today, expected=expected,
    )  # fmt: skip
    visit.headers["Location"] = f"/api/v1/stage-requests/{made.id}"
    return visit.answer(_told(visit, made), status=HTTP_201_CREATED)


@route(
    "GET", "/api/v1/stage-requests", READ,
    about=about(mark("Les demandes de passage qui attendent, dans vos droits, par numéro."), asks=PageQuestions),
)  # fmt: skip
def list_stage_requests(visit: Visit) -> Response[StageRequestsBody]:
    """The requests that wait within the asker's rights."""
    asked = visit.asked(PageQuestions)
    (after,) = asked.place(int) or (0,)
    found = find_waiting_requests(visit.session, after=after, limit=asked.limit + 1)
    more, found = len(found) > asked.limit, found[: asked.limit]
    following = asked.following((found[-1].row.id,) if more else None)
    return visit.answer(StageRequestsBody(_request_bodies(visit, [one.row for one in found]), following))


@route("GET", "/api/v1/stage-requests/{stage_request_id:int}", READ, about=about(mark("Une demande de passage.")))
def read_stage_request(visit: Visit, stage_request_id: int) -> Response[StageRequestBody]:
    """One request."""
    return visit.answer(_told(visit, get_request(visit.session, stage_request_id)))


@route(
    "POST", "/api/v1/stage-requests/{stage_request_id:int}/visas", GIVE, takes=VisaCreation,
    about=about(
        mark("Donne ou refuse un visa, sur la version de la fiche qui a été lue ; le dernier donné fait le passage."),
        example={"kind": "legal", "answer": "given", "dataset_version": 4},
    ),
)  # fmt: skip
def create_visa(visit: Visit, stage_request_id: int) -> Response[StageRequestBody]:
    """Gives a visa or refuses it."""
    given = visit.given(VisaCreation)
    request = get_request(visit.session, stage_request_id)
    visit.visitor.require(GIVE, request.organisation_id)
    answered = answer_visa(
        visit.session, stage_request_id, given.said(), by=visit.visitor.account_id,
        roles=roles_on(visit, request.organisation_id), today=visit.today, expected=given.dataset_version,
    )  # fmt: skip
    return visit.answer(_told(visit, answered))


@route(
    "POST", "/api/v1/stage-requests/{stage_request_id:int}/withdrawal", ASK, takes=AnnulForm,
    about=about(
        mark("Retire une demande qui attend ; rien n’est effacé."), versioned=True,
        example={"reason": "Le jeu sera d’abord complété."},
    ),
)  # fmt: skip
def end_stage_request(visit: Visit, stage_request_id: int) -> Response[StageRequestBody]:
    """Withdraws; asks for If-Match."""
    expected, given = visit.expected_version(), visit.given(AnnulForm)
    visit.visitor.require(ASK, get_request(visit.session, stage_request_id).organisation_id)
    ended = withdraw_request(visit.session, stage_request_id, given.reason, today=visit.today, expected=expected)
    return visit.answer(_told(visit, ended))


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    read_stage, create_stage_request, list_stage_requests, read_stage_request, create_visa, end_stage_request,
)  # fmt: skip
