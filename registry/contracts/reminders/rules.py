"""When somebody may be reminded, then put on formal notice: functions of values.

That a reminder comes before a formal notice is a choice of method; no text asks for it, and no legal service has
validated it yet.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Reminded:
    """A reminder that was sent, the last day it gave to comply, and the days a notice would give, where it says."""

    sent_on: date
    comply_by: date
    notice_days: int | None = None


def ripe_on(sent: Iterable[Reminded], day: date) -> bool:
    """Whether every delay that the reminders gave has passed by a day, so that a formal notice may follow.

    Whoever gives another delay leaves until its end: a notice within it would contradict the authority's own letter.
    """
    last = max((one.comply_by for one in sent), default=None)
    return last is not None and last < day


def notice_days_of(sent: Iterable[Reminded], usual: int) -> int:
    """The days that a formal notice gives: those of the latest reminder that says, else the usual ones; in order."""
    said = [one for one in sent if one.notice_days is not None]
    # Of two sent the same day, the one noted last: they come in the order of their numbers.
    latest = max(reversed(said), key=lambda one: one.sent_on, default=None)
    return usual if latest is None or latest.notice_days is None else latest.notice_days
