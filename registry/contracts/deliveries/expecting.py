"""What the schedule clauses of contracts have delivered soon, kept as rows: each day, and as clauses change.

Rows are of the days near enough to be awaited; those further off are computed when somebody looks.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.contracts.clauses.models import Clause
from registry.contracts.clauses.queries import Written, find_written
from registry.contracts.clauses.rules import Span
from registry.contracts.deliveries.models import Delivery, DeliveryReceipt
from registry.contracts.deliveries.queries import find_deliveries_of, find_first_known, find_receipts
from registry.contracts.deliveries.rules import (
    SCHEDULE,
    SUPPLY,
    Came,
    Due,
    Terms,
    counts_of,
    dues_between,
    grace_of,
    held_of,
    in_time_until,
    is_waived,
)
from registry.contracts.deliveries.vocabulary import ReceiptAnswer
from registry.contracts.models import Contract
from registry.contracts.queries import get_contract
from registry.contracts.vocabulary import Delivered
from registry.kernel.dates import plus_days
from registry.ledger.service import say, touch
from registry.platform.tables import set_those_that_differ

AHEAD = 45
"""Units: days before which a due day becomes a delivery that is awaited."""
_BATCH = 200


@dataclass(frozen=True)
class Reading:
    """The clauses of one contract as deliveries follow from them: the days of each, and what is noted of each."""

    spans: Sequence[Span]
    terms: Terms


def reading_of(written: Written, today: date) -> Reading:
    """What is written of a contract as it is signed today; a contract set aside asks for nothing."""
    if written.contract.annulled:
        return Reading((), {})
    terms = {number: row.terms for number, row in written.stipulations.items()}
    return Reading(written.spans(signed_by=today), terms)


def is_indispensable(reading: Reading, day: date | None, dataset: int | None) -> bool | None:
    """Whether the supply clause in force says that the service cannot do without a dataset; nothing where none does.

    Law: CCP L3131-2.
    """
    if day is None:
        return None
    held = held_of(reading.spans, SUPPLY, day, dataset=dataset)
    said = [reading.terms[one.stipulation.id].get("indispensable") for one in held]
    return True if True in said else False if False in said else None


def came_of(receipts: Iterable[DeliveryReceipt]) -> list[Came]:
    """What came, annulled receipts left out."""
    return [
        Came(one.received_on, ReceiptAnswer(one.answer), one.correct_by) for one in receipts if not one.annulled
    ]  # fmt: skip


def is_spared(reading: Reading, delivery: Delivery) -> bool:
    """Whether a waiver spares the holder what a delivery is about on its due day, by the calendar or by hand.

    Law: CCP L3131-3, which speaks of the data of L3131-2 alone: no report nor operating document is spared.
    """
    return (
        delivery.kind == Delivered.DATA
        and delivery.due_on is not None
        and is_waived(reading.spans, reading.terms, delivery.dataset_id, delivery.due_on)
    )


def follow_receipts(delivery: Delivery, receipts: Iterable[DeliveryReceipt], reading: Reading) -> bool:
    """Sets again what follows from the clauses and from what came; says whether any of it changed."""
    came = came_of(receipts)
    counting = counts_of(came)
    until = None
    if delivery.due_on is not None and not is_spared(reading, delivery):
        grace = grace_of(reading.spans, reading.terms, delivery.clause_id, delivery.due_on)
        until = in_time_until(delivery.due_on, grace, came)
    answer = counting.answer if counting is not None else ReceiptAnswer.REFUSED if came else None
    received_on = counting.received_on if counting is not None else None
    return set_those_that_differ(delivery, in_time_until=until, received_on=received_on, answer=answer)


def expect_deliveries(session: Session, contract_id: int) -> None:
    """Makes the rows of a contract agree with its clauses, as they stand; what came already stays as it was."""
    _expect(session, [get_contract(session, contract_id, lock=True)])


def expect_all(session: Session) -> None:
    """The same for every contract that has a calendar: each day brings some due days near."""
    say(session, "contracts:delivery:expect")
    known = select(col(Clause.contract_id)).where(col(Clause.kind) == SCHEDULE).distinct()
    numbers = sorted(session.execute(known).scalars())
    for start in range(0, len(numbers), _BATCH):
        query = select(Contract).where(col(Contract.id).in_(numbers[start : start + _BATCH])).with_for_update()
        _expect(session, session.execute(query.order_by(col(Contract.id))).scalars().all())


def _expect(session: Session, contracts: Sequence[Contract]) -> None:
    """As many questions whatever the contracts are."""
    today: date = session.info["today"]()
    written, every = find_written(session, contracts), find_deliveries_of(session, *(one.id for one in contracts))
    receipts = find_receipts(session, [one.id for one in every if one.answer is not None])
    known = _first_known(session, written.values())
    for contract in contracts:
        rows = [one for one in every if one.contract_id == contract.id]
        reading = reading_of(written[contract.id], today)
        held = {Due(one.clause_id, one.dataset_id, one.due_on): one for one in rows if one.clause_id and one.due_on}
        asked = _asked(reading, [one.day for one in held])
        for due, row in held.items():
            if due in asked:
                if row.unasked:
                    row.annulled = row.unasked = False
            elif not row.annulled and row.answer is None and row.penalty is None:
                row.annulled = row.unasked = True
        for due in _wanted(reading, known, today):
            if due not in held:
                session.add(_row_of(contract, due, reading))
        for row in rows:
            if not row.annulled and not contract.annulled:
                follow_receipts(row, receipts.get(row.id, ()), reading)
    changed = [row for row in (*session.new, *session.dirty) if isinstance(row, Delivery)]
    session.flush()
    for row in changed:
        touch(session, "delivery", row.id)


def _first_known(session: Session, written: Iterable[Written]) -> dict[int, date]:
    """The day from which the registry has known each schedule clause of these contracts."""
    noted = {
        number: row.clause_id
        for one in written
        for number, row in one.stipulations.items()
        if one.clauses[row.clause_id].kind == SCHEDULE
    }
    return find_first_known(session, noted, ZoneInfo(session.info["time_zone"])) if noted else {}


def _wanted(reading: Reading, known: Mapping[int, date], today: date) -> list[Due]:
    """The due days that are near, or passed since the registry knew of their clause."""
    since = [known[one.stipulation.clause_id] for one in reading.spans if one.stipulation.clause_id in known]
    if not since:
        return []
    found = dues_between(reading.spans, reading.terms, min(*since, today), plus_days(today, AHEAD))
    return [one for one in found if one.day >= min(known.get(one.clause_id, today), today)]


def _asked(reading: Reading, days: Sequence[date]) -> frozenset[Due]:
    if not days:
        return frozenset()
    return frozenset(dues_between(reading.spans, reading.terms, min(days), max(days)))


def _row_of(contract: Contract, due: Due, reading: Reading) -> Delivery:
    grace = grace_of(reading.spans, reading.terms, due.clause_id, due.day)
    return Delivery(
        organisation_id=contract.organisation_id, contract_id=contract.id, clause_id=due.clause_id,
        dataset_id=due.dataset_id, kind=Delivered.DATA, due_on=due.day, in_time_until=plus_days(due.day, grace),
        indispensable=is_indispensable(reading, due.day, due.dataset_id),
    )  # fmt: skip
