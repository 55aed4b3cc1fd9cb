"""Every SELECT about requests: who may read them is the database's to say, row by row."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from registry.datasets.models import Dataset, DatasetField
from registry.datasets.vocabulary import PersonalData
from registry.kernel.errors import NotFound
from registry.kernel.words import _
from registry.organisations.models import PersonIdentity
from registry.organisations.queries import find_organisations
from registry.processing.clocks.rules import SOON_DAYS
from registry.processing.clocks.vocabulary import ClockState
from registry.processing.models import ActivityDataset, ProcessingActivity
from registry.processing.requests.models import ReceivedRequest
from registry.processing.requests.vocabulary import RequestOutcome, RequestRegime

PAGE_SIZE = 50
MOST_PLACES, MOST_NAMESAKES = 200, 20
_URGENCY = {state: place for place, state in enumerate(ClockState)}
_PERSONAL = (PersonalData.PSEUDONYMISED, PersonalData.PERSONAL, PersonalData.SPECIAL_CATEGORY, PersonalData.OFFENCES,
             PersonalData.NIR)  # fmt: skip


@dataclass(frozen=True)
class RequestFilter:
    """What a list of requests is narrowed to; nothing in a set narrows nothing."""

    states: frozenset[ClockState] = frozenset()
    regimes: frozenset[RequestRegime] = frozenset()
    organisation_ids: frozenset[int] = frozenset()
    is_open: bool = False
    annulled: bool = False


@dataclass(frozen=True)
class RequestCounts:
    """How many requests stand in each state of their clock, and under each text."""

    states: Mapping[ClockState, int] = field(default_factory=dict)
    regimes: Mapping[RequestRegime, int] = field(default_factory=dict)
    total: int = 0


def settled_on() -> ColumnElement[date | None]:
    """The day since when each request waits no more, answered or left: none for what `is_waiting` says to wait."""
    passed_on = and_(
        col(ReceivedRequest.regime) == RequestRegime.GDPR, col(ReceivedRequest.outcome) == RequestOutcome.TRANSFERRED
    )
    return case((passed_on.is_not(True), col(ReceivedRequest.answered_on)))


def clock_state(today: date) -> ColumnElement[str]:
    """Where the delay of each request stands, as `clock_of` says it of one."""
    done, due = settled_on(), col(ReceivedRequest.due_on)
    return case(
        (col(ReceivedRequest.outcome) == RequestOutcome.LEFT, literal(ClockState.NONE.value)),
        (done <= due, literal(ClockState.MET.value)),
        (done.is_not(None), literal(ClockState.LATE.value)),
        (due < today, literal(ClockState.OVERDUE.value)),
        (due <= today + timedelta(days=SOON_DAYS), literal(ClockState.SOON.value)),
        else_=literal(ClockState.RUNNING.value),
    )


def _narrowed(
    query: Select[*tuple[ReceivedRequest]], chosen: RequestFilter, today: date
) -> Select[*tuple[ReceivedRequest]]:
    query = query.where(col(ReceivedRequest.annulled) == chosen.annulled)
    if chosen.states:
        query = query.where(clock_state(today).in_([state.value for state in chosen.states]))
    if chosen.regimes:
        query = query.where(col(ReceivedRequest.regime).in_(chosen.regimes))
    if chosen.organisation_ids:
        query = query.where(col(ReceivedRequest.organisation_id).in_(chosen.organisation_ids))
    if chosen.is_open:
        query = query.where(settled_on().is_(None))
    return query


def find_requests(
    session: Session, chosen: RequestFilter, today: date, *, page: int = 1, limit: int = PAGE_SIZE
) -> Sequence[ReceivedRequest]:
    """A page of requests, those whose clock presses most first, then the soonest due; one more than asked."""
    state = clock_state(today)
    urgency = case({code.value: place for code, place in _URGENCY.items()}, value=state)
    due = case((settled_on().is_(None), col(ReceivedRequest.due_on)))
    query = _narrowed(select(ReceivedRequest), chosen, today).order_by(
        urgency, due, col(ReceivedRequest.received_on).desc(), col(ReceivedRequest.id)
    )
    return session.execute(query.limit(limit + 1).offset((page - 1) * limit)).scalars().all()


def find_requests_after(
    session: Session, chosen: RequestFilter, today: date, after: int, limit: int
) -> Sequence[ReceivedRequest]:
    """The requests after a number, in the order of their numbers."""
    query = _narrowed(select(ReceivedRequest), chosen, today).where(col(ReceivedRequest.id) > after)
    return session.execute(query.order_by(col(ReceivedRequest.id)).limit(limit)).scalars().all()


def count_requests(session: Session, chosen: RequestFilter, today: date) -> RequestCounts:
    """How many requests each state and each text holds, among those not annulled of the organisations chosen."""
    within = RequestFilter(organisation_ids=chosen.organisation_ids, is_open=chosen.is_open, annulled=chosen.annulled)
    said = _narrowed(select(ReceivedRequest), within, today).with_only_columns(
        clock_state(today).label("state"), col(ReceivedRequest.regime).label("regime")
    ).subquery()  # fmt: skip
    rows = session.execute(
        select(said.c.state, said.c.regime, func.count()).group_by(said.c.state, said.c.regime)
    ).all()
    states, regimes = Counter[ClockState](), Counter[RequestRegime]()
    for state, regime, number in rows:
        states[ClockState(state)] += number
        regimes[RequestRegime(regime)] += number
    return RequestCounts(states, regimes, states.total())


def count_requests_listed(session: Session, chosen: RequestFilter, today: date) -> int:
    """How many requests a list holds, narrowed as it is."""
    listed = _narrowed(select(ReceivedRequest), chosen, today).subquery()
    return session.execute(select(func.count()).select_from(listed)).scalar_one()


def count_requests_by_body(session: Session, today: date) -> Mapping[int, Mapping[ClockState, int]]:
    """How many requests of each body stand in each state of their clock, those annulled left out."""
    columns: tuple[Any, Any] = (col(ReceivedRequest.organisation_id).label("body"), clock_state(today).label("state"))
    said: Select[*tuple[Any, ...]] = select(*columns)
    told = said.where(~col(ReceivedRequest.annulled)).subquery()
    found: dict[int, dict[ClockState, int]] = {}
    rows = session.execute(select(told.c.body, told.c.state, func.count()).group_by(told.c.body, told.c.state))
    for body_id, reached, number in rows:
        found.setdefault(body_id, {})[ClockState(reached)] = number
    return found


def get_request(session: Session, request_id: int, *, lock: bool = False) -> ReceivedRequest:
    """One request within the asker's rights; locked, as it stands now.

    Raises: NotFound.
    """
    found = session.get(ReceivedRequest, request_id, with_for_update=lock or None, populate_existing=lock)
    if found is None:
        raise NotFound(_("Cette demande n’existe pas, ou vos droits ne vous la montrent pas."))
    return found


def find_ids_to_judge(session: Session, organisation_ids: frozenset[int] | None) -> Sequence[int]:
    """The requests that policies speak of: all but those annulled, of these organisations or of all."""
    conditions = [~col(ReceivedRequest.annulled)]
    if organisation_ids is not None:
        conditions.append(col(ReceivedRequest.organisation_id).in_(organisation_ids))
    query = select(col(ReceivedRequest.id)).where(and_(*conditions)).order_by(col(ReceivedRequest.id))
    return session.execute(query).scalars().all()


def find_namesakes(session: Session, request: ReceivedRequest) -> list[tuple[int, str]]:
    """The other requests whose asker bears the same name or address: the same person, or another of that name."""
    if request.requester_id is None:
        return []
    own, other = aliased(PersonIdentity), aliased(PersonIdentity)
    query = (
        select(col(ReceivedRequest.id), col(ReceivedRequest.subject))
        .distinct()
        .join(other, other.person_id == ReceivedRequest.requester_id)  # type: ignore[arg-type]
        .join(own, own.folded == other.folded)  # type: ignore[arg-type]
        .where(
            own.person_id == request.requester_id,  # type: ignore[arg-type]
            col(ReceivedRequest.id) != request.id,
            col(ReceivedRequest.organisation_id) == request.organisation_id,
            ~col(ReceivedRequest.annulled),
        )
        .order_by(col(ReceivedRequest.id))
        .limit(MOST_NAMESAKES)
    )
    return [(row.id, row.subject) for row in session.execute(query)]


@dataclass(frozen=True)
class Place:
    """A dataset where the data of somebody who asks may stand, and its fields that tell of people."""

    dataset_id: int
    title: str
    fields: Sequence[str]


def find_places(session: Session, organisation_id: int) -> list[Place]:
    """Where to look for somebody's data: what the record of an organisation and of its services says they use,
    whoever owns it, and their own datasets about people; one more than the most that are shown, where there are more.

    A field counts where the record names it, or where its category of personal data is said and is not « none ».
    """
    bodies = _of_one_body(session, organisation_id)
    recorded = (
        select(col(ActivityDataset.dataset_id), col(ActivityDataset.fields))
        .join(ProcessingActivity, col(ProcessingActivity.id) == col(ActivityDataset.activity_id))
        .where(
            col(ActivityDataset.organisation_id).in_(bodies),
            ~col(ActivityDataset.annulled),
            ~col(ProcessingActivity.annulled),
        )
        .subquery()
    )
    rows = session.execute(
        select(col(Dataset.id), col(Dataset.title), col(DatasetField.name), recorded.c.fields)
        .outerjoin(recorded, recorded.c.dataset_id == col(Dataset.id))
        .outerjoin(
            DatasetField,
            (col(DatasetField.dataset_id) == col(Dataset.id))
            & ~col(DatasetField.annulled)
            & col(DatasetField.personal_category).is_not(None)
            & (col(DatasetField.personal_category) != "none"),
        )
        .where(
            ~col(Dataset.annulled),
            or_(
                recorded.c.dataset_id.is_not(None),
                col(Dataset.organisation_id).in_(bodies) & col(Dataset.personal_data).in_(_PERSONAL),
            ),
        )
        .order_by(col(Dataset.title_sort), col(Dataset.id), col(DatasetField.id))
    ).all()
    places: dict[int, tuple[str, dict[str, None]]] = {}
    for number, title, name, named in rows:
        fields = places.setdefault(number, (title, {}))[1]
        fields.update(dict.fromkeys([*(named or ()), *([name] if name is not None else ())]))
    return [Place(number, title, list(fields)) for number, (title, fields) in places.items()][: MOST_PLACES + 1]


def _of_one_body(session: Session, organisation_id: int) -> list[int]:
    """A body and its own services: a commune below an authority is a controller of its own."""
    below = {body.id: body for body in find_organisations(session, below=organisation_id)}
    others = {number for number, body in below.items() if body.kind.is_legal_person and number != organisation_id}
    return [number for number, body in below.items() if not others & set(body.lineage)]
