"""The bodies the API of desks answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class TaskBody:
    """One task, by its cause: `detail` is the missing fact, the policy breached, the vacant roles or the question."""

    key: str
    kind: str
    organisation_id: int
    subject_kind: str
    subject_id: int
    detail: str
    policies: Sequence[str]
    since: date | None
    due: date | None
    number: int
    late: bool
    snoozed_until: date | None


@dataclass(frozen=True)
class TasksBody:
    """A page of tasks, with how many each list holds."""

    counts: Mapping[str, int]
    tasks: Sequence[TaskBody]
    next_page: int | None


@dataclass(frozen=True)
class MessageBody:
    """One message of a thread."""

    account_id: int
    said_at: datetime
    text: str


@dataclass(frozen=True)
class QuestionBody:
    """A question: the list gives its first message, the question itself its whole thread."""

    id: int
    organisation_id: int
    subject_kind: str
    subject_id: int
    field: str | None
    addressee: str
    asked_by: int
    asked_to: int | None
    state: str
    asked_at: datetime
    moved_at: datetime
    messages: Sequence[MessageBody]


@dataclass(frozen=True)
class QuestionsBody:
    """A page of questions; `next` is the cursor of the page after."""

    questions: Sequence[QuestionBody]
    next: str | None
