"""Delays of hours run in real time; delays of months end on a day of the calendar, carried where a text says so."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from registry.kernel.dates import is_working_day, public_holidays
from registry.kernel.delays import Delay, as_instant, count_delay, last_moment

PARIS, REUNION, NOUMEA = ZoneInfo("Europe/Paris"), ZoneInfo("Indian/Reunion"), ZoneInfo("Pacific/Noumea")
SEVENTY_TWO = Delay(72, "hours", carried=False)
ONE_MONTH, THREE_MONTHS = Delay(1, "months", carried=True), Delay(3, "months", carried=True)
walls = st.datetimes(datetime(1996, 1, 1), datetime(2037, 12, 31))  # noqa: DTZ001 -- what a wall clock shows.
zones = st.sampled_from([PARIS, REUNION, NOUMEA])
days = st.dates(date(1990, 1, 1), date(2190, 12, 31))


def wall(said: str) -> datetime:
    return datetime.fromisoformat(said)


@pytest.mark.parametrize(
    ("known", "due"),
    [
        ("2026-11-23T09:30", "2026-11-26T09:30"),
        # Clocks go forward on 29 March 2026 and back on 25 October: the hour shown moves, the delay does not.
        ("2026-03-27T14:20", "2026-03-30T15:20"),
        ("2026-10-23T14:20", "2026-10-26T13:20"),
        # Into the hour shown twice, and out of it: its first showing is the one that is taken.
        ("2026-10-25T02:30", "2026-10-28T01:30"),
        ("2024-02-27T23:59", "2024-03-01T23:59"),
        ("2023-02-27T23:59", "2023-03-02T23:59"),
        ("2026-12-31T18:00", "2027-01-03T18:00"),
    ],
)
def test_seventy_two_hours_are_hours_of_real_time(known: str, due: str):
    start = as_instant(wall(known), PARIS)
    assert start is not None

    assert last_moment(start, SEVENTY_TWO).astimezone(PARIS).replace(tzinfo=None) == wall(due)


@given(walls, zones)
@example(datetime(2026, 3, 28, 12), PARIS)  # noqa: DTZ001
@example(datetime(2026, 10, 24, 12), PARIS)  # noqa: DTZ001
def test_whatever_the_clocks_do_seventy_two_hours_are_259200_seconds(said: datetime, zone: ZoneInfo):
    start = as_instant(said, zone)
    if start is None:
        return

    assert (last_moment(start, SEVENTY_TWO) - start).total_seconds() == 259_200
    shown = last_moment(start, SEVENTY_TWO).astimezone(zone)
    shift = (shown.utcoffset() or timedelta()) - (start.astimezone(zone).utcoffset() or timedelta())
    assert shown.replace(tzinfo=None) - said.replace(fold=0) == timedelta(hours=72) + shift


@given(walls, zones)
def test_a_later_moment_never_ends_earlier(said: datetime, zone: ZoneInfo):
    one, other = as_instant(said, zone), as_instant(said + timedelta(minutes=61), zone)
    if one is not None and other is not None:
        assert last_moment(one, SEVENTY_TWO) < last_moment(other, SEVENTY_TWO)


def test_an_hour_that_clocks_skipped_is_no_moment():
    assert as_instant(wall("2026-03-29T02:30"), PARIS) is None
    assert as_instant(wall("2026-03-29T03:00"), PARIS) == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_of_an_hour_shown_twice_the_first_leaves_the_shorter_delay():
    assert as_instant(wall("2026-10-25T02:30"), PARIS) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_moment_that_says_its_zone_is_taken_as_it_is():
    assert as_instant(wall("2026-10-25T02:30+01:00"), PARIS) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_hours_run_from_a_moment_and_months_from_a_day():
    with pytest.raises(ValueError, match="from a moment"):
        count_delay(date(2026, 1, 1), SEVENTY_TWO)
    with pytest.raises(ValueError, match="time zone"):
        last_moment(wall("2026-01-01T10:00"), SEVENTY_TWO)
    with pytest.raises(ValueError, match="time zone"):
        last_moment(datetime(2026, 1, 1, tzinfo=UTC), ONE_MONTH)


@pytest.mark.parametrize(
    ("received", "falls_on", "last"),
    [
        ("2026-01-31", "2026-02-28", "2026-03-02"),
        ("2024-01-31", "2024-02-29", "2024-02-29"),
        ("2024-01-29", "2024-02-29", "2024-02-29"),
        ("2023-01-29", "2023-02-28", "2023-02-28"),
        ("2024-02-29", "2024-03-29", "2024-03-29"),
        ("2026-04-01", "2026-05-01", "2026-05-04"),
        ("2026-04-14", "2026-05-14", "2026-05-15"),
        ("2026-11-25", "2026-12-25", "2026-12-28"),
        ("2027-02-28", "2027-03-28", "2027-03-30"),
        ("2026-08-31", "2026-09-30", "2026-09-30"),
    ],
    ids=[
        "a month without a 31st, a Saturday", "a leap year's last day", "a leap day", "no leap day",
        "from a leap day", "Labour Day, then a weekend", "Ascension", "Christmas on a Friday",
        "Easter Sunday and Monday", "September ends on the 30th",
    ],
)  # fmt: skip
def test_one_month_from_receipt(received: str, falls_on: str, last: str):
    counted = count_delay(date.fromisoformat(received), ONE_MONTH)

    assert (counted.falls_on, counted.last) == (date.fromisoformat(falls_on), date.fromisoformat(last))


@given(days)
def test_a_carried_month_ends_on_the_first_working_day_from_its_own(received: date):
    counted = count_delay(received, ONE_MONTH)
    off = [counted.falls_on + timedelta(days=n) for n in range((counted.last - counted.falls_on).days)]

    assert is_working_day(counted.last)
    assert all(not is_working_day(day) for day in off)
    assert counted.is_carried == bool(off)
    assert counted.is_shortened == (counted.falls_on.day < received.day)
    assert 28 <= (counted.falls_on - received).days <= 31


@given(days)
def test_a_month_that_no_text_carries_keeps_its_day_even_one_off(received: date):
    counted = count_delay(received, Delay(1, "months", carried=False))

    assert counted.last == counted.falls_on
    assert not counted.is_carried


@given(days)
def test_an_extension_of_two_months_is_counted_with_the_first_from_receipt(received: date):
    extended = count_delay(received, THREE_MONTHS)

    assert count_delay(received, ONE_MONTH).last < extended.last
    assert extended.falls_on.day == received.day or extended.is_shortened


@given(st.integers(1990, 2190))
def test_every_holiday_is_carried_over(year: int):
    for holiday in public_holidays(year):
        counted = count_delay(holiday - timedelta(days=15), Delay(15, "days", carried=True))
        assert counted.last > holiday
