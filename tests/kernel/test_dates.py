"""Civil days, months, working days and deadlines: hand-checked days, and what must hold of every day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.kernel.dates import is_working_day, plus_days, plus_months, public_holidays, working_day_from
from registry.kernel.delays import Delay, deadline

days = st.dates(date(1900, 1, 1), date(2200, 12, 31))
counts = st.integers(0, 1200)

HOLIDAYS = {
    2024: "01-01 04-01 05-01 05-08 05-09 05-20 07-14 08-15 11-01 11-11 12-25",
    2025: "01-01 04-21 05-01 05-08 05-29 06-09 07-14 08-15 11-01 11-11 12-25",
    2026: "01-01 04-06 05-01 05-08 05-14 05-25 07-14 08-15 11-01 11-11 12-25",
    2027: "01-01 03-29 05-01 05-06 05-08 05-17 07-14 08-15 11-01 11-11 12-25",
}


@pytest.mark.parametrize(("year", "said"), HOLIDAYS.items())
def test_the_eleven_public_holidays_are_those_of_the_calendar(year: int, said: str) -> None:
    assert public_holidays(year) == {date.fromisoformat(f"{year}-{day}") for day in said.split()}


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2023-01-31", 1, "2023-02-28"),
        ("2026-08-31", 1, "2026-09-30"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-03-31", -1, "2026-02-28"),
    ],
)
def test_a_month_later_is_the_same_day_or_the_month_s_last(start: str, months: int, expected: str) -> None:
    assert plus_months(date.fromisoformat(start), months) == date.fromisoformat(expected)


@given(days, counts)
def test_adding_months_lands_in_the_right_month_and_never_later_in_it(day: date, months: int) -> None:
    later = plus_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@given(days, days, counts)
def test_adding_months_keeps_the_order_of_days(one: date, other: date, months: int) -> None:
    first, last = sorted((one, other))
    assert plus_months(first, months) <= plus_months(last, months)


@given(days, st.integers(-5000, 5000))
def test_adding_days_is_undone_by_taking_them_away(day: date, number: int) -> None:
    assert plus_days(plus_days(day, number), -number) == day


def test_a_date_typed_as_the_end_of_time_stops_nobody() -> None:
    assert plus_days(date.max, 31) == plus_months(date.max, 12) == working_day_from(date.max) == date.max


@given(days)
def test_a_carried_day_is_the_first_working_day_from_it(day: date) -> None:
    carried = working_day_from(day)
    assert is_working_day(carried)
    assert carried >= day
    assert all(not is_working_day(day + timedelta(days=n)) for n in range((carried - day).days))
    assert (carried - day).days <= 4
    assert working_day_from(carried) == carried


@pytest.mark.parametrize(
    ("start", "delay", "expected"),
    [
        ("2026-09-01", Delay(15, "days", carried=False), "2026-09-16"),
        ("2026-07-25", Delay(15, "days", carried=False), "2026-08-09"),
        ("2026-07-25", Delay(15, "days", carried=True), "2026-08-10"),
        ("2026-04-14", Delay(1, "months", carried=True), "2026-05-15"),
        ("2027-03-05", Delay(2, "months", carried=True), "2027-05-05"),
        ("2026-10-01", Delay(1, "months", carried=True), "2026-11-02"),
        ("2024-11-30", Delay(3, "months", carried=False), "2025-02-28"),
    ],
    ids=[
        "plain",
        "a Sunday kept",
        "a Sunday carried",
        "Ascension",
        "a Wednesday",
        "All Saints on a Sunday",
        "February",
    ],
)
def test_a_deadline_is_the_last_day_and_its_first_does_not_count(start: str, delay: Delay, expected: str) -> None:
    assert deadline(date.fromisoformat(start), delay) == date.fromisoformat(expected)


@given(days, st.integers(0, 400), st.sampled_from(["days", "months"]))
def test_carrying_never_shortens_a_delay_and_ends_on_a_working_day(day: date, count: int, unit: str) -> None:
    plain = deadline(day, Delay(count, unit, carried=False))
    carried = deadline(day, Delay(count, unit, carried=True))
    assert carried == working_day_from(plain) >= plain
