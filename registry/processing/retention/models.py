"""The tables of retention: rules an organisation says, what each dataset follows, holds, slips of disposal."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from registry.datasets.vocabulary import FinalDisposition
from registry.platform.tables import Kind, Versioned, free, plain, stored
from registry.processing.retention.vocabulary import (
    Counting,
    EventKnown,
    HoldReason,
    RuleUnit,
    SlipState,
    StartEvent,
)


class RetentionRule(Versioned, table=True):
    """A retention rule of an organisation: one it adds, or one of the list under the same code, adapted or agreed.

    `count` and `unit` are VITAM's RuleDuration and RuleMeasurement; neither is there for what is kept for ever. What
    bears no `agreed_on` is indicative: no archives service has validated it.
    Units: `count` in `unit`.
    Law: Code du patrimoine R212-13.
    """

    __tablename__ = "retention_rule"
    __table_args__ = (
        UniqueConstraint("organisation_id", "code"),
        CheckConstraint("code <> '' AND label <> ''", name="named"),
        CheckConstraint("(count IS NULL) = (unit IS NULL) AND count > 0", name="duration"),
        CheckConstraint("agreed_on IS NULL OR agreed_by IS NOT NULL", name="agreement"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    code: str = plain()
    label: str = free()
    description: str | None = free(nullable=True)
    count: int | None = None
    unit: RuleUnit | None = stored(RuleUnit, nullable=True)
    starts: StartEvent | None = stored(StartEvent, nullable=True)
    fate: FinalDisposition | None = stored(FinalDisposition, nullable=True, check="fate")
    reference: str | None = free(nullable=True)
    agreed_on: date | None = None
    agreed_by: str | None = free(nullable=True)
    agreement_reference: str | None = free(nullable=True)
    annulled: bool = Field(default=False)


class DatasetRetention(Versioned, table=True):
    """What a dataset's retention adds to its sheet, which says the months in active use, their start and the end.

    `rule_code` is that of a rule of its organisation or of the list; without it `own_reason` says why.
    Units: `intermediate_months` in months after the active use; with a rule, the rule's own duration is the whole.
    """

    __tablename__ = "dataset_retention"
    __table_args__ = (
        UniqueConstraint("dataset_id"),
        CheckConstraint("intermediate_months >= 0", name="intermediate_months"),
        CheckConstraint("known <> 'dated' OR event_on IS NOT NULL", name="dated"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    dataset_id: int = Field(sa_type=BigInteger, foreign_key="dataset.id")
    rule_code: str | None = plain(nullable=True, index=True)
    own_reason: str | None = free(nullable=True)
    intermediate_months: int | None = None
    known: EventKnown | None = stored(EventKnown, nullable=True)
    event_on: date | None = None
    event_source: str | None = free(nullable=True)
    counting: Counting = stored(Counting, default=Counting.EVENT_DAY)


class RetentionHold(Versioned, table=True):
    """A hold on a dataset: as long as it is not lifted, nothing of it may be disposed of (SEDA's HoldRule).

    `held_by` is who decided it, by their function.
    """

    __tablename__ = "retention_hold"
    __table_args__ = (
        CheckConstraint("review_on >= started_on", name="review"),
        CheckConstraint("lifted_on >= started_on", name="lifted"),
        CheckConstraint("(lifted_on IS NULL) = (lifted_reason IS NULL)", name="lifting"),
        Index(None, "dataset_id", postgresql_where=text("lifted_on IS NULL")),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    dataset_id: int = Field(sa_type=BigInteger, foreign_key="dataset.id")
    reason: HoldReason = stored(HoldReason)
    explained: str = free()
    held_by: str = free()
    started_on: date
    review_on: date | None = None
    lifted_on: date | None = None
    lifted_reason: str | None = free(nullable=True)


class DisposalSlip(Versioned, table=True):
    """A slip that lists what a body asks to dispose of, numbered by body and year; its articles never change.

    `organisation_id` is the body, a legal person.
    Law: Code du patrimoine R212-51.
    """

    __tablename__ = "disposal_slip"
    __table_args__ = (
        UniqueConstraint("organisation_id", "year", "sequence"),
        CheckConstraint("sequence > 0", name="sequence"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id")
    year: int
    sequence: int
    title: str = free()
    prepared_on: date
    state: SlipState = stored(SlipState, default=SlipState.PREPARED)

    @property
    def number(self) -> str:
        """How the slip is quoted: year and place in it."""
        return f"BE-{self.year}-{self.sequence:03d}"


class DisposalArticle(Versioned, table=True):
    """One dataset on a slip, as it stood when the slip was prepared.

    `live` falls when the slip is withdrawn: a dataset stands on one live slip at most.
    """

    __tablename__ = "disposal_article"
    __table_args__ = (
        UniqueConstraint("slip_id", "position"),
        Index(None, "dataset_id", unique=True, postgresql_where=text("live")),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    slip_id: int = Field(sa_type=BigInteger, foreign_key="disposal_slip.id")
    dataset_id: int = Field(sa_type=BigInteger, foreign_key="dataset.id")
    position: int
    title: str = free()
    owner: str = plain()
    rule: str = free()
    agreed: bool
    fate: FinalDisposition = stored(FinalDisposition, check="fate")
    earliest: date
    latest: date
    volume: str = free()
    until: date
    reason: str = free()
    live: bool = Field(default=True)
