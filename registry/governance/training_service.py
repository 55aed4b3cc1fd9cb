"""Every change to courses and their sessions."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from registry.governance.models import TrainingAttendance, TrainingCourse, TrainingSession
from registry.governance.service import check_unchanged, saved, set_aside, set_fields, wrong
from registry.governance.training_forms import AttendanceForm, CourseForm, SessionForm, too_early
from registry.governance.training_queries import (
    find_attendance_rows,
    find_training_sessions,
    get_course,
    get_training_session,
)
from registry.kernel.errors import Conflict
from registry.kernel.words import _
from registry.ledger.service import PEOPLE, say, touch
from registry.organisations.queries import find_homes, find_served
from registry.platform.tables import set_those_that_differ


def record_course(session: Session, organisation_id: int, form: CourseForm) -> TrainingCourse:
    """A new course that an organisation holds."""
    say(session, "governance:course:record")
    made = TrainingCourse(organisation_id=organisation_id, **form.model_dump())
    session.add(made)
    touch(session, PEOPLE, organisation_id)
    return saved(session, made)


def amend_course(session: Session, course_id: int, form: CourseForm, *, expected: int) -> TrainingCourse:
    """Changes the fields given of a course.

    Raises: NotFound; Stale; Conflict when it is annulled.
    """
    course = get_course(session, course_id, lock=True)
    check_unchanged(course, expected)
    say(session, "governance:course:amend")
    set_fields(course, form.model_dump(include=form.model_fields_set), below=False)
    touch(session, PEOPLE, course.organisation_id)
    return saved(session, course)


def set_course_aside(
    session: Session, course: TrainingCourse, *, expected: int, reason: str, annulled: bool
) -> TrainingCourse:
    """Annuls a course recorded by mistake, or brings it back.

    Raises: Stale; Conflict while it has sessions.
    """
    if annulled and find_training_sessions(session, [course.id]):
        raise Conflict(_("Cette formation a des sessions : annulez-les d’abord, ou gardez la formation."))
    touch(session, PEOPLE, course.organisation_id)
    return set_aside(session, course, expected=expected, reason=reason, annulled=annulled)


def record_training_session(session: Session, course_id: int, form: SessionForm) -> TrainingSession:
    """A session of a course, with who is expected or was there.

    Raises: NotFound; Conflict when the course is annulled; Invalid when somebody is none that the asker may record,
    or is said to have been at a session to come.
    """
    course = get_course(session, course_id)
    if course.annulled:
        raise Conflict(_("Cette formation est annulée : rétablissez-la avant d’y enregistrer une session."))
    say(session, "governance:session:record")
    made = TrainingSession(
        organisation_id=course.organisation_id, course_id=course_id, **form.model_dump(exclude={"people"})
    )
    session.add(made)
    session.flush()
    _name_people(session, made, form.people or [])
    _touch_people(session, made)
    return saved(session, made)


def amend_training_session(session: Session, session_id: int, form: SessionForm, *, expected: int) -> TrainingSession:
    """Changes the fields given of a session; people, where given, are all of them.

    Raises: NotFound; Stale; Conflict when it is annulled; Invalid as recording does.
    """
    held = get_training_session(session, session_id, lock=True)
    check_unchanged(held, expected)
    say(session, "governance:session:amend")
    given = form.model_dump(include=form.model_fields_set - {"people"})
    moved = given.get("held_on", held.held_on) != held.held_on
    said = form.people
    if said is None:
        rows = find_attendance_rows(session, session_id)
        said = [AttendanceForm.model_validate(row, from_attributes=True) for row in rows if not row.annulled]
    set_fields(held, given, below=False)
    below = _name_people(session, held, said)
    if below and not moved:
        set_fields(held, {}, below=True)
    _touch_people(session, held)
    return saved(session, held)


def set_session_aside(
    session: Session, held: TrainingSession, *, expected: int, reason: str, annulled: bool
) -> TrainingSession:
    """Annuls a session recorded by mistake with who was there, or brings it back.

    Raises: Stale; Conflict when its course is annulled.
    """
    if not annulled and get_course(session, held.course_id).annulled:
        raise Conflict(_("Cette formation est annulée : rétablissez-la avant d’y enregistrer une session."))
    row = set_aside(session, held, expected=expected, reason=reason, annulled=annulled)
    for one in find_attendance_rows(session, held.id):
        one.held_on = None if annulled else held.held_on
    session.flush()
    _touch_people(session, held)
    return row


def _touch_people(session: Session, held: TrainingSession) -> None:
    """Says that the people of a session, and the organisation that holds it, are to be judged again."""
    session.flush()
    people = {one.person_id for one in find_attendance_rows(session, held.id)}
    for number in {held.organisation_id} | find_served(session, people):
        touch(session, PEOPLE, number)


def _name_people(session: Session, held: TrainingSession, people: Sequence[AttendanceForm]) -> bool:
    """Makes the people of a session those that a form gives; says whether any changed."""
    today = session.info["today"]()
    field, sentence = too_early(held.held_on, today, people, held.headcount)
    if sentence:
        raise wrong(field, sentence)
    known = {row.person_id: row for row in find_attendance_rows(session, held.id)}
    homes = find_homes(session, {one.person_id for one in people} - known.keys())
    changed = False
    for one in people:
        row = known.pop(one.person_id, None)
        if row is not None:
            differs = set_those_that_differ(row, state=one.state, held_on=held.held_on, annulled=False)
        elif one.person_id in homes:
            session.add(
                TrainingAttendance(
                    organisation_id=homes[one.person_id], session_id=held.id, person_id=one.person_id,
                    held_on=held.held_on, state=one.state,
                )
            )  # fmt: skip
            differs = True
        else:
            raise wrong(
                "people",
                _("Une de ces personnes n’existe pas, ou vos droits ne vous la montrent pas : rechargez la page."),
            )
        changed |= differs
    for row in known.values():
        changed |= set_those_that_differ(row, annulled=True)
    return changed
