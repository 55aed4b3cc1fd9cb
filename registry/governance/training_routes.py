"""The pages of training: courses, their sessions with who was there, and who answers for data without it."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from registry.compliance.vocabulary import Verdict
from registry.datasets.views import ConflictRow
from registry.governance.models import TrainingCourse, TrainingSession
from registry.governance.routes import typed_rows
from registry.governance.training_forms import CourseForm, SessionForm
from registry.governance.training_queries import (
    Answering,
    count_attendance,
    find_answering,
    find_attendance_rows,
    find_courses,
    find_training_sessions,
    get_course,
    get_training_session,
    months_of_training,
)
from registry.governance.training_rules import is_trained
from registry.governance.training_service import (
    amend_course,
    amend_training_session,
    record_course,
    record_training_session,
    set_course_aside,
    set_session_aside,
)
from registry.governance.training_views import (
    AnsweringLine,
    CourseFormPage,
    CourseLine,
    CoursePage,
    SessionFormPage,
    SessionLine,
    TrainingPage,
    say_trained,
)
from registry.governance.views import labels
from registry.governance.visiting import ASIDE, READ, RECORD, aside_of, beside_the_other, require_people
from registry.governance.vocabulary import AttendanceState
from registry.kernel.permissions import Role
from registry.kernel.words import _, ngettext
from registry.organisations.queries import (
    choices_of,
    find_known_among,
    find_organisations,
    find_people,
    get_organisation,
)
from registry.organisations.vocabulary import AppointmentRole
from registry.platform.lists import load_list
from registry.web.forms import FormData, parse_values, read_number
from registry.web.saving import Unsaved, save
from registry.web.setting_aside import Aside, asking_why
from registry.web.templating import say_day
from registry.web.visits import Rejected, Visit, route

_LIST = "/gouvernance/formations"
_EMPTY_ROWS = 5
_OFFICES = {str(one): one for one in AppointmentRole}


@route("GET", _LIST, READ)
def show_training(visit: Visit) -> Response[Any]:
    """The courses, and who answers for data: never trained or longest ago first."""
    today, annulled = visit.today, visit.query("annulees") == "true"
    lacking = visit.query("etat") == "a-former"
    courses = find_courses(visit.session, annulled=annulled)
    days: dict[int, list[date]] = {}
    for one in find_training_sessions(visit.session, [course.id for course, _name in courses]):
        days.setdefault(one.course_id, []).append(one.held_on)
    months = months_of_training(visit.session, today)
    people = find_answering(visit.session, today)
    untrained = [one for one in people if not is_trained(one.last_on, months, today)]
    shown = untrained if lacking else people
    page = TrainingPage(
        courses=[
            CourseLine(
                course.id, course.title, name, _audiences(course.audiences),
                max((day for day in days.get(course.id, ()) if day <= today), default=None),
                min((day for day in days.get(course.id, ()) if day > today), default=None),
            )
            for course, name in courses
        ],
        people=_lines(visit, shown, months), total=len(shown),
        figures=[
            (len(untrained), _("sans formation valable"), f"{_LIST}?etat=a-former#personnes",
             "bad" if untrained else "good"),
            (len(people), ngettext("répond de données", "répondent de données", len(people)),
             f"{_LIST}#personnes", ""),
        ],
        lacking=lacking, annulled=annulled, months=months, may_record=visit.visitor.may(RECORD),
    )  # fmt: skip
    return visit.page("governance/training.html", page)


def _audiences(codes: Sequence[str]) -> str:
    known = load_list("training_audiences")
    return ", ".join(known.label(code) for code in codes)


def _lines(visit: Visit, people: Sequence[Answering], months: int) -> list[AnsweringLine]:
    """Somebody's name is for who keeps the training of their organisation, and for themselves."""
    reach, mine = visit.visitor.reach(RECORD), visit.visitor.person_id
    named = {one.person_id for one in people if one.organisation_id in reach or one.person_id == mine}
    known = find_known_among(visit.session, named)
    lines = []
    for one in people:
        tone, words = say_trained(one.last_on, months, visit.today)
        if one.next_on is not None and tone is not Verdict.COMPLIANT:
            words = _("{said}, session le {day}").format(said=words, day=say_day(one.next_on))
        roles = [_OFFICES[role].label if role in _OFFICES else Role(role).label for role in one.roles]
        lines.append(
            AnsweringLine(
                known[one.person_id].said if one.person_id in known else "", one.organisation, ", ".join(roles),
                one.last_on, str(tone), words,
            )
        )  # fmt: skip
    return lines


