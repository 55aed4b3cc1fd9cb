"""When deliveries are due, how late they are and what that costs: functions of values.

What no text says is a choice of method, told in `registry/decisions/`: no legal service has validated it yet.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from registry.contracts.clauses.rules import Span
from registry.contracts.deliveries.vocabulary import DeliveryState, ReceiptAnswer
from registry.contracts.vocabulary import CapPeriod, PenaltyStart, Waiver
from registry.kernel.dates import plus_days, plus_months
from registry.platform.lists import load_list

SCHEDULE, WAIVER, PENALTIES, SUPPLY, QUALITY = "schedule", "waiver", "penalties", "supply", "quality"
"""The kinds of clauses, as `policies/lists/clauses.yaml` names them, that deliveries follow from."""
Terms = Mapping[int, Mapping[str, Any]]
"""What is noted of each stipulation, by its number."""
_NO_MONEY = Decimal("0.00")


@dataclass(frozen=True)
class Rhythm:
    """The step from one due day to the next: some months, or some days; the other is zero."""

    months: int = 0
    days: int = 0

    def step(self, first: date, count: int) -> date:
        """The due day so many steps after the first; counted from the first, so that a 31st comes back."""
        return plus_months(first, self.months * count) if self.months else plus_days(first, self.days * count)

    def steps_before(self, first: date, day: date) -> int:
        """A number of steps that stays before a day, or at the first."""
        if self.months:
            passed = (day.year - first.year) * 12 + day.month - first.month - 1
            return max(passed // self.months, 0)
        return max((day - first).days // self.days, 0)


def rhythm_of(frequency: object) -> Rhythm | None:
    """The step of a frequency, by `policies/lists/frequencies.yaml`; nothing of one that gives no days."""
    known = load_list("frequencies")
    months, days = known.number(str(frequency), "every_months"), known.number(str(frequency), "every_days")
    return Rhythm(months or 0, days or 0) if months or days else None


def due_days(first_due_on: date, rhythm: Rhythm, first: date, last: date) -> Iterator[date]:
    """The due days between two days, both included; none is the calendar's last, past which no step leads."""
    count = rhythm.steps_before(first_due_on, first)
    while (day := rhythm.step(first_due_on, count)) <= last and day < date.max:
        if day >= first:
            yield day
        count += 1


@dataclass(frozen=True)
class Due:
    """A day on which a schedule clause has something delivered; without a dataset, for the whole contract."""

    clause_id: int
    dataset_id: int | None
    day: date


def dues_between(spans: Sequence[Span], terms: Terms, first: date, last: date) -> list[Due]:
    """What the schedule clauses have delivered between two days, both included, in order of day.

    A clause asks for the days on which it is in force; what a waiver spares on its day is not asked for.
    Law: CCP L3131-3.
    """
    found = []
    for span, days in _scheduled(spans, terms, first, last):
        datasets: list[int | None] = [*sorted(span.stipulation.datasets)] or [None]
        for day in days:
            found += [
                Due(span.stipulation.clause_id, one, day) for one in datasets if not is_waived(spans, terms, one, day)
            ]
    return sorted(found, key=lambda one: (one.day, one.clause_id, one.dataset_id or 0))


def are_dues_beyond(spans: Sequence[Span], terms: Terms, first: date, last: date, most: int) -> bool:
    """Whether more than so many days are due between two days, both included, waivers aside; counted no further."""
    left = most
    for span, days in _scheduled(spans, terms, first, last):
        each = len(span.stipulation.datasets) or 1
        for _day in days:
            left -= each
            if left < 0:
                return True
    return False


def _scheduled(
    spans: Sequence[Span], terms: Terms, first: date, last: date
) -> Iterator[tuple[Span, Iterator[date]]]:  # fmt: skip
    """The schedule clauses that give days, each with those on which it is in force."""
    for span in spans:
        said = terms[span.stipulation.id]
        if span.stipulation.kind != SCHEDULE or (rhythm := rhythm_of(said.get("frequency"))) is None:
            continue
        if (start := said.get("first_due_on")) is not None:
            latest = last if span.last is None else min(last, span.last)
            yield span, due_days(date.fromisoformat(str(start)), rhythm, max(first, span.first), latest)


def is_waived(spans: Iterable[Span], terms: Terms, dataset: int | None, day: date) -> bool:
    """Whether the holder is spared supplying a dataset on a day; or, of none, all that the contract has supplied."""
    return bool(waivers_of(spans, terms, dataset, day))


