"""Every SELECT about contracts."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    or_,
    select,
    text,
    tuple_,
)
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.contracts.clauses.kinds import kinds
from registry.contracts.clauses.models import Clause, ClauseStipulation
from registry.contracts.models import Contract, ContractDataset, ContractParty
from registry.contracts.rules import ENDING_MONTHS, term_of
from registry.contracts.vocabulary import ContractKind, ContractState, PartySide, PublicService
from registry.datasets.models import Dataset
from registry.documents.subjects import Provable, finding
from registry.documents.vocabulary import ProofSubject
from registry.kernel.dates import plus_months
from registry.kernel.errors import Conflict, NotFound
from registry.kernel.permissions import Permission
from registry.kernel.sort_keys import sort_key
from registry.kernel.words import _
from registry.organisations.models import Organisation
from registry.platform.tables import Numbered
from registry.platform.words_in_texts import begins, telling_words

Row = TypeVar("Row", bound=Numbered)
_NEVER = date(9999, 12, 31)
_HOLDING_PERSONAL = text(
    "SELECT contract_id, dataset_id FROM holding_personal(CAST(:contracts AS bigint[]), CAST(:until AS timestamptz))"
)
_ABOUT = text("SELECT id, judged_here FROM contracts_about(CAST(:datasets AS bigint[])) WHERE part = :part")


@dataclass(frozen=True)
class ContractFilter:
    """What a list of contracts is narrowed to; `party_id` keeps those to which an organisation is party.

    `ends_from` and `ends_to` are the first and the last day between which a contract ends, both included. Of `words`,
    each begins a word of its object, its reference, the name of a party, or the kind, the article, the text or what is
    noted of a clause, accents and capitals aside.
    `keepers` are the organisations whose contracts are kept, every one where there is none.
    """

    kinds: frozenset[ContractKind] = field(default_factory=frozenset)
    services: frozenset[PublicService] = field(default_factory=frozenset)
    states: frozenset[ContractState] = field(default_factory=frozenset)
    party_id: int | None = None
    annulled: bool = False
    ends_from: date | None = None
    ends_to: date | None = None
    words: str = ""
    keepers: frozenset[int] | None = None


@dataclass(frozen=True)
class PartyLine:
    """A party of a contract, with its name as far as the asker may know it."""

    row: ContractParty
    name: str


def _renewed(today: date) -> ColumnElement[bool]:
    """Whether the term of a contract is passed and it goes on all the same, as `Term.is_renewed` says it of one."""
    until, tacit = col(Contract.renewed_until), col(Contract.tacit_renewal)
    goes_on = and_(col(Contract.ends_on) < today, tacit.is_(True), or_(until.is_(None), until >= today))
    return func.coalesce(goes_on, False)


def last_day(today: date) -> ColumnElement[date]:
    """The last day of a contract as one knows it today, as `Term.last_on` says it of one."""
    return case((_renewed(today), col(Contract.renewed_until)), else_=col(Contract.ends_on))


def _stands(state: ContractState, today: date) -> ColumnElement[bool]:
    starts, ends, renewed = col(Contract.starts_on), last_day(today), _renewed(today)
    soon = plus_months(today, ENDING_MONTHS)
    going = or_(ends.is_(None), ends >= today)
    later = and_(or_(ends.is_(None), ends > soon), starts <= today)
    return {
        ContractState.ENDED: ends < today,
        ContractState.UNDATED: and_(going, starts.is_(None)),
        ContractState.COMING: and_(going, starts > today),
        ContractState.ENDING: and_(ends.between(today, soon), starts <= today),
        ContractState.RUNNING: and_(later, ~renewed),
        ContractState.RENEWED: and_(later, renewed),
    }[state]


def _narrowed(query: Select[Any], asked: ContractFilter, today: date) -> Select[Any]:
    query = query.where(col(Contract.annulled) == asked.annulled)
    if asked.kinds:
        query = query.where(col(Contract.kind).in_(sorted(asked.kinds)))
    if asked.services:
        query = query.where(col(Contract.public_service).in_(sorted(asked.services)))
    if asked.states:
        query = query.where(or_(*(_stands(one, today) for one in sorted(asked.states))))
    if asked.ends_from is not None:
        query = query.where(last_day(today) >= asked.ends_from)
    if asked.ends_to is not None:
        query = query.where(last_day(today) <= asked.ends_to)
    if asked.keepers is not None:
        query = query.where(col(Contract.organisation_id).in_(sorted(asked.keepers)))
    if asked.words:
        words = telling_words(asked.words)
        # Of signs alone, such as « % », no contract says a word.
        query = query.where(*map(_says, words)) if words else query.where(false())
    if asked.party_id is not None:
        query = query.where(
            exists().where(
                col(ContractParty.contract_id) == col(Contract.id), col(ContractParty.party_id) == asked.party_id,
                ~col(ContractParty.annulled),
            )
        )  # fmt: skip
    return query


def _says(word: str) -> ColumnElement[bool]:
    """Whether a contract says a word, or the beginning of one, wherever it is."""
    party = exists().where(
        col(ContractParty.contract_id) == col(Contract.id), ~col(ContractParty.annulled),
        col(Organisation.id) == col(ContractParty.party_id), begins(col(Organisation.name), word),
    )  # fmt: skip
    named = re.compile(rf"(?<!\w){re.escape(word)}")
    noted = (col(ClauseStipulation.text), col(ClauseStipulation.article), cast(col(ClauseStipulation.terms), Text))
    clause = exists().where(
        col(ClauseStipulation.contract_id) == col(Contract.id), ~col(ClauseStipulation.annulled),
        col(Clause.id) == col(ClauseStipulation.clause_id),
        or_(
            col(Clause.kind).in_([one for one in kinds() if named.search(sort_key(kinds().label(one)))]),
            *(begins(one, word) for one in noted),
        ),
    )  # fmt: skip
    return or_(begins(col(Contract.object), word), begins(col(Contract.reference), word), party, clause)


def in_order(today: date) -> tuple[Any, ...]:
    """The order of contracts: those that go on, what ends first coming first, then those that are over."""
    last = last_day(today)
    return func.coalesce(last < today, False).cast(Integer), func.coalesce(last, _NEVER), col(Contract.id)


def find_contracts_page(
    session: Session, asked: ContractFilter, *, today: date, after: tuple[int, date, int] | None = None, limit: int = 50
) -> Sequence[Contract]:
    """The contracts that follow a place: those that go on, what ends first coming first, then those that are over."""
    order = in_order(today)
    query = _narrowed(select(Contract), asked, today)
    if after is not None:
        query = query.where(tuple_(*order) > after)
    return session.execute(query.order_by(*order).limit(limit)).scalars().all()


def place_of(contract: Contract, today: date) -> tuple[int, date, int]:
    """Where a contract stands in its list."""
    last = term_of(contract).last_on(today)
    return int(last is not None and last < today), last or _NEVER, contract.id


def count_contracts(session: Session, asked: ContractFilter, *, today: date) -> int:
    """How many contracts a list holds."""
    query = _narrowed(select(func.count()).select_from(Contract), asked, today)
    return int(session.execute(query).scalar_one())


def count_by_state(session: Session, *, today: date) -> dict[ContractState, int]:
    """How many contracts stand where, annulled ones left out."""
    counted = [func.count().filter(_stands(one, today)).label(one.name) for one in ContractState]
    query: Any = select(*counted).select_from(Contract)
    row = session.execute(_narrowed(query, ContractFilter(), today)).one()
    return {one: int(getattr(row, one.name)) for one in ContractState}


def count_by_keeper(session: Session) -> dict[int, int]:
    """How many contracts each organisation has, annulled ones left out."""
    query = select(col(Contract.organisation_id), func.count()).where(~col(Contract.annulled))
    return {row[0]: row[1] for row in session.execute(query.group_by(col(Contract.organisation_id)))}


def get_one(session: Session, model: type[Row], number: int, missing: str, *, lock: bool = False) -> Row:
    """One row of a table of this room within the asker's rights; with `lock`, nobody else changes it until the end.

    Raises: NotFound, in the words of `missing`.
    """
    query = select(model).where(col(model.id) == number)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound(missing)
    return found


def get_contract(session: Session, contract_id: int, *, lock: bool = False) -> Contract:
    """One contract within the asker's rights.

    Raises: NotFound.
    """
    missing = _("Ce contrat n’existe pas, ou vos droits ne vous le montrent pas.")
    return get_one(session, Contract, contract_id, missing, lock=lock)


def find_contracts(session: Session, contract_ids: Iterable[int]) -> Sequence[Contract]:
    """These contracts, within the asker's rights."""
    return session.execute(select(Contract).where(col(Contract.id).in_(list(contract_ids)))).scalars().all()


