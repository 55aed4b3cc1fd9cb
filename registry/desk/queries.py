"""Every SELECT about tasks: they are told by findings, appointments, questions and imports, and stored nowhere."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import literal, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.accounts.queries import Colleague, find_holders
from registry.compliance.deviations.rules import TOLD, WARNED
from registry.datasets.models import Dataset, InformationSystem
from registry.desk.models import TaskArrangement
from registry.desk.rules import BREACH_PATIENCE, GAP_PATIENCE, PATIENCE, SOON
from registry.desk.statement import ASKING
from registry.desk.vocabulary import MENDING, SLIP_POLICY, Arrangement, TaskKind, TaskList
from registry.governance.training_queries import months_of_training
from registry.governance.training_rules import ANSWERING
from registry.kernel.errors import NotFound
from registry.kernel.permissions import Permission, Role, permissions_of
from registry.kernel.words import _
from registry.lifecycle.queries import Endorser
from registry.processing.assessments.models import ImpactAssessment
from registry.processing.breaches.models import Breach
from registry.processing.models import ProcessingActivity
from registry.processing.requests.models import ReceivedRequest

PAGE_SIZE = 25
ALIKE, NEVER = 4, 2**31 - 1
"""From how many on alike tasks are told as one line: three are seen at a glance."""
DPIA_POLICY = "RGPD-15"
"""The policy that asks for an impact assessment where the formula says one is due: its breach is a task."""


@dataclass(frozen=True)
class Asker:
    """Whose desk it is: the account, the person, and the organisations on which each of their tasks is theirs to do.

    Units: `kept_months`, how long who asked for something is kept once all of it is answered.
    """

    account_id: int
    person_id: int
    recording: frozenset[int]
    law: frozenset[int]
    processing: frozenset[int]
    disposing: frozenset[int]
    amending: frozenset[int]
    appointing: frozenset[int]
    importing: frozenset[int]
    jurist: frozenset[int]
    dpo: frozenset[int]
    breaches: frozenset[int]
    requests: frozenset[int]
    assessing: frozenset[int]
    validating: frozenset[int]
    erasing: frozenset[int]
    deciding: frozenset[int]
    approving: Mapping[str, Sequence[int]]
    endorser: Endorser
    kept_months: int


@dataclass(frozen=True)
class Laws:
    """The policies in force that make tasks, those that bind in law, and those whose breach is a delay passed.

    `owed_by_law` are those legal staff or the DPO must see kept on a dataset or an activity; `of_law` what those of a
    dataset wait for in the fields of law: facts, and the policies a breach of which is mended there; `of_sheets` what
    of a body is mended by beginning a sheet: what it owes whatever it recorded.
    """

    policies: tuple[str, ...]
    obligations: tuple[str, ...]
    dated: tuple[str, ...]
    owed_by_law: tuple[str, ...]
    of_law: tuple[str, ...]
    of_sheets: tuple[str, ...]


@dataclass(frozen=True)
class Task:
    """One thing somebody owes, by its cause.

    `detail` is the missing fact, the policy breached, the roles vacant, the file imported or the question, as the
    kind says; `word` is what the asker wrote when they put the task off or handed it, `given_word` what was written
    to them; `of_law` that only the fields of law are theirs to fill; `by_sheet` that a sheet they
    may begin tells what a body owes; `passed` that
    a time the law leaves has run out; `act` is what alike tasks share, `alike` how many of the list do, `alike_late`
    how many of those are late. Units: `number` of findings, or of vacant roles.
    """

    kind: TaskKind
    key: str
    organisation_id: int
    subject_kind: str
    subject_id: int
    detail: str
    policies: tuple[str, ...]
    rank: int
    since: date | None
    due: date | None
    number: int
    place: TaskList
    late: bool
    passed: bool
    waiting: bool
    of_law: bool
    by_sheet: bool
    arrangement_id: int | None
    arranged: Arrangement | None
    until: date | None
    delegate_id: int | None
    given_id: int | None
    given_by: int | None
    word: str | None
    given_word: str | None
    assumed: date | None
    act: str
    alike: int
    alike_late: int

    @property
    def needs(self) -> Permission:
        """What a role must allow for somebody to do it."""
        if self.kind is TaskKind.VACANCY:
            return Permission.ORGANISATIONS_APPOINTMENT_RECORD
        if self.kind in _OF_A_KIND:
            return MENDING[self.kind]
        if self.detail == SLIP_POLICY:
            return Permission.PROCESSING_DISPOSAL_PREPARE
        if self.by_sheet:
            return Permission.DATASETS_SHEET_RECORD
        return Permission.DATASETS_LAW_RECORD if self.of_law else MENDING[self.subject_kind]


_OF_A_KIND = frozenset(
    {
        TaskKind.ERASURE, TaskKind.DPIA, TaskKind.ASSESSMENT, TaskKind.DEVIATION, TaskKind.MOVE, TaskKind.ACTION,
        TaskKind.TRAINING, TaskKind.CERTIFICATION, TaskKind.DOCUMENT, TaskKind.POINT, TaskKind.CORRECTION,
    }
)  # fmt: skip
"""The kinds of task whose own name says what doing them takes, whatever they are about."""


@dataclass(frozen=True)
class Desk:
    """A page of one list, and how many tasks each list holds, kind by kind."""

    tasks: Sequence[Task]
    has_more: bool
    counts: Mapping[TaskList, Counter[TaskKind]] = field(default_factory=dict)

    def count(self, of: TaskList, kind: TaskKind | None = None) -> int:
        """How many tasks a list holds, of one kind or of all."""
        return self.counts[of].total() if kind is None else self.counts[of][kind]


def find_tasks(
    session: Session,
    asker: Asker,
    laws: Laws,
    today: date,
    *,
    of: TaskList = TaskList.MINE,
    kind: TaskKind | None = None,
    kinds: frozenset[TaskKind] | None = None,
    within: frozenset[int] | None = None,
    key: str | None = None,
    act: str | None = None,
    fold: bool = False,
    page: int = 1,
) -> Desk:
    """One list of somebody's tasks, what was handed to them first, then the gravest; in one statement with counts.

    Folded, of alike tasks from `ALIKE` on, only the gravest is told, for all; `act` narrows to alike ones, `kinds` to
    some kinds, questions of law left out.
    """
    rows = session.execute(
        ASKING,
        {
            **{name: sorted(value) for name, value in vars(asker).items() if isinstance(value, frozenset)},
            **asker.endorser.asking(today),
            "approving": asker.approving, "person": asker.person_id, "zone": session.info["time_zone"],
            **{name: list(value) for name, value in vars(laws).items()},
            "soon": today + timedelta(days=SOON),
            "told": today - timedelta(days=TOLD), "warned": today + timedelta(days=WARNED),
            "breach_patience": BREACH_PATIENCE, "gap_patience": GAP_PATIENCE,
            **{f"{one}_patience": days for one, days in PATIENCE.items()},
            "dpia_policy": DPIA_POLICY, "slip_policy": SLIP_POLICY, "kept_months": asker.kept_months,
            "training_months": months_of_training(session, today), "answering": [str(one) for one in ANSWERING],
            "within": None if within is None else sorted(within), "key": key, "kind": kind, "act": act,
            "kinds": None if kinds is None else sorted(kinds),
            "folded": ALIKE if fold else NEVER,
            "place": TaskList.MINE if of is TaskList.LATE else of, "late": of is TaskList.LATE,
            "limit": PAGE_SIZE + 1, "skipped": (page - 1) * PAGE_SIZE,
        },
    ).all()  # fmt: skip
    counts: dict[TaskList, Counter[TaskKind]] = {one: Counter() for one in TaskList}
    for place, late, said, number in rows[0].said:
        counts[TaskList(place)][TaskKind(said)] += number
        if late and place == TaskList.MINE:
            counts[TaskList.LATE][TaskKind(said)] += number
    tasks = [_task(row) for row in rows if row.key is not None]
    return Desk(tasks[:PAGE_SIZE], len(tasks) > PAGE_SIZE, counts)


def _task(row: Any) -> Task:
    values = {name: getattr(row, name) for name in Task.__dataclass_fields__}
    return Task(
        **{
            **values,
            "kind": TaskKind(row.kind), "place": TaskList(row.place), "policies": tuple(row.policies),
            "arranged": Arrangement(row.arranged) if row.arranged else None,
        }
    )  # fmt: skip


def get_task(session: Session, asker: Asker, laws: Laws, today: date, key: str) -> Task:
    """One of somebody's tasks, in whatever list it stands.

    Raises: NotFound when it is not theirs, or is done.
    """
    for of in (TaskList.MINE, TaskList.WAITING, TaskList.SNOOZED):
        found = find_tasks(session, asker, laws, today, of=of, key=key).tasks
        if found:
            return found[0]
    raise NotFound(_("Cette tâche n’est pas (ou n’est plus) la vôtre : elle est peut-être faite."))


def get_arrangement(session: Session, arrangement_id: int, account_id: int) -> TaskArrangement:
    """What somebody decided about a task, or handed to them.

    Raises: NotFound.
    """
    found = session.get(TaskArrangement, arrangement_id)
    if found is None or found.ended or account_id not in (found.account_id, found.delegate_id):
        raise NotFound(_("Cette décision n’existe pas, ou elle a déjà pris fin."))
    return found


def hold_task(session: Session, account_id: int, key: str) -> None:
    """Lets one decision at a time be taken about somebody's task, until this transaction ends: of two clicks too."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"arranging:{account_id}:{key}"}
    )


