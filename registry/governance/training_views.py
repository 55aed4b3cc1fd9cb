"""What the pages of training receive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.compliance.vocabulary import Verdict
from registry.datasets.views import ConflictRow
from registry.governance.training_rules import holds_until
from registry.kernel.words import _
from registry.web.templating import say_day


@dataclass(frozen=True)
class CourseLine:
    """A course in the list, with its last session and the next one."""

    id: int
    title: str
    organisation: str
    audiences: str
    last_on: date | None
    next_on: date | None


@dataclass(frozen=True)
class AnsweringLine:
    """Somebody who answers for data; the name is there for who keeps the training of their organisation."""

    name: str
    organisation: str
    roles: str
    last_on: date | None
    tone: str
    words: str


@dataclass(frozen=True)
class TrainingPage:
    """The courses, and who answers for data with the training they have."""

    courses: Sequence[CourseLine]
    people: Sequence[AnsweringLine]
    total: int
    figures: Sequence[tuple[int, str, str, str]]
    lacking: bool
    annulled: bool
    months: int
    may_record: bool


@dataclass(frozen=True)
class SessionLine:
    """A session of a course, and how many it expects, had and missed."""

    id: int
    held_on: date
    coming: bool
    where: str
    given_by: str
    counts: str


@dataclass(frozen=True)
class CoursePage:
    """One course with its sessions."""

    id: int
    title: str
    organisation: str
    audiences: Sequence[str]
    content: str
    annulled: bool
    sessions: Sequence[SessionLine]
    may_record: bool


@dataclass(frozen=True)
class CourseFormPage:
    """The form of a course."""

    id: int | None
    version: int | None
    title: str
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    beside: Sequence[ConflictRow]
    labels: Mapping[str, str]
    organisations: Sequence[tuple[str, str]]
    audiences: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class SessionFormPage:
    """The form of a session, with a row a person."""

    id: int | None
    version: int | None
    annulled: bool
    course_id: int
    course: str
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    beside: Sequence[ConflictRow]
    labels: Mapping[str, str]
    rows: Sequence[Mapping[str, Any]]
    people: Sequence[tuple[str, str]]
    states: Sequence[tuple[str, str]]


def say_trained(last_on: date | None, months: int, today: date) -> tuple[Verdict, str]:
    """Whether what somebody learnt holds, in words."""
    until = holds_until(last_on, months)
    if until is None:
        return Verdict.TO_COMPLETE, _("aucune formation connue")
    if until < today:
        return Verdict.NON_COMPLIANT, _("à refaire depuis le {day}").format(day=say_day(until))
    return Verdict.COMPLIANT, _("valable jusqu’au {day}").format(day=say_day(until))
