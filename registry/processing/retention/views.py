"""What goes out about retention: the panel of a dataset, its form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


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
    """How long a dataset is kept, on its sheet: where it stands, its durations and dates, what holds it."""

    dataset_id: int
    shape: str
    state: str
    due: str
    lines: Sequence[tuple[str, str]]
    indicative: bool
    holds: Sequence[HoldLine]
    is_set: bool
    may_record: bool


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
