"""Every SELECT about training: courses, sessions, who was there, and who answers for data without it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ARRAY, BigInteger, Date, Text, bindparam, func, select, text, tuple_
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.compliance.engine import engine_of
from registry.governance.models import TrainingAttendance, TrainingCourse, TrainingSession
from registry.governance.queries import MOST, find_row
from registry.governance.training_rules import ANSWERING
from registry.governance.vocabulary import AttendanceState
from registry.kernel.errors import NotFound
from registry.kernel.permissions import Role
from registry.kernel.words import _
from registry.organisations.models import Organisation

TRAINING_POLICY, DEFAULT_MONTHS = "ACC-03", 24
"""The policy that says how long training holds, and what is told where it was withdrawn."""


def find_courses(session: Session, *, annulled: bool = False) -> list[tuple[TrainingCourse, str]]:
    """The courses the asker may know with the organisation that holds each, by title."""
    rows = session.execute(
        select(TrainingCourse, col(Organisation.name))
        .join(Organisation, col(Organisation.id) == col(TrainingCourse.organisation_id))
        .where(col(TrainingCourse.annulled) == annulled)
        .order_by(col(TrainingCourse.title), col(TrainingCourse.id))
        .limit(MOST)
    )
    return [(course, name) for course, name in rows]


def get_course(session: Session, course_id: int, *, lock: bool = False) -> TrainingCourse:
    """One course.

    Raises: NotFound.
    """
    if (found := find_row(session, TrainingCourse, course_id, lock=lock)) is None:
        raise NotFound(_("Cette formation n’existe pas, ou vos droits ne vous la montrent pas."))
    return found


def get_training_session(session: Session, session_id: int, *, lock: bool = False) -> TrainingSession:
    """One session of a course.

    Raises: NotFound.
    """
    if (found := find_row(session, TrainingSession, session_id, lock=lock)) is None:
        raise NotFound(_("Cette session n’existe pas, ou vos droits ne vous la montrent pas."))
    return found


def find_training_sessions(session: Session, course_ids: Collection[int]) -> Sequence[TrainingSession]:
    """The sessions of these courses that stand, the last first."""
    query = select(TrainingSession).where(
        col(TrainingSession.course_id).in_(course_ids), ~col(TrainingSession.annulled)
    )
    order = (col(TrainingSession.held_on).desc(), col(TrainingSession.id).desc())
    return session.execute(query.order_by(*order).limit(MOST)).scalars().all()


def find_attendance_rows(session: Session, session_id: int) -> Sequence[TrainingAttendance]:
    """Everybody a session ever named, those taken out included."""
    query = select(TrainingAttendance).where(col(TrainingAttendance.session_id) == session_id)
    return session.execute(query.order_by(col(TrainingAttendance.id))).scalars().all()


def find_training_sessions_after(
    session: Session, course_id: int | None, after: tuple[date, int] | None, limit: int
) -> Sequence[TrainingSession]:
    """The sessions that stand, of one course or of all, the last first: those that come after a place."""
    query = (
        select(TrainingSession)
        .join(TrainingCourse, col(TrainingCourse.id) == col(TrainingSession.course_id))
        .where(~col(TrainingSession.annulled), ~col(TrainingCourse.annulled))
    )
    if course_id is not None:
        query = query.where(col(TrainingSession.course_id) == course_id)
    if after is not None:
        query = query.where(tuple_(col(TrainingSession.held_on), col(TrainingSession.id)) < tuple_(*after))
    order = (col(TrainingSession.held_on).desc(), col(TrainingSession.id).desc())
    return session.execute(query.order_by(*order).limit(limit)).scalars().all()


def find_attendance(session: Session, session_ids: Collection[int]) -> Sequence[TrainingAttendance]:
    """Who is expected, was there or missed, at each of these sessions."""
    row = TrainingAttendance
    query = select(row).where(col(row.session_id).in_(session_ids), ~col(row.annulled)).order_by(col(row.id))
    return session.execute(query).scalars().all()


def count_attendance(session: Session, session_ids: Collection[int]) -> dict[int, dict[AttendanceState, int]]:
    """How many people each of these sessions expects, had and missed."""
    rows = session.execute(
        select(col(TrainingAttendance.session_id), col(TrainingAttendance.state), func.count())
        .where(col(TrainingAttendance.session_id).in_(session_ids), ~col(TrainingAttendance.annulled))
        .group_by(col(TrainingAttendance.session_id), col(TrainingAttendance.state))
    )
    found: dict[int, dict[AttendanceState, int]] = {}
    for number, state, count in rows:
        found.setdefault(number, {})[state] = int(count)
    return found


@dataclass(frozen=True)
class Answering:
    """Somebody who answers for data: their offices, when they were last trained, and when they are expected."""

    person_id: int
    organisation_id: int
    organisation: str
    roles: Sequence[str]
    last_on: date | None
    next_on: date | None


_ANSWERING = text(
    "WITH answering AS ("
    " SELECT person_id, role FROM appointment"
    "  WHERE NOT annulled AND role = ANY (:roles) AND during @> CAST(:today AS date)"
    " UNION SELECT a.person_id, g.role FROM role_grant g JOIN account a ON a.id = g.account_id AND a.state = 'active'"
    "  WHERE NOT g.ended AND g.role = :directing)"
    " SELECT p.id, p.organisation_id, coalesce(o.name, '') AS organisation, said.roles, had.last_on, had.next_on"
    " FROM (SELECT person_id, array_agg(role ORDER BY role) AS roles FROM answering GROUP BY person_id) AS said"
    " JOIN person p ON p.id = said.person_id AND coalesce(p.name_digest, p.email_digest) IS NOT NULL"
    " LEFT JOIN organisation o ON o.id = p.organisation_id"
    " LEFT JOIN LATERAL (SELECT max(held_on) FILTER (WHERE state = 'attended' AND held_on <= :today) AS last_on,"
    "   min(held_on) FILTER (WHERE state = 'enrolled' AND held_on >= :today) AS next_on"
    "   FROM training_attendance t WHERE t.person_id = p.id AND NOT t.annulled) AS had ON true"
    " ORDER BY had.last_on NULLS FIRST, o.name, p.id"
).bindparams(
    bindparam("roles", type_=ARRAY(Text)), bindparam("today", type_=Date()), bindparam("directing", type_=Text()),
)  # fmt: skip


def find_answering(session: Session, today: date) -> list[Answering]:
    """Who answers for data within the asker's rights, never trained or longest ago first."""
    rows = session.execute(
        _ANSWERING,
        {"roles": [str(one) for one in ANSWERING], "today": today, "directing": str(Role.DIRECTOR)},
    )  # fmt: skip
    return [
        Answering(row.id, row.organisation_id, row.organisation, row.roles, row.last_on, row.next_on) for row in rows
    ]


