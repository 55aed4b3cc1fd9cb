"""What the late deliveries of contracts cost as things stand: for pages that tell several at once."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from registry.contracts.clauses.queries import find_written
from registry.contracts.deliveries.costs import Cost, costs_of
from registry.contracts.deliveries.expecting import reading_of
from registry.contracts.deliveries.models import Delivery
from registry.contracts.deliveries.queries import find_late, find_receipts
from registry.contracts.deliveries.views import say_days, say_euros, standing_of
from registry.contracts.deliveries.vocabulary import DeliveryState
from registry.contracts.models import Contract
from registry.contracts.queries import find_contracts
from registry.kernel.words import _, ngettext


def find_costs(session: Session, contract_ids: Collection[int], today: date) -> dict[int, Cost]:
    """What each late delivery of these contracts costs, come or not: six questions, however many there are."""
    late = find_late(session, contract_ids, today) if contract_ids else []
    return _costs(session, find_contracts(session, {row.contract_id for row in late}), late, today) if late else {}


def _costs(
    session: Session, contracts: Collection[Contract], late: Sequence[Delivery], today: date
) -> dict[int, Cost]:  # fmt: skip
    written, receipts = find_written(session, contracts), find_receipts(session, [row.id for row in late])
    found: dict[int, Cost] = {}
    for number, of in written.items():
        # A cap that several share is taken by what came late before as well.
        rows = [row for row in late if row.contract_id == number]
        found |= costs_of(rows, receipts, reading_of(of, today), today)
    return found


def say_late_of(session: Session, contract: Contract, today: date) -> tuple[str, str] | None:
    """What a contract has not delivered in time and is awaited still, and the address of its list; or nothing."""
    late = find_late(session, [contract.id], today)
    awaited = [row for row in late if standing_of(row, today) is DeliveryState.LATE]
    if not awaited:
        return None
    oldest = max((today - row.in_time_until).days for row in awaited if row.in_time_until is not None)
    said = ngettext(
        "{count} livraison en retard, depuis {days}",
        "{count} livraisons en retard, la plus ancienne depuis {days}",
        len(awaited),
    )
    costs = _costs(session, [contract], late, today)
    told = say_sum([costs[row.id] for row in awaited if row.id in costs])
    address = f"/livraisons?contrat={contract.id}&etat={DeliveryState.LATE}"
    return f"{said.format(count=len(awaited), days=say_days(oldest))}, {told}", address


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
    amount = say_euros(sum((one.amount for one in told if one.amount is not None), Decimal(0)))
    whole = (
        _("pénalité à ce jour : {amount} au plus, départ à compléter") if any(one.is_at_most for one in told)
        else _("pénalité à ce jour : {amount} avant plafond") if any(one.is_open for one in told)
        else _("pénalité à ce jour : {amount}")
    )  # fmt: skip
    said = whole.format(amount=amount) + others
    if any(one.amount is None and not one.others for one in costs):
        said += " " + _("(une partie n’est chiffrée par aucune clause)")
    return said
