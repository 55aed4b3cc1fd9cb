"""Every SELECT of this corner: the contracts about one dataset, as they stand or as the registry knew them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.contracts.clauses.kinds import Asked
from registry.contracts.clauses.queries import Written, find_written
from registry.contracts.clauses.showing import asked_of_each, asked_then
from registry.contracts.models import Contract, ContractDataset, ContractParty
from registry.contracts.queries import find_parties, place_of
from registry.contracts.vocabulary import PartySide
from registry.ledger.as_of import find_rows
from registry.organisations.queries import find_names_of


@dataclass(frozen=True)
class Covering:
    """What a contract about a dataset says, and who holds it."""

    written: Written
    holders: Sequence[str]

    @property
    def contract(self) -> Any:
        """The row of the contract."""
        return self.written.contract


def find_covering(session: Session, dataset_id: int, *, day: date, until: datetime | None = None) -> list[Covering]:
    """The contracts about a dataset that the asker may read, in the order of the list on a day.

    `until` reads them as the registry knew them at an instant. However many they are, the questions are as many.
    """
    rows = _about(session, dataset_id) if until is None else _known_about(session, dataset_id, until)
    if not rows:
        return []
    standing = sorted(rows, key=lambda one: place_of(one, day))
    written = find_written(session, standing, until=until)
    numbers = [one.id for one in standing]
    holders = _holders(session, numbers) if until is None else _known_holders(session, numbers, until)
    return [Covering(written[one.id], holders.get(one.id, ())) for one in standing]


def find_asked(session: Session, found: Iterable[Covering], *, until: datetime | None = None) -> dict[int, Asked]:
    """What decides which clauses one looks for in each of these contracts, by contract.

    `until` reads their datasets too as the registry knew them at an instant.
    """
    contracts = [one.contract for one in found]
    if until is None or not contracts:
        return asked_of_each(session, contracts) if contracts else {}
    about: dict[int, list[int]] = {}
    numbers = [one.id for one in contracts]
    for tie in find_rows(session, ContractDataset, until=until, column="contract_id", among=numbers):
        if not tie.annulled:
            about.setdefault(tie.contract_id, []).append(tie.dataset_id)
    return asked_then(session, contracts, about, until)


def _about(session: Session, dataset_id: int) -> Sequence[Any]:
    query = (
        select(Contract)
        .join(ContractDataset, col(ContractDataset.contract_id) == col(Contract.id))
        .where(
            col(ContractDataset.dataset_id) == dataset_id, ~col(ContractDataset.annulled), ~col(Contract.annulled)
        )
    )  # fmt: skip
    return session.execute(query).scalars().all()


def _known_about(session: Session, dataset_id: int, until: datetime) -> Sequence[Any]:
    ties = find_rows(session, ContractDataset, until=until, column="dataset_id", among=[dataset_id])
    numbers = {one.contract_id for one in ties if not one.annulled}
    rows = find_rows(session, Contract, until=until, column="id", among=numbers) if numbers else []
    return [one for one in rows if not one.annulled]


def _holders(session: Session, numbers: Sequence[int]) -> Mapping[int, list[str]]:
    """Who holds each of these contracts: every party but the body whose contract it is, and who grants it."""
    return {
        number: [one.name for one in parties if one.name and _holds(one.row)]
        for number, parties in find_parties(session, numbers).items()
    }


def _holds(party: Any) -> bool:
    return bool(party.side != PartySide.GRANTOR and party.party_id != party.organisation_id)


def _known_holders(session: Session, numbers: Sequence[int], until: datetime) -> Mapping[int, list[str]]:
    """The same as the registry knew it, by the names that they have now."""
    parties = [
        one
        for one in find_rows(session, ContractParty, until=until, column="contract_id", among=numbers)
        if not one.annulled and _holds(one)
    ]
    names = find_names_of(session, {one.party_id for one in parties})
    found: dict[int, list[str]] = {}
    for one in parties:
        if one.party_id in names:
            found.setdefault(one.contract_id, []).append(names[one.party_id])
    return found
