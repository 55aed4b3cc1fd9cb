"""What the page of the data protection officer shows."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class BodyLine:
    """One body: what its record holds, and what is late or running there."""

    id: int
    name: str
    keeps_record: bool = True
    activities: int = 0
    unfounded: int = 0
    assessments_due: int = 0
    measures_late: int = 0
    datasets_due: int = 0
    breaches_late: int = 0
    breaches_running: int = 0
    requests_late: int = 0
    requests_running: int = 0

    @property
    def late(self) -> int:
        """How much of it is late."""
        recorded = self.assessments_due + self.measures_late + self.datasets_due
        return recorded + self.breaches_late + self.requests_late

    @property
    def is_empty(self) -> bool:
        """Whether nothing is recorded there yet."""
        return not (self.activities or self.late or self.breaches_running or self.requests_running)


@dataclass(frozen=True)
class ToDo:
    """One thing to do: the record, where and since when, and the page that does it."""

    name: str
    told: str
    address: str


@dataclass(frozen=True)
class Chapter:
    """What is to do of one kind: how much, the first things, and the list of all where there is one."""

    anchor: str
    title: str
    article: str
    total: int
    items: Sequence[ToDo]
    address: str


@dataclass(frozen=True)
class OversightPage:
    """The figures of all the bodies, and a line for each, what is late first; `silent` are those that hold nothing
    though they keep a record here.

    `chapters` are what the visitor's roles have to do, and `done` the names of those in which nothing is left.
    """

    chapters: Sequence[Chapter]
    done: Sequence[str]
    figures: Sequence[tuple[int, str, str, str]]
    bodies: Sequence[BodyLine]
    silent: Sequence[tuple[int, str]]
    follows: bool
    may_record: bool
