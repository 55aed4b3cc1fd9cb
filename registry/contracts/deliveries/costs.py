"""How late deliveries are and what the contract makes of it, those of one contract counted together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from registry.contracts.deliveries.expecting import Reading, came_of, is_spared
from registry.contracts.deliveries.models import Delivery, DeliveryReceipt
from registry.contracts.deliveries.queries import find_deliveries_of, find_receipts
from registry.contracts.deliveries.rules import (
    Late,
    Lateness,
    OtherTerms,
    PenaltyTerms,
    grace_of,
    lateness_of,
    lightest_of,
    other_terms,
    penalised,
    penalties_for,
    penalty_terms,
)
from registry.contracts.vocabulary import CapPeriod


@dataclass(frozen=True)
class Cost:
    """How late a delivery is and what the contract makes of it; no terms where no penalty clause speaks of it.

    `years` are the days for which the penalty runs, by calendar year; `noticed_until` the last day that a formal notice
    left, where its receipt is noted. `before` is what other deliveries had taken of a cap they share: by year, or by
    None where it is of the contract. `others` are what clauses have counted otherwise, which is in no amount.
    """

    lateness: Lateness
    terms: PenaltyTerms | None
    years: Mapping[int, int] = field(default_factory=dict)
    noticed_until: date | None = None
    amount: Decimal | None = None
    before: Mapping[int | None, Decimal] = field(default_factory=dict)
    others: Sequence[OtherTerms] = ()

    @property
    def is_otherwise(self) -> bool:
        """Whether the contract prices the lateness, by nothing that can be counted here."""
        return self.terms is None and bool(self.others)

    @property
    def notice_days(self) -> int:
        """The least that a formal notice leaves, by the clauses that price the lateness; none is zero."""
        return max([self.terms.notice_days if self.terms else 0, *(one.notice_days for one in self.others)])

    @property
    def is_open(self) -> bool:
        """Whether the amount is that before a cap whose period remains to be said."""
        return self.terms is not None and self.terms.is_open

    @property
    def is_at_most(self) -> bool:
        """Whether nobody said from when the penalty runs, so that the amount is the most it can be."""
        return self.terms is not None and self.terms.start is None

    @property
    def is_sure(self) -> bool:
        """Whether the amount is what the contract says, nothing being left to note in the clause."""
        return self.terms is not None and self.terms.is_sure

    @property
    def days(self) -> int:
        """The days for which the penalty runs."""
        return sum(self.years.values())

    @property
    def awaits_notice(self) -> bool:
        """Whether something is late of which no day counts before the delay of a formal notice has passed."""
        return self._counts_no_day and not self.is_heeded

    @property
    def is_heeded(self) -> bool:
        """Whether what is late came within the delay of a formal notice, so that no day of it ever counts."""
        came, until = self.lateness.arrived_on, self.noticed_until
        return self._counts_no_day and came is not None and until is not None and came <= until

    @property
    def _counts_no_day(self) -> bool:
        return self.terms is not None and self.lateness.days > 0 and self.days == 0


Receipts = Mapping[int, Sequence[DeliveryReceipt]]
"""What came, by delivery."""


def costs_of(rows: Iterable[Delivery], receipts: Receipts, reading: Reading, today: date) -> dict[int, Cost]:
    """What the lateness of each delivery of one contract costs as things stand; nothing of one without a due
    day, nor of what a waiver spares."""
    found: dict[int, Cost] = {}
    late: list[Late] = []
    for one in rows:
        if one.due_on is not None and not is_spared(reading, one):
            found[one.id] = cost = _late(one, one.due_on, receipts.get(one.id, ()), reading, today)
            if cost.terms is not None:
                late.append(Late(one.id, one.due_on, cost.terms, cost.years))
    told = penalties_for(late)
    return {
        number: replace(cost, amount=told[number].amount, before=told[number].before) if number in told else cost
        for number, cost in found.items()
    }


def cost_of(
    session: Session, delivery: Delivery, receipts: Sequence[DeliveryReceipt], reading: Reading, today: date
) -> Cost | None:
    """What the lateness of a delivery costs as things stand, the others of its contract counted where a cap is theirs
    too; nothing of one without a due day, nor of what a waiver spares."""
    if delivery.due_on is None:
        return None
    rows, came = [delivery], {delivery.id: receipts}
    found = penalty_terms(reading.spans, reading.terms, delivery.due_on, delivery.dataset_id)
    if any(one.cap is not None and one.period in (CapPeriod.YEAR, CapPeriod.CONTRACT) for one in found):
        others = [one for one in find_deliveries_of(session, delivery.contract_id) if one.id != delivery.id]
        rows += [one for one in others if counts_in_cap(one)]
        came |= find_receipts(session, [one.id for one in rows[1:]])
    return costs_of(rows, came, reading, today).get(delivery.id)


def counts_in_cap(delivery: Delivery) -> bool:
    """Whether a delivery takes its part of a cap: not where it is annulled, nor once no clause asks for it."""
    return not delivery.annulled and not delivery.unasked


def _late(
    delivery: Delivery, due_on: date, receipts: Sequence[DeliveryReceipt], reading: Reading, today: date
) -> Cost:  # fmt: skip
    grace = grace_of(reading.spans, reading.terms, delivery.clause_id, due_on)
    late = lateness_of(due_on, grace, came_of(receipts), today)
    found = penalty_terms(reading.spans, reading.terms, due_on, delivery.dataset_id)
    terms = lightest_of(found, late, delivery.notice_received_on, delivery.notice_days)
    others = other_terms(reading.spans, reading.terms, due_on, delivery.dataset_id)
    if terms is None:
        return Cost(late, None, others=others)
    until = terms.noticed_until(delivery.notice_received_on, delivery.notice_days)
    return Cost(late, terms, penalised(late, terms, until), until, others=others)
