"""Every SELECT about hand-overs: what somebody holds today, and what was handed over already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Date, bindparam, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.accounts.models import Account
from registry.desk.models import HandOver, Question, TaskArrangement
from registry.desk.vocabulary import QuestionState
from registry.kernel.errors import NotFound
from registry.kernel.words import _
from registry.organisations.models import Appointment
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject

LEFT_SINCE = 60
"""For how long what somebody left without a successor is still theirs to hand over. Units: days."""


@dataclass(frozen=True)
class Held:
    """An appointment somebody holds, or left vacant lately."""

    id: int
    organisation_id: int
    role: AppointmentRole
    subject_kind: AppointmentSubject
    subject_id: int
    name: str
    since: date
    until: date | None


_HELD = text(
    "SELECT a.id, a.organisation_id, a.role, a.subject_kind, a.subject_id, lower(a.during) AS since,"
    " upper(a.during) AS until, coalesce(d.title, s.name, o.name) AS name FROM appointment a"
    " LEFT JOIN dataset d ON a.subject_kind = 'dataset' AND d.id = a.subject_id"
    " LEFT JOIN information_system s ON a.subject_kind = 'system' AND s.id = a.subject_id"
    " LEFT JOIN organisation o ON a.subject_kind = 'organisation' AND o.id = a.subject_id"
    " WHERE a.person_id = :person AND NOT a.annulled AND a.organisation_id = ANY (:within)"
    "   AND NOT coalesce(d.annulled, s.annulled, o.annulled) AND ("
    "     a.during @> CAST(:today AS date) OR (upper(a.during) BETWEEN :left AND :today AND NOT EXISTS ("
    "       SELECT FROM appointment b WHERE b.subject_kind = a.subject_kind AND b.subject_id = a.subject_id"
    "          AND b.role = a.role AND NOT b.annulled AND b.during @> CAST(:today AS date))))"
    " ORDER BY a.subject_kind, name, a.role"
).bindparams(
    bindparam("within", type_=ARRAY(BigInteger)), bindparam("today", type_=Date()), bindparam("left", type_=Date())
)


def find_held(session: Session, person_id: int, today: date, *, within: frozenset[int]) -> list[Held]:
    """What somebody holds today, and what they left vacant lately, on some organisations."""
    rows = session.execute(
        _HELD,
        {"person": person_id, "today": today, "left": today - timedelta(days=LEFT_SINCE), "within": sorted(within)},
    )
    return [
        Held(
            row.id, row.organisation_id, AppointmentRole(row.role), AppointmentSubject(row.subject_kind),
            row.subject_id, row.name or "", row.since, row.until,
        )
        for row in rows
    ]  # fmt: skip


def find_open_questions(session: Session, person_id: int, *, within: frozenset[int]) -> Sequence[Question]:
    """The questions that wait for somebody."""
    query = select(Question).where(
        col(Question.asked_to) == person_id,
        col(Question.state) == QuestionState.OPEN,
        col(Question.organisation_id).in_(within),
    )
    return session.execute(query.order_by(col(Question.id))).scalars().all()


def find_handed_tasks(session: Session, person_id: int, *, within: frozenset[int]) -> Sequence[TaskArrangement]:
    """The tasks that were handed to somebody and still are theirs."""
    query = (
        select(TaskArrangement)
        .join(Account, col(Account.id) == col(TaskArrangement.delegate_id))
        .where(
            col(Account.person_id) == person_id,
            ~col(TaskArrangement.ended),
            col(TaskArrangement.organisation_id).in_(within),
        )
    )
    return session.execute(query.order_by(col(TaskArrangement.id))).scalars().all()


def find_account_of(session: Session, person_id: int) -> int | None:
    """The account somebody signs in with, if they have one."""
    return session.execute(select(col(Account.id)).where(col(Account.person_id) == person_id)).scalar_one_or_none()


def find_standing_appointment(session: Session, held: Held, on: date) -> Appointment | None:
    """Who stands on a day in the post of an appointment: it is what a successor would shorten."""
    return session.execute(
        select(Appointment).where(
            col(Appointment.subject_kind) == held.subject_kind,
            col(Appointment.subject_id) == held.subject_id,
            col(Appointment.role) == held.role,
            ~col(Appointment.annulled),
            col(Appointment.during).contains(on),
        )
    ).scalar_one_or_none()


def find_handovers(session: Session, person_id: int) -> Sequence[HandOver]:
    """What somebody handed over, the latest first."""
    query = select(HandOver).where(col(HandOver.from_person_id) == person_id)
    return session.execute(query.order_by(col(HandOver.id).desc())).scalars().all()


def get_handover(session: Session, handover_id: int) -> HandOver:
    """One hand-over within the asker's rights, held until it is reversed.

    Raises: NotFound.
    """
    found = session.get(HandOver, handover_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(_("Cette passation n’existe pas, ou vos droits ne vous la montrent pas."))
    return found


def find_by_number(session: Session, model: Any, ids: Sequence[int]) -> dict[int, Any]:
    """Some rows of a table, held, by number."""
    rows = session.execute(select(model).where(col(model.id).in_(list(ids))).with_for_update()).scalars()
    return {row.id: row for row in rows}
