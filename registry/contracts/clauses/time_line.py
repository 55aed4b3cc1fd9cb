"""The days of a contract on a line, each leading to the clauses of that day."""

from dataclasses import dataclass
from datetime import date

from registry.contracts.clauses.events import Event


@dataclass(frozen=True)
class DayView:
    """A day on the line: `place` in percent of it, `words` of all that happened."""

    day: date
    place: str
    words: tuple[str, ...]
    to_come: bool
    changes_what_binds: bool


@dataclass(frozen=True)
class TimeLine:
    """The days of a contract; `today` is where this day stands on the line, nothing where it is out of it."""

    days: tuple[DayView, ...]
    first: date
    last: date
    today: str
    this_day: date


def time_line(events: list[Event], today: date) -> TimeLine | None:
    """The days of a contract on a line from the first to the last; nothing where fewer than two are known."""
    by_day: dict[date, list[Event]] = {}
    for one in events:
        by_day.setdefault(one.day, []).append(one)
    if len(by_day) < 2:
        return None
    first, last = min(by_day), max(by_day)

    def place(day: date) -> str:
        # The ends are drawn within the picture: half a mark would be cut.
        return f"{5 + 90 * (day - first).days / (last - first).days:.1f}%"

    days = tuple(
        DayView(
            day, place(day), tuple(one.words for one in each), day > today, any(one.changes_what_binds for one in each)
        )
        for day, each in sorted(by_day.items())
    )
    return TimeLine(days, first, last, place(today) if first <= today <= last else "", today)
