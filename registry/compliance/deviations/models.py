"""Accepted deviations."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field

from registry.compliance.deviations.vocabulary import DeviationState
from registry.compliance.vocabulary import SubjectKind
from registry.kernel.permissions import Role
from registry.platform.tables import Kind, Versioned, free, plain, stored


class AcceptedDeviation(Versioned, table=True):
    """A breach that a body goes on with until a day: who asked, who answered, and how it ended.

    It bears on what one policy says of one subject, as a finding does; `period` is the year of a yearly duty, else 0.
    One is asked for at a time, and one holds at a time. `expires_on` is the last day on which it holds.
    """

    __tablename__ = "accepted_deviation"
    __table_args__ = (
        Index(
            None,
            "subject_id",
            "subject_kind",
            "policy_id",
            "period",
            "state",
            unique=True,
            postgresql_where=text("state IN ('asked', 'approved')"),
        ),
        Index(None, "organisation_id", "state", "expires_on"),
        CheckConstraint("reason <> '' AND compensation <> ''", name="said"),
        CheckConstraint("decided_by <> asked_by", name="someone_else"),
        CheckConstraint("expires_on >= asked_on", name="expires_on"),
        CheckConstraint("(decided_on IS NULL) = (decided_by IS NULL)", name="decided"),
        CheckConstraint("state NOT IN ('approved', 'refused') OR decided_on IS NOT NULL", name="answered"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id")
    subject_kind: SubjectKind = stored(SubjectKind)
    subject_id: int = Field(sa_type=BigInteger)
    policy_id: str = plain()
    period: int = 0
    reason: str = free()
    compensation: str = free()
    asked_by: int = Field(sa_type=BigInteger, foreign_key="account.id", index=True)
    asked_as: Role = stored(Role, check="asked_as")
    asked_on: date
    expires_on: date
    state: DeviationState = stored(DeviationState, default=DeviationState.ASKED)
    decided_by: int | None = Field(default=None, sa_type=BigInteger, foreign_key="account.id")
    decided_as: Role | None = stored(Role, nullable=True, check="decided_as")
    decided_on: date | None = None
    decision_reason: str | None = free(nullable=True)
    ended_on: date | None = None
    ended_reason: str | None = free(nullable=True)
