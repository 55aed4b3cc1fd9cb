"""Every SELECT about reminders."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.contracts.queries import get_one
from registry.contracts.reminders.models import DeliveryReminder
from registry.kernel.words import _


def get_reminder(session: Session, reminder_id: int, *, lock: bool = False) -> DeliveryReminder:
    """One reminder within the asker's rights.

    Raises: NotFound.
    """
    missing = _("Cette relance n’existe pas, ou vos droits ne vous la montrent pas.")
    return get_one(session, DeliveryReminder, reminder_id, missing, lock=lock)


def find_reminders(session: Session, delivery_id: int) -> Sequence[DeliveryReminder]:
    """The reminders of a delivery, annulled or not, in order."""
    query = select(DeliveryReminder).where(col(DeliveryReminder.delivery_id) == delivery_id)
    return session.execute(query.order_by(col(DeliveryReminder.number))).scalars().all()
