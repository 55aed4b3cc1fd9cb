"""What goes out about the links of operators, and the page that such a link opens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from registry.contracts.checks.views import ReportView, say_report
from registry.contracts.deliveries.again import say_refused_before
from registry.contracts.deliveries.models import DeliveryReceipt
from registry.contracts.deliveries.rules import state_of
from registry.contracts.deliveries.views import say_format, state_mark, title_of
from registry.contracts.deliveries.vocabulary import DeliveryState, ReceiptAnswer
from registry.contracts.depots.gathering import Depot, Owed
from registry.contracts.depots.models import OperatorLink
from registry.contracts.depots.rules import delivers
from registry.contracts.depots.vocabulary import DepotState
from registry.contracts.models import Contract, ContractParty
from registry.contracts.views import StateMark
from registry.kernel.words import _, ngettext

_SHAPES = {
    DepotState.OPEN: "compliant", DepotState.EXPIRED: "not-applicable", DepotState.REVOKED: "not-applicable",
    DepotState.LEFT: "not-applicable", DepotState.SET_ASIDE: "not-applicable",
}  # fmt: skip
_ANSWERS = {
    ReceiptAnswer.WAITING: "to-complete", ReceiptAnswer.ACCEPTED: "compliant", ReceiptAnswer.REFUSED: "non-compliant",
    ReceiptAnswer.FOLLOWED: "not-applicable",
}  # fmt: skip


@dataclass(frozen=True)
class LinkLine:
    """A link among those of a contract."""

    id: int
    version: int
    party: str
    expires_on: date
    state: StateMark
    is_open: bool
    may_renew: bool


@dataclass(frozen=True)
class LinksPage:
    """The links of a contract, and the form of another."""

    id: int
    object: str
    annulled: bool
    links: Sequence[LinkLine]
    parties: Sequence[tuple[str, str]]
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    usual: int
    most: int


@dataclass(frozen=True)
class LinkMadePage:
    """The address of a link, shown this once."""

    contract_id: int
    object: str
    party: str
    address: str
    expires_on: date


@dataclass(frozen=True)
class DepositedView:
    """What the operator deposited once: its acknowledgement, what the checks say, and what was answered."""

    number: int
    at: datetime | None
    received_on: date
    file: str
    sha256: str
    shape: str
    answer: str
    answered_on: date | None
    reasons: str
    correct_by: date | None
    report: ReportView | None
    again: str


@dataclass(frozen=True)
class OwedView:
    """Something owed by this contract: where it stands, and what came of it."""

    id: int
    title: str
    due_on: date | None
    until: date | None
    state: StateMark
    note: str
    format: str
    deposits: Sequence[DepositedView]
    may_deposit: bool


@dataclass(frozen=True)
class DepotPage:
    """What an operator sees by its link: one contract, what it owes, what it deposited."""

    token: str
    contract: str
    reference: str
    organisation: str
    party: str
    expires_on: date
    owed: Sequence[OwedView]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    limit: int
    origin: str


@dataclass(frozen=True)
class ClosedDepotPage:
    """A link that opens nothing."""

    wait: bool


def link_state(link: OperatorLink, contract: Contract, party: ContractParty | None, today: date) -> DepotState:
    """Where a link stands on a day: what `enter_depot` asks of it, and why it refuses."""
    if contract.annulled:
        return DepotState.SET_ASIDE
    if not delivers(party):
        return DepotState.LEFT
    if link.revoked:
        return DepotState.REVOKED
    return DepotState.EXPIRED if link.expires_on < today else DepotState.OPEN


def link_line(
    link: OperatorLink, contract: Contract, party: ContractParty | None, names: Mapping[int, str], today: date
) -> LinkLine:
    """A link as the page of its contract shows it; `party` is whom it was given to, in the contract as it stands."""
    state = link_state(link, contract, party, today)
    return LinkLine(
        link.id, link.version, names.get(link.party_id, ""), link.expires_on, StateMark(_SHAPES[state], state.label),
        is_open=state is DepotState.OPEN, may_renew=state not in {DepotState.LEFT, DepotState.SET_ASIDE},
    )  # fmt: skip


def owed_view(owed: Owed, depot: Depot, today: date) -> OwedView:
    """A delivery as the operator sees it, the last deposit first."""
    delivery = owed.delivery
    state = state_of(delivery.in_time_until, delivery.received_on, delivery.answer, today)
    note = ""
    if state is DeliveryState.LATE and owed.cost is not None:
        days = owed.cost.lateness.days
        note = ngettext("%(num)s jour de retard", "%(num)s jours de retard", days) % {"num": days}
    word = _("Déposée, attend la réponse") if state is DeliveryState.WAITING else state.label
    return OwedView(
        id=delivery.id, title=title_of(delivery, depot.titles), due_on=delivery.due_on, until=delivery.in_time_until,
        state=StateMark(state_mark(state).code, word), note=note,
        format=say_format(delivery, owed.format),
        deposits=[_deposited(one, owed, depot) for one in reversed(owed.receipts) if not one.annulled],
        may_deposit=delivery.answer is not ReceiptAnswer.ACCEPTED,
    )  # fmt: skip


def _deposited(receipt: DeliveryReceipt, owed: Owed, depot: Depot) -> DepositedView:
    file = depot.files.get(receipt.file_id) if receipt.file_id is not None else None
    return DepositedView(
        number=receipt.number, at=depot.arrivals.get(receipt.id), received_on=receipt.received_on,
        file=receipt.file_name or "", sha256=file.sha256 if file is not None else "",
        shape=_ANSWERS[receipt.answer],
        answer=_("Attend la réponse de la collectivité") if receipt.answer is ReceiptAnswer.WAITING
        else receipt.answer.label,
        answered_on=receipt.answered_on, reasons=receipt.reasons or "", correct_by=receipt.correct_by,
        report=say_report(receipt.checks) if receipt.checks else None,
        again=say_refused_before(receipt, owed.receipts, depot.files),
    )  # fmt: skip