def find_parties(session: Session, contract_ids: Iterable[int]) -> dict[int, list[PartyLine]]:
    """The parties of these contracts, by contract, in the order they were given."""
    rows = session.execute(
        select(ContractParty, col(Organisation.name))
        .outerjoin(Organisation, col(Organisation.id) == col(ContractParty.party_id))
        .where(col(ContractParty.contract_id).in_(list(contract_ids)), ~col(ContractParty.annulled))
        .order_by(col(ContractParty.id))
    )
    found: dict[int, list[PartyLine]] = {}
    for row, name in rows:
        found.setdefault(row.contract_id, []).append(PartyLine(row, name or ""))
    return found


def find_holders(session: Session) -> list[tuple[int, str]]:
    """Who holds a contract that stands, or is a partner in it, within the asker's rights: number and name, by name."""
    rows = session.execute(
        select(col(Organisation.id), col(Organisation.name))
        .where(
            exists().where(
                col(ContractParty.party_id) == col(Organisation.id), ~col(ContractParty.annulled),
                col(ContractParty.side) != PartySide.GRANTOR, col(ContractParty.contract_id) == col(Contract.id),
                ~col(Contract.annulled),
            )
        )
        .order_by(func.lower(col(Organisation.name)), col(Organisation.id))
    )  # fmt: skip
    return [(row.id, row.name) for row in rows]


