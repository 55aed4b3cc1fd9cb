"""Every SELECT about accepted deviations."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.compliance.deviations.models import AcceptedDeviation
from registry.compliance.deviations.rules import WARNED
from registry.compliance.deviations.vocabulary import DeviationState
from registry.compliance.vocabulary import SubjectKind
from registry.kernel.errors import NotFound
from registry.kernel.words import _
from registry.organisations.models import Organisation

Deviation = AcceptedDeviation
Place = tuple[int, int, int]
"""Where a deviation stands in its list: its group, its last day, its number from the last."""
OPEN = tuple(state for state in DeviationState if state.is_open)


@dataclass(frozen=True)
class DeviationFilter:
    """What the list of deviations is narrowed to; an approved one past its day is `expired`, not approved."""

    states: frozenset[DeviationState] = field(default_factory=frozenset)
    expired: bool = False
    soon: bool = False
    organisation_ids: frozenset[int] = frozenset()
    kinds: frozenset[SubjectKind] = frozenset()
    policy_ids: frozenset[str] | None = None

    def __bool__(self) -> bool:
        """Whether anything narrows it."""
        return self != DeviationFilter()


@dataclass(frozen=True)
class DeviationOf:
    """A deviation, with the name of its body and where it stands in its list."""

    row: AcceptedDeviation
    organisation: str
    place: Place


def _expired(today: date) -> ColumnElement[bool]:
    return and_(col(Deviation.state) == DeviationState.APPROVED, col(Deviation.expires_on) < today)


def _soon(today: date) -> ColumnElement[bool]:
    return and_(
        col(Deviation.state) == DeviationState.APPROVED,
        col(Deviation.expires_on).between(today, today + timedelta(days=WARNED)),
    )


def _reads_as(states: frozenset[DeviationState], today: date) -> ColumnElement[bool]:
    return and_(col(Deviation.state).in_(sorted(states)), ~_expired(today))


def _conditions(asked: DeviationFilter, today: date) -> list[ColumnElement[bool]]:
    given: list[ColumnElement[bool]] = []
    ways = [
        *([_reads_as(asked.states, today)] if asked.states else []),
        *([_expired(today)] if asked.expired else []),
        *([_soon(today)] if asked.soon else []),
    ]
    if ways:
        given.append(or_(*ways))
    if asked.organisation_ids:
        given.append(col(Deviation.organisation_id).in_(sorted(asked.organisation_ids)))
    if asked.kinds:
        given.append(col(Deviation.subject_kind).in_(sorted(asked.kinds)))
    if asked.policy_ids is not None:
        given.append(col(Deviation.policy_id).in_(sorted(asked.policy_ids)))
    return given


def find_deviations(
    session: Session, asked: DeviationFilter, *, today: date, after: Place | None = None, limit: int
) -> list[DeviationOf]:
    """The deviations within the asker's rights that follow a place: what waits for an answer, what expired, what holds,
    the rest.
    """
    rank = case(
        (col(Deviation.state) == DeviationState.ASKED, 0), (_expired(today), 1),
        (col(Deviation.state) == DeviationState.APPROVED, 2), else_=3,
    )  # fmt: skip
    order = (rank, case((rank == 3, 0), else_=col(Deviation.expires_on) - literal(date.min)), -col(Deviation.id))
    query = (
        select(Deviation, col(Organisation.name), *order[:2])
        .join(Organisation, col(Organisation.id) == col(Deviation.organisation_id))
        .where(*_conditions(asked, today))
    )
    if after is not None:
        query = query.where(tuple_(*order) > after)
    rows = session.execute(query.order_by(*order).limit(limit))
    return [DeviationOf(row, organisation, (rank_, day, -row.id)) for row, organisation, rank_, day in rows]


def find_page_of_deviations(
    session: Session, asked: DeviationFilter, *, today: date, after: int, limit: int
) -> Sequence[AcceptedDeviation]:
    """The deviations within the asker's rights that come after a number, by number."""
    query = select(Deviation).where(*_conditions(asked, today), col(Deviation.id) > after)
    return session.execute(query.order_by(col(Deviation.id)).limit(limit)).scalars().all()


@dataclass(frozen=True)
class DeviationTally:
    """How many deviations stand where: `expired` and `soon` are told apart from those approved that go on."""

    by_state: Mapping[DeviationState, int]
    expired: int
    soon: int

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.by_state.values()) + self.expired


def count_deviations(session: Session, *, today: date) -> DeviationTally:
    """How many deviations within the asker's rights read each state today."""
    rows = session.execute(
        select(
            col(Deviation.state), func.count(), func.count().filter(_expired(today)), func.count().filter(_soon(today))
        ).group_by(col(Deviation.state))
    )
    by_state: Counter[DeviationState] = Counter()
    expired = soon = 0
    for state, number, past, near in rows:
        by_state[state] += number - past
        expired, soon = expired + past, soon + near
    return DeviationTally(by_state, expired, soon)


def get_deviation(session: Session, deviation_id: int, *, lock: bool = False) -> AcceptedDeviation:
    """One deviation within the asker's rights; with `lock`, nobody else changes it until the end.

    Raises: NotFound.
    """
    query = select(Deviation).where(col(Deviation.id) == deviation_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound(_("Cet écart n’existe pas, ou vos droits ne vous le montrent pas."))
    return found


def find_open(
    session: Session, kind: SubjectKind, subject_id: int, policy_id: str, period: int, *, lock: bool = False
) -> dict[DeviationState, AcceptedDeviation]:
    """The deviation asked for and the one approved on what a policy says of a subject, those there are."""
    query: Any = select(Deviation).where(
        col(Deviation.subject_kind) == kind, col(Deviation.subject_id) == subject_id,
        col(Deviation.policy_id) == policy_id, col(Deviation.period) == period, col(Deviation.state).in_(OPEN),
    )  # fmt: skip
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return {row.state: row for row in session.execute(query).scalars()}
