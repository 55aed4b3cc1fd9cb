"""Every SELECT about deliveries and receipts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Integer, Select, and_, case, func, literal, or_, select, tuple_, union_all
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.accounts.queries import find_offices
from registry.compliance.vocabulary import SubjectKind
from registry.contracts.checks.vocabulary import alarms_of
from registry.contracts.clauses.models import Amendment
from registry.contracts.deliveries.models import Delivery, DeliveryReceipt
from registry.contracts.deliveries.vocabulary import DeliveryState, ReceiptAnswer
from registry.contracts.models import Contract
from registry.contracts.queries import get_one
from registry.datasets.models import Dataset
from registry.kernel.words import _
from registry.ledger.queries import Version, find_spans, find_versions_of_rows
from registry.platform.models import StoredFile

_NEVER = date(9999, 12, 31)
_ANSWERED_ONCE = 2
"""The version of a receipt that was noted, then answered."""
_ORDER = {
    DeliveryState.WAITING: 0, DeliveryState.LATE: 1, DeliveryState.DUE: 2, DeliveryState.UNDATED: 3,
    DeliveryState.LATE_ACCEPTED: 4, DeliveryState.ACCEPTED: 4,
}  # fmt: skip
"""What to look at first: what waits for us, then what is late, then what is due."""


@dataclass(frozen=True)
class DeliveryFilter:
    """What a list of deliveries is narrowed to."""

    states: frozenset[DeliveryState] = field(default_factory=frozenset)
    contract_id: int | None = None
    dataset_id: int | None = None
    annulled: bool = False


def get_delivery(session: Session, delivery_id: int, *, lock: bool = False) -> Delivery:
    """One delivery within the asker's rights.

    Raises: NotFound.
    """
    missing = _("Cette livraison n’existe pas, ou vos droits ne vous la montrent pas.")
    return get_one(session, Delivery, delivery_id, missing, lock=lock)


def get_receipt(session: Session, receipt_id: int, *, lock: bool = False) -> DeliveryReceipt:
    """One receipt within the asker's rights.

    Raises: NotFound.
    """
    missing = _("Cette réception n’existe pas, ou vos droits ne vous la montrent pas.")
    return get_one(session, DeliveryReceipt, receipt_id, missing, lock=lock)


def find_receipts(session: Session, delivery_ids: Iterable[int]) -> dict[int, list[DeliveryReceipt]]:
    """Every receipt of these deliveries, annulled or not, by delivery, in the order of their numbers."""
    wanted = list(delivery_ids)
    if not wanted:
        return {}
    rows = session.execute(
        select(DeliveryReceipt)
        .where(col(DeliveryReceipt.delivery_id).in_(wanted))
        .order_by(col(DeliveryReceipt.delivery_id), col(DeliveryReceipt.number))
    ).scalars()
    found: dict[int, list[DeliveryReceipt]] = {}
    for row in rows:
        found.setdefault(row.delivery_id, []).append(row)
    return found


def find_changes_of_receipts(
    session: Session, receipts: Iterable[DeliveryReceipt]
) -> tuple[dict[int, list[Version]], dict[str, str]]:
    """The versions of the receipts whose answer may have a reason, latest first, and the office of who wrote them.

    One written twice at most was answered once at most: of those, nothing is asked, save where the checks saw people,
    which is accepted for a reason.
    """
    asked = [
        one.id
        for one in receipts
        if one.version > _ANSWERED_ONCE or (one.answer is ReceiptAnswer.ACCEPTED and alarms_of(one.checks))
    ]
    versions = find_versions_of_rows(session, "delivery_receipt", asked) if asked else {}
    actors = {version.actor for several in versions.values() for version in several}
    return versions, find_offices(session, actors) if actors else {}


def find_files(session: Session, file_ids: Iterable[int]) -> dict[int, StoredFile]:
    """The files of receipts that the asker may read, by number."""
    wanted = list(file_ids)
    rows = session.execute(select(StoredFile).where(col(StoredFile.id).in_(wanted))).scalars() if wanted else ()
    return {row.id: row for row in rows}


def find_deliveries_of(session: Session, *contract_ids: int) -> Sequence[Delivery]:
    """Every delivery of these contracts, annulled or not, by due day."""
    rows = session.execute(
        select(Delivery)
        .where(col(Delivery.contract_id).in_(contract_ids))
        .order_by(func.coalesce(col(Delivery.due_on), _NEVER), col(Delivery.id))
    )
    return rows.scalars().all()


def find_late(session: Session, contract_ids: Iterable[int], today: date) -> Sequence[Delivery]:
    """Every delivery of these contracts that is late, come or not; none that is annulled."""
    query = select(Delivery).where(
        col(Delivery.contract_id).in_(list(contract_ids)), ~col(Delivery.annulled), _is_late(today)
    )
    return session.execute(query.order_by(col(Delivery.due_on), col(Delivery.id))).scalars().all()


def ids_of_deliveries(session: Session, contract_ids: Iterable[int]) -> Sequence[int]:
    """The deliveries of these contracts that stand."""
    rows = session.execute(
        select(col(Delivery.id)).where(col(Delivery.contract_id).in_(list(contract_ids)), ~col(Delivery.annulled))
    )
    return rows.scalars().all()


def find_parts_of(session: Session, contract_id: int) -> list[tuple[SubjectKind, int]]:
    """The amendments and the deliveries of a contract that stand: each is judged apart, and told with it."""
    of_acts: Any = select(literal(SubjectKind.AMENDMENT.value).label("kind"), col(Amendment.id).label("number")).where(
        col(Amendment.contract_id) == contract_id, ~col(Amendment.annulled)
    )
    of_deliveries: Any = select(literal(SubjectKind.DELIVERY.value), col(Delivery.id)).where(
        col(Delivery.contract_id) == contract_id, ~col(Delivery.annulled)
    )
    rows = session.execute(union_all(of_acts, of_deliveries))
    return [(SubjectKind(row.kind), row.number) for row in rows]


def _is_late(today: date) -> ColumnElement[bool]:
    until = col(Delivery.in_time_until)
    return and_(until.is_not(None), func.coalesce(col(Delivery.received_on), today) > until)


def _stands(state: DeliveryState, today: date) -> ColumnElement[bool]:
    """Whether a delivery stands there on a day, as `state_of` says it of one."""
    answer, until, late = col(Delivery.answer), col(Delivery.in_time_until), _is_late(today)
    awaited = or_(answer.is_(None), answer == ReceiptAnswer.REFUSED)
    return {
        DeliveryState.WAITING: answer == ReceiptAnswer.WAITING,
        DeliveryState.LATE: and_(awaited, late),
        DeliveryState.DUE: and_(awaited, until.is_not(None), ~late),
        DeliveryState.UNDATED: and_(awaited, until.is_(None)),
        DeliveryState.LATE_ACCEPTED: and_(answer == ReceiptAnswer.ACCEPTED, late),
        DeliveryState.ACCEPTED: and_(answer == ReceiptAnswer.ACCEPTED, ~late),
    }[state]


def _narrowed(query: Select[Any], asked: DeliveryFilter, today: date) -> Select[Any]:
    # Joined to the contracts, the deliveries of each would be looked for apart: nobody can tell the planner how many
    # rows the asker may read.
    set_aside = select(col(Contract.id)).where(col(Contract.annulled))
    query = query.where(col(Delivery.annulled) == asked.annulled, col(Delivery.contract_id).not_in(set_aside))
    if asked.states:
        query = query.where(or_(*(_stands(one, today) for one in sorted(asked.states))))
    if asked.contract_id is not None:
        query = query.where(col(Delivery.contract_id) == asked.contract_id)
    if asked.dataset_id is not None:
        query = query.where(col(Delivery.dataset_id) == asked.dataset_id)
    return query


def _in_order(today: date) -> tuple[Any, ...]:
    rank = case(*((_stands(state, today), rank) for state, rank in _ORDER.items()), else_=9).cast(Integer)
    return rank, func.coalesce(col(Delivery.due_on), _NEVER), col(Delivery.id)


def place_of(delivery: Delivery, state: DeliveryState) -> tuple[int, date, int]:
    """Where a delivery stands in its list."""
    return _ORDER[state], delivery.due_on or _NEVER, delivery.id


def find_deliveries_page(
    session: Session, asked: DeliveryFilter, *, today: date, after: tuple[int, date, int] | None = None, limit: int = 50
) -> Sequence[tuple[Delivery, str]]:
    """The deliveries that follow a place, each with the object of its contract.

    Those that wait for an answer first, then the late ones, those due, and last those that are accepted; each by due
    day.
    """
    order = _in_order(today)
    # The objects of those that are shown alone.
    its_object = select(col(Contract.object)).where(col(Contract.id) == col(Delivery.contract_id)).scalar_subquery()
    chosen: Any = select(Delivery, its_object)
    query = _narrowed(chosen, asked, today)
    if after is not None:
        query = query.where(tuple_(*order) > after)
    return [(row, contract) for row, contract in session.execute(query.order_by(*order).limit(limit))]


def count_by_state(session: Session, asked: DeliveryFilter, *, today: date) -> dict[DeliveryState, int]:
    """How many deliveries stand where, whatever states are asked for."""
    counted = [func.count().filter(_stands(one, today)).label(one.name) for one in DeliveryState]
    every = DeliveryFilter(frozenset(), asked.contract_id, asked.dataset_id, asked.annulled)
    query: Any = select(*counted).select_from(Delivery)
    row = session.execute(_narrowed(query, every, today)).one()
    return {one: int(getattr(row, one.name)) for one in DeliveryState}


def names_of_deliveries(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Each of these deliveries by what it is about: its label, or its dataset, or the object of its contract."""
    rows = session.execute(
        select(col(Delivery.id), col(Delivery.label), col(Dataset.title), col(Contract.object))
        .join(Contract, col(Contract.id) == col(Delivery.contract_id))
        .outerjoin(Dataset, col(Dataset.id) == col(Delivery.dataset_id))
        .where(col(Delivery.id).in_(list(ids)))
    )
    return {row.id: row.label or row.title or row.object for row in rows}


def find_first_known(session: Session, stipulations: Mapping[int, int], zone: ZoneInfo) -> dict[int, date]:
    """The day from which the registry has known each clause, by what it first noted of it.

    `stipulations` gives the clause of each.
    """
    found: dict[int, date] = {}
    for number, (first, _last) in find_spans(session, "clause_stipulation", sorted(stipulations)).items():
        clause, day = stipulations[number], first.astimezone(zone).date()
        found[clause] = min(found.get(clause, day), day)
    return found
