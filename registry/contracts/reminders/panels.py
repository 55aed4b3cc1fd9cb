"""What this corner shows on the page of a delivery: its reminders, and the formal notice once one may follow."""

from registry.contracts.deliveries.queries import get_delivery
from registry.contracts.deliveries.rules import state_of
from registry.contracts.deliveries.vocabulary import DeliveryState
from registry.contracts.reminders.queries import find_reminders
from registry.contracts.reminders.rules import Reminded, ripe_on
from registry.contracts.reminders.views import ReminderLine, RemindersPanel
from registry.kernel.permissions import Permission
from registry.web.visits import Panel, Visit


def reminders_of(visit: Visit, delivery_id: int) -> RemindersPanel | None:
    """The reminders of a delivery; nothing where it is not late and none was sent."""
    delivery, today = get_delivery(visit.session, delivery_id), visit.today
    sent = [one for one in find_reminders(visit.session, delivery_id) if not one.annulled]
    state = state_of(delivery.in_time_until, delivery.received_on, delivery.answer, today)
    is_late = state is DeliveryState.LATE and not delivery.annulled
    if not sent and not is_late:
        return None
    lines = [
        ReminderLine(one.number, one.sent_on, one.comply_by, one.message, one.mailed, one.comply_by < today)
        for one in sent
    ]
    body, visitor = delivery.organisation_id, visit.visitor
    ripe = ripe_on([Reminded(one.sent_on, one.comply_by) for one in sent], today)
    return RemindersPanel(
        delivery_id, lines, is_late and visitor.may(Permission.CONTRACTS_DELIVERY_RECORD, body),
        is_late and ripe and visitor.may(Permission.REPORTING_DOCUMENT_ISSUE, body),
    )  # fmt: skip


PANELS = (Panel("delivery", Permission.CONTRACTS_CONTRACT_READ, "contracts/_reminders.html", reminders_of),)
