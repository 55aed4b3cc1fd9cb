"""Which clauses are in force on a day, for which datasets, and what does not hold together: functions of values.

Two times are told apart: the day on which a clause applies, and the day by which what says so was signed. A third,
when it was recorded, is the ledger's. The contract on a day is itself and its amendments, as they follow one another.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, groupby, pairwise

from registry.contracts.rules import Term
from registry.contracts.vocabulary import ClauseAct, Doubt
from registry.kernel.dates import plus_days

_BEFORE = date.min


@dataclass(frozen=True)
class Instrument:
    """What parties signed: the contract (number 0) or one of its amendments, and the day from which it applies."""

    number: int
    signed_on: date | None
    effective_on: date | None = None

    @property
    def applies_from(self) -> date | None:
        """The first day of its effect: the one it says, else that of its signature."""
        return self.effective_on or self.signed_on


@dataclass(frozen=True)
class Stipulation:
    """What an instrument says of a clause: that it is added, replaced by these words, or ended.

    `kind` is a code of the list of kinds; `datasets` are those it is about: none is the whole contract. `effective_on`
    is where this very clause applies from another day than its instrument, `last_on` its last day where it says one.
    `survives` is of what is owed past the end of the contract. `told` is whether anything is noted of what it says: one
    that is bare is there by name only, and answers nothing that one looks for.
    """

    id: int
    clause_id: int
    kind: str
    instrument: Instrument
    act: ClauseAct
    datasets: frozenset[int] = frozenset()
    effective_on: date | None = None
    last_on: date | None = None
    survives: bool = False
    told: bool = True

    @property
    def applies_from(self) -> date | None:
        """The first day on which it applies."""
        return self.effective_on or self.instrument.applies_from


@dataclass(frozen=True)
class Span:
    """The days on which a stipulation is in force, both in it; no last day where nothing ends it."""

    stipulation: Stipulation
    first: date
    last: date | None

    def holds(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.first <= day and (self.last is None or day <= self.last)


def spans_of(said: Iterable[Stipulation], term: Term, *, signed_by: date) -> list[Span]:
    """The days of each stipulation, as what was signed by a day makes them; in order of their clause, then of days.

    Of the same clause, what applies later takes the place of what applied; on the same day, the later instrument does.
    One that is not signed, or has no day, is not in force.
    """
    clauses: dict[int, list[Stipulation]] = {}
    for one in said:
        signed_on = one.instrument.signed_on
        if one.applies_from is not None and signed_on is not None and signed_on <= signed_by:
            clauses.setdefault(one.clause_id, []).append(one)
    found: list[Span] = []
    for _number, each in sorted(clauses.items()):
        ordered = sorted(each, key=_in_order)
        for place, one in enumerate(ordered):
            first = one.applies_from or _BEFORE
            later = ordered[place + 1].applies_from if place + 1 < len(ordered) else None
            lasts = [
                day
                for day in (
                    plus_days(later, -1) if later is not None else None,
                    one.last_on,
                    None if one.survives else term.binds_until,
                )
                if day is not None
            ]
            last = min(lasts, default=None)
            if one.act is not ClauseAct.ENDS and (last is None or first <= last):
                found.append(Span(one, first, last))
    return found


def _in_order(one: Stipulation) -> tuple[date, int, int]:
    return one.applies_from or _BEFORE, one.instrument.number, one.id


def in_force(spans: Iterable[Span], day: date, *, dataset: int | None = None) -> list[Stipulation]:
    """What is in force on a day; for a dataset, also what binds the whole contract."""
    return [
        one.stipulation
        for one in spans
        if one.holds(day) and (dataset is None or not one.stipulation.datasets or dataset in one.stipulation.datasets)
    ]


@dataclass(frozen=True)
class Doubtful:
    """What does not hold together: what it is, which stipulations or amendment, and the days meant where some are."""

    doubt: Doubt
    ids: tuple[int, ...]
    first: date | None = None
    last: date | None = None
    number: int | None = None


def doubts_of(
    said: Sequence[Stipulation],
    spans: Sequence[Span],
    term: Term,
    *,
    signed_on: date | None,
    amendments: Iterable[Instrument],
) -> list[Doubtful]:
    """What does not hold together in a contract signed that day, in its amendments and in its clauses.

    Nothing of it is refused, all of it is told.
    """
    return [
        *_out_of_time(said, term, signed_on, amendments),
        *_odd_instruments(said, term, signed_on),
        *_odd_order(said),
        *_overlaps(spans),
        *_gaps(spans),
    ]


def _out_of_time(
    said: Sequence[Stipulation], term: Term, signed_on: date | None, amendments: Iterable[Instrument]
) -> list[Doubtful]:
    """The amendments signed before the contract they change or after its end, even those that speak of no clause."""
    found = []
    for one in amendments:
        day, over = one.signed_on, term.binds_until
        ids = tuple(row.id for row in said if row.instrument == one)
        if day is not None and signed_on is not None and day < signed_on:
            found.append(Doubtful(Doubt.BEFORE_CONTRACT, ids, day, number=one.number))
        elif day is not None and over is not None and day > over:
            found.append(Doubtful(Doubt.AFTER_END, ids, day, number=one.number))
    return found


def _odd_instruments(said: Sequence[Stipulation], term: Term, signed_on: date | None) -> list[Doubtful]:
    """Of an act that is not signed, or about days when nothing binds yet or any more."""
    found = []
    unsigned: dict[Instrument, tuple[int, ...]] = {}
    for one in said:
        if one.instrument.signed_on is None:
            # One act says all of it: a notice for each clause would hide what else is wrong.
            unsigned[one.instrument] = (*unsigned.get(one.instrument, ()), one.id)
        first, over = one.applies_from, term.binds_until
        if signed_on is not None and one.effective_on is not None and one.effective_on < signed_on:
            # An amendment may reach back, never before the contract; where the contract itself does, its dates say so.
            found.append(Doubtful(Doubt.BEFORE_SIGNATURE, (one.id,), one.effective_on, signed_on))
        if first is not None and over is not None and first > over and not one.survives:
            found.append(Doubtful(Doubt.AFTER_END, (one.id,), first))
    return [*(Doubtful(Doubt.UNSIGNED, ids) for ids in unsigned.values()), *found]


def _odd_order(said: Sequence[Stipulation]) -> list[Doubtful]:
    """Of one clause: several acts, or one that speaks twice, for the same day; a change or an end of nothing."""
    found = []
    clauses: dict[int, list[Stipulation]] = {}
    for one in said:
        if one.applies_from is not None and one.instrument.signed_on is not None:
            clauses.setdefault(one.clause_id, []).append(one)
    for each in clauses.values():
        ordered, there = sorted(each, key=_in_order), False
        for day, same in groupby(ordered, key=lambda one: one.applies_from):
            if len(ids := tuple(one.id for one in same)) > 1:
                found.append(Doubtful(Doubt.SAME_DAY, ids, day))
        for one in ordered:
            if one.act is not ClauseAct.ADDS and not there:
                found.append(Doubtful(Doubt.OF_NOTHING, (one.id,), one.applies_from))
            there = one.act is not ClauseAct.ENDS
    return found


def _overlaps(spans: Sequence[Span]) -> list[Doubtful]:
    """Two clauses of one kind that speak of a same dataset, or of the whole contract, on the same days."""
    found = []
    kinds: dict[str, list[Span]] = {}
    for span in spans:
        kinds.setdefault(span.stipulation.kind, []).append(span)
    for each in kinds.values():
        for one, other in combinations(each, 2):
            a, b = one.stipulation, other.stipulation
            if a.clause_id == b.clause_id or not (a.datasets & b.datasets or a.datasets == b.datasets):
                continue
            first = max(one.first, other.first)
            last = min((day for day in (one.last, other.last) if day is not None), default=None)
            if last is None or first <= last:
                found.append(Doubtful(Doubt.OVERLAP, (a.id, b.id), first, last))
    return found


def _gaps(spans: Sequence[Span]) -> list[Doubtful]:
    """Days without a clause between two stipulations of it."""
    found = []
    for one, other in pairwise(spans):
        if one.stipulation.clause_id == other.stipulation.clause_id and one.last is not None:
            first, last = plus_days(one.last, 1), plus_days(other.first, -1)
            if first <= last:
                found.append(Doubtful(Doubt.GAP, (one.stipulation.id, other.stipulation.id), first, last))
    return found
