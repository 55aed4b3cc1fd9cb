"""What the page of the data protection officer shows."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class BodyLine:
    """One body: what its record holds, and what is late or running there."""

    id: int
    name: str
    activities: int = 0
    unfounded: int = 0
    assessments_due: int = 0
    measures_late: int = 0
    breaches_late: int = 0
    breaches_running: int = 0
    requests_late: int = 0
    requests_running: int = 0

    @property
    def late(self) -> int:
        """How much of it is late."""
        return self.assessments_due + self.measures_late + self.breaches_late + self.requests_late

    @property
    def is_empty(self) -> bool:
        """Whether nothing is recorded there yet."""
        return not (self.activities or self.late or self.breaches_running or self.requests_running)


@dataclass(frozen=True)
class OversightPage:
    """The figures of all the bodies, and a line for each, what is late first; `silent` are those that hold nothing."""

    figures: Sequence[tuple[int, str, str, str]]
    bodies: Sequence[BodyLine]
    silent: Sequence[tuple[int, str]]
    follows: bool
    may_record: bool