def waivers_of(spans: Iterable[Span], terms: Terms, dataset: int | None, day: date) -> list[Span]:
    """The waivers that spare the holder supplying a dataset on a day; or, of none, all that the contract has
    supplied."""
    found = []
    for span in spans:
        if span.stipulation.kind == WAIVER and span.holds(day):
            said = terms[span.stipulation.id].get("waiver")
            about = span.stipulation.datasets
            if said not in (None, Waiver.NONE) and (dataset in about or (not about and said == Waiver.WHOLE)):
                found.append(span)
    return found


def held_of(
    spans: Iterable[Span], kind: str, day: date, *, clause: int | None = None, dataset: int | None = None
) -> list[Span]:
    """What is in force of a kind on a day for a dataset: what speaks of it, else what speaks of the whole contract."""
    held = [
        one
        for one in spans
        if one.stipulation.kind == kind and one.holds(day) and clause in (None, one.stipulation.clause_id)
    ]
    own = [one for one in held if dataset is not None and dataset in one.stipulation.datasets]
    return own or [one for one in held if not one.stipulation.datasets]


def days_of(spans: Iterable[Span], terms: Terms, kind: str, name: str, day: date, dataset: int | None) -> int:
    """A number of days that the clauses of a kind give, the longest where several do; none is zero."""
    held = held_of(spans, kind, day, dataset=dataset)
    return max((int(terms[one.stipulation.id].get(name) or 0) for one in held), default=0)


def grace_of(spans: Iterable[Span], terms: Terms, clause_id: int | None, due_on: date | None) -> int:
    """The days of grace that the schedule clause gives past a due day; none is zero."""
    if clause_id is None or due_on is None:
        return 0
    for span in spans:
        if span.stipulation.clause_id == clause_id and span.holds(due_on):
            return int(terms[span.stipulation.id].get("grace_days") or 0)
    return 0


@dataclass(frozen=True)
class PenaltyTerms:
    """What a day late costs, and at most how much over a period; `stipulation_id` is what says so. Units: euros.

    Without `period` nobody said what the cap is counted over: then nobody can say whether it is reached. Without
    `start` nobody said from when the penalty runs: days before a formal notice may not count, and the amount is the
    most that it can be. `notice_days` is the least that such a notice leaves. `rivals` counts the other clauses that
    price the same day: the lightest is taken (`lightest_of`), since nobody said which prevails.
    """

    stipulation_id: int
    per_day: Decimal
    cap: Decimal | None
    period: CapPeriod | None = None
    clause_id: int = 0
    start: PenaltyStart | None = None
    notice_days: int = 0
    rivals: int = 0

    @property
    def is_open(self) -> bool:
        """Whether there is a cap of which the period remains to be said."""
        return self.cap is not None and self.period is None

    @property
    def is_sure(self) -> bool:
        """Whether all that the amount follows from is said: from when it runs, and over what its cap is counted."""
        return not self.is_open and self.start is not None

    def noticed_until(self, received_on: date | None, days: int | None) -> date | None:
        """The last day that a formal notice leaves to deliver, by when it was received and the days it gave.

        A notice that gave less than the clause leaves what the clause does.
        """
        return None if received_on is None else plus_days(received_on, max(days or 0, self.notice_days))


def penalty_terms(spans: Iterable[Span], terms: Terms, due_on: date, dataset: int | None) -> list[PenaltyTerms]:
    """What the penalty clauses in force on a due day for a dataset, or for the whole contract, make of a day late.

    One that notes zero euros, as registries could before it was refused, prices nothing.
    """
    found = []
    for one in held_of(spans, PENALTIES, due_on, dataset=dataset):
        said = terms[one.stipulation.id]
        if Decimal(str(said.get("euros_per_day") or 0)):
            cap, period = said.get("cap_euros"), said.get("cap_period")
            found.append(
                PenaltyTerms(
                    one.stipulation.id, Decimal(str(said["euros_per_day"])), None if cap is None else Decimal(str(cap)),
                    CapPeriod(str(period)) if period else None, one.stipulation.clause_id,
                    PenaltyStart(str(start)) if (start := said.get("penalty_start")) else None,
                    int(said.get("formal_notice_days") or 0),
                )
            )  # fmt: skip
    return found


