"""What goes out about reminders: the panel of a delivery, and the form of a reminder with its proposed text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.contracts.clauses.queries import Written
from registry.contracts.deliveries.models import Delivery
from registry.contracts.deliveries.service import Cost
from registry.contracts.deliveries.views import say_days, say_penalty
from registry.kernel.words import _
from registry.web.templating import say_day


@dataclass(frozen=True)
class ReminderLine:
    """A reminder that was sent."""

    number: int
    sent_on: date
    comply_by: date
    message: str
    mailed: bool
    passed: bool


@dataclass(frozen=True)
class RemindersPanel:
    """The reminders of a delivery that is late, and what may follow."""

    id: int
    lines: Sequence[ReminderLine]
    may_remind: bool
    may_notify: bool


@dataclass(frozen=True)
class ReminderPage:
    """The form of a reminder."""

    id: int
    title: str
    contract_id: int
    contract: str
    version: int
    is_mailed: bool
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]


def proposed_text(delivery: Delivery, title: str, contract: str, cost: Cost, written: Written, comply_by: date) -> str:
    """A reminder in words, for somebody to read again before it leaves."""
    lines = [
        _("Madame, Monsieur,"),
        _("Le contrat « {contract} » prévoit la livraison de « {title} » le {due}.").format(
            contract=contract, title=title, due=say_day(delivery.due_on)
        ),
        _("À ce jour elle n’est pas acquise : {days} de retard.").format(days=say_days(cost.lateness.days)),
        *say_penalty(cost, written),
        _("Merci de la déposer au plus tard le {day}.").format(day=say_day(comply_by)),
    ]
    return "\n\n".join(lines)
