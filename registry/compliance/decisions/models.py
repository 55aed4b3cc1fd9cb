"""What was decided about rules."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, DateTime, func
from sqlmodel import Field

from registry.compliance.decisions.vocabulary import PolicyDecisionKind
from registry.kernel.permissions import Role
from registry.platform.tables import Kind, Versioned, free, plain, stored


class PolicyDecision(Versioned, table=True):
    """One thing decided about a rule; only ever added: the last on a rule, or on a version's text, is what holds.

    `version_digest` is that of the version validated, with the rule around it: once the text moves, nothing bears it.
    `text` is the file of the rule adopted, `run_id` the simulation it comes from and `drafted_by` who asked for that.
    `decided_on` is the day it counts from: a validation may be of an earlier day than it was recorded.
    """

    __tablename__ = "policy_decision"
    __table_args__ = (
        CheckConstraint("(kind = 'adopted') = (text IS NOT NULL)", name="adopted_text"),
        CheckConstraint("(kind IN ('validated', 'unvalidated')) = (version_digest IS NOT NULL)", name="of_a_version"),
        CheckConstraint("kind = 'validated' OR (reason IS NOT NULL AND reason <> '')", name="said_why"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id")
    kind: PolicyDecisionKind = stored(PolicyDecisionKind)
    policy_id: str = plain()
    version_digest: str | None = plain(nullable=True)
    text: str | None = free(nullable=True)
    reason: str | None = free(nullable=True)
    run_id: int | None = Field(default=None, sa_type=BigInteger)
    drafted_by: int | None = Field(default=None, sa_type=BigInteger, foreign_key="account.id")
    decided_by: int = Field(sa_type=BigInteger, foreign_key="account.id")
    decided_as: Role = stored(Role, check="decided_as")
    decided_on: date
    decided_at: datetime = Field(
        default=None, sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()}
    )
