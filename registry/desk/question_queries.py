"""Every SELECT about questions: one is read by whoever reads the sheet it is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Select, and_, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.accounts.models import Account
from registry.accounts.vocabulary import AccountState
from registry.datasets.models import Dataset, InformationSystem
from registry.desk.models import Question, QuestionMessage
from registry.desk.rules import ANSWERING, InPost
from registry.desk.vocabulary import Addressee, QuestionState, QuestionSubject
from registry.kernel.errors import NotFound
from registry.kernel.words import _
from registry.organisations.models import Appointment, Organisation, Person, PersonIdentity
from registry.organisations.vocabulary import AppointmentSubject

PAGE_SIZE = 50


def get_sheet(session: Session, kind: QuestionSubject, subject_id: int) -> tuple[int, str, bool]:
    """The organisation and the name of the sheet a question is about, and whether it is annulled.

    A sheet that the page has read already is not asked for again.

    Raises: NotFound when it is out of the asker's sight.
    """
    if kind is QuestionSubject.DATASET and (sheet := session.get(Dataset, subject_id)) is not None:
        return sheet.organisation_id, sheet.title, sheet.annulled
    if kind is QuestionSubject.SYSTEM and (system := session.get(InformationSystem, subject_id)) is not None:
        return system.organisation_id, system.name, system.annulled
    raise NotFound(_("Cette fiche n’existe pas, ou vos droits ne vous la montrent pas."))


def find_in_post(
    session: Session, kind: QuestionSubject, subject_id: int, organisation_id: int, addressee: Addressee, on: date
) -> list[InPost]:
    """Who is in a post that answers, on a sheet, on its organisation or above it, as far as the asker may know."""
    lineage = list(session.get_one(Organisation, organisation_id).lineage)
    own = and_(
        col(Appointment.subject_kind) == AppointmentSubject(kind.value), col(Appointment.subject_id) == subject_id
    )
    above = and_(
        col(Appointment.subject_kind) == AppointmentSubject.ORGANISATION, col(Appointment.subject_id).in_(lineage)
    )
    signs_in = exists().where(
        col(Account.person_id) == col(Appointment.person_id), col(Account.state) == AccountState.ACTIVE
    )
    rows = session.execute(
        select(
            col(Appointment.person_id), col(Appointment.role), col(Appointment.subject_id),
            case((own, True), else_=False).label("own"), signs_in.label("signs_in"),
        ).where(
            or_(own, above), ~col(Appointment.annulled), col(Appointment.during).contains(on),
            col(Appointment.role).in_(ANSWERING[addressee]),
        )
    )  # fmt: skip
    return [
        InPost(row.person_id, row.role, 0 if row.own else len(lineage) - lineage.index(row.subject_id), row.signs_in)
        for row in rows
    ]


@dataclass(frozen=True)
class Asked:
    """A question as it is listed: what it asks, of whom, and the sheet it is about."""

    id: int
    organisation_id: int
    subject_kind: QuestionSubject
    subject_id: int
    sheet: str
    field: str | None
    addressee: Addressee
    asked_by: int
    asked_to: int | None
    state: QuestionState
    asked_at: datetime
    moved_at: datetime
    text: str
    messages: int


def _asked() -> Select[Any]:
    """A question whose sheet is out of sight is out of sight too, wherever the sheet went."""
    first = (
        select(col(QuestionMessage.text))
        .where(col(QuestionMessage.question_id) == col(Question.id))
        .order_by(col(QuestionMessage.id))
        .limit(1)
        .scalar_subquery()
    )
    number = select(func.count()).where(col(QuestionMessage.question_id) == col(Question.id)).scalar_subquery()
    return (
        select(
            Question, first.label("said"), number.label("messages"),
            func.coalesce(col(Dataset.title), col(InformationSystem.name)).label("sheet"),
        )
        .outerjoin(
            Dataset,
            (col(Question.subject_kind) == QuestionSubject.DATASET) & (col(Dataset.id) == col(Question.subject_id)),
        )
        .outerjoin(
            InformationSystem,
            (col(Question.subject_kind) == QuestionSubject.SYSTEM)
            & (col(InformationSystem.id) == col(Question.subject_id)),
        )
        .where(or_(col(Dataset.id).is_not(None), col(InformationSystem.id).is_not(None)))
    )  # fmt: skip


def _read(rows: Any) -> list[Asked]:
    return [
        Asked(
            **{name: getattr(row.Question, name) for name in Asked.__dataclass_fields__ if hasattr(Question, name)},
            sheet=row.sheet, text=row.said or "", messages=row.messages,
        )
        for row in rows
    ]  # fmt: skip


def find_questions(
    session: Session,
    *,
    subject: tuple[QuestionSubject, int] | None = None,
    state: QuestionState | None = None,
    before: int | None = None,
    limit: int = PAGE_SIZE,
) -> list[Asked]:
    """Questions within the asker's rights, the latest first; `before` is the number of the last one shown."""
    kind, number = subject or (None, None)
    asked = {"kind": kind, "subject": number, "state": state, "before": before}
    given = {name: value for name, value in asked.items() if value is not None}
    return _read(session.execute(_questions(frozenset(given)), {**given, "limit": limit}))


_NARROWED = {
    "kind": col(Question.subject_kind) == bindparam("kind"),
    "subject": col(Question.subject_id) == bindparam("subject"),
    "state": col(Question.state) == bindparam("state"),
    "before": col(Question.id) < bindparam("before"),
}


@lru_cache(maxsize=16)
def _questions(given: frozenset[str]) -> Select[Any]:
    """Written once for each way of narrowing: every sheet asks for it, and writing it costs more than running it."""
    narrowed = _asked().where(*(condition for name, condition in _NARROWED.items() if name in given))
    return narrowed.order_by(col(Question.id).desc()).limit(bindparam("limit", type_=Integer()))


def find_asked(session: Session, ids: Sequence[int]) -> Mapping[int, Asked]:
    """Some questions, by number."""
    rows = session.execute(_asked().where(col(Question.id).in_(list(ids))))
    return {one.id: one for one in _read(rows)}


def get_question(session: Session, question_id: int, *, lock: bool = False) -> Question:
    """One question whose sheet the asker may read; locked, as it stands now.

    Raises: NotFound.
    """
    found = session.get(Question, question_id, with_for_update=lock or None, populate_existing=lock)
    if found is None:
        raise NotFound(_("Cette question n’existe pas, ou vos droits ne vous la montrent pas."))
    get_sheet(session, found.subject_kind, found.subject_id)
    return found


def find_messages(session: Session, question_id: int) -> Sequence[QuestionMessage]:
    """The thread of a question, oldest first."""
    query = select(QuestionMessage).where(col(QuestionMessage.question_id) == question_id)
    return session.execute(query.order_by(col(QuestionMessage.id))).scalars().all()


def find_addresses(session: Session, people: Sequence[int], accounts: Sequence[int]) -> list[str]:
    """The mail addresses of these people and of the people behind these accounts, as far as the asker may know."""
    behind = select(col(Account.person_id)).where(col(Account.id).in_(list(accounts)))
    rows = session.execute(
        select(col(PersonIdentity.value))
        .join(
            Person,
            (col(Person.id) == col(PersonIdentity.person_id))
            & (col(Person.email_digest) == col(PersonIdentity.digest)),
        )
        .where(or_(col(Person.id).in_(list(people)), col(Person.id).in_(behind)))
    )
    return sorted(set(rows.scalars()))
