"""Civil days: adding days and months, and public holidays of metropolitan France."""

import calendar
from datetime import date, timedelta
from functools import lru_cache

_EVERYWHERE = 28
"""The last day that every month has."""


def plus_days(day: date, days: int) -> date:
    """The day so many days later, or the last day the calendar holds."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))


def plus_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it has none (31 January + 1 month).

    Past the calendar's end, its last day: a date typed as 9999 must not stop anybody's work.
    """
    number = day.year * 12 + day.month - 1 + months
    if number >= (date.max.year + 1) * 12:
        return date.max
    year, month = divmod(number, 12)
    last = calendar.monthrange(year, month + 1)[1] if day.day > _EVERYWHERE else _EVERYWHERE
    return date(year, month + 1, min(day.day, last))


def _easter(year: int) -> date:
    """Easter Sunday, by the Gregorian computus."""
    golden, century = year % 19, year // 100
    leap, carry = divmod(century, 4)
    epact = (19 * golden + century - leap - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    quotient, remainder = divmod(year % 100, 4)
    sunday = (32 + 2 * carry + 2 * quotient - epact - remainder) % 7
    shift = (golden + 11 * epact + 22 * sunday) // 451
    month, day = divmod(epact + sunday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=64)
def public_holidays(year: int) -> frozenset[date]:
    """The eleven public holidays of a year.

    Law: Code du travail L3133-1.
    """
    easter = _easter(year)
    fixed = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
    movable = (1, 39, 50)
    return frozenset(
        [date(year, month, day) for month, day in fixed] + [easter + timedelta(days=days) for days in movable]
    )


def is_working_day(day: date) -> bool:
    """Whether a day is neither a Saturday, a Sunday nor a public holiday."""
    return day.weekday() < 5 and day not in public_holidays(day.year)


def plus_working_days(day: date, count: int) -> date:
    """The day so many working days later, itself not counted."""
    while count > 0 and day < date.max:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def working_day_from(day: date) -> date:
    """That day if it is a working day, else the next one."""
    while not is_working_day(day) and day < date.max:
        day += timedelta(days=1)
    return day
