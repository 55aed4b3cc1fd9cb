"""Where a delay stands at a moment or on a day: pure functions of values, which read no clock."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from registry.processing.clocks.vocabulary import ClockState

SOON_HOURS, SOON_DAYS = 24, 7
"""How long before its end a delay is nearly over. Units: hours for what runs in hours, days for the rest."""


@dataclass(frozen=True)
class Clock:
    """A delay that runs or ran: its last moment or last day, and what is left of it.

    `left` is negative once the delay is passed; for one that was ended, it is what was left then.
    Units: `due` is a moment for a delay of hours, a last day (included) for one of days or months.
    """

    state: ClockState
    due: datetime | date
    left: timedelta


def clock_of_hours(due: datetime, done: datetime | None, now: datetime) -> Clock:
    """Where a delay of hours stands; its very last moment is still in time."""
    left = due - (now if done is None else done)
    return Clock(_state(left, done is not None, timedelta(hours=SOON_HOURS)), due, left)


def clock_of_days(due: date, done: date | None, today: date) -> Clock:
    """Where a delay of days or months stands; the whole of its last day is in time."""
    left = due - (today if done is None else done)
    return Clock(_state(left, done is not None, timedelta(days=SOON_DAYS)), due, left)


def _state(left: timedelta, is_done: bool, soon: timedelta) -> ClockState:
    if is_done:
        return ClockState.MET if left >= timedelta(0) else ClockState.LATE
    if left < timedelta(0):
        return ClockState.OVERDUE
    return ClockState.SOON if left <= soon else ClockState.RUNNING