@route("GET", f"{_LIST}/{{course_id:int}}", READ)
def show_course(visit: Visit, course_id: int) -> Response[Any]:
    """One course: what it teaches, its sessions."""
    course = get_course(visit.session, course_id)
    visit.agrees.update({"gouvernance-annulee": course.annulled, "gouvernance-retablie": not course.annulled})
    held = find_training_sessions(visit.session, [course_id])
    counts = count_attendance(visit.session, [one.id for one in held])
    known = load_list("training_audiences")
    page = CoursePage(
        id=course.id, title=course.title,
        organisation=get_organisation(visit.session, course.organisation_id).name,
        audiences=[known.label(code) for code in course.audiences], content=course.content or "",
        annulled=course.annulled,
        sessions=[_session_line(one, counts.get(one.id, {}), visit.today) for one in held],
        may_record=visit.visitor.may(RECORD, course.organisation_id),
    )  # fmt: skip
    return visit.page("governance/course.html", page)


def _session_line(held: TrainingSession, counts: Mapping[AttendanceState, int], today: date) -> SessionLine:
    where = [held.place or "", _("à distance") if held.remote else ""]
    if held.hours:
        where.append(_("{hours} h").format(hours=f"{held.hours:g}".replace(".", ",")))
    said = [f"{one.label} : {counts[one]}" for one in AttendanceState if counts.get(one)]
    if held.headcount is not None:
        said.append(
            ngettext("%(num)s personne en tout", "%(num)s personnes en tout", held.headcount) % {"num": held.headcount}
        )
    return SessionLine(
        held.id, held.held_on, held.held_on > today, " · ".join(one for one in where if one), held.given_by or "",
        " · ".join(said),
    )  # fmt: skip


def _typed_course(data: FormData) -> dict[str, Any]:
    return {
        "title": data.first("title").strip(), "content": data.first("content").strip() or None,
        "audiences": [code for code in data.all("audiences") if code],
    }  # fmt: skip


def _course_form(
    visit: Visit, course: TrainingCourse | None, values: Mapping[str, Any], errors: Mapping[str, str] | None = None,
    *, version: int | None = None, status: int = 200, beside: Sequence[ConflictRow] = (),
) -> Response[Any]:  # fmt: skip
    reach = visit.visitor.reach(RECORD)
    page = CourseFormPage(
        id=course.id if course else None,
        version=version if version is not None else course.version if course else None,
        title=course.title if course else "", values=values,
        errors={name.partition(".")[0]: words for name, words in (errors or {}).items()}, beside=beside,
        labels=labels(),
        organisations=[(str(one.id), one.name) for one in find_organisations(visit.session) if one.id in reach],
        audiences=load_list("training_audiences").choices(),
    )  # fmt: skip
    return visit.page("governance/course_form.html", page, status=status)


@route("GET", f"{_LIST}/nouvelle", RECORD)
def show_new_course(visit: Visit) -> Response[Any]:
    """An empty course."""
    return _course_form(visit, None, {"organisation_id": str(visit.visitor.organisation_id)})


@route("POST", f"{_LIST}/nouvelle", RECORD)
def record_new_course(visit: Visit) -> Response[Any]:
    """Records a course, or shows the form again with what was typed."""
    data = visit.form_data()
    owner, typed = read_number(data.first("organisation_id")), _typed_course(data)
    values = {**typed, "organisation_id": data.first("organisation_id")}
    read = parse_values(CourseForm, typed, today=visit.today)
    errors: dict[str, str] = dict(read.errors) if isinstance(read, Rejected) else {}
    if owner is None or not visit.visitor.may(RECORD, owner):
        errors["organisation_id"] = _("Choisissez une organisation dont vous tenez la gouvernance.")
    if isinstance(read, Rejected) or owner is None or errors:
        return _course_form(visit, None, values, errors, status=HTTP_422_UNPROCESSABLE_ENTITY)
    made = record_course(visit.session, owner, read.form)
    return visit.go(f"{_LIST}/{made.id}", done="gouvernance-enregistree")


