"""How late a delivery is, what that costs and what was decided of it, each in a few words: for lists and documents."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from registry.contracts.deliveries.costs import Cost
from registry.contracts.deliveries.views import say_days, say_euros
from registry.contracts.deliveries.vocabulary import PenaltyDecision
from registry.kernel.words import _
from registry.web.templating import say_day


def say_late(cost: Cost | None) -> str:
    """The days late; nothing of what is not. Of what is not accepted they may still change."""
    if cost is None or not cost.lateness.days:
        return ""
    late, days = cost.lateness, say_days(cost.lateness.days)
    if late.arrived_on is None:
        return _("{days} de retard à ce jour").format(days=days)
    return (_("{days} de retard") if late.is_final else _("{days} de retard si vous l’acceptez")).format(days=days)


def say_cost(cost: Cost | None) -> str:
    """What the contract makes of the lateness as things stand; nothing of what is not late."""
    if cost is None or not cost.lateness.days:
        return ""
    said = [_("autre calcul, à compter à la main : {said}").format(said=one.said) for one in cost.others]
    if not cost.is_otherwise:
        said.insert(0, _("aucune clause ne chiffre ce retard") if cost.amount is None else _say_one(cost))
    return " ; ".join(said)


def say_cost_alone(cost: Cost | None) -> str:
    """What the contract makes of the lateness, where the days late are not beside it: of what is not accepted, the
    amount hangs on the answer and says so.
    """
    said, is_priced = say_cost(cost), cost is not None and bool(cost.amount)
    if cost is None or cost.lateness.is_final or cost.lateness.arrived_on is None or not is_priced:
        return said
    return _("{cost} si vous l’acceptez").format(cost=said)


def _say_one(cost: Cost) -> str:
    if cost.is_heeded:
        return _("rien, venue dans le délai de la mise en demeure")
    if cost.awaits_notice:
        return _("rien avant une mise en demeure restée sans effet")
    return _say_amount([cost])


def _say_amount(costs: Sequence[Cost]) -> str:
    """What these cost, added, and what remains to be noted for the sum to be sure."""
    counted = [one for one in costs if one.terms is not None and not one.awaits_notice]
    amount = say_euros(sum((one.amount or Decimal(0) for one in counted), start=Decimal(0)))
    if any(one.is_at_most for one in counted):
        return _("{amount} au plus, départ à compléter").format(amount=amount)
    return _("{amount} avant plafond").format(amount=amount) if any(one.is_open for one in counted) else amount


def say_sum(costs: Sequence[Cost]) -> str:
    """What these late deliveries cost together, as far as clauses say it."""
    told = [one for one in costs if one.amount is not None]
    others = " " + _("(s’y ajoute un autre calcul, à compter à la main)") if any(one.others for one in costs) else ""
    if not told:
        if others:
            return _("pénalité d’un autre calcul, à compter à la main")
        return _("sans clause qui chiffre une pénalité")
    if all(one.awaits_notice for one in told):
        return _("sans pénalité avant une mise en demeure restée sans effet") + others
    said = _("pénalité à ce jour : {amount}").format(amount=_say_amount(told)) + others
    if any(one.amount is None and not one.others for one in costs):
        said += " " + _("(une partie n’est chiffrée par aucune clause)")
    return said


def say_together(costs: Iterable[Cost]) -> str:
    """What several latenesses cost, in a sum that stands alone.

    What a clause has counted otherwise is in no sum, and is told beside it.
    """
    every = [one for one in costs if one.lateness.days]
    amount = _say_amount(every)
    if any(one.others for one in every):
        return _("{amount}, et ce qui est d’un autre calcul, à compter à la main").format(amount=amount)
    return amount


def say_outcome(delivery: Any) -> str:
    """What was decided of the penalty of a delivery."""
    if delivery.penalty is None or delivery.penalty_cents is None:
        return _("rien n’est décidé")
    if remitted_of(delivery) and delivery.penalty == PenaltyDecision.APPLIED:
        sentence = _("pénalité appliquée en partie le {day} : {amount} sur {counted}, le reste remis")
    elif delivery.penalty == PenaltyDecision.APPLIED:
        sentence = _("pénalité appliquée le {day} : {amount}")
    else:
        sentence = _("pénalité remise le {day} : {amount}") if delivery.penalty_cents else _("pénalité remise le {day}")
    return sentence.format(
        amount=say_euros(Decimal(delivery.penalty_cents) / 100), day=say_day(delivery.penalty_on),
        counted=say_euros(Decimal(delivery.penalty_counted_cents or 0) / 100),
    )  # fmt: skip


def remitted_of(delivery: Any) -> Decimal:
    """What a decision remits: all of it, or what the contract counted that day and nobody applied. Units: euros."""
    if delivery.penalty is None or delivery.penalty_cents is None:
        return Decimal(0)
    if delivery.penalty == PenaltyDecision.REMITTED:
        return Decimal(delivery.penalty_cents) / 100
    return Decimal(max((delivery.penalty_counted_cents or 0) - delivery.penalty_cents, 0)) / 100


def say_decision(delivery: Any, cost: Cost | None) -> str:
    """What was decided of the penalty, and whether it has grown since."""
    if delivery.penalty is None or delivery.penalty_cents is None:
        return ""
    said = say_outcome(delivery)
    said = f"{said[:1].upper()}{said[1:]}."
    decided = delivery.penalty_cents if delivery.penalty_counted_cents is None else delivery.penalty_counted_cents
    amount = Decimal(decided) / 100
    # What is counted otherwise than by day was never in the amount that days alone give.
    grown = cost.amount if cost is not None and cost.is_sure and not cost.others else None
    if grown is not None and grown != amount:
        said += " " + _("Le calcul donne aujourd’hui {amount}.").format(amount=say_euros(grown))
    return said
