"""The tables of a dataset's life: the moves the database knows, requests, visas, what the policies said, passages."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from registry.datasets.vocabulary import Stage
from registry.kernel.permissions import Role
from registry.lifecycle.vocabulary import RefusalPointState, RequestState, VisaAnswer, VisaKind, WithdrawalGround
from registry.platform.tables import Kind, Numbered, Table, Versioned, free, plain, plain_list, stored


class StageMove(Table, table=True):
    """What the database itself checks of a move from one stage: `policies/lifecycle.yaml` as a migration wrote it."""

    __tablename__ = "stage_move"
    __table_args__ = ({"info": {"kind": Kind.WORK}},)

    code: str = plain(primary_key=True)
    from_stage: Stage = stored(Stage, check="from_stage", primary_key=True)
    to_stage: Stage = stored(Stage, check="to_stage")
    asked_by: list[str] = plain_list()
    visas: dict[str, Any] = Field(sa_type=JSONB)
    needs_basis: bool
    needs_slip: bool


class StageRequest(Versioned, table=True):
    """The request of a move on a dataset; one waits at a time.

    `public_ground` is what the public is told of a withdrawal: `reason` stays within.
    """

    __tablename__ = "stage_request"
    __table_args__ = (
        Index(None, "dataset_id", unique=True, postgresql_where=text("state = 'waiting'")),
        Index(None, "dataset_id", "id"),
        Index(None, "organisation_id", postgresql_where=text("state = 'waiting'")),
        Index(None, "asked_by", postgresql_where=text("state IN ('waiting', 'refused')")),
        CheckConstraint("(state <> 'waiting') = (ended_on IS NOT NULL)", name="ended"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id")
    dataset_id: int = Field(sa_type=BigInteger, foreign_key="dataset.id")
    move: str = plain()
    from_stage: Stage = stored(Stage, check="from_stage")
    to_stage: Stage = stored(Stage, check="to_stage")
    reason: str | None = free(nullable=True)
    public_ground: WithdrawalGround | None = stored(WithdrawalGround, nullable=True, check="public_ground")
    asked_by: int = Field(sa_type=BigInteger, foreign_key="account.id")
    asked_as: Role = stored(Role, check="asked_as")
    asked_on: date
    state: RequestState = stored(RequestState, default=RequestState.WAITING)
    ended_on: date | None = None
    ended_reason: str | None = free(nullable=True)


class VisaDelegation(Versioned, table=True):
    """The visas of one kind that somebody hands over for a time, on an organisation and below it.

    Units: both `starts_on` and `ends_on` included; what is ended early counts no more from that moment.
    """

    __tablename__ = "visa_delegation"
    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="period"),
        CheckConstraint("delegator_id <> delegate_id", name="two"),
        CheckConstraint("(ended_on IS NULL) = (ended_reason IS NULL)", name="ended"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    kind: VisaKind = stored(VisaKind)
    delegator_id: int = Field(sa_type=BigInteger, foreign_key="account.id", index=True)
    delegate_id: int = Field(sa_type=BigInteger, foreign_key="account.id", index=True)
    starts_on: date
    ends_on: date
    reason: str | None = free(nullable=True)
    ended_on: date | None = None
    ended_reason: str | None = free(nullable=True)


class StageVisa(Versioned, table=True):
    """What somebody answered to the request of a move, on the version of the sheet they read and the facts of that day.

    `facts_digest` is that of the dataset's facts: an activity tied or untied changes what was endorsed, not the sheet.

    An outside visa says which authority answered, under which reference and on which day. `by_keeper` is told by the
    database: whether who answered keeps the dataset, or answers for it.
    `delegation_id` tells by what a stand-in answered.
    Law: Code du patrimoine L212-2, R212-51, for the disposal of public archives.
    """

    __tablename__ = "stage_visa"
    __table_args__ = (
        Index(None, "request_id", "kind"),
        CheckConstraint("answer = 'given' OR reason IS NOT NULL", name="refusal"),
        CheckConstraint(
            "kind <> 'archives' OR answer = 'refused' OR"
            " (authority IS NOT NULL AND reference IS NOT NULL AND dated IS NOT NULL)",
            name="outside",
        ),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    request_id: int = Field(sa_type=BigInteger, foreign_key="stage_request.id")
    kind: VisaKind = stored(VisaKind)
    answer: VisaAnswer = stored(VisaAnswer)
    dataset_version: int
    reason: str | None = free(nullable=True)
    authority: str | None = free(nullable=True)
    reference: str | None = free(nullable=True)
    dated: date | None = None
    given_by: int = Field(sa_type=BigInteger, foreign_key="account.id")
    given_as: Role = stored(Role, check="given_as")
    given_on: date
    by_keeper: bool = Field(default=False)
    facts_digest: str = plain(default="")
    delegation_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="visa_delegation.id")


class RefusalPoint(Versioned, table=True):
    """One thing that a refusal asks to mend or to answer, on a field of the sheet, on a policy, or on neither."""

    __tablename__ = "refusal_point"
    __table_args__ = (
        Index(None, "dataset_id", postgresql_where=text("state = 'open'")),
        CheckConstraint("field IS NULL OR policy_id IS NULL", name="about"),
        CheckConstraint("(state <> 'open') = (closed_on IS NOT NULL)", name="closed"),
        CheckConstraint("state <> 'answered' OR answer IS NOT NULL", name="answered"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    dataset_id: int = Field(sa_type=BigInteger, foreign_key="dataset.id")
    request_id: int = Field(sa_type=BigInteger, foreign_key="stage_request.id", index=True)
    dataset_version: int
    field: str | None = plain(nullable=True)
    policy_id: str | None = plain(nullable=True)
    words: str = free()
    state: RefusalPointState = stored(RefusalPointState, default=RefusalPointState.OPEN)
    answer: str | None = free(nullable=True)
    closed_by: int | None = Field(default=None, sa_type=BigInteger, foreign_key="account.id")
    closed_on: date | None = None


class GateVerdict(Numbered, table=True):
    """What the policies said of one version of a dataset, as a move was about to be made.

    `transaction` is the one that wrote it: it counts in no other.
    """

    __tablename__ = "gate_verdict"
    __table_args__ = (Index(None, "dataset_id", "id"), {"info": {"kind": Kind.WORK}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    dataset_id: int = Field(sa_type=BigInteger, foreign_key="dataset.id")
    dataset_version: int
    to_stage: Stage = stored(Stage, check="to_stage")
    passed: bool
    found: list[Any] = Field(sa_type=JSONB)
    transaction: int = Field(
        default=None,
        sa_type=BigInteger,
        sa_column_kwargs={"server_default": text("(pg_current_xact_id()::text)::bigint")},
    )
    judged_at: datetime = Field(
        default=None, sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()}
    )


class StagePassage(Versioned, table=True):
    """A move that was made: from which stage to which, on which version of the sheet, on what request and verdict."""

    __tablename__ = "stage_passage"
    __table_args__ = (Index(None, "dataset_id", "id"), {"info": {"kind": Kind.RECORD}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    dataset_id: int = Field(sa_type=BigInteger, foreign_key="dataset.id")
    request_id: int = Field(sa_type=BigInteger, foreign_key="stage_request.id")
    verdict_id: int = Field(sa_type=BigInteger, foreign_key="gate_verdict.id")
    dataset_version: int
    from_stage: Stage = stored(Stage, check="from_stage")
    to_stage: Stage = stored(Stage, check="to_stage")
    passed_on: date
