"""What goes out of standing in: who does for whom, and the tasks of somebody away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.desk.views import TaskView


@dataclass(frozen=True)
class StandInLine:
    """Somebody who stands in for the reader, or for whom they do; `address` is where their tasks are."""

    id: int
    version: int
    organisation: str
    who: str
    period: str
    why: str
    state: str
    shape: str
    address: str
    may_end: bool


@dataclass(frozen=True)
class StandInsPage:
    """Who stands in for the reader, for whom they do, and the form that names somebody.

    `people` are those who may stand in on the organisation that is `chosen` among them.
    """

    given: Sequence[StandInLine]
    received: Sequence[StandInLine]
    organisations: Sequence[tuple[str, str]]
    chosen: str
    people: Sequence[tuple[str, str]]
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]


@dataclass(frozen=True)
class StandInPage:
    """The tasks of somebody away, for who stands in."""

    who: str
    until: str
    tasks: Sequence[TaskView]
    first_address: str
    next_address: str
