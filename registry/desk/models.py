"""What people say beside the records: questions about a sheet, and what they decided about a task."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from registry.desk.vocabulary import Addressee, Arrangement, QuestionState, QuestionSubject
from registry.organisations.vocabulary import AppointmentRole
from registry.platform.tables import Kind, Versioned, free, plain, stored


class Question(Versioned, table=True):
    """A question about a sheet, or about one of its fields: whom it went to, and where it stands.

    `asked_to` is empty where nobody was in post: then whoever may mend the sheet answers. `asked_as` is the role
    the addressee was in.
    """

    __tablename__ = "question"
    __table_args__ = (Index(None, "subject_id", "subject_kind"), {"info": {"kind": Kind.RECORD}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    subject_kind: QuestionSubject = stored(QuestionSubject)
    subject_id: int = Field(sa_type=BigInteger)
    field: str | None = plain(nullable=True)
    addressee: Addressee = stored(Addressee)
    asked_by: int = Field(sa_type=BigInteger, foreign_key="account.id", index=True)
    asked_to: int | None = Field(default=None, sa_type=BigInteger, foreign_key="person.id", index=True)
    asked_as: AppointmentRole | None = stored(AppointmentRole, nullable=True)
    state: QuestionState = stored(QuestionState, default=QuestionState.OPEN)
    asked_at: datetime = Field(
        default=None, sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()}
    )
    moved_at: datetime = Field(
        default=None, sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()}
    )


class QuestionMessage(Versioned, table=True):
    """One message of a question's thread; its text may name somebody."""

    __tablename__ = "question_message"
    __table_args__ = ({"info": {"kind": Kind.RECORD}},)

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    question_id: int = Field(sa_type=BigInteger, foreign_key="question.id", index=True)
    account_id: int = Field(sa_type=BigInteger, foreign_key="account.id")
    text: str = free()
    said_at: datetime = Field(
        default=None, sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()}
    )


class TaskArrangement(Versioned, table=True):
    """A task that waits until a day, or that was handed to somebody: one standing decision an account and a task.

    `task_key` names a task by its cause (`finding:dataset:12:dataset.licence`), which outlives each evaluation.
    Units: `until` is the day on which the task comes back.
    """

    __tablename__ = "task_arrangement"
    __table_args__ = (
        Index(None, "account_id", "task_key", unique=True, postgresql_where=text("NOT ended")),
        CheckConstraint("(kind = 'snooze') = (until IS NOT NULL)", name="until"),
        CheckConstraint("(kind = 'delegation') = (delegate_id IS NOT NULL)", name="delegate"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    account_id: int = Field(sa_type=BigInteger, foreign_key="account.id")
    task_key: str = plain()
    kind: Arrangement = stored(Arrangement)
    until: date | None = None
    delegate_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="account.id", index=True)
    reason: str | None = free(nullable=True)
    ended: bool = Field(default=False)


class HandOver(Versioned, table=True):
    """What one person held and another took over in one act, with what it takes to reverse it.

    `moved` lists what changed hands by number: appointments left and made, questions, delegations.
    """

    __tablename__ = "hand_over"
    __table_args__ = ({"info": {"kind": Kind.RECORD}},)

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    from_person_id: int = Field(sa_type=BigInteger, foreign_key="person.id", index=True)
    to_person_id: int = Field(sa_type=BigInteger, foreign_key="person.id", index=True)
    since: date
    moved: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    reason: str | None = free(nullable=True)
    undone: bool = Field(default=False)


class StandIn(Versioned, table=True):
    """Who does somebody's tasks while they are away, on an organisation and below it, within their own rights.

    The person is kept beside the account: who stands in may be shown neither of them.
    Units: both `starts_on` and `ends_on` included; what is ended early counts no more from that moment.
    """

    __tablename__ = "stand_in"
    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="period"),
        CheckConstraint("ends_on <= starts_on + interval '6 months'", name="longest"),
        CheckConstraint("away_id <> stand_in_id", name="two"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    away_id: int = Field(sa_type=BigInteger, foreign_key="account.id", index=True)
    away_person_id: int = Field(sa_type=BigInteger, foreign_key="person.id", index=True)
    stand_in_id: int = Field(sa_type=BigInteger, foreign_key="account.id", index=True)
    starts_on: date
    ends_on: date
    reason: str | None = free(nullable=True)
    ended_on: date | None = None
