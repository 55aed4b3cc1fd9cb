"""When retention ends: months over leap days and short months, years that end in December, holds, rules in days."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.datasets.vocabulary import FinalDisposition, Stage
from registry.kernel.dates import plus_months
from registry.processing.retention.rules import (
    Origin,
    Retention,
    Rule,
    Span,
    dates_of,
    start_of,
    wrong_retention,
)
from registry.processing.retention.vocabulary import Counting, EventKnown, RetentionState, RuleUnit, StartEvent

DAYS = st.dates(date(1950, 1, 1), date(2150, 12, 31))
MONTHS = st.integers(0, 1200)
FATES = {"retention_months": None, "intermediate_months": None, "own_reason": None, "final_disposition": None}


def rule(count: int | None, unit: RuleUnit = RuleUnit.YEAR, fate: FinalDisposition | None = None) -> Rule:
    span = Span(count, unit) if count is not None else None
    return Rule("ESSAI", "Essai", span, StartEvent.CLOSURE, fate, "", Origin.LIST)


def kept(event: date, active: int, intermediate: int | None = None, **more: Any) -> Retention:
    return Retention(active, intermediate, known=EventKnown.DATED, event_on=event, **more)


@pytest.mark.parametrize(
    ("event", "months", "until"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2024, 8, 31), 6, date(2025, 2, 28)),
        (date(2024, 12, 31), 120, date(2034, 12, 31)),
    ],
)
def test_months_are_counted_whole_and_end_with_a_short_month(event: date, months: int, until: date):
    assert dates_of(kept(event, months), event).until == until


def test_the_last_day_is_still_of_the_duration_and_the_next_is_due():
    said = kept(date(2020, 3, 10), 12, 24)

    assert dates_of(said, date(2021, 3, 10)).state is RetentionState.ACTIVE
    assert dates_of(said, date(2021, 3, 11)).state is RetentionState.INTERMEDIATE
    assert dates_of(said, date(2023, 3, 10)).state is RetentionState.INTERMEDIATE
    due = dates_of(said, date(2023, 3, 11))
    assert due.state is RetentionState.DUE
    assert due.due_since == date(2023, 3, 11)


def test_from_the_end_of_the_civil_year_whatever_the_day_of_the_event():
    for day in (date(2019, 1, 1), date(2019, 7, 14), date(2019, 12, 31)):
        said = kept(day, 60, counting=Counting.YEAR_END)
        assert dates_of(said, day).until == date(2024, 12, 31)


def test_a_rule_gives_the_whole_and_its_active_use_ends_no_later():
    said = kept(date(2020, 2, 29), 12, rule=rule(5))

    dates = dates_of(said, date(2022, 1, 1))

    assert (dates.active_until, dates.until) == (date(2021, 2, 28), date(2025, 2, 28))
    assert dates_of(kept(date(2020, 2, 29), 600, rule=rule(5)), date(2022, 1, 1)).active_until == date(2025, 2, 28)


def test_a_rule_in_days_counts_days():
    assert dates_of(kept(date(2024, 2, 1), 0, rule=rule(30, RuleUnit.DAY)), date(2024, 2, 1)).until == date(2024, 3, 2)


def test_what_is_kept_for_ever_never_falls_due():
    said = kept(date(1900, 1, 1), 12, rule=rule(None, fate=FinalDisposition.KEEP))

    assert dates_of(said, date(2150, 1, 1)).state is RetentionState.KEPT
    assert dates_of(Retention(fate=FinalDisposition.KEEP), date(2026, 1, 1)).state is RetentionState.KEPT


def test_what_is_missing_is_said_rather_than_guessed():
    on = date(2026, 11, 26)
    assert dates_of(Retention(), on).state is RetentionState.UNSET
    assert dates_of(Retention(12), on).state is RetentionState.UNKNOWN
    assert dates_of(Retention(12, known=EventKnown.TO_COME), on).state is RetentionState.WAITING
    expected = Retention(12, known=EventKnown.TO_COME, event_on=date(2026, 11, 20))
    assert dates_of(expected, date(2026, 11, 19)).state is RetentionState.WAITING
    assert dates_of(expected, on).state is RetentionState.ACTIVE
    assert dates_of(Retention(12, stage=Stage.DISPOSED), on).state is RetentionState.OVER


@given(DAYS, MONTHS, MONTHS, DAYS, st.sampled_from(Counting))
def test_active_use_never_outlasts_the_whole_and_both_are_counted_from_the_start(
    event: date, active: int, intermediate: int, on: date, counting: Counting
):
    dates = dates_of(kept(event, active, intermediate, counting=counting), on)

    assert dates.starts_on == start_of(event, counting) >= event
    assert dates.active_until is not None
    assert dates.until is not None
    assert dates.starts_on <= dates.active_until <= dates.until
    assert dates.until == plus_months(dates.starts_on, active + intermediate)
    assert dates.due_since == dates.until + timedelta(days=1)
    assert (dates.state is RetentionState.DUE) == (on > dates.until)


@given(DAYS, MONTHS, MONTHS, st.integers(0, 400), DAYS)
def test_time_only_goes_forward_and_longer_is_never_due_sooner(
    event: date, active: int, more: int, later: int, on: date
):
    order = [RetentionState.ACTIVE, RetentionState.INTERMEDIATE, RetentionState.DUE]
    said = kept(event, active, more)
    first, second = (dates_of(said, day).state for day in (on, on + timedelta(days=later)))
    assert order.index(first) <= order.index(second)
    short, long = dates_of(kept(event, active), on).until, dates_of(said, on).until
    assert short is not None
    assert long is not None
    assert short <= long


@given(DAYS, MONTHS, DAYS)
def test_a_hold_moves_no_date_and_is_always_said(event: date, months: int, on: date):
    said = kept(event, months)

    held = dates_of(said, on, held=True)

    assert held.state is RetentionState.HELD
    assert held.until == dates_of(said, on).until


def test_an_active_use_longer_than_its_rule_is_refused_with_both_durations():
    today, values = date(2026, 11, 26), {**FATES, "retention_months": 72, "known": None, "event_on": None}

    (sentence,) = wrong_retention(values, rule(5), today).values()

    assert "72 mois" in sentence
    assert "60 mois" in sentence
    assert wrong_retention({**values, "retention_months": 60}, rule(5), today) == {}