def find_arrangement(session: Session, account_id: int, key: str) -> TaskArrangement | None:
    """What somebody decided about a task, if it still stands."""
    return session.execute(
        select(TaskArrangement).where(
            col(TaskArrangement.account_id) == account_id,
            col(TaskArrangement.task_key) == key,
            ~col(TaskArrangement.ended),
        )
    ).scalar_one_or_none()


def find_colleagues(session: Session, permission: Permission, organisation_id: int, *, but: int) -> list[Colleague]:
    """The active accounts whose roles allow something on an organisation, as far as the asker may know them."""
    roles = [role for role in Role if permission in permissions_of(role)]
    return find_holders(session, roles, organisation_id, but=but)


def find_names(session: Session, tasks: Sequence[Task]) -> dict[tuple[str, int], str]:
    """The names of the sheets that tasks are about, by kind and number; organisations and imports apart."""
    found: dict[tuple[str, int], str] = {}
    for kind, number, name in (
        ("dataset", col(Dataset.id), col(Dataset.title)),
        ("system", col(InformationSystem.id), col(InformationSystem.name)),
        ("activity", col(ProcessingActivity.id), col(ProcessingActivity.name)),
        ("assessment", col(ImpactAssessment.id), col(ImpactAssessment.title)),
    ):
        ids = sorted({task.subject_id for task in tasks if task.subject_kind == kind})
        if not ids and kind in {"activity", "assessment"}:
            continue
        found |= {(kind, row[0]): row[1] for row in session.execute(select(number, name).where(number.in_(ids)))}
    return found | _find_matters(session, tasks)


def _find_matters(session: Session, tasks: Sequence[Task]) -> dict[tuple[str, int], str]:
    """What breaches and requests are called, as far as the asker may read them."""
    asked = [(task.subject_kind, task.subject_id) for task in tasks if task.subject_kind in {"breach", "request"}]
    if not asked:
        return {}
    breaches = [number for kind, number in asked if kind == "breach"]
    requests = [number for kind, number in asked if kind == "request"]
    query = (
        select(literal("breach").label("kind"), col(Breach.id), col(Breach.title))
        .where(col(Breach.id).in_(breaches))
        .union_all(
            select(literal("request"), col(ReceivedRequest.id), col(ReceivedRequest.subject)).where(
                col(ReceivedRequest.id).in_(requests)
            )
        )
    )
    return {(row[0], row[1]): row[2] for row in session.execute(query)}