def _to_record(visit: Visit, course_id: int) -> TrainingCourse:
    course = get_course(visit.session, course_id)
    visit.visitor.require(RECORD, course.organisation_id)
    return course


def _course_values(course: TrainingCourse) -> dict[str, Any]:
    return CourseForm.model_validate(course).model_dump(mode="json")


def _say_course(name: str, value: Any) -> str:
    return _audiences(value or ()) if name == "audiences" else str(value or "")


@route("GET", f"{_LIST}/{{course_id:int}}/modifier", RECORD)
def show_amend_course(visit: Visit, course_id: int) -> Response[Any]:
    """The form of a course, as it stands."""
    course = _to_record(visit, course_id)
    return _course_form(visit, course, _course_values(course))


@route("POST", f"{_LIST}/{{course_id:int}}/modifier", RECORD)
def change_course(visit: Visit, course_id: int) -> Response[Any]:
    """Saves the form; what somebody else saved meanwhile is shown beside."""
    course, data = _to_record(visit, course_id), visit.form_data()
    typed, version = _typed_course(data), read_number(data.first("version")) or 0
    read = parse_values(CourseForm, typed, today=visit.today)
    made = save(read, lambda form: amend_course(visit.session, course_id, form, expected=version))
    if isinstance(made, Unsaved):
        typed, beside = beside_the_other(visit, course, typed, made, version, _course_values(course), _say_course)
        return _course_form(
            visit, course, typed, made.errors, version=made.version or version, beside=beside, status=made.status
        )
    return visit.go(f"{_LIST}/{course_id}", done="gouvernance-enregistree")


def _course_aside(visit: Visit, course_id: int) -> Aside:
    course = _to_record(visit, course_id)
    return aside_of(visit, course, _("Formation"), course.title, f"{_LIST}/{course.id}", set_course_aside)


_COURSE_ASIDE = asking_why(f"{_LIST}/{{course_id:int}}/annuler", RECORD, _course_aside, done=ASIDE)


def _typed_session(data: FormData) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: data.first(name).strip() or None for name in ("hours", "place", "given_by", "headcount")
    }
    if values["hours"]:
        values["hours"] = values["hours"].replace(",", ".")
    return {
        **values, "held_on": data.first("held_on").strip(), "remote": data.first("remote") == "true",
        "people": typed_rows(data, "person", ("person_id", "state"), "person_id"),
    }  # fmt: skip


def _session_form(
    visit: Visit, course: TrainingCourse, held: TrainingSession | None, values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None, *, version: int | None = None, status: int = 200,
    beside: Sequence[ConflictRow] = (),
) -> Response[Any]:  # fmt: skip
    page = SessionFormPage(
        id=held.id if held else None,
        version=version if version is not None else held.version if held else None,
        annulled=held.annulled if held else False, course_id=course.id, course=course.title, values=values,
        errors={name.partition(".")[0]: words for name, words in (errors or {}).items()}, beside=beside,
        labels=labels(), rows=[*(values.get("people") or []), *({} for _row in range(_EMPTY_ROWS))],
        people=_choices(visit, values), states=[(str(one), one.label) for one in AttendanceState],
    )  # fmt: skip
    return visit.page("governance/session_form.html", page, status=status)


