"""Delays as texts count them: in hours of real time, in days, working days or months, carried or not past days off."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from registry.kernel.dates import plus_days, plus_months, plus_working_days, working_day_from


@dataclass(frozen=True)
class Delay:
    """A delay of a text, and the text that sets it.

    Units: `count` hours, days, working days or months; `carried` says whether a last day off is
    carried to the next working day.
    """

    count: int
    unit: Literal["hours", "days", "working-days", "months"]
    carried: bool
    law: str = ""
    article: str = ""


@dataclass(frozen=True)
class Counted:
    """A delay counted from a day: the day it falls on by the calendar, and its last day once days off are carried."""

    start: date
    falls_on: date
    last: date
    delay: Delay

    @property
    def is_shortened(self) -> bool:
        """Whether the last month has no such day, so that the delay ends with that month."""
        return self.delay.unit == "months" and self.falls_on.day < self.start.day and self.falls_on != date.max

    @property
    def is_carried(self) -> bool:
        """Whether the day it falls on is one off, so that the last day comes later."""
        return self.last != self.falls_on


def count_delay(start: date, delay: Delay) -> Counted:
    """A delay of days, working days or months counted from a day, which does not count itself.

    Raises: ValueError for a delay of hours, which runs from a moment.
    """
    if delay.unit == "hours":
        raise ValueError("a delay of hours runs from a moment, not from a day")
    later = {"days": plus_days, "working-days": plus_working_days, "months": plus_months}[delay.unit]
    falls_on = later(start, delay.count)
    return Counted(start, falls_on, working_day_from(falls_on) if delay.carried else falls_on, delay)


def deadline(start: date, delay: Delay) -> date:
    """The last day of a delay that starts on a day, which does not count."""
    return count_delay(start, delay).last


def latest_start_past(today: date, delay: Delay) -> date:
    """The last day from which a delay is over today: whatever starts on it, or before, is late."""
    start = today
    while deadline(start, delay) >= today:
        start -= timedelta(days=1)
    return start


def last_moment(start: datetime, delay: Delay) -> datetime:
    """The moment a delay of hours ends, in UTC: hours of real time, whatever clocks were changed meanwhile.

    Raises: ValueError for a delay of days or months, and for a moment that says no time zone.
    """
    if delay.unit != "hours" or start.tzinfo is None:
        raise ValueError("a delay of hours runs from a moment in a time zone")
    return start.astimezone(UTC) + timedelta(hours=delay.count)


def as_instant(said: datetime, zone: ZoneInfo) -> datetime | None:
    """The instant a wall clock showed that day and hour, in UTC; nothing for an hour that clocks skipped.

    An hour that clocks showed twice is the first of the two, which leaves the shorter delay. A moment that says its
    own time zone is taken as it is.
    """
    if said.tzinfo is not None:
        return said.astimezone(UTC)
    instant = said.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return instant if instant.astimezone(zone).replace(tzinfo=None) == said.replace(fold=0) else None
