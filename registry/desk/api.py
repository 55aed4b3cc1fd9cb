"""The JSON API of desks: one's tasks, and the questions about sheets."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED
from pydantic import BaseModel, ConfigDict, Field

from registry.compliance.engine import engine_of
from registry.desk.asking import asker_of, require_part, tell
from registry.desk.bodies import MessageBody, QuestionBody, QuestionsBody, TaskBody, TasksBody
from registry.desk.forms import MessageForm, QuestionForm
from registry.desk.models import Question
from registry.desk.queries import find_tasks
from registry.desk.question_queries import find_asked, find_messages, find_questions, get_question
from registry.desk.question_service import answer_question, ask_question, close_question, reopen_question
from registry.desk.views import binding_on, laws_of
from registry.desk.vocabulary import QuestionState, QuestionSubject, TaskKind, TaskList
from registry.kernel.errors import Invalid
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.web.calls import ApiCall, Number, PageQuestions
from registry.web.forms import read_number
from registry.web.visits import Visit, route

READ, ASK = Permission.DATASETS_SHEET_READ, Permission.DESK_QUESTION_ASK
MOST_A_PAGE = 200


def _about(says: str, **more: Any) -> ApiCall:
    return ApiCall(**{"tag": mark("Bureau"), "says": says, **more})


class TaskQuestions(BaseModel):
    """Which of one's tasks are asked for."""

    model_config = ConfigDict(extra="forbid")

    list: TaskList = Field(default=TaskList.MINE, description=mark("La liste : les miennes, en retard, en attente…"))
    kind: TaskKind | None = Field(default=None, description=mark("Le genre de tâche."))
    page: int = Field(default=1, ge=1, le=10_000, description=mark("La page, de 1 à 10 000."))


class QuestionQuestions(PageQuestions):
    """What the list of questions is narrowed to."""

    subject_kind: QuestionSubject | None = Field(default=None, description=mark("Le genre de fiche"))
    subject_id: Number | None = Field(default=None, description=mark("Le numéro de la fiche"))
    state: QuestionState | None = Field(default=None, description=mark("Où en est la question."))


@route(
    "GET", "/api/v1/tasks", READ,
    about=_about(mark("Vos propres tâches, liste par liste."), asks=TaskQuestions),
)  # fmt: skip
def list_tasks(visit: Visit) -> Response[TasksBody]:
    """One's own tasks: a page of one list (`mine`, `late`, `waiting`, `snoozed`), with how many each list holds."""
    said, kind = visit.query("list") or str(TaskList.MINE), visit.query("kind")
    if said not in set(TaskList):
        raise Invalid(_("« list » vaut mine, late, waiting ou snoozed."))
    if kind and kind not in set(TaskKind):
        raise Invalid(_("« kind » vaut l’un de : {kinds}.").format(kinds=", ".join(TaskKind)))
    page = read_number(visit.query("page") or "1")
    if page is None or not 1 <= page <= 10_000:
        raise Invalid(_("« page » va de 1 à {most}.").format(most=10_000))
    catalogue = engine_of(visit.session).catalogue
    desk = find_tasks(
        visit.session, asker_of(visit), laws_of(catalogue, binding_on(catalogue, visit.today)), visit.today,
        of=TaskList(said), kind=TaskKind(kind) if kind else None, page=page,
    )  # fmt: skip
    body = TasksBody(
        counts={str(one): desk.count(one) for one in TaskList},
        tasks=[
            TaskBody(
                one.key, str(one.kind), one.organisation_id, one.subject_kind, one.subject_id, one.detail,
                list(one.policies), one.since, one.due, one.number, one.late, one.until,
            )
            for one in desk.tasks
        ],
        next_page=page + 1 if desk.has_more else None,
    )  # fmt: skip
    return visit.answer(body)


def _body(visit: Visit, question: Question, *, status: int = 200) -> Response[Any]:
    visit.session.flush()
    asked = find_asked(visit.session, [question.id])[question.id]
    messages = [MessageBody(one.account_id, one.said_at, one.text) for one in find_messages(visit.session, question.id)]
    return visit.answer(
        QuestionBody(
            asked.id, asked.organisation_id, str(asked.subject_kind), asked.subject_id, asked.field,
            str(asked.addressee), asked.asked_by, asked.asked_to, str(asked.state), asked.asked_at, asked.moved_at,
            messages,
        ),
        status=status,
    )  # fmt: skip