def find_party_rows(session: Session, contract_id: int) -> dict[int, ContractParty]:
    """Every row of a party of a contract, annulled or not, by the party."""
    rows = session.execute(select(ContractParty).where(col(ContractParty.contract_id) == contract_id)).scalars()
    return {row.party_id: row for row in rows}


def find_contracts_of(
    session: Session, party_id: int, *, today: date, limit: int
) -> Sequence[tuple[Contract, ContractParty]]:
    """The first contracts to which an organisation is party, in the order of the list."""
    rows = session.execute(
        select(Contract, ContractParty)
        .join(ContractParty, col(ContractParty.contract_id) == col(Contract.id))
        .where(
            col(ContractParty.party_id) == party_id, ~col(ContractParty.annulled), ~col(Contract.annulled)
        )
        .order_by(*in_order(today))
        .limit(limit)
    )  # fmt: skip
    return [(contract, party) for contract, party in rows]


@dataclass(frozen=True)
class Covered:
    """A dataset that a contract is about: its number, and its title where the asker may read it."""

    id: int
    title: str


def find_datasets_of(session: Session, contract_id: int) -> list[Covered]:
    """The datasets a contract is about, by title; those the asker may not read bear none."""
    return find_datasets_of_each(session, [contract_id]).get(contract_id, [])


def find_datasets_of_each(session: Session, contract_ids: Iterable[int]) -> dict[int, list[Covered]]:
    """The datasets these contracts are about, by contract, each as `find_datasets_of` gives them."""
    rows = session.execute(
        select(col(ContractDataset.contract_id), col(ContractDataset.dataset_id), col(Dataset.title))
        .outerjoin(Dataset, col(Dataset.id) == col(ContractDataset.dataset_id))
        .where(col(ContractDataset.contract_id).in_(list(contract_ids)), ~col(ContractDataset.annulled))
        .order_by(col(Dataset.title_sort), col(ContractDataset.dataset_id))
    )
    found: dict[int, list[Covered]] = {}
    for row in rows:
        found.setdefault(row.contract_id, []).append(Covered(row.dataset_id, row.title or ""))
    return found


def find_personal_of_each(
    session: Session, contract_ids: Iterable[int], until: datetime | None = None
) -> dict[int, frozenset[int]]:
    """The datasets of each contract told to hold personal data, whoever may read their sheets.

    Only the contracts that the asker reads are answered for. `until` tells it as the registry knew it at an instant,
    of every dataset that a contract ever was about.
    """
    found: dict[int, set[int]] = {}
    for row in session.execute(_HOLDING_PERSONAL, {"contracts": sorted(contract_ids), "until": until}):
        found.setdefault(row.contract_id, set()).add(row.dataset_id)
    return {number: frozenset(datasets) for number, datasets in found.items()}


def find_personal_then(
    session: Session, about: Mapping[int, Iterable[int]], until: datetime | None
) -> dict[int, frozenset[int]]:
    """The same among the datasets that each contract was about at the instant, `about`."""
    held = find_personal_of_each(session, about, until) if any(about.values()) else {}
    return {number: held.get(number, frozenset()).intersection(datasets) for number, datasets in about.items()}


def find_acts_about(session: Session, part: str, dataset_ids: Iterable[int]) -> tuple[set[int], set[int]]:
    """The contracts that stand about these datasets, or their amendments by the other `part`, whoever reads them.

    In two sets: those that whoever acts keeps the findings of, and the others.
    """
    rows = session.execute(_ABOUT, {"part": part, "datasets": sorted(dataset_ids)}).all()
    here = {row.id for row in rows if row.judged_here}
    return here, {row.id for row in rows} - here


def require_standing(contract: Contract) -> None:
    """A form that could only be refused is not shown: what is annulled is brought back first.

    Raises: Conflict.
    """
    if contract.annulled:
        raise Conflict(_("Ce contrat est annulé : rétablissez-le avant de le modifier."))


def find_dataset_rows(session: Session, contract_id: int) -> dict[int, ContractDataset]:
    """Every row of a dataset of a contract, annulled or not, by the dataset."""
    rows = session.execute(select(ContractDataset).where(col(ContractDataset.contract_id) == contract_id)).scalars()
    return {row.dataset_id: row for row in rows}


def names_of_contracts(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """The object of each of these contracts."""
    rows = session.execute(select(col(Contract.id), col(Contract.object)).where(col(Contract.id).in_(list(ids))))
    return {row.id: row.object for row in rows}


PROVED = Provable(
    ProofSubject.CONTRACT, Permission.CONTRACTS_CONTRACT_READ, "/contrats/{id}", finding(Contract, Contract.object)
)
"""How evidence reaches a contract."""
