"""What the contract makes of a lateness, in sentences: for the pages of one delivery, and for letters to its holder."""

from decimal import Decimal

from registry.contracts.clauses.queries import Written
from registry.contracts.clauses.views import name_instrument
from registry.contracts.deliveries.costs import Cost
from registry.contracts.deliveries.rules import PenaltyTerms
from registry.contracts.deliveries.views import say_days, say_euros
from registry.contracts.vocabulary import CapPeriod, PenaltyStart
from registry.kernel.words import _
from registry.web.templating import say_day


def say_penalty(cost: Cost | None, written: Written, *, to_holder: bool = False) -> list[str]:
    """What the lateness costs, in sentences: days by amount, the cap, and which clause says so.

    `to_holder`: in a letter, which tells nothing of how the registry counts.
    """
    if cost is None or cost.lateness.days == 0:
        return []
    if cost.is_otherwise:
        return [*say_otherwise(cost, written), _("À compter à la main : le registre ne compte que par jour de retard.")]
    if cost.terms is None or cost.amount is None:
        return [_("Aucune clause de pénalité n’était en vigueur à l’échéance : le contrat ne chiffre pas ce retard.")]
    where = _place(written, cost.terms.stipulation_id)
    if cost.awaits_notice or cost.is_heeded:
        awaiting = _say_awaiting(cost, say_euros(cost.terms.per_day), where)
        return [*awaiting, *_say_rivals(cost.terms), *say_otherwise(cost, written, to_holder=to_holder)]
    whole = cost.terms.per_day * cost.days
    found = [
        _("{days} × {per_day} = {whole} ({where}).").format(
            days=say_days(cost.days),
            per_day=say_euros(cost.terms.per_day),
            whole=say_euros(whole),
            where=where,
        )
    ]
    if cost.terms.start is PenaltyStart.AFTER_NOTICE:
        since = _("Les jours comptés sont ceux qui suivent le {day}, fin du délai de la mise en demeure.")
        found.append(since.format(day=say_day(cost.noticed_until)))
    found += _say_cap(cost, cost.terms, whole, cost.amount)
    found += _say_rivals(cost.terms)
    if cost.is_at_most:
        found.append(
            _("Ce montant est un maximum, sous réserve d’une mise en demeure préalable si le contrat la demande.")
        )
    return found + say_otherwise(cost, written, to_holder=to_holder)


def _place(written: Written, stipulation_id: int) -> str:
    """Which act says something of a clause, and its article where it is noted."""
    row = written.stipulations[stipulation_id]
    source = name_instrument(written.amendments.get(row.amendment_id))
    return f"{source}, {row.article}" if row.article else source


def say_otherwise(cost: Cost, written: Written, *, to_holder: bool = False) -> list[str]:
    """What the contract has counted otherwise than by day late, a sentence a clause: no amount holds it."""
    sentence = (
        _("Le contrat chiffre ce retard autrement que par jour ({where}), autre calcul : {said}.") if cost.terms is None
        else _("Le contrat prévoit aussi un autre calcul ({where}) : {said}.") if to_holder
        else _("Le contrat prévoit aussi un autre calcul ({where}), à compter à la main : {said}.")
    )  # fmt: skip
    return [
        sentence.format(where=_place(written, one.stipulation_id), said=one.said.removesuffix("."))
        for one in cost.others
    ]


def _say_rivals(terms: PenaltyTerms) -> list[str]:
    """What was compared where several clauses price a day late."""
    if not terms.rivals:
        return []
    return [
        _("Une autre clause chiffrait aussi le jour de retard à l’échéance : est comptée celle qui coûte le moins pour "
          "ce retard seul, départ et plafond compris, tant que personne n’a dit laquelle l’emporte.")
    ]  # fmt: skip


def _say_awaiting(cost: Cost, per_day: str, where: str) -> list[str]:
    """Why no day of what is late counts yet."""
    said = _("{per_day} par jour, après une mise en demeure restée sans effet ({where}).")
    found = [said.format(per_day=per_day, where=where)]
    if cost.noticed_until is None:
        return [*found, _("Aucun jour n’est compté : aucune mise en demeure n’est notée comme reçue.")]
    until = (
        _("Aucun jour n’est compté : elle est venue dans le délai de la mise en demeure, qui allait jusqu’au {day}.")
        if cost.is_heeded
        else _("Aucun jour n’est compté : la mise en demeure laisse jusqu’au {day}.")
    )
    return [*found, until.format(day=say_day(cost.noticed_until))]


def _say_cap(cost: Cost, terms: PenaltyTerms, whole: Decimal, amount: Decimal) -> list[str]:
    """What the cap makes of it: over which period, and what other deliveries had taken of it."""
    if terms.cap is None:
        return []
    cap = say_euros(terms.cap)
    if terms.is_open:
        return [
            _("Montant avant plafond. Plafond : {cap}, période du plafond à compléter dans la clause.").format(cap=cap)
        ]
    sentence = (
        _("Plafond pour tout le contrat : {cap} ; déjà encouru par d’autres livraisons : {before}.")
        if terms.period is CapPeriod.CONTRACT
        else _("Plafond annuel : {cap} ; déjà encouru en {year} par d’autres livraisons : {before}.")
    )
    found = [
        sentence.format(cap=cap, year=year, before=say_euros(before)) for year, before in sorted(cost.before.items())
    ]  # fmt: skip
    if amount < whole:
        limited = _("Le contrat la limite à {cap} : elle est donc de {amount}.")
        found.append(limited.format(cap=cap, amount=say_euros(amount)))
    else:
        found.append(_("Le plafond de {cap} n’est pas dépassé.").format(cap=cap))
    return found