@route(
    "GET", "/api/v1/questions", READ,
    about=_about(mark("Les questions sur les fiches que vous lisez, la dernière d’abord."), asks=QuestionQuestions),
)  # fmt: skip
def list_questions(visit: Visit) -> Response[QuestionsBody]:
    """Questions about the sheets one reads, the latest first; `subject_kind` and `subject_id` narrow to one sheet."""
    limit = read_number(visit.query("limit") or "50")
    if limit is None or not 1 <= limit <= MOST_A_PAGE:
        raise Invalid(_("« limit » va de 1 à {most}.").format(most=MOST_A_PAGE))
    kind, number, state = visit.query("subject_kind"), read_number(visit.query("subject_id")), visit.query("state")
    if (kind or visit.query("subject_id")) and (kind not in set(QuestionSubject) or number is None):
        raise Invalid(_("Donnez ensemble « subject_kind » (dataset ou system) et « subject_id »."))
    if state and state not in set(QuestionState):
        raise Invalid(_("« state » vaut open, answered ou closed."))
    cursor = read_number(visit.query("cursor")) if visit.query("cursor") else None
    if visit.query("cursor") and cursor is None:
        raise Invalid(_("Ce repère de page n’est pas valable : repartez de la première page."))
    found = find_questions(
        visit.session,
        subject=(QuestionSubject(kind), number) if kind and number is not None else None,
        state=QuestionState(state) if state else None, before=cursor, limit=limit + 1,
    )  # fmt: skip
    body = QuestionsBody(
        questions=[
            QuestionBody(
                one.id, one.organisation_id, str(one.subject_kind), one.subject_id, one.field, str(one.addressee),
                one.asked_by, one.asked_to, str(one.state), one.asked_at, one.moved_at,
                [MessageBody(one.asked_by, one.asked_at, one.text)],
            )
            for one in found[:limit]
        ],
        next=str(found[limit - 1].id) if len(found) > limit else None,
    )  # fmt: skip
    return visit.answer(body)


@route(
    "POST", "/api/v1/questions", ASK, takes=QuestionForm,
    about=_about(
        mark("Pose une question sur une fiche ou un de ses champs."), status=201,
        example={"subject_kind": "dataset", "subject_id": 12, "field": "licence", "text": "Qui l’a choisie ?"},
    ),
)  # fmt: skip
def ask_by_api(visit: Visit) -> Response[QuestionBody]:
    """Asks a question about a sheet or one of its fields; it goes to who answers for the sheet."""
    made = ask_question(visit.session, visit.given(QuestionForm), by=visit.visitor.account_id, today=visit.today)
    visit.headers["Location"] = f"/api/v1/questions/{made.id}"
    answer = _body(visit, made, status=HTTP_201_CREATED)
    tell(visit, answer, made)
    return answer


@route(
    "GET", "/api/v1/questions/{question_id:int}", READ,
    about=_about(mark("Une question avec tout son fil.")),
)  # fmt: skip
def read_question(visit: Visit, question_id: int) -> Response[QuestionBody]:
    """One question with its whole thread."""
    return _body(visit, get_question(visit.session, question_id))


@route(
    "POST", "/api/v1/questions/{question_id:int}/messages", ASK, takes=MessageForm,
    about=_about(
        mark("Ajoute un message au fil d’une question."), status=201, unlocated=True,
        example={"text": "Le conseil l’a choisie en mars."},
    ),
)  # fmt: skip
def answer_by_api(visit: Visit, question_id: int) -> Response[QuestionBody]:
    """Adds a message to the thread."""
    given = visit.given(MessageForm)
    visit.visitor.require(ASK, get_question(visit.session, question_id).organisation_id)
    found = answer_question(visit.session, question_id, given, by=visit.visitor.account_id)
    answer = _body(visit, found, status=HTTP_201_CREATED)
    tell(visit, answer, found)
    return answer


@route(
    "POST", "/api/v1/questions/{question_id:int}/closure", ASK,
    about=_about(mark("Ferme une question.")),
)  # fmt: skip
def close_by_api(visit: Visit, question_id: int) -> Response[QuestionBody]:
    """Closes a question."""
    require_part(visit, get_question(visit.session, question_id))
    return _body(visit, close_question(visit.session, question_id))


@route(
    "POST", "/api/v1/questions/{question_id:int}/reopening", ASK,
    about=_about(mark("Rouvre une question fermée.")),
)  # fmt: skip
def reopen_by_api(visit: Visit, question_id: int) -> Response[QuestionBody]:
    """Opens a closed question again."""
    require_part(visit, get_question(visit.session, question_id))
    return _body(visit, reopen_question(visit.session, question_id))


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    list_tasks, list_questions, ask_by_api, read_question, answer_by_api, close_by_api, reopen_by_api,
)  # fmt: skip