@dataclass(frozen=True)
class OtherTerms:
    """What a clause makes of a lateness otherwise than by a day late: `said` is how, for somebody to count by hand.

    `notice_days` is the least that a formal notice leaves; `clause_id` is the clause, which may price a day late too.
    """

    stipulation_id: int
    clause_id: int
    said: str
    notice_days: int = 0


def other_terms(spans: Iterable[Span], terms: Terms, due_on: date, dataset: int | None) -> list[OtherTerms]:
    """What the penalty clauses in force on a due day, for a dataset or the whole contract, have counted otherwise."""
    found = []
    for one in held_of(spans, PENALTIES, due_on, dataset=dataset):
        noted = terms[one.stipulation.id]
        if said := noted.get("other_amount"):
            days = int(noted.get("formal_notice_days") or 0)
            found.append(OtherTerms(one.stipulation.id, one.stipulation.clause_id, str(said), days))
    return found


@dataclass(frozen=True)
class Late:
    """A delivery that is late: when it was due, what a day costs, and the days that count, by calendar year."""

    id: int
    due_on: date
    terms: PenaltyTerms
    years: Mapping[int, int]


@dataclass(frozen=True)
class Penalty:
    """What a delivery costs, to the cent, and what others had taken of its cap before: by year, or by None in all.

    Of a cap whose period is not said, the amount is that before the cap. Units: euros.
    """

    amount: Decimal
    before: Mapping[int | None, Decimal]


def penalties_for(every: Iterable[Late]) -> dict[int, Penalty]:
    """What each of these deliveries of one contract costs, the oldest due taking first of a cap that several share.

    What is remitted has been incurred, and takes its part: of two readings, the lightest for the holder.
    """
    taken: dict[tuple[int, int | None], Decimal] = {}
    found = {}
    for one in sorted(every, key=lambda one: (one.due_on, one.id)):
        terms, amount = one.terms, _NO_MONEY
        before: dict[int | None, Decimal] = {}
        cap = terms.cap.quantize(_NO_MONEY) if terms.cap is not None else None
        left = cap if terms.period is CapPeriod.DELIVERY else None
        if cap is not None and terms.period is CapPeriod.CONTRACT:
            before[None] = taken.get((terms.clause_id, None), _NO_MONEY)
            left = max(cap - before[None], _NO_MONEY)
        for year, days in sorted(one.years.items()):
            part = (terms.per_day * days).quantize(_NO_MONEY)
            if cap is not None and terms.period is CapPeriod.YEAR:
                before[year] = taken.get((terms.clause_id, year), _NO_MONEY)
                part = min(part, max(cap - before[year], _NO_MONEY))
            if left is not None:
                part = min(part, left - amount)
            for key in (year, None):
                taken[terms.clause_id, key] = taken.get((terms.clause_id, key), _NO_MONEY) + part
            amount += part
        found[one.id] = Penalty(amount, before)
    return found


@dataclass(frozen=True)
class Came:
    """Something that came: when, what was answered, and until when it may be corrected where it was refused."""

    received_on: date
    answer: ReceiptAnswer
    correct_by: date | None = None


@dataclass(frozen=True)
class Lateness:
    """How late a delivery is: the last day that is not, the day it came, and the days in between that count.

    Without `arrived_on` it has not come, and the days are those until today; `is_final` once it is accepted; `spans`
    are the same days, each after a day and up to another.
    """

    in_time_until: date
    arrived_on: date | None
    days: int
    is_final: bool
    spans: Sequence[tuple[date, date]] = field(default=(), compare=False)

    @property
    def years(self) -> dict[int, int]:
        """The days late by calendar year."""
        return _by_year(self.spans)


def penalised(late: Lateness, terms: PenaltyTerms, noticed_until: date | None) -> dict[int, int]:
    """The days late for which a penalty runs, by calendar year; where nobody said from when it does, all of them.

    Where it runs after a formal notice, none before the last day that one left, nor any without one.
    """
    if terms.start is not PenaltyStart.AFTER_NOTICE:
        return late.years
    if noticed_until is None:
        return {}
    return _by_year((max(after, noticed_until), last) for after, last in late.spans if last > noticed_until)


