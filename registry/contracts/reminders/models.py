"""The reminders sent to a contract's holder about a delivery that is late."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint
from sqlmodel import Field

from registry.platform.tables import Kind, Versioned, free


class DeliveryReminder(Versioned, table=True):
    """A reminder of a delivery that is late: what was written, when, and the day given to comply (included).

    `notice_days` are the days a formal notice would give from its receipt, where somebody chose them with the reminder.
    `mailed` where the registry itself sent it, to `recipient`; else somebody did, in their own way. `number` counts
    from 1 a delivery. One that is annulled was noted by mistake: no formal notice follows it.
    """

    __tablename__ = "delivery_reminder"
    __table_args__ = (
        UniqueConstraint("delivery_id", "number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("notice_days >= 1", name="notice_days"),
        CheckConstraint("comply_by >= sent_on", name="comply_by"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    delivery_id: int = Field(sa_type=BigInteger, foreign_key="delivery.id")
    number: int
    sent_on: date
    comply_by: date
    notice_days: int | None = None
    message: str = free()
    mailed: bool = Field(default=False)
    recipient: str | None = free(nullable=True)
    annulled: bool = Field(default=False)
