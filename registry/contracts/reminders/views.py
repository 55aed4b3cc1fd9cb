"""What goes out about reminders: the panel of a delivery, and the form of a reminder with its proposed text."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.contracts.clauses.queries import Written
from registry.contracts.clauses.views import name_instrument
from registry.contracts.deliveries.costs import Cost
from registry.contracts.deliveries.models import Delivery
from registry.contracts.deliveries.penalty_words import say_otherwise, say_penalty
from registry.contracts.deliveries.rules import SCHEDULE, held_of
from registry.contracts.deliveries.views import say_days, say_euros
from registry.contracts.models import Contract
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
    delivery: Delivery, title: str, contract: Contract, cost: Cost, written: Written, comply_by: date,
    door: Door | None,
) -> str:  # fmt: skip
    """A reminder in words, for somebody to read again before it leaves: it gives nothing up of what the contract says.

    It says what the lateness costs where a clause says how much, and is silent where none does.
    """
    in_time = cost.lateness.in_time_until
    sentences = _sentences(cost, written, comply_by)
    lines = [
        _("Madame, Monsieur,"),
        _say_due(delivery, title, contract, written),
        *([_("Elle était à l’heure jusqu’au {day} inclus.").format(day=say_day(in_time))]
          if in_time is not None and delivery.due_on is not None and in_time > delivery.due_on else []),
        _fill(*sentences[0]),
        *_say_stakes(cost, written),
        _fill(*sentences[1]) + " " + _say_door(door),
        _(
            "Cette relance est faite sans préjudice des pénalités et de tous les droits que la collectivité tient du "
            "contrat et de la loi ; elle n’accorde aucun délai qui suspende les pénalités."
        ),
    ]  # fmt: skip
    return "\n\n".join(lines)


def agreed_text(message: str, cost: Cost, written: Written, comply_by: date) -> str:
    """A reminder whose sentences that the registry proposed say the days, and what they cost, that are recorded of it.

    What somebody wrote in their own words stays as it is.
    """
    for template, value in _sentences(cost, written, comply_by):
        before, _hole, after = template.partition("{}")
        # A page puts hard spaces where one typed others.
        pattern = re.compile(rf"({_loose(before)})([^\n]*?)({_loose(after) if after else '$'})", re.MULTILINE)
        found = pattern.search(message)
        if found is not None and found[2].split() != value.split():
            message = message[: found.start(2)] + value + message[found.end(2) :]
    return message


def _sentences(cost: Cost, written: Written, comply_by: date) -> list[tuple[str, str]]:
    """The sentences of a reminder that its days decide, each with what fills it: lateness, deadline, penalties."""
    late = _("À ce jour elle n’est pas acquise : {days} de retard.")
    said = [
        (late.replace("{days}", "{}"), say_days(cost.lateness.days)),
        (_("Merci de la déposer au plus tard le {day}.").replace("{day}", "{}"), say_day(comply_by)),
    ]
    if cost.terms is not None and not cost.awaits_notice:
        sum_ = " ".join(say_penalty(cost, written, to_holder=True))
        said.append((_("Pénalités encourues à ce jour : {sum}").replace("{sum}", "{}"), sum_))
    return said


def _fill(template: str, value: str) -> str:
    return template.replace("{}", value)


def _loose(words: str) -> str:
    return r"\s+".join(re.escape(one) for one in re.split(r"\s+", words))


def _say_due(delivery: Delivery, title: str, contract: Contract, written: Written) -> str:
    """What was due, when, and by what: the contract by its reference, the schedule clause by its act and article."""
    named = (
        _("« {contract} », référence {reference},").format(contract=contract.object, reference=contract.reference)
        if contract.reference
        else _("« {contract} »").format(contract=contract.object)
    )
    place = _say_place(delivery, written)
    if delivery.clause_id is None:
        said = _("Au titre du contrat {named} la livraison de « {title} » était attendue le {due}.")
    elif place:
        said = _("Le contrat {named} prévoit ({place}) la livraison de « {title} » le {due}.")
    else:
        said = _("Le contrat {named} prévoit la livraison de « {title} » le {due}.")
    return said.format(named=named, title=title, due=say_day(delivery.due_on), place=place)


def _say_place(delivery: Delivery, written: Written) -> str:
    """Where the schedule clause that has a delivery made is written, as the act says that bound on its day."""
    if delivery.clause_id is None or delivery.due_on is None:
        return ""
    spans = written.spans(signed_by=delivery.due_on)
    held = held_of(spans, SCHEDULE, delivery.due_on, clause=delivery.clause_id, dataset=delivery.dataset_id)
    rows = [written.stipulations[one.stipulation.id] for one in held]
    acts = [(name_instrument(written.amendments.get(row.amendment_id)), row.article) for row in rows]
    return " ; ".join(f"{act}, {article}" for act, article in acts if article)


def _say_stakes(cost: Cost, written: Written) -> list[str]:
    """What the lateness costs the holder, where a clause says how much; before a notice that it waits for, the rate."""
    if cost.terms is None:
        return say_otherwise(cost, written, to_holder=True)
    if cost.awaits_notice:
        said = _("Le contrat prévoit une pénalité de {amount} par jour de retard, après une mise en demeure restée "
                 "sans effet.")  # fmt: skip
        return [said.format(amount=say_euros(cost.terms.per_day)), *say_otherwise(cost, written, to_holder=True)]
    return [_("Pénalités encourues à ce jour : {sum}").format(sum=" ".join(say_penalty(cost, written, to_holder=True)))]


def _say_door(door: Door | None) -> str:
    if door is None:
        return _("Le service qui suit ce contrat la reçoit, et peut vous donner un lien pour la déposer en ligne.")
    return _(
        "Votre page de dépôt est à l’adresse qui commence par {address}, par le lien qui vous a été transmis, valable "
        "jusqu’au {day} inclus."
    ).format(address=door.address, day=say_day(door.until))
