"""The tables of personal data breaches: the breach, what the CNIL was told and when, what was done meanwhile."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, DateTime, UniqueConstraint
from sqlmodel import Field

from registry.platform.tables import Kind, Versioned, free, plain, plain_list, stored
from registry.processing.breaches.vocabulary import (
    BreachCause,
    BreachRisk,
    BreachSource,
    InformingExemption,
    NotificationPhase,
)


class Breach(Versioned, table=True):
    """A personal data breach, notified or not: the register the controller keeps of all of them.

    `due_at` is the end of the 72 hours and `notified_at` the first notification: both are written by the service, so
    that lists and desks compare them. `organisation_id` is the controller.
    Units: numbers of people and of records may be approximate.
    Law: GDPR art. 33 §5.
    """

    __tablename__ = "breach"
    __table_args__ = (
        CheckConstraint("occurred_from IS NULL OR occurred_from <= known_at", name="occurred_before_known"),
        CheckConstraint("occurred_until IS NULL OR occurred_from IS NULL OR occurred_from <= occurred_until",
                        name="occurred"),
        CheckConstraint("known_at < due_at", name="due"),
        CheckConstraint("notified_at IS NULL OR known_at <= notified_at", name="notified_after_known"),
        CheckConstraint("cardinality(natures) > 0", name="natures"),
        {"info": {"kind": Kind.RECORD}},
    )  # fmt: skip

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    title: str = free()
    natures: list[str] = plain_list()
    known_at: datetime = Field(sa_type=DateTime(timezone=True))
    due_at: datetime = Field(sa_type=DateTime(timezone=True))
    notified_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    occurred_from: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    occurred_until: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    source: BreachSource | None = stored(BreachSource, nullable=True)
    processor_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="organisation.id", index=True)
    processor_told_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    processor_report: str | None = free(nullable=True)
    cause: BreachCause | None = stored(BreachCause, nullable=True)
    facts: str | None = free(nullable=True)
    people_described: str | None = free(nullable=True)
    people_concerned: int | None = None
    records_concerned: int | None = None
    data_categories: list[str] = plain_list()
    consequences: str | None = free(nullable=True)
    measures: str | None = free(nullable=True)
    risk: BreachRisk | None = stored(BreachRisk, nullable=True)
    risk_reasons: str | None = free(nullable=True)
    delay_reasons: str | None = free(nullable=True)
    informed_on: date | None = None
    informed_how: str | None = free(nullable=True)
    exemption: InformingExemption | None = stored(InformingExemption, nullable=True)
    exemption_reasons: str | None = free(nullable=True)
    in_charge_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="person.id", index=True)
    closed_on: date | None = None
    annulled: bool = Field(default=False)


class BreachNotification(Versioned, table=True):
    """A notification of a breach to the CNIL, of its phase.

    Law: GDPR art. 33 §1 and §4.
    """

    __tablename__ = "breach_notification"
    __table_args__ = ({"info": {"kind": Kind.RECORD}},)

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    breach_id: int = Field(sa_type=BigInteger, foreign_key="breach.id", index=True)
    phase: NotificationPhase = stored(NotificationPhase)
    sent_at: datetime = Field(sa_type=DateTime(timezone=True))
    reference: str | None = plain(nullable=True)
    content: str | None = free(nullable=True)


class BreachEvent(Versioned, table=True):
    """Something that was done or learnt about a breach, at its moment."""

    __tablename__ = "breach_event"
    __table_args__ = ({"info": {"kind": Kind.RECORD}},)

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    breach_id: int = Field(sa_type=BigInteger, foreign_key="breach.id", index=True)
    happened_at: datetime = Field(sa_type=DateTime(timezone=True))
    what: str = free()


class BreachDataset(Versioned, table=True):
    """A dataset that a breach touched, whoever owns it."""

    __tablename__ = "breach_dataset"
    __table_args__ = (UniqueConstraint("breach_id", "dataset_id"), {"info": {"kind": Kind.RECORD}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    breach_id: int = Field(sa_type=BigInteger, foreign_key="breach.id")
    dataset_id: int = Field(sa_type=BigInteger, foreign_key="dataset.id", index=True)
    annulled: bool = Field(default=False)


class BreachActivity(Versioned, table=True):
    """A processing activity that a breach touched."""

    __tablename__ = "breach_activity"
    __table_args__ = (UniqueConstraint("breach_id", "activity_id"), {"info": {"kind": Kind.RECORD}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    breach_id: int = Field(sa_type=BigInteger, foreign_key="breach.id")
    activity_id: int = Field(sa_type=BigInteger, foreign_key="processing_activity.id", index=True)
    annulled: bool = Field(default=False)
