"""What the pages of a dataset's life receive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.compliance.views import FindingView, MissingView
from registry.lifecycle.vocabulary import KeptBack


@dataclass(frozen=True)
class VisaLine:
    """A visa that a move takes: given, by which role and when; given on another version; or awaited."""

    title: str
    shape: str
    words: str


@dataclass(frozen=True)
class Waiting:
    """A move that waits, in words; `is_mine` where the reader may give one of the visas it lacks."""

    id: int
    version: int
    title: str
    asked: str
    reason: str
    visas: Sequence[VisaLine]
    is_mine: bool
    may_withdraw: bool


@dataclass(frozen=True)
class PointLine:
    """One point of a refusal: what it is about and where that is mended, what it asks, what became of it.

    `address` is where its reader answers it; nothing where they may not.
    """

    about: str
    about_address: str
    words: str
    shape: str
    state: str
    answer: str
    address: str


@dataclass(frozen=True)
class PointPage:
    """One point of a refusal, with what its policy says now, and the form that closes it."""

    id: int
    version: int
    dataset_id: int
    title: str
    move: str
    request_id: int
    point: PointLine
    said: FindingView | None
    may_answer: bool
    asked_again: bool
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    states: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class StagePanel:
    """Where a dataset stands, on its own sheet; `kept_back` where the public does not read what is published."""

    dataset_id: int
    stage: str
    published: bool
    kept_back: KeptBack | None
    path: Sequence[tuple[str, str]]
    since: str
    waiting: Waiting | None
    refused: str
    open_points: int
    offered: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class GateView:
    """What stops a move: policies with article and remedy, facts to fill with their places, what else lacks."""

    stopping: Sequence[FindingView]
    unknown: Sequence[MissingView]
    lacking: Sequence[str]
    passes: bool
    without_basis: Sequence[tuple[int, str]]


@dataclass(frozen=True)
class MoveView:
    """A move that begins where the dataset stands: what stops it, and who may ask for it."""

    code: str
    title: str
    action: str
    to: str
    asked_by: str
    visas: Sequence[str]
    needs_reason: bool
    gate: GateView
    may_ask: bool


@dataclass(frozen=True)
class StepLine:
    """Something that happened in the life of a dataset."""

    day: date
    words: str
    why: str


@dataclass(frozen=True)
class StagePage:
    """The life of one dataset: where it stands, where it may go, what happened."""

    id: int
    version: int
    title: str
    organisation_id: int
    organisation: str
    stage: str
    path: Sequence[tuple[str, str]]
    annulled: bool
    waiting: Waiting | None
    gate: GateView | None
    moves: Sequence[MoveView]
    points: Sequence[PointLine]
    steps: Sequence[StepLine]
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    grounds: Sequence[tuple[str, str]]
    may_report_breach: bool
    """What the public may be told of a withdrawal."""


@dataclass(frozen=True)
class RequestLine:
    """A request in the list of those that wait."""

    id: int
    dataset: str
    organisation: str
    move: str
    asked: str
    lacking: Sequence[tuple[str, str, str]]
    """Each visa it waits for, its shape, and until when or since when it is late."""
    is_mine: bool
    by_delegation: bool


@dataclass(frozen=True)
class RequestsPage:
    """The moves that wait within the reader's rights, narrowed as the address says."""

    rows: Sequence[RequestLine]
    tabs: Sequence[tuple[str, str]]
    here: str
    only: str
    kinds: Sequence[tuple[str, str]]
    kind: str
    organisations: Sequence[tuple[str, str]]
    organisation: str
    late: bool
    number: int
    is_narrowed: bool
    first_address: str
    next_address: str
    delegates: bool


@dataclass(frozen=True)
class DelegationLine:
    """Visas handed over, or received."""

    id: int
    title: str
    organisation: str
    who: str
    period: str
    state: str
    shape: str
    why: str
    may_end: bool


@dataclass(frozen=True)
class DelegationsPage:
    """What somebody handed over and was handed, and the form that hands over."""

    given: Sequence[DelegationLine]
    received: Sequence[DelegationLine]
    kinds: Sequence[tuple[str, str]]
    organisations: Sequence[tuple[str, str]]
    people: Sequence[tuple[str, str]]
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    first_address: str
    next_address: str


@dataclass(frozen=True)
class EndDelegationPage:
    """The question asked before a delegation is ended: why; `reason` is what was typed so far."""

    id: int
    version: int
    title: str
    error: str
    reason: str


@dataclass(frozen=True)
class RequestPage:
    """One request: what is asked, what the sheet and the policies say, and the answer the reader may give."""

    id: int
    dataset_id: int
    dataset_version: int
    known: str
    title: str
    organisation: str
    move: str
    state: str
    waits: bool
    refused: bool
    said: Sequence[tuple[str, str]]
    visas: Sequence[VisaLine]
    points: Sequence[PointLine]
    gate: GateView | None
    fields: Sequence[tuple[str, str]]
    personal: Sequence[tuple[str, str]]
    panels: Sequence[str]
    beside: Sequence[str]
    may_give: Sequence[tuple[str, str]]
    outside: bool
    own: str
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    answers: Sequence[tuple[str, str]]
    rows: Sequence[Mapping[str, str]]
    """The points of a refusal as they were typed, and empty ones."""
    abouts: Sequence[tuple[str, str]]
    """What a point may be about: a field of the sheet, or a policy that it does not respect."""


@dataclass(frozen=True)
class WithdrawRequestPage:
    """The question asked before a request is withdrawn: why; `reason` is what was typed so far."""

    id: int
    version: int
    dataset_id: int
    title: str
    error: str
    reason: str
