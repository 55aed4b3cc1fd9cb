"""What the late deliveries of contracts cost as things stand: for pages that tell several at once."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from sqlalchemy.orm import Session

from registry.contracts.clauses.queries import find_written_of
from registry.contracts.deliveries.costs import Cost, costs_of
from registry.contracts.deliveries.expecting import Reading, reading_of
from registry.contracts.deliveries.lateness import say_sum
from registry.contracts.deliveries.models import Delivery
from registry.contracts.deliveries.queries import find_late, find_receipts
from registry.contracts.deliveries.rules import PENALTIES, SCHEDULE, WAIVER, is_late
from registry.contracts.deliveries.views import say_days, standing_of
from registry.contracts.deliveries.vocabulary import DeliveryState
from registry.contracts.models import Contract
from registry.contracts.queries import find_contracts
from registry.kernel.words import ngettext

PRICING = (SCHEDULE, WAIVER, PENALTIES)
"""The kinds of clause that what is late costs by: its grace, what is spared, what a day costs."""


def find_costs(session: Session, shown: Iterable[Delivery], today: date) -> dict[int, Cost]:
    """What each of these deliveries that is late costs, come or not; nothing of the others."""
    contracts = {row.contract_id for row in shown if is_late(row.in_time_until, row.received_on, today)}
    if not contracts:
        return {}
    # A cap that several share is taken by what came late before as well.
    late = find_late(session, contracts, today)
    return _costs(session, find_contracts(session, contracts), late, today)


def _costs(
    session: Session, contracts: Collection[Contract], late: Sequence[Delivery], today: date
) -> dict[int, Cost]:  # fmt: skip
    written, receipts = find_written_of(session, contracts, PRICING), find_receipts(session, [row.id for row in late])
    of: dict[int, list[Delivery]] = {}
    for row in late:
        of.setdefault(row.contract_id, []).append(row)
    found: dict[int, Cost] = {}
    for number, rows in of.items():
        reading = reading_of(written[number], today) if number in written else Reading((), {})
        found |= costs_of(rows, receipts, reading, today)
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
    undecided = [row for row in awaited if row.penalty is None]
    decided = len(awaited) - len(undecided)
    sums = [say_sum([costs[row.id] for row in undecided if row.id in costs])] if undecided else []
    if decided:
        # Of these the sum is the one decided, which does not grow.
        sums.append(
            ngettext("pénalité décidée pour {count}", "pénalité décidée pour {count} d’entre elles", decided).format(
                count=decided
            )
        )
    told = ", ".join(sums)
    address = f"/livraisons?contrat={contract.id}&etat={DeliveryState.LATE}"
    return f"{said.format(count=len(awaited), days=say_days(oldest))}, {told}", address
