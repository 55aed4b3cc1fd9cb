"""What goes out about retention: the panel of a dataset, its form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.processing.narrowing import FacetPart


@dataclass(frozen=True)
class HoldLine:
    """A hold in force, in words."""

    id: int
    reason: str
    explained: str
    held_by: str
    since: str
    review: str
    review_passed: bool


@dataclass(frozen=True)
class RetentionPanel:
    """How long a dataset is kept, on its sheet: where it stands, its durations and dates, what holds it.

    `slip` is the slip of disposal it stands on, by its number in the registry and the one it is quoted by.
    """

    dataset_id: int
    shape: str
    state: str
    due: str
    lines: Sequence[tuple[str, str]]
    indicative: bool
    holds: Sequence[HoldLine]
    is_set: bool
    may_record: bool
    slip: tuple[int, str] | None


@dataclass(frozen=True)
class RetentionFormPage:
    """The form of a dataset's retention; `rules` are those of its body, by matter, `version` that of the sheet read."""

    id: int
    version: int
    title: str
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    rules: Sequence[tuple[str, str]]
    choices: Mapping[str, Sequence[tuple[str, str]]]


@dataclass(frozen=True)
class FollowedLine:
    """A dataset in the list of what is kept: where it stands, until when, by which rule."""

    id: int
    title: str
    organisation_name: str
    shape: str
    state: str
    due: str
    rule: str
    indicative: bool
    fate: str
    slip_id: int | None


@dataclass(frozen=True)
class RetentionsPage:
    """What is kept and until when, what is due longest first."""

    rows: Sequence[FollowedLine]
    facets: Sequence[FacetPart]
    due: int
    held: int
    unknown: int
    unset: int
    narrowed: bool
    previous: str
    following: str
    may_prepare: bool


@dataclass(frozen=True)
class HoldFormPage:
    """The form that puts a dataset on hold."""

    id: int
    title: str
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    reasons: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class LiftPage:
    """The question asked before a hold is lifted: why."""

    hold: HoldLine
    dataset_id: int
    dataset_title: str
    value: str
    error: str


@dataclass(frozen=True)
class HeldLine:
    """A hold in the list of holds, with its dataset."""

    hold: HoldLine
    dataset_id: int
    dataset_title: str
    organisation_name: str
    lifted: str
    may_lift: bool


@dataclass(frozen=True)
class HoldsPage:
    """The holds in force, those to review first, or those that were lifted."""

    rows: Sequence[HeldLine]
    lifted: bool


@dataclass(frozen=True)
class RuleLine:
    """A rule in the table."""

    code: str
    label: str
    duration: str
    starts: str
    fate: str
    reference: str
    validated: bool
    origin: str
    followers: int
    number: int | None


@dataclass(frozen=True)
class RulesPage:
    """The rules that bind a body, by matter."""

    body_id: int
    body_name: str
    bodies: Sequence[tuple[str, str]]
    groups: Sequence[tuple[str, Sequence[RuleLine]]]
    facets: Sequence[FacetPart]
    total: int
    validated: int
    narrowed: bool
    source: str
    read: str
    may_prepare: bool


@dataclass(frozen=True)
class RuleFormPage:
    """The form of a rule; `number` and `version` are those of the one being changed."""

    body_id: int
    body_name: str
    number: int | None
    version: int | None
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    choices: Mapping[str, Sequence[tuple[str, str]]]
    followers: int


@dataclass(frozen=True)
class RulesImportPage:
    """A file of rules to take: where it is pasted, then what each line would do."""

    body_id: int
    body_name: str
    content: str
    error: str
    lines: Sequence[tuple[int, str, str, str, str, str]]
    changing: int
    refused: int


@dataclass(frozen=True)
class SlipLine:
    """A slip of disposal in the list."""

    id: int
    number: str
    title: str
    prepared: str
    state: str
    withdrawn: bool
    articles: int
    organisation_name: str


@dataclass(frozen=True)
class SlipsPage:
    """The slips of disposal, the latest first."""

    rows: Sequence[SlipLine]
    may_prepare: bool


@dataclass(frozen=True)
class CandidateLine:
    """A due dataset, and all that keeps it off a slip."""

    id: int
    title: str
    organisation_name: str
    rule: str
    due: str
    fate: str
    extremes: str
    volume: str
    refusals: Sequence[str]
    chosen: bool


@dataclass(frozen=True)
class SlipFormPage:
    """What a body may propose for disposal."""

    body_id: int
    body_name: str
    bodies: Sequence[tuple[str, str]]
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    fit: Sequence[CandidateLine]
    unfit: Sequence[CandidateLine]


@dataclass(frozen=True)
class ArticleLine:
    """An article of a slip, as it was prepared, and whether its dataset was put on hold since."""

    position: int
    dataset_id: int
    title: str
    owner: str
    rule: str
    agreed: bool
    extremes: str
    volume: str
    until: str
    fate: str
    held: bool


@dataclass(frozen=True)
class SlipPage:
    """One slip of disposal with its articles."""

    id: int
    version: int
    number: str
    title: str
    state: str
    withdrawn: bool
    prepared: str
    reason: str
    organisation_id: int
    organisation_name: str
    articles: Sequence[ArticleLine]
    held: int
    indicative: int
    may_prepare: bool
    may_issue: bool
    error: str
