"""What this corner shows on the sheet of a contract: its days on a line, each leading to the clauses of that day."""

from dataclasses import dataclass
from datetime import date

from registry.contracts.clauses.events import Event, events_of
from registry.contracts.clauses.queries import find_amendments
from registry.contracts.queries import get_contract
from registry.kernel.permissions import Permission
from registry.web.visits import Panel, Visit


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

    contract_id: int
    days: tuple[DayView, ...]
    first: date
    last: date
    today: str
    this_day: date


def time_line(contract_id: int, events: list[Event], today: date) -> TimeLine | None:
    """The days of a contract on a line from the first to the last; nothing where fewer than two are known."""
    by_day: dict[date, list[Event]] = {}
    for one in events:
        by_day.setdefault(one.day, []).append(one)
    if len(by_day) < 2:
        return None
    first, last = min(by_day), max(by_day)

    def place(day: date) -> str:
        # The ends are drawn within the picture: half a mark would be cut.
        return f"{2 + 96 * (day - first).days / (last - first).days:.1f}%"

    days = tuple(
        DayView(
            day, place(day), tuple(one.words for one in each), day > today, any(one.changes_what_binds for one in each)
        )
        for day, each in sorted(by_day.items())
    )
    return TimeLine(contract_id, days, first, last, place(today) if first <= today <= last else "", today)


def time_line_of(visit: Visit, contract_id: int) -> TimeLine | None:
    """The time line of a contract."""
    contract = get_contract(visit.session, contract_id)
    return time_line(contract_id, events_of(contract, find_amendments(visit.session, contract_id)), visit.today)


PANELS = (Panel("contract", Permission.CONTRACTS_CONTRACT_READ, "contracts/_time_line.html", time_line_of),)
