"""What goes out about publication: the panel of a dataset, its pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ConclusionView:
    """To whom a dataset may be given, in words, and what that rests on."""

    shape: str
    words: str
    secrets: Sequence[str]
    until: str
    open_count: int


@dataclass(frozen=True)
class ChoiceView:
    """A decision in words; `stands` is why it holds no more, or nothing."""

    title: str
    shape: str
    lines: Sequence[tuple[str, str]]
    opens: bool
    overtaken: str


@dataclass(frozen=True)
class PublicationPanel:
    """What is known and decided of the publication of a dataset, on its sheet."""

    dataset_id: int
    conclusion: ConclusionView
    choice: ChoiceView | None
    others: Sequence[str]
    may_record: bool
    may_issue: bool


@dataclass(frozen=True)
class DecidedPanel:
    """What the decision to publish rests on, and which fields of the sheet changed since, beside a request.

    `open_questions` counts the secrets nobody answered about; where nothing is decided, that alone is told.
    """

    dataset_id: int
    is_decided: bool
    open_questions: int
    changed: Sequence[str] = ()
    denied: int = 0
    answers: Sequence["QuestionLine"] = ()
    check: str = ""
    check_shape: str = ""
    later: bool = False


@dataclass(frozen=True)
class QuestionLine:
    """The question of a secret with its answer."""

    code: str
    title: str
    article: str
    asks: str
    answer: str
    shape: str
    ground: str
    said: str


@dataclass(frozen=True)
class DutyLine:
    """Something that may oblige to publish: whether it does, by which article, since when, what is not known."""

    title: str
    shape: str
    word: str
    article: str
    address: str | None
    since: str
    missing: Sequence[str]


@dataclass(frozen=True)
class PublicationPage:
    """All that is known and decided of the publication of a dataset."""

    id: int
    version: int
    title: str
    organisation_id: int
    organisation: str
    annulled: bool
    conclusion: ConclusionView
    questions: Sequence[QuestionLine]
    following: str
    unanswered: int
    choice: ChoiceView | None
    past: Sequence[ChoiceView]
    duties: Sequence[DutyLine]
    reuse: Sequence[tuple[str, str]]
    may_record: bool
    may_take_down: bool
    ground: str
    errors: Mapping[str, str]
    labels: Mapping[str, str]


@dataclass(frozen=True)
class QuestionPage:
    """One question, to be answered: `place` of `total`."""

    id: int
    version: int
    title: str
    code: str
    question: str
    asks: str
    article: str
    is_secret: bool
    place: int
    total: int
    replies: Sequence[tuple[str, str]]
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]


@dataclass(frozen=True)
class SmallCountTable:
    """What was seen of one sheet: in a sentence, what was left out, then columns, small groups, groups and lines."""

    says: str
    notes: Sequence[str]
    found: Sequence[tuple[str, int, int, int]]


@dataclass(frozen=True)
class SmallCountView:
    """One check of a file."""

    id: int
    shape: str
    word: str
    lines: Sequence[tuple[str, str]]
    tables: Sequence[SmallCountTable]


@dataclass(frozen=True)
class SmallCountPage:
    """The checks of small counts of a dataset, and the form of another. Units: `limit` in bytes."""

    id: int
    title: str
    checks: Sequence[SmallCountView]
    together: int
    kinds: Sequence[tuple[str, str]]
    hint: str
    may_record: bool
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    limit: int


@dataclass(frozen=True)
class DecisionPage:
    """The form of a decision, beside what it rests on."""

    id: int
    version: int
    title: str
    conclusion: ConclusionView
    outcomes: Sequence[tuple[str, str]]
    refusals: Sequence[tuple[str, str]]
    small_counts: str
    small_shape: str
    secrets: Sequence[tuple[str, str]]
    licences: Sequence[tuple[str, str]]
    pieces: Sequence[tuple[int, str]]
    to_take_out: Sequence[str]
    others: Sequence[str]
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]


@dataclass(frozen=True)
class TakedownPage:
    """The question asked before a publication is taken down: why."""

    id: int
    version: int
    title: str
    online: bool
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    grounds: Sequence[tuple[str, str]]
    may_report_breach: bool


@dataclass(frozen=True)
class FieldLine:
    """A field and what becomes of it when its dataset is published."""

    name: str
    label: str
    category: str
    shape: str
    fate: str
    ground: str


@dataclass(frozen=True)
class RedactionPage:
    """Which fields leave before publication, on which ground, and what proves that they did."""

    id: int
    title: str
    organisation_id: int
    organisation: str
    personal_data: str
    ground: str
    rows: Sequence[FieldLine]
    leaving: int
    unknown: int
    conclusion: ConclusionView
    proofs: Sequence[tuple[str, str]]
    categories: Sequence[tuple[str, str]]
    small_counts: str
    may_record: bool


@dataclass(frozen=True)
class ReuseGroup:
    """Questions about the reuse of a dataset: their names, why they are asked, whether they matter to this one."""

    title: str
    law: str
    names: Sequence[str]
    says: str
    matters: bool


@dataclass(frozen=True)
class ReusePage:
    """The form of the terms on which a dataset may be reused; what does not matter to it is folded."""

    id: int
    version: int
    title: str
    groups: Sequence[ReuseGroup]
    grounds: Sequence[tuple[str, str]]
    absent: Sequence[tuple[str, str]]
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
