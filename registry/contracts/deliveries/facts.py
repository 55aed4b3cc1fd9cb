"""What is known of deliveries on a day, under the names the policies use."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.compliance.vocabulary import SubjectKind
from registry.contracts.deliveries.models import Delivery, DeliveryReceipt
from registry.contracts.deliveries.rules import counts_of
from registry.contracts.facts import bind_contracts
from registry.contracts.vocabulary import Delivered
from registry.ledger.as_of import find_rows, holds_on
from registry.organisations.facts import may_be_absent, owners_below
from registry.organisations.models import Organisation, Population
from registry.organisations.vocabulary import OrganisationKind

_LARGEST = "organisation.largest_commune"
_FLAGS = ("electronic", "open_standard", "machine_readable")
BOUND = (
    _LARGEST, "delivery.kind", "delivery.indispensable", "delivery.due_on", "delivery.received_on", "delivery.secret",
    "delivery.public_available_on", "delivery.public_notice_posted", *(f"delivery.{name}" for name in _FLAGS),
)  # fmt: skip


def bind_deliveries(
    session: Session, ids: Sequence[int], *, on: date, until: datetime | None
) -> dict[int, tuple[Any, dict[str, Any]]]:
    """The row and the facts of each of these deliveries, with those of its contract and of its body."""
    rows = {row.id: row for row in find_rows(session, Delivery, until=until, column="id", among=ids)}
    contracts = bind_contracts(session, sorted({row.contract_id for row in rows.values()}), on=on, until=until)
    counting, communes = _counting(session, rows, until), _communes(session, rows.values(), on, until)
    found = {}
    for number, row in rows.items():
        contract, told = contracts[row.contract_id]
        if contract.annulled:
            # What is of a contract set aside counts nowhere.
            continue
        facts = facts_of_delivery(row, counting.get(number))
        largest = _largest(communes, row.organisation_id)
        may_be_absent(facts, _LARGEST, largest, (_LARGEST,), _LARGEST)
        found[number] = (row, {**told, **facts})
    return found


def _counting(session: Session, ids: Mapping[int, Any], until: datetime | None) -> dict[int, Any]:
    """The receipt that counts of each of these deliveries: what was accepted, else what waits first."""
    came: dict[int, list[Any]] = {}
    for row in find_rows(session, DeliveryReceipt, until=until, column="delivery_id", among=ids):
        if not row.annulled:
            came.setdefault(row.delivery_id, []).append(row)
    return {number: counts_of(sorted(rows, key=lambda one: one.id)) for number, rows in came.items()}


def _communes(
    session: Session, rows: Iterable[Any], on: date, until: datetime | None
) -> list[tuple[Sequence[int], int]]:  # fmt: skip
    """The communes whose population is known on a day, each with what stands above it; none where nobody asks.

    Law: CGCT L1411-13, L1411-14.
    """
    if not any(row.kind == Delivered.OPERATING_DOCUMENT for row in rows):
        return []
    wanted = frozenset({"id", "kind", "lineage", "annulled"})
    bodies = {
        row.id: row.lineage
        for row in find_rows(session, Organisation, until=until, only=wanted)
        if row.kind == OrganisationKind.COMMUNE and not row.annulled
    }
    known = find_rows(session, Population, until=until, column="organisation_id", among=bodies)
    return [(bodies[row.organisation_id], row.total) for row in known if holds_on(row.during, on)]


def _largest(communes: Iterable[tuple[Sequence[int], int]], body: int) -> int | None:
    return max((total for lineage, total in communes if body in lineage), default=None)


def facts_of_delivery(delivery: Any, receipt: Any | None) -> dict[str, Any]:
    """The facts of one delivery, by the receipt that counts.

    Its due day is the last that is not late: what the contract gives of grace and of time to correct is of its due day.
    """
    facts: dict[str, Any] = {"delivery.kind": str(delivery.kind)}
    for name in ("indispensable", "secret", "public_notice_posted"):
        if (told := getattr(delivery, name)) is not None:
            facts[f"delivery.{name}"] = told
    known = ("due_on", "received_on")
    may_be_absent(facts, "delivery.due_on", delivery.in_time_until, known, "due_on")
    may_be_absent(facts, "delivery.received_on", delivery.received_on, known, "received_on")
    may_be_absent(facts, "delivery.public_available_on", delivery.public_available_on, (), "public_available_on")
    for name in _FLAGS:
        if receipt is not None and (told := getattr(receipt, name)) is not None:
            facts[f"delivery.{name}"] = told
    return facts


def deliveries_below(session: Session, organisation_ids: set[int]) -> tuple[SubjectKind, set[int]]:
    """A delivery draws facts from the body the law addresses: when that changes, it is judged again."""
    owners = owners_below(session, organisation_ids)
    rows = session.execute(
        select(col(Delivery.id)).where(~col(Delivery.annulled), col(Delivery.organisation_id).in_(owners))
    )
    return SubjectKind.DELIVERY, set(rows.scalars())


def every_delivery(
    session: Session, organisation_ids: frozenset[int] | None, until: datetime | None = None
) -> Sequence[int]:  # fmt: skip
    """The deliveries that stand, of these bodies or of all, now or at an instant."""
    rows = find_rows(session, Delivery, until=until, only=frozenset({"id", "organisation_id", "annulled"}))
    return sorted(
        row.id
        for row in rows
        if not row.annulled and (organisation_ids is None or row.organisation_id in organisation_ids)
    )
