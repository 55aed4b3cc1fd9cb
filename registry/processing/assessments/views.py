"""What goes out about impact assessments: the frozen dataclass each template receives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class NeedView:
    """Whether an assessment is due, as every page tells it: word, reasons with their text, what is left to answer."""

    code: str
    label: str
    is_due: bool
    may_be_set_aside: bool
    reasons: Sequence[tuple[str, str]]
    missing: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class DueLine:
    """An activity no assessment covers, with whether one is due."""

    activity_id: int
    name: str
    organisation_name: str
    need: NeedView
    set_aside: bool


@dataclass(frozen=True)
class AssessmentLine:
    """An assessment in the list."""

    id: int
    title: str
    organisation_name: str
    number: int
    state: str
    state_code: str
    residual: str
    residual_code: str
    review_on: date | None
    review: str
    review_code: str
    holds: Sequence[str]


@dataclass(frozen=True)
class AssessmentsPage:
    """The list: figures that open each view of it, then one view; `body` is the one it is narrowed to."""

    view: str
    figures: Sequence[tuple[int, str, str, str]]
    due: Sequence[DueLine]
    rows: Sequence[AssessmentLine]
    may_record: bool
    body: str
    whole_address: str
    first_address: str
    next_address: str


@dataclass(frozen=True)
class CellView:
    """One place of the risk map: what falls there, and how grave that is."""

    band: str
    risks: Sequence[str]


@dataclass(frozen=True)
class MapView:
    """The risks of a revision on the CNIL's scale: one row a severity, from the highest; one column a likelihood."""

    id: str
    title: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[CellView]]]


@dataclass(frozen=True)
class RiskView:
    """One feared event in words."""

    kind: str
    label: str
    facts: Sequence[tuple[str, str]]
    before: str
    before_code: str
    after: str
    after_code: str


@dataclass(frozen=True)
class MeasureView:
    """One measure in words; `late` when its day has passed and it is not in place."""

    position: int
    title: str
    kind: str
    risks: Sequence[str]
    owner: str
    due_on: date | None
    done_on: date | None
    late: bool


@dataclass(frozen=True)
class ConsultationView:
    """The CNIL's consultation in words; `earlier` is the number of the revision it was on, where another is shown.

    `formerly` is what was noted before it was corrected, with why.
    """

    facts: Sequence[tuple[str, str]]
    extension: str
    awaits_until: date | None
    is_late: bool
    earlier: int | None
    formerly: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class RevisionLine:
    """A revision among those of its assessment."""

    number: int
    state: str
    decided_on: date | None


@dataclass(frozen=True)
class CoveredView:
    """An activity a revision covers, and whether it needs an assessment."""

    id: int
    name: str
    need: str
    need_code: str


@dataclass(frozen=True)
class AssessmentPage:
    """One revision of an assessment, whole: what it says, what it lacks, what can be done with it."""

    id: int
    title: str
    annulled: bool
    organisation_id: int
    organisation_name: str
    number: int
    is_latest: bool
    version: int
    state: str
    state_code: str
    is_open: bool
    residual: str
    residual_code: str
    covered: Sequence[CoveredView]
    texts: Mapping[str, Sequence[tuple[str, str]]]
    risks: Sequence[RiskView]
    maps: Sequence[MapView]
    measures: Sequence[MeasureView]
    opinions: Sequence[tuple[str, str]]
    decision: Sequence[tuple[str, str]]
    consultation: ConsultationView | None
    must_consult: bool
    holds: Sequence[tuple[str, str, str]]
    lacks: Sequence[tuple[str, str, str]]
    revisions: Sequence[RevisionLine]
    steps: Sequence[tuple[str, str]]
    review: str
    panels: Sequence[str]
    may_record: bool
    may_decide: bool
    wrote_it: bool
    may_consult: bool
    consults_anew: bool
    may_annul: bool
    may_issue: bool
    error: str


@dataclass(frozen=True)
class ScreeningPage:
    """The questions that tell whether an assessment is due, as they stand or as they were typed."""

    activity_id: int
    name: str
    version: int
    need: NeedView
    criteria: Sequence[tuple[str, str, str, str]]
    required: Sequence[tuple[str, str]]
    exempt: Sequence[tuple[str, str]]
    sources: Sequence[tuple[str, str]]
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    assessments: Sequence[tuple[int, str]]
    may_record: bool


@dataclass(frozen=True)
class BeginPage:
    """A new assessment: its name and the activities it covers."""

    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    organisation_id: int
    organisations: Sequence[tuple[str, str]]
    activities: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class StepPage:
    """One step of the form of a draft."""

    id: int
    title: str
    version: int
    step: str
    step_label: str
    steps: Sequence[tuple[str, str]]
    next_step: str
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    choices: Mapping[str, Sequence[tuple[str, str]]]
    may_advise: bool
    transcribes: bool
    opinions: Sequence[tuple[str, str]]
    rows: int


@dataclass(frozen=True)
class DecisionPage:
    """The controller's answer to a submitted revision."""

    id: int
    title: str
    version: int
    residual: str
    residual_code: str
    opinions: Sequence[tuple[str, str]]
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    choices: Sequence[tuple[str, str]]
    owed: Sequence[str]
    proposed: date


@dataclass(frozen=True)
class ConsultationPage:
    """The form of the CNIL's prior consultation."""

    id: int
    title: str
    version: int
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    answers: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class DpiaPanel:
    """What an activity's sheet shows: whether an assessment is due, and the one that covers it."""

    activity_id: int
    need: NeedView
    set_aside: bool
    assessments: Sequence[AssessmentLine]
    may_record: bool
