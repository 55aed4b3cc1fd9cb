"""What goes out about issued documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from registry.platform.models import JobRun, JobState
from registry.web.progress import Progress, progress_of


@dataclass(frozen=True)
class DocumentLine:
    """One issued document in the register."""

    id: int
    title: str
    as_of: date
    issued_at: datetime
    seal_no: int
    document_sha256: str
    is_pdf: bool
    state: str
    tone: str
    may_answer: bool


@dataclass(frozen=True)
class DocumentsPage:
    """The register of issued documents, and the form to issue one."""

    rows: Sequence[DocumentLine]
    facets: Sequence[Mapping[str, Any]]
    waiting: int
    narrowed: bool
    first_address: str
    next_address: str
    may_issue: bool
    approval: Sequence[str]
    reports: Sequence[tuple[str, str]]
    scopes: Sequence[tuple[str, str]]
    values: Mapping[str, str]
    errors: Mapping[str, str]
    pdf_notice: str


@dataclass(frozen=True)
class JobPage:
    """A job and how far it is; reloaded until it is done."""

    id: int
    title: str
    work: Progress
    message: str
    result_address: str
    result_label: str


def job_page(run: JobRun, title: str, result_address: str, result_label: str) -> JobPage:
    """The page of a run."""
    return JobPage(
        id=run.id,
        title=title,
        work=progress_of(
            run, f"/travaux/{run.id}", run.state.label, is_over=run.state in {JobState.DONE, JobState.FAILED}
        ),
        message=run.message or "",
        result_address=result_address,
        result_label=result_label,
    )


@dataclass(frozen=True)
class ChangedRule:
    """Subjects of which a rule said one thing and now says another; a verdict is its code and its word, or none.

    `left_out` counts those that are not named in `subjects`, each with its organisation.
    """

    policy_id: str
    title: str
    force: str
    period: int | None
    rule_changed: bool
    total: int
    subjects: Sequence[tuple[str, str]]
    left_out: int
    before: tuple[str, str] | None
    after: tuple[str, str] | None


@dataclass(frozen=True)
class ChangeGroup:
    """The findings that changed in one way, by rule."""

    label: str
    code: str
    total: int
    rules: Sequence[ChangedRule]


@dataclass(frozen=True)
class ComparisonPage:
    """A report beside another on the same subject; no other at all where `others` is empty."""

    id: int
    title: str
    as_of: date
    others: Sequence[tuple[str, str]]
    other: str
    earlier: str
    later: str
    groups: Sequence[ChangeGroup]
