"""When somebody may be reminded, then put on formal notice: functions of values.

That a reminder comes before a formal notice is a choice of method; no text asks for it, and no legal service has
validated it yet.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Reminded:
    """A reminder that was sent, and the last day it gave to comply."""

    sent_on: date
    comply_by: date


def ripe_on(sent: Iterable[Reminded], day: date) -> bool:
    """Whether a delay that a reminder gave has passed by a day, so that a formal notice may follow."""
    return any(one.comply_by < day for one in sent)
