"""Every SELECT about reminders."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.contracts.reminders.models import DeliveryReminder


def find_reminders(session: Session, delivery_id: int) -> Sequence[DeliveryReminder]:
    """The reminders of a delivery, annulled or not, in order."""
    query = select(DeliveryReminder).where(col(DeliveryReminder.delivery_id) == delivery_id)
    return session.execute(query.order_by(col(DeliveryReminder.number))).scalars().all()
