"""What the page of stakes and principles receives."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Count:
    """How many findings read alike under a stake or a principle, and the list of them."""

    number: int
    shape: str
    word: str
    address: str


@dataclass(frozen=True)
class StakeCell:
    """A stake or a principle, and its counts that are not nil, the gravest first."""

    label: str
    counts: Sequence[Count]


@dataclass(frozen=True)
class StakeLine:
    """A body, or all of them where it has no number, and a cell a column."""

    organisation_id: int | None
    name: str
    cells: Sequence[StakeCell]


@dataclass(frozen=True)
class StakeGroup:
    """Bodies that are read together; those with a title are folded behind it until they are asked for."""

    title: str
    lines: Sequence[StakeLine]


@dataclass(frozen=True)
class StakeTable:
    """Stakes or principles, body by body; `columns` tells how many rules state each."""

    code: str
    title: str
    columns: Sequence[tuple[str, int]]
    groups: Sequence[StakeGroup]


@dataclass(frozen=True)
class StakesPage:
    """The directors' matrix, of obligations or of practices."""

    tables: Sequence[StakeTable]
    tabs: Sequence[tuple[str, str]]
    here: str
    binding: bool