def lightest_of(
    found: Sequence[PenaltyTerms], late: Lateness, notice_received_on: date | None, notice_days: int | None
) -> PenaltyTerms | None:
    """Of the clauses that price a lateness, the one by which it costs least: from when each runs and its cap included.

    The lateness is counted alone, as if no other delivery had taken of a cap: else each choice would change the others.
    """

    def weigh(terms: PenaltyTerms) -> tuple[Decimal, Decimal, int]:
        years = penalised(late, terms, terms.noticed_until(notice_received_on, notice_days))
        alone = penalties_for([Late(0, date.min, terms, years)])[0].amount
        return alone, terms.per_day, terms.stipulation_id

    lightest = min(found, key=weigh, default=None)
    return None if lightest is None else replace(lightest, rivals=len(found) - 1)


class Answered(Protocol):
    """Something that came, and what was answered: `Came`, or a receipt."""

    @property
    def received_on(self) -> date:
        """When it came."""

    @property
    def answer(self) -> Any:
        """What was answered."""


Receipt = TypeVar("Receipt", bound=Answered)


def counts_of(came: Iterable[Receipt]) -> Receipt | None:
    """What counts as the delivery: what was accepted, else what waits first for an answer; no other answer counts.

    Of several that were accepted, as registries before 0098 may hold, the last that came.
    """
    ordered = sorted(came, key=lambda one: one.received_on)
    accepted = [one for one in ordered if one.answer == ReceiptAnswer.ACCEPTED]
    waiting = [one for one in ordered if one.answer == ReceiptAnswer.WAITING]
    return accepted[-1] if accepted else waiting[0] if waiting else None


def in_time_until(due_on: date, grace_days: int, came: Iterable[Came]) -> date:
    """The last day that is not late: the due day and its grace; then, each time something that came in time was
    refused, the day given to correct it."""
    last = plus_days(due_on, grace_days)
    for one in sorted(came, key=lambda one: one.received_on):
        if one.answer is ReceiptAnswer.REFUSED and one.correct_by is not None and one.received_on <= last:
            last = max(last, one.correct_by)
    return last


def lateness_of(due_on: date, grace_days: int, came: Sequence[Came], today: date) -> Lateness:
    """How late a delivery is today.

    Counted are the days past the due day and its grace, until what counts came or until today. Those from a refused
    receipt to the day given to correct it are not: the holder was given them.
    """
    counting, until = counts_of(came), in_time_until(due_on, grace_days, came)
    end = counting.received_on if counting is not None else today
    spans = list(_uncovered(plus_days(due_on, grace_days), end, came))
    days = sum((last - after).days for after, last in spans)
    final = counting is not None and counting.answer is ReceiptAnswer.ACCEPTED
    return Lateness(until, counting.received_on if counting is not None else None, days, final, spans)


def _by_year(spans: Iterable[tuple[date, date]]) -> dict[int, int]:
    """The days after the first of each span, up to its last, by calendar year."""
    found: dict[int, int] = {}
    for after, last in spans:
        for year in range(after.year, last.year + 1):
            first = date(year - 1, 12, 31) if year > after.year else after
            if (days := (min(last, date(year, 12, 31)) - first).days) > 0:
                found[year] = found.get(year, 0) + days
    return found


def _uncovered(start: date, end: date, came: Iterable[Came]) -> Iterator[tuple[date, date]]:
    """The days after `start`, up to `end`, in none of the delays given to correct: after a day, up to another."""
    given = sorted(
        (one.received_on, one.correct_by)
        for one in came
        if one.answer is ReceiptAnswer.REFUSED and one.correct_by is not None
    )
    reached = start
    for first, last in given:
        if first >= end:
            break
        if first > reached:
            yield reached, first
        reached = max(reached, first, min(last, end))
    if end > reached:
        yield reached, end


def is_late(due_until: date | None, received_on: date | None, today: date) -> bool:
    """Whether it came, or is still awaited, after the last day that is not late."""
    return due_until is not None and (received_on or today) > due_until


def state_of(
    due_until: date | None, received_on: date | None, answer: ReceiptAnswer | None, today: date
) -> DeliveryState:
    """Where a delivery stands on a day, by the last day that is not late and by what came."""
    late = is_late(due_until, received_on, today)
    if answer is ReceiptAnswer.WAITING:
        return DeliveryState.WAITING
    if answer is ReceiptAnswer.ACCEPTED:
        return DeliveryState.LATE_ACCEPTED if late else DeliveryState.ACCEPTED
    if due_until is None:
        return DeliveryState.UNDATED
    return DeliveryState.LATE if late else DeliveryState.DUE
