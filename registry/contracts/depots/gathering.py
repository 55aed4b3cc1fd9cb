"""What a link shows of its contract, gathered once for the page and for the API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from registry.contracts.checks.demands import asked_format
from registry.contracts.clauses.queries import find_written
from registry.contracts.deliveries.costs import Cost, costs_of, counts_in_cap
from registry.contracts.deliveries.expecting import reading_of
from registry.contracts.deliveries.models import Delivery, DeliveryReceipt
from registry.contracts.deliveries.queries import find_deliveries_of, find_files, find_receipts
from registry.contracts.deliveries.views import standing_of
from registry.contracts.deliveries.vocabulary import DeliveryState, ReceiptAnswer
from registry.contracts.depots.queries import Depositor, find_arrivals, get_link
from registry.contracts.models import Contract
from registry.contracts.queries import get_contract
from registry.datasets.queries import find_titles
from registry.kernel.dates import plus_months
from registry.organisations.queries import find_names_of
from registry.platform.models import StoredFile

_FIRST = (
    DeliveryState.LATE, DeliveryState.DUE, DeliveryState.UNDATED, DeliveryState.WAITING, DeliveryState.LATE_ACCEPTED,
    DeliveryState.ACCEPTED,
)  # fmt: skip
"""What its holder has to look at first."""
_KEPT_MONTHS = 12
"""How long what is accepted stays on the page."""


@dataclass(frozen=True)
class Owed:
    """A delivery of the contract: what came of it in order, how late it is, and the format asked of it."""

    delivery: Delivery
    receipts: Sequence[DeliveryReceipt]
    cost: Cost | None
    format: str | None


@dataclass(frozen=True)
class Depot:
    """The contract that a link opens, and all that is known of what it has delivered."""

    contract: Contract
    organisation: str
    party: str
    expires_on: date
    owed: Sequence[Owed]
    files: Mapping[int, StoredFile]
    arrivals: Mapping[int, datetime]
    titles: Mapping[int, str]


def gather_depot(session: Session, who: Depositor, today: date) -> Depot:
    """What whoever holds a link may see: one contract, what it awaits, what came; what is late first."""
    contract = get_contract(session, who.contract_id)
    since = plus_months(today, -_KEPT_MONTHS)
    every = find_deliveries_of(session, who.contract_id)
    rows = [one for one in every if not one.annulled and _is_shown(one, since)]
    shown = {one.id for one in rows}
    standing = [one for one in every if one.id in shown or counts_in_cap(one)]
    receipts = find_receipts(session, [one.id for one in standing])
    kept = [one for row in rows for one in receipts.get(row.id, [])]
    names = find_names_of(session, [who.organisation_id, who.party_id])
    reading = reading_of(find_written(session, [contract])[contract.id], today)
    costs = costs_of(standing, receipts, reading, today)
    owed = [
        Owed(
            one, receipts.get(one.id, []), costs.get(one.id),
            asked_format(reading, one.dataset_id, one.due_on or today),
        )
        for one in sorted(rows, key=lambda one: (_FIRST.index(standing_of(one, today)), one.due_on or date.max, one.id))
    ]  # fmt: skip
    return Depot(
        contract=contract, organisation=names.get(who.organisation_id, ""), party=names.get(who.party_id, ""),
        expires_on=get_link(session, who.link_id).expires_on, owed=owed,
        files=find_files(session, [one.file_id for one in kept if one.file_id is not None]),
        arrivals=find_arrivals(session, [one.id for one in kept]),
        titles=find_titles(session, {one.dataset_id for one in rows if one.dataset_id is not None}),
    )  # fmt: skip


def _is_shown(delivery: Delivery, since: date) -> bool:
    """Whether the operator still has something to see of a delivery: accepted ones leave after some months."""
    return delivery.answer is not ReceiptAnswer.ACCEPTED or delivery.received_on is None or delivery.received_on > since
