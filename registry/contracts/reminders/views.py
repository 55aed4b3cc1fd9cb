"""What goes out about reminders: the panel of a delivery, and the form of a reminder with its proposed text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.contracts.clauses.queries import Written
from registry.contracts.deliveries.costs import Cost
from registry.contracts.deliveries.models import Delivery
from registry.contracts.deliveries.views import say_days, say_euros, say_otherwise, say_penalty
from registry.kernel.words import _
from registry.web.templating import say_day


@dataclass(frozen=True)
class ReminderLine:
    """A reminder that was sent, to `recipient` where that is known."""

    id: int
    number: int
    sent_on: date
    comply_by: date
    message: str
    mailed: bool
    recipient: str
    passed: bool
    annulled: bool
    notice_days: int | None


@dataclass(frozen=True)
class RemindersPanel:
    """The reminders of a delivery that is late, and what may follow."""

    id: int
    lines: Sequence[ReminderLine]
    may_remind: bool
    may_annul: bool
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
    usual_days: int


@dataclass(frozen=True)
class Door:
    """The page where a holder deposits, without what opens it; and until when its link does, included."""

    address: str
    until: date


def proposed_text(
    delivery: Delivery, title: str, contract: str, cost: Cost, written: Written, comply_by: date, door: Door | None
) -> str:
    """A reminder in words, for somebody to read again before it leaves: it gives nothing up of what the contract says.

    It says what the lateness costs where a clause says how much, and is silent where none does.
    """
    lines = [
        _("Madame, Monsieur,"),
        (
            _("Le contrat « {contract} » prévoit la livraison de « {title} » le {due}.")
            if delivery.clause_id is not None
            else _("Au titre du contrat « {contract} », la livraison de « {title} » était attendue le {due}.")
        ).format(contract=contract, title=title, due=say_day(delivery.due_on)),
        _("À ce jour elle n’est pas acquise : {days} de retard.").format(days=say_days(cost.lateness.days)),
        *_say_stakes(cost, written),
        _("Merci de la déposer au plus tard le {day}.").format(day=say_day(comply_by)) + " " + _say_door(door),
        _(
            "Cette relance est faite sans préjudice des pénalités et de tous les droits que la collectivité tient du "
            "contrat et de la loi ; elle n’accorde aucun délai qui suspende les pénalités."
        ),
    ]
    return "\n\n".join(lines)


def _say_stakes(cost: Cost, written: Written) -> list[str]:
    """What the lateness costs the holder, where a clause says how much; before a notice that it waits for, the rate."""
    if cost.terms is None:
        return say_otherwise(cost, written)
    if cost.awaits_notice:
        said = _("Le contrat prévoit une pénalité de {amount} par jour de retard, après une mise en demeure restée "
                 "sans effet.")  # fmt: skip
        return [said.format(amount=say_euros(cost.terms.per_day)), *say_otherwise(cost, written)]
    return [_("Pénalités encourues à ce jour : {sum}").format(sum=" ".join(say_penalty(cost, written)))]


def _say_door(door: Door | None) -> str:
    if door is None:
        return _("Le service qui suit ce contrat la reçoit, et peut vous donner un lien pour la déposer en ligne.")
    return _(
        "Votre page de dépôt est à l’adresse qui commence par {address}, par le lien qui vous a été transmis, valable "
        "jusqu’au {day} inclus."
    ).format(address=door.address, day=say_day(door.until))