def _choices(visit: Visit, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The people one may name, and those that are named already: one erased meanwhile keeps their line."""
    choices = choices_of(find_people(visit.session, visit.visitor.reach(RECORD)))
    known = {number for number, _said in choices}
    said = [str(one["person_id"]) for one in values.get("people") or []]
    return [*choices, *((one, _("Personne effacée")) for one in said if one not in known)]


@route("GET", f"{_LIST}/{{course_id:int}}/sessions/nouvelle", RECORD)
def show_new_session(visit: Visit, course_id: int) -> Response[Any]:
    """An empty session of a course."""
    return _session_form(visit, _to_record(visit, course_id), None, {})


@route("POST", f"{_LIST}/{{course_id:int}}/sessions/nouvelle", RECORD)
def record_new_session(visit: Visit, course_id: int) -> Response[Any]:
    """Records a session, or shows the form again with what was typed."""
    course, typed = _to_record(visit, course_id), _typed_session(visit.form_data())
    read = parse_values(SessionForm, typed, today=visit.today)

    def write(form: SessionForm) -> TrainingSession:
        require_people(visit, form)
        return record_training_session(visit.session, course_id, form)

    made = save(read, write)
    if isinstance(made, Unsaved):
        return _session_form(visit, course, None, typed, made.errors, status=made.status)
    return visit.go(f"{_LIST}/{course_id}", done="gouvernance-enregistree")


def _held_to_record(visit: Visit, training_id: int) -> tuple[TrainingSession, TrainingCourse]:
    held = get_training_session(visit.session, training_id)
    visit.visitor.require(RECORD, held.organisation_id)
    return held, get_course(visit.session, held.course_id)


def _session_values(visit: Visit, held: TrainingSession) -> dict[str, Any]:
    """A session as its form shows it."""
    names = [name for name in SessionForm.model_fields if name not in {"people", "held_on"}]
    people = [
        {"person_id": one.person_id, "state": str(one.state)}
        for one in find_attendance_rows(visit.session, held.id)
        if not one.annulled
    ]
    return {**{name: getattr(held, name) for name in names}, "held_on": held.held_on.isoformat(), "people": people}


def _say_session(people: Mapping[str, str], name: str, value: Any) -> str:
    if name == "people":
        said = (
            f"{people.get(str(one['person_id']), '')} : {AttendanceState(one['state']).label}" for one in value or ()
        )
        return " ; ".join(sorted(said))
    if name == "remote":
        return _("oui") if value else _("non")
    return say_day(date.fromisoformat(value)) if name == "held_on" and value else str(value or "")


@route("GET", "/gouvernance/sessions/{training_id:int}/modifier", RECORD)
def show_amend_session(visit: Visit, training_id: int) -> Response[Any]:
    """The form of a session, as it stands, with who was there."""
    held, course = _held_to_record(visit, training_id)
    return _session_form(visit, course, held, _session_values(visit, held))


@route("POST", "/gouvernance/sessions/{training_id:int}/modifier", RECORD)
def change_session(visit: Visit, training_id: int) -> Response[Any]:
    """Saves the form; what somebody else saved meanwhile is shown beside."""
    held, course = _held_to_record(visit, training_id)
    data = visit.form_data()
    typed, version = _typed_session(data), read_number(data.first("version")) or 0
    read = parse_values(SessionForm, typed, today=visit.today)

    def write(form: SessionForm) -> TrainingSession:
        require_people(visit, form, training_id)
        return amend_training_session(visit.session, training_id, form, expected=version)

    made = save(read, write)
    if isinstance(made, Unsaved):
        say, theirs = partial(_say_session, dict(_choices(visit, typed))), _session_values(visit, held)
        typed, beside = beside_the_other(visit, held, typed, made, version, theirs, say)
        return _session_form(
            visit, course, held, typed, made.errors, version=made.version or version, beside=beside,
            status=made.status,
        )  # fmt: skip
    return visit.go(f"{_LIST}/{course.id}", done="gouvernance-enregistree")


def _session_aside(visit: Visit, training_id: int) -> Aside:
    held, course = _held_to_record(visit, training_id)
    title = _("{course}, session du {day}").format(course=course.title, day=say_day(held.held_on))
    return aside_of(visit, held, _("Session"), title, f"{_LIST}/{course.id}", set_session_aside)


_SESSION_ASIDE = asking_why("/gouvernance/sessions/{training_id:int}/annuler", RECORD, _session_aside, done=ASIDE)

HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_training, show_new_course, record_new_course, show_course, show_amend_course, change_course,
    *_COURSE_ASIDE, show_new_session, record_new_session, show_amend_session, change_session,
    *_SESSION_ASIDE,
)  # fmt: skip
