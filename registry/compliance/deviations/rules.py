"""How long a deviation may last, and how it reads on a day: pure functions of values."""

from dataclasses import dataclass
from datetime import date

from registry.compliance.deviations.vocabulary import DeviationState
from registry.kernel.dates import plus_months

LONGEST = 12
"""How long a deviation may be accepted for, where no setting says otherwise. Units: months."""
WARNED = 30
"""How long before its end whoever asked for it is told. Units: days."""
TOLD = 15
"""How long an answer stays on the desk of who asked. Units: days."""


def last_day(today: date, months: int) -> date:
    """The last day until which a deviation asked for or approved today may run, included."""
    return plus_months(today, months)


def has_expired(state: DeviationState, expires_on: date, day: date) -> bool:
    """Whether a deviation was approved and its last day is past."""
    return state is DeviationState.APPROVED and expires_on < day


def state_on(
    state: DeviationState, day: date, *, asked_on: date, decided_on: date | None, ended_on: date | None
) -> DeviationState | None:
    """Where a deviation stood at the end of a day, from where it stands and its days; none before it was asked for."""
    if day < asked_on:
        return None
    if ended_on is not None and ended_on <= day:
        return state
    if decided_on is None or day < decided_on:
        return DeviationState.ASKED
    return DeviationState.REFUSED if state is DeviationState.REFUSED else DeviationState.APPROVED


@dataclass(frozen=True)
class Held:
    """The open deviation that bears on a finding: the one approved, else the one asked for, with its last day."""

    id: int
    state: DeviationState
    expires_on: date

    def is_accepted(self, today: date) -> bool:
        """Whether it holds on a day: approved, and not past its last day."""
        return self.state is DeviationState.APPROVED and today <= self.expires_on

    def has_expired(self, today: date) -> bool:
        """Whether it was approved and its last day is past."""
        return has_expired(self.state, self.expires_on, today)
