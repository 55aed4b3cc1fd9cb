"""The two axes of time: the day a thing is true, and the day by which it was recorded."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Moment:
    """A day of facts, as known by the end of another day (the authority's time zone)."""

    on: date
    known_on: date

    @classmethod
    def of(cls, day: date) -> "Moment":
        """The facts of a day as they were known at its end."""
        return cls(on=day, known_on=day)
