"""Who meets, what they decide, what is to be done, and who was trained."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from registry.compliance.vocabulary import Principle, Stake
from registry.governance.vocabulary import ActionState, AttendanceState, BodyKind, BodyScope
from registry.organisations.vocabulary import AppointmentRole
from registry.platform.tables import Kind, Versioned, free, plain, plain_list, stored


class GovernanceBody(Versioned, table=True):
    """Somewhere people meet to govern data; `organisation_id` is the organisation that convenes it.

    Units: `rhythm_months` is how many months there are between two meetings.
    """

    __tablename__ = "governance_body"
    __table_args__ = (
        CheckConstraint("name <> ''", name="name"),
        CheckConstraint("rhythm_months > 0", name="rhythm_months"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    name: str = free()
    scope: BodyScope = stored(BodyScope)
    kind: BodyKind = stored(BodyKind)
    purpose: str | None = free(nullable=True)
    rhythm_months: int | None = None
    annulled: bool = Field(default=False)


class GovernanceMember(Versioned, table=True):
    """An organisation that sits in a body, by one role where that is said: who holds it is told by appointments.

    `organisation_id` is the organisation that convenes the body, `member_id` the one that sits.
    """

    __tablename__ = "governance_member"
    __table_args__ = (
        UniqueConstraint("body_id", "member_id", "role", postgresql_nulls_not_distinct=True),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    body_id: int = Field(sa_type=BigInteger, foreign_key="governance_body.id")
    member_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    role: AppointmentRole | None = stored(AppointmentRole, nullable=True)
    annulled: bool = Field(default=False)


class GovernanceMeeting(Versioned, table=True):
    """A meeting of a body, held or to come; its minutes are evidence."""

    __tablename__ = "governance_meeting"
    __table_args__ = (Index(None, "body_id", "held_on", "id"), {"info": {"kind": Kind.RECORD}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    body_id: int = Field(sa_type=BigInteger, foreign_key="governance_body.id")
    held_on: date
    agenda: str | None = free(nullable=True)
    annulled: bool = Field(default=False)


class GovernanceDecision(Versioned, table=True):
    """What a meeting decided, and the policy or the dataset it touches; actions name the decision they carry out."""

    __tablename__ = "governance_decision"
    __table_args__ = (CheckConstraint("text <> ''", name="text"), {"info": {"kind": Kind.RECORD}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    meeting_id: int = Field(sa_type=BigInteger, foreign_key="governance_meeting.id", index=True)
    text: str = free()
    policy_id: str | None = plain(nullable=True)
    dataset_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="dataset.id", index=True)
    annulled: bool = Field(default=False)


class GovernanceAction(Versioned, table=True):
    """Something to be done; `organisation_id` owns it, by a role where that is said.

    `policy_id` is the policy it answers: what that finds on the owner is what the action is about.
    """

    __tablename__ = "governance_action"
    __table_args__ = (
        Index(None, "organisation_id", "due_on", "id"),
        CheckConstraint("title <> ''", name="title"),
        CheckConstraint("state <> 'dropped' OR dropped_reason IS NOT NULL", name="dropped_reason"),
        CheckConstraint("state <> 'done' OR done_on IS NOT NULL", name="done_on"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id")
    title: str = free()
    owner_role: AppointmentRole | None = stored(AppointmentRole, nullable=True)
    stake: Stake | None = stored(Stake, nullable=True)
    principle: Principle | None = stored(Principle, nullable=True)
    state: ActionState = stored(ActionState, default=ActionState.PLANNED)
    due_on: date | None = None
    done_on: date | None = None
    dropped_reason: str | None = free(nullable=True)
    progress: str | None = free(nullable=True)
    decision_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="governance_decision.id", index=True)
    policy_id: str | None = plain(nullable=True)
    annulled: bool = Field(default=False)


class TrainingCourse(Versioned, table=True):
    """What an organisation teaches about data, and to whom: codes of the list of audiences."""

    __tablename__ = "training_course"
    __table_args__ = (CheckConstraint("title <> ''", name="title"), {"info": {"kind": Kind.RECORD}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    title: str = free()
    audiences: list[str] = plain_list()
    content: str | None = free(nullable=True)
    annulled: bool = Field(default=False)


class TrainingSession(Versioned, table=True):
    """A session of a course, held or to come; its attendance sheet is evidence.

    Units: `hours` of training; `headcount` how many were there, named or not.
    """

    __tablename__ = "training_session"
    __table_args__ = (
        Index(None, "course_id", "held_on", "id"),
        CheckConstraint("hours > 0", name="hours"),
        CheckConstraint("headcount >= 0", name="headcount"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    course_id: int = Field(sa_type=BigInteger, foreign_key="training_course.id")
    held_on: date
    hours: float | None = None
    place: str | None = free(nullable=True)
    remote: bool = Field(default=False)
    given_by: str | None = free(nullable=True)
    headcount: int | None = None
    annulled: bool = Field(default=False)


class TrainingAttendance(Versioned, table=True):
    """Somebody at a session. It is of the person's organisation: who reads that reads what its people learnt.

    `held_on` is the day of the session, nothing while that is set aside.
    """

    __tablename__ = "training_attendance"
    __table_args__ = (UniqueConstraint("session_id", "person_id"), {"info": {"kind": Kind.RECORD}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    session_id: int = Field(sa_type=BigInteger, foreign_key="training_session.id")
    person_id: int = Field(sa_type=BigInteger, foreign_key="person.id", index=True)
    held_on: date | None = None
    state: AttendanceState = stored(AttendanceState)
    annulled: bool = Field(default=False)