_LAST_TRAINED = text(
    "SELECT p.id, p.organisation_id, had.last_on FROM person p"
    " LEFT JOIN LATERAL (SELECT max(held_on) AS last_on FROM training_attendance t"
    "   WHERE t.person_id = p.id AND NOT t.annulled AND t.state = 'attended' AND held_on <= :today) AS had ON true"
    " WHERE p.id = ANY (:people) AND EXISTS (SELECT FROM training_course c WHERE NOT c.annulled)"
).bindparams(bindparam("people", type_=ARRAY(BigInteger)), bindparam("today", type_=Date()))


def find_last_trained(session: Session, people: Collection[int], today: date) -> list[tuple[int, int, date | None]]:
    """When each of these people was last trained, with their organisation; nobody where no course exists yet."""
    rows = session.execute(_LAST_TRAINED, {"people": sorted(people), "today": today})
    return [(row.id, row.organisation_id, row.last_on) for row in rows]


def months_of_training(session: Session, today: date) -> int:
    """How long what was learnt holds, as the policy on training says here, whoever decided it. Units: months."""
    policy = engine_of(session).catalogue.find(TRAINING_POLICY)
    versions = policy.versions if policy is not None else ()
    found = [one.parameters["training_months"].value for one in versions if one.applies_on(today)]
    return found[-1] if found else DEFAULT_MONTHS
