"""Delays as texts count them: in days or months, carried or not to the next working day."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from registry.kernel.dates import plus_days, plus_months, working_day_from


@dataclass(frozen=True)
class Delay:
    """A delay of a text.

    Units: `count` days or months; `carried` says whether a last day off is carried to the next working day.
    """

    count: int
    unit: Literal["days", "months"]
    carried: bool


def deadline(start: date, delay: Delay) -> date:
    """The last day of a delay that starts on a day, which does not count."""
    last = plus_days(start, delay.count) if delay.unit == "days" else plus_months(start, delay.count)
    return working_day_from(last) if delay.carried else last
