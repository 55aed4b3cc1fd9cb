"""Every SELECT about protective measures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.kernel.errors import NotFound
from registry.kernel.words import _
from registry.organisations.models import Organisation
from registry.processing.measures.models import ProtectiveMeasure
from registry.processing.measures.vocabulary import MeasureState
from registry.processing.models import ProcessingActivity

Measure = ProtectiveMeasure
OPEN = tuple(state for state in MeasureState if state.is_open)
_NEVER = date(9999, 12, 31)
MOST = 500


@dataclass(frozen=True)
class MeasureFilter:
    """What the list of measures is narrowed to; `late` keeps those whose day has passed."""

    states: frozenset[MeasureState] = field(default_factory=frozenset)
    organisation_id: int | None = None
    activity_id: int | None = None
    late: bool = False
    annulled: bool = False


@dataclass(frozen=True)
class MeasureOf:
    """A measure, with the names of its body and of its activity."""

    row: ProtectiveMeasure
    organisation: str
    activity: str


def _late(today: date) -> ColumnElement[bool]:
    return col(Measure.state).in_(OPEN) & (col(Measure.due_on) < today)


def _conditions(asked: MeasureFilter, today: date) -> list[ColumnElement[bool]]:
    given = [col(Measure.annulled) == asked.annulled]
    if asked.states:
        given.append(col(Measure.state).in_(sorted(asked.states)))
    if asked.organisation_id is not None:
        given.append(col(Measure.organisation_id) == asked.organisation_id)
    if asked.activity_id is not None:
        given.append(col(Measure.activity_id) == asked.activity_id)
    if asked.late:
        given.append(_late(today))
    return given


def find_measures(session: Session, asked: MeasureFilter, *, today: date) -> list[MeasureOf]:
    """The measures within the asker's rights: those still to be done by their day, then the others; the first only."""
    rows = session.execute(
        select(Measure, col(Organisation.name), col(ProcessingActivity.name))
        .join(Organisation, col(Organisation.id) == col(Measure.organisation_id))
        .outerjoin(ProcessingActivity, col(ProcessingActivity.id) == col(Measure.activity_id))
        .where(*_conditions(asked, today))
        .order_by(
            col(Measure.state).in_(OPEN).desc(), func.coalesce(col(Measure.due_on), _NEVER), col(Measure.id)
        )
        .limit(MOST)
    )  # fmt: skip
    return [MeasureOf(row, organisation, activity or "") for row, organisation, activity in rows]


@dataclass(frozen=True)
class MeasureTally:
    """What measures come to.

    Units: `cost` in euros, of those still to be done.
    """

    total: int
    open: int
    late: int
    cost: Decimal


def count_measures(session: Session, asked: MeasureFilter, *, today: date) -> MeasureTally:
    """What the measures of a list come to."""
    is_open = col(Measure.state).in_(OPEN)
    query: Any = select(
        func.count(), func.count().filter(is_open), func.count().filter(_late(today)),
        func.coalesce(func.sum(col(Measure.cost)).filter(is_open), 0),
    ).where(*_conditions(asked, today))  # fmt: skip
    row = session.execute(query.select_from(Measure)).one()
    return MeasureTally(int(row[0]), int(row[1]), int(row[2]), Decimal(row[3]))


def count_late_measures(session: Session, today: date) -> Mapping[int, int]:
    """How many measures of each body are late."""
    rows = session.execute(
        select(col(Measure.organisation_id), func.count())
        .where(~col(Measure.annulled), _late(today))
        .group_by(col(Measure.organisation_id))
    )
    return {number: int(count) for number, count in rows}


def find_measures_of_activity(session: Session, activity_id: int) -> Sequence[ProtectiveMeasure]:
    """The measures taken for one activity that stand, by their day."""
    return (
        session.execute(
            select(Measure)
            .where(col(Measure.activity_id) == activity_id, ~col(Measure.annulled))
            .order_by(func.coalesce(col(Measure.due_on), _NEVER), col(Measure.id))
        )
        .scalars()
        .all()
    )


def get_measure(session: Session, measure_id: int, *, lock: bool = False) -> ProtectiveMeasure:
    """One measure within the asker's rights; with `lock`, nobody else changes it until the end.

    Raises: NotFound.
    """
    query = select(Measure).where(col(Measure.id) == measure_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound(_("Cette mesure n’existe pas, ou vos droits ne vous la montrent pas."))
    return found
