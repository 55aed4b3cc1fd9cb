"""What this corner shows on the page of a delivery: its reminders, and the formal notice once one may follow."""

from registry.contracts.deliveries.queries import get_delivery
from registry.contracts.deliveries.rules import state_of
from registry.contracts.deliveries.vocabulary import DeliveryState
from registry.contracts.queries import get_contract
from registry.contracts.reminders.queries import find_reminders
from registry.contracts.reminders.rules import Reminded, ripe_on
from registry.contracts.reminders.views import ReminderLine, RemindersPanel
from registry.kernel.permissions import Permission
from registry.web.visits import Panel, Visit


def reminders_of(visit: Visit, delivery_id: int) -> RemindersPanel | None:
    """The reminders of a delivery; nothing where it is not late and none was sent."""
    delivery, today = get_delivery(visit.session, delivery_id), visit.today
    sent = find_reminders(visit.session, delivery_id)
    state = state_of(delivery.in_time_until, delivery.received_on, delivery.answer, today)
    is_late = state is DeliveryState.LATE and not delivery.annulled
    is_late = is_late and not get_contract(visit.session, delivery.contract_id).annulled
    if not sent and not is_late:
        return None
    lines = [
        ReminderLine(
            one.id, one.number, one.sent_on, one.comply_by, one.message, one.mailed, one.recipient or "",
            one.comply_by < today, one.annulled, one.notice_days,
        )
        for one in sent
    ]  # fmt: skip
    body, visitor = delivery.organisation_id, visit.visitor
    ripe = ripe_on([Reminded(one.sent_on, one.comply_by) for one in sent if not one.annulled], today)
    may_record = visitor.may(Permission.CONTRACTS_DELIVERY_RECORD, body)
    return RemindersPanel(
        delivery_id, lines, is_late and may_record, may_record,
        is_late and ripe and visitor.may(Permission.REPORTING_DOCUMENT_ISSUE, body),
    )  # fmt: skip


PANELS = (Panel("delivery", Permission.CONTRACTS_CONTRACT_READ, "contracts/_reminders.html", reminders_of),)
