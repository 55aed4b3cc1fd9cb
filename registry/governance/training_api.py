"""The JSON API of training: courses, and their sessions with who was there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED
from pydantic import Field

from registry.governance.api import READ, RECORD, about, aside, day_of
from registry.governance.models import TrainingCourse, TrainingSession
from registry.governance.training_forms import CourseChange, CourseCreation, SessionChange, SessionCreation
from registry.governance.training_queries import (
    find_attendance,
    find_courses,
    find_training_sessions_after,
    get_course,
    get_training_session,
)
from registry.governance.training_service import (
    amend_course,
    amend_training_session,
    record_course,
    record_training_session,
    set_course_aside,
    set_session_aside,
)
from registry.governance.visiting import require_people
from registry.governance.vocabulary import AttendanceState
from registry.kernel.words import mark
from registry.web.calls import Number, PageQuestions
from registry.web.visits import Visit, route

_COURSES, _SESSIONS = "/api/v1/training-courses", "/api/v1/training-sessions"


@dataclass(frozen=True)
class CourseBody:
    """A course; `version` is its ETag, `audiences` codes of the list of audiences."""

    id: int
    version: int
    organisation_id: int
    title: str
    audiences: list[str]
    content: str | None
    annulled: bool


@dataclass(frozen=True)
class CoursesBody:
    """The courses the asker may know, by title."""

    courses: list[CourseBody]


@dataclass(frozen=True)
class AttendanceBody:
    """Somebody at a session: expected, there, or missed."""

    person_id: int
    state: AttendanceState


@dataclass(frozen=True)
class TrainingSessionBody:
    """A session; `version` is its ETag, `people` is null for whoever does not keep its training.

    Units: `hours` of training; `headcount` how many were there, named or not.
    """

    id: int
    version: int
    organisation_id: int
    course_id: int
    held_on: date
    hours: float | None
    place: str | None
    remote: bool
    given_by: str | None
    headcount: int | None
    annulled: bool
    people: list[AttendanceBody] | None


@dataclass(frozen=True)
class TrainingSessionsBody:
    """A page of the sessions the asker may know, the last first; `next` is the cursor of the page after."""

    sessions: list[TrainingSessionBody]
    next: str | None


class TrainingSessionQuestions(PageQuestions):
    """What the list of sessions is narrowed to."""

    course_id: Number | None = Field(default=None, description=mark("Une seule formation."))


def _course(row: TrainingCourse) -> CourseBody:
    return CourseBody(**{name: getattr(row, name) for name in CourseBody.__dataclass_fields__})


def _sessions(visit: Visit, rows: Sequence[TrainingSession]) -> list[TrainingSessionBody]:
    reach = visit.visitor.reach(RECORD)
    named: dict[int, list[AttendanceBody]] = {row.id: [] for row in rows if row.organisation_id in reach}
    for one in find_attendance(visit.session, list(named)) if named else ():
        named[one.session_id].append(AttendanceBody(one.person_id, one.state))
    told = [name for name in TrainingSessionBody.__dataclass_fields__ if name != "people"]
    return [
        TrainingSessionBody(**{name: getattr(row, name) for name in told}, people=named.get(row.id)) for row in rows
    ]


def _session(visit: Visit, row: TrainingSession) -> TrainingSessionBody:
    return _sessions(visit, [row])[0]


@route("GET", _COURSES, READ, about=about(mark("Les formations que vous pouvez connaître.")))
def list_courses(visit: Visit) -> Response[CoursesBody]:
    """The courses the asker may know."""
    return visit.answer(CoursesBody([_course(row) for row, _name in find_courses(visit.session)]))


@route(
    "POST", _COURSES, RECORD, takes=CourseCreation,
    about=about(
        mark("Enregistre une formation."), status=201,
        example={"organisation_id": 1, "title": "Tenir un jeu de données", "audiences": ["stewards"]},
    ),
)  # fmt: skip
def create_course(visit: Visit) -> Response[CourseBody]:
    """Records a course."""
    given = visit.given(CourseCreation)
    visit.visitor.require(RECORD, given.organisation_id)
    made = record_course(visit.session, given.organisation_id, given.sheet())
    visit.headers["Location"] = f"{_COURSES}/{made.id}"
    return visit.answer(_course(made), status=HTTP_201_CREATED)


@route("GET", f"{_COURSES}/{{course_id:int}}", READ, about=about(mark("Une formation.")))
def read_course(visit: Visit, course_id: int) -> Response[CourseBody]:
    """One course."""
    return visit.answer(_course(get_course(visit.session, course_id)))


@route(
    "PATCH", f"{_COURSES}/{{course_id:int}}", RECORD, takes=CourseChange,
    about=about(
        mark("Change les champs donnés d’une formation ; les autres restent."), versioned=True,
        example={"audiences": ["stewards", "legal"]},
    ),
)  # fmt: skip
def correct_course(visit: Visit, course_id: int) -> Response[CourseBody]:
    """Changes the fields given; asks for If-Match."""
    expected, given = visit.expected_version(), visit.given(CourseChange)
    visit.visitor.require(RECORD, get_course(visit.session, course_id).organisation_id)
    return visit.answer(_course(amend_course(visit.session, course_id, given, expected=expected)))


_COURSE_ASIDE = aside(
    f"{_COURSES}/{{course_id:int}}", CourseBody, ("end_course", "restore_course"),
    (
        mark("Met une formation de côté, en disant pourquoi ; refusé tant qu’elle a des sessions."),
        mark("Rétablit une formation, en disant pourquoi."),
    ),
    get=get_course, tell=lambda _visit, row: _course(row), by=set_course_aside,
)  # fmt: skip


@route(
    "GET", _SESSIONS, READ,
    about=about(
        mark("Les sessions des formations, les dernières d’abord."), asks=TrainingSessionQuestions,
        more=mark("Les personnes ne sont données qu’à qui tient la formation de l’organisation."),
    ),
)  # fmt: skip
def list_training_sessions(visit: Visit) -> Response[TrainingSessionsBody]:
    """A page of the sessions of every course the asker may know."""
    asked = visit.asked(TrainingSessionQuestions)
    place = asked.place(str, int)
    found = find_training_sessions_after(visit.session, asked.course_id, day_of(place), asked.limit + 1)
    more, found = len(found) > asked.limit, found[: asked.limit]
    following = asked.following((found[-1].held_on.isoformat(), found[-1].id) if more else None)
    return visit.answer(TrainingSessionsBody(_sessions(visit, found), following))


@route(
    "POST", _SESSIONS, RECORD, takes=SessionCreation,
    about=about(
        mark("Enregistre une session et les personnes attendues ou présentes."), status=201,
        example={"course_id": 1, "held_on": "2026-10-01", "hours": 3.5, "headcount": 12},
    ),
)  # fmt: skip
def create_training_session(visit: Visit) -> Response[TrainingSessionBody]:
    """Records a session."""
    given = visit.given(SessionCreation)
    visit.visitor.require(RECORD, get_course(visit.session, given.course_id).organisation_id)
    require_people(visit, given)
    made = record_training_session(visit.session, given.course_id, given.sheet())
    visit.headers["Location"] = f"{_SESSIONS}/{made.id}"
    return visit.answer(_session(visit, made), status=HTTP_201_CREATED)


@route("GET", f"{_SESSIONS}/{{training_id:int}}", READ, about=about(mark("Une session d’une formation.")))
def read_training_session(visit: Visit, training_id: int) -> Response[TrainingSessionBody]:
    """One session."""
    return visit.answer(_session(visit, get_training_session(visit.session, training_id)))


@route(
    "PATCH", f"{_SESSIONS}/{{training_id:int}}", RECORD, takes=SessionChange,
    about=about(
        mark("Change les champs donnés d’une session ; les personnes, si elles sont données, le sont toutes."),
        versioned=True, example={"headcount": 14},
    ),
)  # fmt: skip
def correct_training_session(visit: Visit, training_id: int) -> Response[TrainingSessionBody]:
    """Changes the fields given; asks for If-Match."""
    expected, given = visit.expected_version(), visit.given(SessionChange)
    visit.visitor.require(RECORD, get_training_session(visit.session, training_id).organisation_id)
    require_people(visit, given, training_id)
    return visit.answer(_session(visit, amend_training_session(visit.session, training_id, given, expected=expected)))


_SESSION_ASIDE = aside(
    f"{_SESSIONS}/{{training_id:int}}", TrainingSessionBody, ("end_training_session", "restore_training_session"),
    (
        mark("Met une session de côté, en disant pourquoi."),
        mark("Rétablit une session, en disant pourquoi."),
    ),
    get=get_training_session, tell=_session, by=set_session_aside,
)  # fmt: skip


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    list_courses, create_course, read_course, correct_course, *_COURSE_ASIDE, list_training_sessions,
    create_training_session, read_training_session, correct_training_session, *_SESSION_ASIDE,
)  # fmt: skip
