"""What the pages of simulations receive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from registry.compliance.decisions.offering import AdoptionOffer


@dataclass(frozen=True)
class SimulationLine:
    """One simulation in the list; `changed` says how many verdicts would change, once it is known."""

    id: int
    title: str
    asked_at: datetime
    asked_by: str
    state: str
    changed: str


@dataclass(frozen=True)
class SimulationsPage:
    """The simulations, and the form by which one is asked for."""

    rows: Sequence[SimulationLine]
    policies: Sequence[tuple[str, str]]
    begun_from: str
    begun_words: str
    values: Mapping[str, str]
    errors: Mapping[str, str]
    problems: Sequence[str]
    reads: str
    first_address: str
    next_address: str


@dataclass(frozen=True)
class DraftCheck:
    """The part of the page that says whether a draft reads: what is wrong with it, or that it can be tried."""

    problems: Sequence[str]
    reads: str


@dataclass(frozen=True)
class Move:
    """From one verdict to another, each with its sign and its words."""

    was_shape: str
    was: str
    becomes_shape: str
    becomes: str


@dataclass(frozen=True)
class BodyLine:
    """Of one body, how many findings would change and how many would stay as they are."""

    organisation: str
    count: int
    stays: int
    who: str


@dataclass(frozen=True)
class RuleLine:
    """Of one policy, how many findings make one move; `address` is its page, where there is one."""

    policy_id: str
    policy: str
    address: str
    move: Move
    count: int
    who: str


@dataclass(frozen=True)
class MovedLine:
    """One subject that would change verdict; nameless where the reader may not see it."""

    name: str
    address: str
    kind: str
    organisation: str
    policy_id: str
    move: Move


@dataclass(frozen=True)
class SimulationPage:
    """What a simulation says, or how far it is."""

    id: int
    title: str
    marks: Sequence[str]
    draft: str
    offer: AdoptionOffer | None
    is_done: bool
    state: str
    message: str
    on: date | None
    figures: Sequence[tuple[int, str]]
    nothing: str
    bodies: Sequence[BodyLine]
    rules: Sequence[RuleLine]
    moved: Sequence[MovedLine]
    narrowed: Sequence[str]
    first_address: str
    next_address: str
