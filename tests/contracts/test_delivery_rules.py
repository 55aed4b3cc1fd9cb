"""When deliveries are due, how late they are and what that costs, against a plain count of days."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.contracts.clauses.kinds import essential_of, says_essential
from registry.contracts.clauses.rules import Instrument, Span, Stipulation, spans_of
from registry.contracts.deliveries.rules import (
    Came,
    Due,
    Late,
    PenaltyTerms,
    Rhythm,
    due_days,
    dues_between,
    grace_of,
    in_time_until,
    is_waived,
    lateness_of,
    lightest_of,
    penalised,
    penalties_for,
    penalty_terms,
    rhythm_of,
    state_of,
)
from registry.contracts.deliveries.vocabulary import DeliveryState, ReceiptAnswer
from registry.contracts.rules import Term
from registry.contracts.vocabulary import CapPeriod, ClauseAct, PenaltyStart
from registry.platform.lists import load_list

ONE = timedelta(days=1)
START = date(2024, 1, 31)
DAYS = st.integers(0, 900).map(lambda days: date(2024, 1, 1) + days * ONE)


def said(number: int, kind: str, instrument: Instrument, clause: int = 1, **more) -> Stipulation:
    act = more.pop("act", ClauseAct.ADDS)
    return Stipulation(id=number, clause_id=clause, kind=kind, instrument=instrument, act=act, **more)


def test_a_month_without_the_day_gives_its_last_and_the_day_comes_back():
    months = list(due_days(START, Rhythm(months=1), date(2024, 1, 1), date(2024, 5, 31)))

    assert months == [date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 30), date(2024, 5, 31)]


@given(DAYS, st.sampled_from([1, 2, 3, 4, 6, 12, 24]), DAYS, DAYS)
def test_due_days_are_those_one_counts_from_the_first_whatever_day_one_begins_to_look(first, months, start, last):
    rhythm = Rhythm(months=months)
    every = [rhythm.step(first, count) for count in range(60)]

    assert list(due_days(first, rhythm, start, last)) == [day for day in every if start <= day <= last]


@given(DAYS, st.sampled_from([7, 14]), DAYS, DAYS)
def test_days_by_weeks_are_counted_from_the_first_too(first, days, start, last):
    plain = [first + count * days * ONE for count in range(200)]

    assert list(due_days(first, Rhythm(days=days), start, last)) == [day for day in plain if start <= day <= last]


def test_a_calendar_asked_to_the_end_of_time_ends():
    assert list(due_days(date(9990, 1, 1), Rhythm(months=360), date(9990, 1, 1), date.max)) == [date(9990, 1, 1)]


def test_each_frequency_that_names_days_has_a_step_and_no_other_does():
    known = load_list("frequencies")
    with_step = {code for code in known if rhythm_of(code) is not None}

    assert {"MONTHLY", "QUARTERLY", "ANNUAL", "WEEKLY"} <= with_step
    assert not with_step & {"IRREG", "UNKNOWN", "NEVER", "OTHER", "CONT", "HOURLY", "DAILY", "WEEKLY_2", "MONTHLY_2"}
    assert rhythm_of(None) is None
    for code in with_step:
        step, longest = rhythm_of(code), known.number(code, "days")
        gaps = [(step.step(START, n + 1) - step.step(START, n)).days for n in range(48)]
        assert max(gaps) <= longest, code


CONTRACT, AMENDMENT = (
    Instrument(0, date(2023, 12, 1), date(2024, 1, 1)),
    Instrument(1, date(2024, 5, 2), date(2024, 6, 1)),
)
TERM = Term(date(2024, 1, 1), date(2024, 12, 31))


def calendar(*stipulations: Stipulation, terms, term: Term = TERM, last=date(2026, 12, 31)) -> list[Due]:
    return dues_between(spans_of(stipulations, term, signed_by=last), terms, date(2023, 1, 1), last)


def test_an_amendment_changes_the_days_from_its_first_and_the_end_of_the_contract_ends_them():
    before = said(1, "schedule", CONTRACT, datasets=frozenset({7}))
    after = said(2, "schedule", AMENDMENT, datasets=frozenset({7}), act=ClauseAct.REPLACES)
    terms = {
        1: {"frequency": "QUARTERLY", "first_due_on": "2024-03-31"},
        2: {"frequency": "BIMONTHLY", "first_due_on": "2024-06-15"},
    }

    found = calendar(before, after, terms=terms)

    assert [one.day for one in found] == [
        date(2024, 3, 31), date(2024, 6, 15), date(2024, 8, 15), date(2024, 10, 15), date(2024, 12, 15),
    ]  # fmt: skip
    assert {one.dataset_id for one in found} == {7}


def test_what_survives_the_contract_goes_on_past_its_end_and_the_whole_contract_is_of_no_dataset():
    lasting = said(1, "schedule", CONTRACT, survives=True)

    found = calendar(lasting, terms={1: {"frequency": "ANNUAL", "first_due_on": "2024-06-30"}})

    assert [(one.day.year, one.dataset_id) for one in found] == [(2024, None), (2025, None), (2026, None)]


def test_a_clause_without_a_first_day_or_a_step_gives_no_day():
    schedule = said(1, "schedule", CONTRACT)

    assert calendar(schedule, terms={1: {"frequency": "QUARTERLY"}}) == []
    assert calendar(schedule, terms={1: {"frequency": "IRREG", "first_due_on": "2024-03-31"}}) == []
    assert calendar(schedule, terms={1: {"first_due_on": "2024-03-31"}}) == []


def test_a_waiver_of_a_dataset_makes_no_expectation_on_the_days_it_is_in_force():
    schedule = said(1, "schedule", CONTRACT, datasets=frozenset({7, 8}))
    waiver = said(2, "waiver", AMENDMENT, clause=2, datasets=frozenset({8}))
    terms = {1: {"frequency": "QUARTERLY", "first_due_on": "2024-03-31"}, 2: {"waiver": "part"}}

    found = calendar(schedule, waiver, terms=terms)

    assert {(one.day.month, one.dataset_id) for one in found} == {(3, 7), (3, 8), (6, 7), (9, 7), (12, 7)}


@pytest.mark.parametrize(
    ("waiver", "about", "dataset", "waived"),
    [
        ("whole", frozenset(), 7, True),
        ("whole", frozenset(), None, True),
        ("part", frozenset(), 7, False),
        ("part", frozenset({7}), 7, True),
        ("part", frozenset({7}), 8, False),
        ("none", frozenset({7}), 7, False),
        (None, frozenset({7}), 7, False),
    ],
)
def test_a_waiver_spares_what_it_names_or_all_where_it_is_whole(waiver, about, dataset, waived):
    spans = [Span(said(1, "waiver", CONTRACT, datasets=about), date(2024, 1, 1), None)]

    assert is_waived(spans, {1: {"waiver": waiver}}, dataset, date(2024, 6, 30)) is waived


@given(st.data())
def test_the_calendar_of_a_clause_that_amendments_change_is_that_of_each_day_by_itself(data):
    """A plain model: each day asks the last instrument that applies whether it is one of its own due days."""
    acts = data.draw(st.lists(st.tuples(DAYS, st.sampled_from(["MONTHLY", "QUARTERLY", "WEEKLY"]), DAYS), max_size=4))
    end = data.draw(DAYS)
    rows, terms = [], {}
    for number, (day, frequency, first) in enumerate(acts):
        rows.append(said(number, "schedule", Instrument(number, date(2023, 1, 1), day)))
        terms[number] = {"frequency": frequency, "first_due_on": first.isoformat()}
    found = calendar(*rows, terms=terms, term=Term(date(2024, 1, 1), end))

    own = [
        {rhythm_of(frequency).step(first, count) for count in range(160)} for _day, frequency, first in acts
    ]  # fmt: skip
    wanted = []
    day = date(2024, 1, 1)
    while day <= end:
        standing = [(acts[n][0], n) for n in range(len(acts)) if acts[n][0] <= day]
        if standing:
            _since, number = max(standing)
            if day in own[number]:
                wanted.append(day)
        day += ONE
    assert [one.day for one in found] == wanted


def refused(day: date, by: date | None) -> Came:
    return Came(day, ReceiptAnswer.REFUSED, by)


def accepted(day: date) -> Came:
    return Came(day, ReceiptAnswer.ACCEPTED)


DUE = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("grace", "came", "today", "days"),
    [
        (0, [accepted(DUE)], date(2026, 9, 1), 0),
        (0, [accepted(DUE + ONE)], date(2026, 9, 1), 1),
        (10, [accepted(date(2026, 4, 10))], date(2026, 9, 1), 0),
        (10, [accepted(date(2026, 4, 12))], date(2026, 9, 1), 2),
        (0, [], DUE, 0),
        (0, [], date(2026, 4, 3), 3),
        (0, [refused(date(2026, 3, 30), None)], date(2026, 4, 3), 3),
        (0, [refused(date(2026, 3, 30), None), accepted(date(2026, 4, 5))], date(2026, 9, 1), 5),
        (0, [refused(date(2026, 3, 30), date(2026, 4, 15)), accepted(date(2026, 4, 15))], date(2026, 9, 1), 0),
        (0, [refused(date(2026, 3, 30), date(2026, 4, 15)), accepted(date(2026, 4, 18))], date(2026, 9, 1), 3),
        (0, [refused(date(2026, 4, 4), date(2026, 4, 15)), accepted(date(2026, 4, 15))], date(2026, 9, 1), 4),
        (0, [Came(date(2026, 4, 2), ReceiptAnswer.WAITING)], date(2026, 9, 1), 2),
    ],
)  # fmt: skip
def test_lateness_is_of_the_day_what_was_accepted_came_past_grace_and_delays_given(grace, came, today, days):
    assert lateness_of(DUE, grace, came, today).days == days


RECEIPTS = st.lists(
    st.tuples(st.integers(-30, 120), st.one_of(st.none(), st.integers(0, 60))), max_size=4
).map(lambda some: [
    refused(DUE + at * ONE, None if given is None else DUE + (at + given) * ONE) for at, given in sorted(
        some, key=lambda one: one[0])
])  # fmt: skip


@given(RECEIPTS, st.integers(0, 20), st.one_of(st.none(), st.integers(121, 200)))
def test_the_days_late_are_those_one_counts_one_by_one(came, grace, at):
    if at is not None:
        came = [*came, accepted(DUE + at * ONE)]
    today = DUE + 200 * ONE

    late = lateness_of(DUE, grace, came, today)

    end = late.arrived_on or today
    plain, day = 0, DUE + (grace + 1) * ONE
    while day <= end:
        plain += not any(
            one.correct_by is not None and one.received_on < day <= one.correct_by
            for one in came if one.answer is ReceiptAnswer.REFUSED
        )  # fmt: skip
        day += ONE
    assert late.days == plain == sum(late.years.values())
    assert (late.days == 0) is (end <= late.in_time_until)
    assert late.in_time_until == in_time_until(DUE, grace, came)


MONEY = st.decimals(0, 100_000, places=2)


@given(st.integers(0, 5000), MONEY, st.one_of(st.none(), MONEY))
def test_a_penalty_is_days_times_the_amount_to_the_cent_and_never_above_its_cap(days, per_day, cap):
    terms = PenaltyTerms(1, per_day, cap, CapPeriod.DELIVERY)
    found = penalties_for([Late(1, DUE, terms, {2026: days})])[1].amount

    cents = sum(int(per_day * 100) for _day in range(days))
    assert found * 100 == (cents if cap is None else min(cents, int(cap * 100)))
    assert found == found.quantize(Decimal("0.01"))


LATES = st.lists(
    st.tuples(st.integers(0, 9), st.dictionaries(st.integers(2024, 2026), st.integers(0, 60), max_size=3)), max_size=6
)


@given(LATES, st.integers(0, 20_000), st.sampled_from([CapPeriod.YEAR, CapPeriod.CONTRACT]))
def test_a_cap_that_deliveries_share_is_spent_by_the_oldest_due_first_and_never_passed(lates, cap, period):
    terms = PenaltyTerms(1, Decimal("150.00"), Decimal(cap), period, 4)
    every = [Late(n, DUE + due * ONE, terms, years) for n, (due, years) in enumerate(lates)]

    # The plain model: one purse a period, emptied a day at a time.
    purses: dict[object, int] = {}
    expected = {}
    for one in sorted(every, key=lambda one: (one.due_on, one.id)):
        expected[one.id] = 0
        for year in sorted(one.years):
            purse = year if period is CapPeriod.YEAR else "all"
            for _day in range(one.years[year]):
                paid = min(150, cap - purses.get(purse, 0))
                purses[purse] = purses.get(purse, 0) + paid
                expected[one.id] += paid
    found = penalties_for(reversed(every))
    assert {number: one.amount for number, one in found.items()} == expected
    assert all(spent <= cap for spent in purses.values())


@given(
    RECEIPTS, st.integers(0, 20), st.one_of(st.none(), st.integers(1, 150)), st.integers(1, 40), st.integers(0, 40),
    st.sampled_from([None, *PenaltyStart]),
)  # fmt: skip
def test_the_days_that_a_penalty_runs_are_those_one_counts_one_by_one(came, grace, noticed, left, clause, start):
    today = DUE + 200 * ONE
    late = lateness_of(DUE, grace, came, today)
    terms = PenaltyTerms(1, Decimal("150.00"), None, start=start, notice_days=clause)
    received = None if noticed is None else DUE + noticed * ONE
    until = terms.noticed_until(received, left)

    plain: dict[int, int] = {}
    day = DUE + (grace + 1) * ONE
    while day <= today:
        given_back = any(
            one.correct_by is not None and one.received_on < day <= one.correct_by
            for one in came if one.answer is ReceiptAnswer.REFUSED
        )  # fmt: skip
        waits = start is PenaltyStart.AFTER_NOTICE and (
            received is None or day <= received + max(left, clause) * ONE
        )  # fmt: skip
        if not given_back and not waits:
            plain[day.year] = plain.get(day.year, 0) + 1
        day += ONE
    assert penalised(late, terms, until) == plain


def test_days_late_are_told_by_calendar_year():
    late = lateness_of(date(2025, 12, 20), 5, [], date(2026, 1, 10))
    assert (late.days, dict(late.years)) == (16, {2025: 6, 2026: 10})


def test_the_penalty_is_of_the_clause_in_force_on_the_due_day_for_the_dataset_else_for_the_contract():
    spans = spans_of(
        [
            said(1, "penalties", CONTRACT),
            said(2, "penalties", AMENDMENT, act=ClauseAct.REPLACES),
            said(3, "penalties", AMENDMENT, clause=2, datasets=frozenset({7})),
        ],
        TERM, signed_by=date(2026, 1, 1),
    )  # fmt: skip
    terms = {
        1: {"euros_per_day": "100.00"}, 2: {"euros_per_day": "150.50", "cap_euros": "1000.00"},
        3: {"euros_per_day": "12.05"},
    }  # fmt: skip

    def asked(day: date, dataset: int | None) -> tuple[int, str] | None:
        found = penalty_terms(spans, terms, day, dataset)
        return (found[0].stipulation_id, str(found[0].per_day)) if found else None

    assert asked(date(2024, 5, 31), 7) == (1, "100.00")
    assert asked(date(2024, 6, 1), 7) == (3, "12.05")
    assert asked(date(2024, 6, 1), 8) == (2, "150.50")
    assert asked(date(2024, 6, 1), None) == (2, "150.50")
    assert asked(date(2025, 1, 1), 7) is None


CHEAP = {"euros_per_day": "100", "penalty_start": "due-day"}


@pytest.mark.parametrize(
    ("dear", "noticed", "lightest"),
    [
        ({"euros_per_day": "150", "penalty_start": "due-day"}, None, 1),
        ({"euros_per_day": "150", "penalty_start": "after-notice"}, None, 2),
        ({"euros_per_day": "150", "penalty_start": "after-notice"}, 4, 2),
        ({"euros_per_day": "150", "penalty_start": "after-notice"}, 2, 1),
        ({"euros_per_day": "150", "penalty_start": "due-day", "cap_euros": "500", "cap_period": "year"}, None, 2),
        ({"euros_per_day": "150", "penalty_start": "due-day", "cap_euros": "1000", "cap_period": "delivery"}, None, 1),
    ],
)  # fmt: skip
def test_of_several_penalties_the_one_by_which_the_lateness_costs_least_counts(dear, noticed, lightest):
    """Ten days late at 100 euros a day, against 150 euros a day that a notice or a cap may make less."""
    spans = [Span(said(n, "penalties", CONTRACT, clause=n), date(2024, 1, 1), None) for n in (1, 2)]
    found = penalty_terms(spans, {1: CHEAP, 2: dear}, DUE, None)
    late = lateness_of(DUE, 0, [], DUE + 10 * ONE)
    received = None if noticed is None else DUE + noticed * ONE

    counted = lightest_of(found, late, received, 1)

    assert counted is not None
    assert counted.stipulation_id == lightest
    assert counted.rivals == 1, "the page says that another clause holds too"


def test_zero_euros_noted_before_they_were_refused_are_no_penalty():
    spans = [Span(said(n, "penalties", CONTRACT, clause=n), date(2024, 1, 1), None) for n in (1, 2)]
    [found] = penalty_terms(spans, {1: {"euros_per_day": "0.00"}, 2: {"euros_per_day": "150.50"}}, DUE, None)
    assert found.stipulation_id == 2
    assert not says_essential(essential_of("penalties"), {"euros_per_day": "0.00"}), "the clause is to be completed"
    assert says_essential(essential_of("penalties"), {"euros_per_day": "0.01"})


def test_grace_is_that_of_the_clause_in_force_on_the_due_day():
    spans = [Span(said(1, "schedule", CONTRACT), date(2024, 1, 1), None)]

    assert grace_of(spans, {1: {"grace_days": 15}}, 1, DUE) == 15
    assert grace_of(spans, {1: {}}, 1, DUE) == 0
    assert grace_of(spans, {1: {"grace_days": 15}}, None, DUE) == 0


@pytest.mark.parametrize(
    ("until", "received", "answer", "state"),
    [
        (None, None, None, DeliveryState.UNDATED),
        (DUE, None, None, DeliveryState.DUE),
        (DUE - ONE, None, None, DeliveryState.LATE),
        (DUE - ONE, None, ReceiptAnswer.REFUSED, DeliveryState.LATE),
        (DUE - ONE, DUE - 2 * ONE, ReceiptAnswer.WAITING, DeliveryState.WAITING),
        (DUE - ONE, DUE - ONE, ReceiptAnswer.ACCEPTED, DeliveryState.ACCEPTED),
        (DUE - ONE, DUE, ReceiptAnswer.ACCEPTED, DeliveryState.LATE_ACCEPTED),
        (None, DUE, ReceiptAnswer.ACCEPTED, DeliveryState.ACCEPTED),
    ],
)
def test_a_delivery_stands_where_its_days_and_its_answer_say(until, received, answer, state):
    assert state_of(until, received, answer, DUE) is state
