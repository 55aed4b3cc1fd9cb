"""What is known of a body's people and of what they learnt, under the names the policies use.

A body is judged for its people: findings name nobody, and what somebody learnt is kept with them alone.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.accounts.models import Account, RoleGrant
from registry.accounts.vocabulary import AccountState
from registry.compliance.vocabulary import SubjectKind
from registry.datasets.models import Dataset
from registry.governance.models import TrainingAttendance, TrainingCourse, TrainingSession
from registry.governance.training_rules import ANSWERING, last_leaving
from registry.governance.vocabulary import AttendanceState
from registry.kernel.permissions import Role
from registry.ledger.as_of import find_rows, holds_on
from registry.organisations.models import Appointment, Organisation, Person
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject

_SEMINARS = {"elected": "organisation.elected_seminar_on", "managers": "organisation.managers_seminar_on"}
_KEEPING = (AppointmentRole.OWNER, AppointmentRole.STEWARD)
BOUND = (
    *_SEMINARS.values(), "organisation.answers_for_data", "organisation.oldest_training_on",
    "organisation.leaving_on", "organisation.datasets_without_successor",
)  # fmt: skip


def bodies_of(session: Session, organisation_ids: set[int]) -> tuple[SubjectKind, set[int]]:
    """The bodies the law addresses that these organisations act for: judged again once their people change."""
    rows = session.execute(
        select(col(Organisation.id), col(Organisation.lineage)).where(col(Organisation.id).in_(organisation_ids))
    ).all()
    above = {number for row in rows for number in row.lineage}
    kinds = session.execute(select(col(Organisation.id), col(Organisation.kind)).where(col(Organisation.id).in_(above)))
    persons = {row.id for row in kinds if row.kind.is_legal_person}
    return SubjectKind.ORGANISATION, {found for row in rows if (found := _body_of(row.lineage, persons)) is not None}


def _body_of(lineage: Sequence[int], persons: set[int]) -> int | None:
    return next((number for number in reversed(lineage) if number in persons), None)


def bind_people(
    session: Session, bound: Mapping[int, tuple[Any, dict[str, Any]]], *, on: date, until: datetime | None
) -> None:
    """Adds to the facts of bodies those that their people, and the training these had, tell on a day."""
    every = find_rows(session, Organisation, until=until, only=frozenset({"id", "kind", "lineage"}))
    persons = {row.id for row in every if row.kind.is_legal_person}
    body_of = {row.id: body for row in every if (body := _body_of(row.lineage, persons)) is not None}
    body_of = {number: body for number, body in body_of.items() if body in bound}
    _bind_training(session, bound, body_of, on=on, until=until)
    _bind_leaving(session, bound, body_of, until=until)


def _bind_training(
    session: Session, bound: Mapping[int, tuple[Any, dict[str, Any]]], body_of: Mapping[int, int], *, on: date,
    until: datetime | None,
) -> None:  # fmt: skip
    courses: dict[int, list[Any]] = {number: [] for number in bound}
    for row in find_rows(session, TrainingCourse, until=until, column="organisation_id", among=body_of):
        if not row.annulled:
            courses[body_of[row.organisation_id]].append(row)
    audiences = {one.id: set(one.audiences) for every in courses.values() for one in every}
    held: dict[int, date] = {}
    for row in find_rows(session, TrainingSession, until=until, column="course_id", among=audiences):
        if not row.annulled and row.held_on <= on:
            held[row.course_id] = max(held.get(row.course_id, row.held_on), row.held_on)
    people = _answering(session, body_of, on=on, until=until)
    everybody = {person for some in people.values() for person in some}
    trained: dict[int, date] = {}
    for row in find_rows(session, TrainingAttendance, until=until, column="person_id", among=everybody):
        there = row.state == AttendanceState.ATTENDED and not row.annulled
        if there and row.held_on is not None and row.held_on <= on:
            trained[row.person_id] = max(trained.get(row.person_id, row.held_on), row.held_on)
    for number, (_row, facts) in bound.items():
        for audience, name in _SEMINARS.items():
            meant = [one.id for one in courses[number] if audience in audiences[one.id]]
            # Nobody ever planned any: whether one took place is not known.
            if meant:
                _bind_day(facts, name, max((held[one] for one in meant if one in held), default=None))
        answering = people.get(number, set())
        facts["organisation.answers_for_data"] = bool(answering)
        known = [trained.get(person) for person in answering]
        if answering and (courses[number] or any(known)):
            days = [day for day in known if day is not None]
            _bind_day(facts, "organisation.oldest_training_on", min(days) if len(days) == len(known) else None)


def _answering(
    session: Session, body_of: Mapping[int, int], *, on: date, until: datetime | None
) -> dict[int, set[int]]:
    """Who answers for the data of each body: the holders of its posts, and whoever directs it by their account."""
    found: dict[int, set[int]] = {}
    for row in find_rows(session, Appointment, until=until, column="organisation_id", among=body_of):
        if not row.annulled and row.role in ANSWERING and holds_on(row.during, on):
            found.setdefault(body_of[row.organisation_id], set()).add(row.person_id)
    grants = [
        row
        for row in find_rows(session, RoleGrant, until=until, column="organisation_id", among=body_of)
        if not row.ended and row.role == Role.DIRECTOR
    ]
    accounts = {
        row.id: row.person_id
        for row in find_rows(session, Account, until=until, column="id", among={row.account_id for row in grants})
        if row.state != AccountState.STOPPED
    }
    for row in grants:
        if row.account_id in accounts:
            found.setdefault(body_of[row.organisation_id], set()).add(accounts[row.account_id])
    everybody = {person for some in found.values() for person in some}
    erased = {
        row.id
        for row in find_rows(session, Person, until=until, column="id", among=everybody)
        if row.name_digest is None and row.email_digest is None
    }
    return {number: people - erased for number, people in found.items()}


def _bind_leaving(
    session: Session, bound: Mapping[int, tuple[Any, dict[str, Any]]], body_of: Mapping[int, int], *,
    until: datetime | None,
) -> None:  # fmt: skip
    mandates: dict[tuple[int, int, AppointmentRole], list[tuple[date, date | None]]] = {}
    for row in find_rows(session, Appointment, until=until, column="organisation_id", among=body_of):
        if row.subject_kind == AppointmentSubject.DATASET and row.role in _KEEPING and not row.annulled:
            place = (body_of[row.organisation_id], row.subject_id, AppointmentRole(row.role))
            mandates.setdefault(place, []).append((row.during.lower, row.during.upper))
    sheets = {dataset for _body, dataset, _role in mandates}
    kept = {
        row.id
        for row in find_rows(
            session, Dataset, until=until, column="id", among=sheets, only=frozenset({"id", "annulled"})
        )
        if not row.annulled
    }
    for number, (_row, facts) in bound.items():
        mine = {place: days for place, days in mandates.items() if place[0] == number and place[1] in kept}
        leaving, without = last_leaving({place[1:]: days for place, days in mine.items()})
        _bind_day(facts, "organisation.leaving_on", leaving)
        facts["organisation.datasets_without_successor"] = without


def _bind_day(facts: dict[str, Any], name: str, day: date | None) -> None:
    facts[f"{name}__present"] = day is not None
    if day is not None:
        facts[name] = day
