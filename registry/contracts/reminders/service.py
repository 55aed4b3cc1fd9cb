"""Recording the reminders of what is late."""

from datetime import date

from sqlalchemy.orm import Session

from registry.contracts.clauses.queries import find_written
from registry.contracts.deliveries.costs import Cost, cost_of
from registry.contracts.deliveries.expecting import reading_of
from registry.contracts.deliveries.models import Delivery
from registry.contracts.deliveries.queries import find_receipts, get_delivery
from registry.contracts.deliveries.vocabulary import ReceiptAnswer
from registry.contracts.queries import get_contract
from registry.contracts.reminders.forms import ReminderForm
from registry.contracts.reminders.models import DeliveryReminder
from registry.contracts.reminders.queries import find_reminders, get_reminder
from registry.kernel.errors import Conflict, FieldError, Invalid, Stale
from registry.kernel.words import _
from registry.ledger.service import say, touch


def cost_today(session: Session, delivery: Delivery, today: date) -> Cost | None:
    """How late a delivery is on a day, and what the contract makes of it."""
    contract = get_contract(session, delivery.contract_id)
    reading = reading_of(find_written(session, [contract])[contract.id], today)
    return cost_of(session, delivery, find_receipts(session, [delivery.id]).get(delivery.id, []), reading, today)


def refuse_unless_late(session: Session, delivery: Delivery, today: date) -> Cost:
    """How late a delivery is, of which its holder may be reminded.

    Raises: Conflict when its contract is annulled, when nothing is late, or when something that came waits for our own
    answer.
    """
    if get_contract(session, delivery.contract_id).annulled:
        raise Conflict(_("Ce contrat est annulé : rétablissez-le avant de le modifier."))
    cost = cost_today(session, delivery, today)
    if delivery.annulled or delivery.answer is ReceiptAnswer.ACCEPTED or cost is None or not cost.lateness.days:
        raise Conflict(_("Cette livraison n’est pas en retard : il n’y a rien à relancer."))
    if delivery.answer is ReceiptAnswer.WAITING:
        raise Conflict(_("Répondez d’abord à ce qui a été reçu : le retard en dépend."))
    return cost


def record_reminder(
    session: Session, delivery_id: int, form: ReminderForm, *, expected: int, today: date, mailed: bool
) -> DeliveryReminder:
    """Notes that the holder was reminded, and until when it may comply.

    Raises: NotFound; Stale; Conflict when nothing is late; Invalid when the days do not follow each other.
    """
    delivery = get_delivery(session, delivery_id, lock=True)
    if delivery.version != expected:
        raise Stale(_("Cette livraison a été modifiée entre-temps."), delivery.version)
    refuse_unless_late(session, delivery, today)
    sent_on = form.sent_on or today
    if sent_on > today:
        raise _wrong("sent_on", _("Ce jour est à venir : donnez un jour passé, ou aujourd’hui."))
    if delivery.in_time_until is not None and sent_on <= delivery.in_time_until:
        raise _wrong("sent_on", _("Rien n’était encore en retard ce jour-là : vérifiez la date."))
    if form.comply_by <= sent_on:
        raise _wrong("comply_by", _("Laissez au moins un jour après la relance."))
    say(session, "contracts:delivery:remind")
    made = DeliveryReminder(
        organisation_id=delivery.organisation_id, delivery_id=delivery.id,
        number=len(find_reminders(session, delivery_id)) + 1, sent_on=sent_on, comply_by=form.comply_by,
        notice_days=form.notice_days, message=form.message, mailed=mailed, recipient=form.recipient,
    )  # fmt: skip
    session.add(made)
    session.flush()
    session.refresh(made)
    touch(session, "delivery", delivery.id)
    return made


def set_reminder_aside(
    session: Session, reminder_id: int, *, expected: int, reason: str, annulled: bool
) -> DeliveryReminder:  # fmt: skip
    """Annuls a reminder noted by mistake, or brings it back, with a reason: what was mailed is not called back.

    Raises: NotFound; Stale.
    """
    reminder = get_reminder(session, reminder_id, lock=True)
    if reminder.version != expected:
        raise Stale(_("Cette relance a été modifiée entre-temps."), reminder.version)
    say(session, "contracts:delivery:unremind" if annulled else "contracts:delivery:remind-again", reason)
    reminder.annulled = annulled
    session.flush()
    session.refresh(reminder)
    touch(session, "delivery", reminder.delivery_id)
    return reminder


def _wrong(name: str, sentence: str) -> Invalid:
    return Invalid(sentence, (FieldError(name, sentence),))
