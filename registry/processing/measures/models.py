"""Protective measures."""

from datetime import date
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, Index, Numeric
from sqlmodel import Field

from registry.organisations.vocabulary import AppointmentRole
from registry.platform.tables import Kind, Versioned, free, stored
from registry.processing.measures.vocabulary import MeasureState, ProtectiveKind


class ProtectiveMeasure(Versioned, table=True):
    """What a body does to protect data, for one activity or for all; `owner_role` answers for it.

    Units: `cost` in euros, tax included, in cents at most.
    """

    __tablename__ = "protective_measure"
    __table_args__ = (
        Index(None, "organisation_id", "due_on", "id"),
        CheckConstraint("name <> ''", name="name"),
        CheckConstraint("cost >= 0", name="cost"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id")
    activity_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="processing_activity.id", index=True)
    name: str = free()
    kind: ProtectiveKind | None = stored(ProtectiveKind, nullable=True)
    state: MeasureState = stored(MeasureState, default=MeasureState.PLANNED)
    cost: Decimal | None = Field(default=None, sa_type=Numeric(12, 2))
    owner_role: AppointmentRole | None = stored(AppointmentRole, nullable=True)
    owner_note: str | None = free(nullable=True)
    due_on: date | None = None
    done_on: date | None = None
    notes: str | None = free(nullable=True)
    annulled: bool = Field(default=False)
