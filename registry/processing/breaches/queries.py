"""Every SELECT about breaches: who may read them is the database's to say, row by row."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.datasets.models import Dataset, DatasetField
from registry.kernel.errors import NotFound
from registry.kernel.words import _
from registry.processing.breaches.models import (
    Breach,
    BreachActivity,
    BreachDataset,
    BreachEvent,
    BreachNotification,
)
from registry.processing.breaches.vocabulary import BreachRisk
from registry.processing.clocks.rules import SOON_HOURS
from registry.processing.clocks.vocabulary import ClockState
from registry.processing.models import ActivityData, ActivityDataset, ProcessingActivity
from registry.processing.queries import Linked

PAGE_SIZE = 50
_URGENCY = {state: place for place, state in enumerate(ClockState)}


@dataclass(frozen=True)
class BreachFilter:
    """What a list of breaches is narrowed to; nothing in a set narrows nothing."""

    states: frozenset[ClockState] = frozenset()
    risks: frozenset[BreachRisk] = frozenset()
    organisation_ids: frozenset[int] = frozenset()
    is_open: bool = False
    annulled: bool = False


@dataclass(frozen=True)
class BreachCounts:
    """How many breaches stand in each state of their clock, and how many are not closed."""

    states: Mapping[ClockState, int] = field(default_factory=dict)
    risks: Mapping[BreachRisk, int] = field(default_factory=dict)
    total: int = 0


def clock_state(now: datetime) -> ColumnElement[str]:
    """Where the 72 hours of each breach stand, as `breach_clock` says it of one."""
    done, due = col(Breach.notified_at), col(Breach.due_at)
    return case(
        (done <= due, literal(ClockState.MET.value)),
        (done.is_not(None), literal(ClockState.LATE.value)),
        (col(Breach.risk) == BreachRisk.UNLIKELY, literal(ClockState.NONE.value)),
        (due < now, literal(ClockState.OVERDUE.value)),
        (due <= now + timedelta(hours=SOON_HOURS), literal(ClockState.SOON.value)),
        else_=literal(ClockState.RUNNING.value),
    )


def _narrowed(query: Select[*tuple[Breach]], chosen: BreachFilter, now: datetime) -> Select[*tuple[Breach]]:
    query = query.where(col(Breach.annulled) == chosen.annulled)
    if chosen.states:
        query = query.where(clock_state(now).in_([state.value for state in chosen.states]))
    if chosen.risks:
        query = query.where(col(Breach.risk).in_(chosen.risks))
    if chosen.organisation_ids:
        query = query.where(col(Breach.organisation_id).in_(chosen.organisation_ids))
    if chosen.is_open:
        query = query.where(col(Breach.closed_on).is_(None))
    return query


def find_breaches(
    session: Session, chosen: BreachFilter, now: datetime, *, page: int = 1, limit: int = PAGE_SIZE
) -> Sequence[Breach]:
    """A page of breaches, those whose clock presses most first, then the latest known; one more than asked."""
    state = clock_state(now)
    urgency = case({code.value: place for code, place in _URGENCY.items()}, value=state)
    query = _narrowed(select(Breach), chosen, now).order_by(urgency, col(Breach.known_at).desc(), col(Breach.id))
    return session.execute(query.limit(limit + 1).offset((page - 1) * limit)).scalars().all()


def find_breaches_after(
    session: Session, chosen: BreachFilter, now: datetime, after: int, limit: int
) -> Sequence[Breach]:
    """The breaches after a number, in the order of their numbers."""
    query = _narrowed(select(Breach), chosen, now).where(col(Breach.id) > after).order_by(col(Breach.id))
    return session.execute(query.limit(limit)).scalars().all()


def count_breaches(session: Session, chosen: BreachFilter, now: datetime) -> BreachCounts:
    """How many breaches each state and each risk holds, among those not annulled of the organisations chosen."""
    within = BreachFilter(organisation_ids=chosen.organisation_ids, is_open=chosen.is_open, annulled=chosen.annulled)
    said = _narrowed(select(Breach), within, now).with_only_columns(
        clock_state(now).label("state"), col(Breach.risk).label("risk")
    ).subquery()  # fmt: skip
    rows = session.execute(select(said.c.state, said.c.risk, func.count()).group_by(said.c.state, said.c.risk)).all()
    states, risks = Counter[ClockState](), Counter[BreachRisk]()
    for state, risk, number in rows:
        states[ClockState(state)] += number
        if risk is not None:
            risks[BreachRisk(risk)] += number
    return BreachCounts(states, risks, states.total())


def count_breaches_listed(session: Session, chosen: BreachFilter, now: datetime) -> int:
    """How many breaches a list holds, narrowed as it is."""
    listed = _narrowed(select(Breach), chosen, now).subquery()
    return session.execute(select(func.count()).select_from(listed)).scalar_one()


def count_breaches_by_body(session: Session, now: datetime) -> Mapping[int, Mapping[ClockState, int]]:
    """How many breaches of each body stand in each state of their clock, those annulled left out."""
    columns: tuple[Any, Any] = (col(Breach.organisation_id).label("body"), clock_state(now).label("state"))
    said: Select[*tuple[Any, ...]] = select(*columns)
    told = said.where(~col(Breach.annulled)).subquery()
    found: dict[int, dict[ClockState, int]] = {}
    rows = session.execute(select(told.c.body, told.c.state, func.count()).group_by(told.c.body, told.c.state))
    for body_id, reached, number in rows:
        found.setdefault(body_id, {})[ClockState(reached)] = number
    return found


def get_breach(session: Session, breach_id: int, *, lock: bool = False) -> Breach:
    """One breach within the asker's rights; locked, as it stands now.

    Raises: NotFound.
    """
    found = session.get(Breach, breach_id, with_for_update=lock or None, populate_existing=lock)
    if found is None:
        raise NotFound(_("Cette violation n’existe pas, ou vos droits ne vous la montrent pas."))
    return found


def find_notifications(session: Session, breach_id: int) -> Sequence[BreachNotification]:
    """What the CNIL was told of a breach, in order."""
    query = select(BreachNotification).where(col(BreachNotification.breach_id) == breach_id)
    ordered = query.order_by(col(BreachNotification.sent_at), col(BreachNotification.id))
    return session.execute(ordered).scalars().all()


def find_events(session: Session, breach_id: int) -> Sequence[BreachEvent]:
    """What was done or learnt of a breach, in order."""
    query = select(BreachEvent).where(col(BreachEvent.breach_id) == breach_id)
    return session.execute(query.order_by(col(BreachEvent.happened_at), col(BreachEvent.id))).scalars().all()


def find_ids_to_judge(session: Session, organisation_ids: frozenset[int] | None) -> Sequence[int]:
    """The breaches that policies speak of: all but those annulled, of these organisations or of all."""
    conditions = [~col(Breach.annulled)]
    if organisation_ids is not None:
        conditions.append(col(Breach.organisation_id).in_(organisation_ids))
    return session.execute(select(col(Breach.id)).where(and_(*conditions)).order_by(col(Breach.id))).scalars().all()


SomeTouched = TypeVar("SomeTouched", bound=BreachDataset | BreachActivity)


def find_touched(session: Session, model: type[SomeTouched], breach_id: int) -> Sequence[SomeTouched]:
    """Every link of one kind that a breach has or had, annulled or not."""
    query = select(model).where(col(model.breach_id) == breach_id).order_by(col(model.id))
    return session.execute(query).scalars().all()


def find_touched_datasets(session: Session, breach_id: int) -> list[Linked]:
    """The datasets a breach touched, by title; those the asker may not read bear no name."""
    rows = session.execute(
        select(col(BreachDataset.dataset_id), col(Dataset.title))
        .outerjoin(Dataset, col(Dataset.id) == col(BreachDataset.dataset_id))
        .where(col(BreachDataset.breach_id) == breach_id, ~col(BreachDataset.annulled))
        .order_by(col(Dataset.title_sort), col(BreachDataset.id))
    )
    return [Linked(row.dataset_id, row.title or "") for row in rows]


def find_touched_activities(session: Session, breach_id: int) -> list[Linked]:
    """The activities a breach touched, by name; those the asker may not read bear no name."""
    rows = session.execute(
        select(col(BreachActivity.activity_id), col(ProcessingActivity.name))
        .outerjoin(ProcessingActivity, col(ProcessingActivity.id) == col(BreachActivity.activity_id))
        .where(col(BreachActivity.breach_id) == breach_id, ~col(BreachActivity.annulled))
        .order_by(col(ProcessingActivity.name_sort), col(BreachActivity.id))
    )
    return [Linked(row.activity_id, row.name or "") for row in rows]


def find_breaches_touching(
    session: Session, *, dataset_id: int | None = None, activity_id: int | None = None
) -> Sequence[Breach]:
    """The breaches that touched a dataset or an activity, the latest known first: only those the database shows."""
    query = select(Breach).where(~col(Breach.annulled)).order_by(col(Breach.known_at).desc(), col(Breach.id))
    if dataset_id is not None:
        query = query.join(BreachDataset, col(BreachDataset.breach_id) == col(Breach.id)).where(
            col(BreachDataset.dataset_id) == dataset_id, ~col(BreachDataset.annulled)
        )
    if activity_id is not None:
        query = query.join(BreachActivity, col(BreachActivity.breach_id) == col(Breach.id)).where(
            col(BreachActivity.activity_id) == activity_id, ~col(BreachActivity.annulled)
        )
    return session.execute(query).scalars().all()


@dataclass(frozen=True)
class FromRecord:
    """What the record says of what a breach touched: categories of people and of data, and what goes with it."""

    people: Sequence[str]
    data: Sequence[str]
    datasets: Sequence[tuple[int, str]]
    activities: Sequence[tuple[int, str]]


def find_in_record(session: Session, datasets: Sequence[int], activities: Sequence[int]) -> FromRecord:
    """The people and data that activities and fields of datasets tell of, the other datasets these activities use,
    and the other activities that use these datasets.
    """
    pairs = session.execute(
        select(col(ActivityData.people_category), col(ActivityData.data_category)).where(
            col(ActivityData.activity_id).in_(activities), ~col(ActivityData.annulled)
        )
    ).all()
    fields = session.execute(
        select(col(DatasetField.personal_category)).distinct().where(
            col(DatasetField.dataset_id).in_(datasets), ~col(DatasetField.annulled),
            col(DatasetField.personal_category).is_not(None),
        )
    ).scalars()  # fmt: skip
    data = {row.data_category for row in pairs} | {code for code in fields if code is not None}
    beside = session.execute(
        select(col(Dataset.id), col(Dataset.title)).distinct()
        .join(ActivityDataset, col(ActivityDataset.dataset_id) == col(Dataset.id))
        .where(col(ActivityDataset.activity_id).in_(activities), ~col(ActivityDataset.annulled),
               ~col(Dataset.annulled), col(Dataset.id).not_in(datasets))
        .order_by(col(Dataset.title), col(Dataset.id))
    ).all()  # fmt: skip
    using = session.execute(
        select(col(ProcessingActivity.id), col(ProcessingActivity.name)).distinct()
        .join(ActivityDataset, col(ActivityDataset.activity_id) == col(ProcessingActivity.id))
        .where(col(ActivityDataset.dataset_id).in_(datasets), ~col(ActivityDataset.annulled),
               ~col(ProcessingActivity.annulled), col(ProcessingActivity.id).not_in(activities))
        .order_by(col(ProcessingActivity.name), col(ProcessingActivity.id))
    ).all()  # fmt: skip
    return FromRecord(
        people=sorted({row.people_category for row in pairs}),
        data=sorted(data - {"none"}),
        datasets=[(row.id, row.title) for row in beside],
        activities=[(row.id, row.name) for row in using],
    )
