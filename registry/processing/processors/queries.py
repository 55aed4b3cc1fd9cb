"""Every SELECT about processors."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.compliance.vocabulary import SubjectKind
from registry.contracts.models import Contract, ContractParty
from registry.contracts.queries import in_order, last_day
from registry.contracts.rules import term_of
from registry.contracts.vocabulary import GdprRole, PartySide
from registry.kernel.errors import NotFound
from registry.kernel.words import _
from registry.organisations.models import Organisation
from registry.processing.models import ProcessingActivity
from registry.processing.processors.models import ActivityProcessor, ProcessorPoint, ProcessorTerms, SubProcessor
from registry.processing.processors.rules import Terms

ACTING = frozenset({GdprRole.PROCESSOR, GdprRole.SUB_PROCESSOR})


@dataclass(frozen=True)
class Engaged:
    """A processor of an activity, with the contract that governs it and its place there, where the asker sees them."""

    row: ActivityProcessor
    name: str
    contract: Contract | None
    party: ContractParty | None

    @property
    def ends_on(self) -> date | None:
        """The day after which its contract binds no more, where that is known."""
        return None if self.contract is None else term_of(self.contract).binds_until


def find_processors(session: Session, activity_ids: Iterable[int]) -> dict[int, list[Engaged]]:
    """The processors of these activities that stand, by activity, in their order."""
    rows = session.execute(
        select(ActivityProcessor, col(Organisation.name), Contract, ContractParty)
        .outerjoin(Organisation, col(Organisation.id) == col(ActivityProcessor.processor_id))
        .outerjoin(
            Contract, (col(Contract.id) == col(ActivityProcessor.contract_id)) & ~col(Contract.annulled)
        )
        .outerjoin(
            ContractParty,
            (col(ContractParty.contract_id) == col(Contract.id))
            & (col(ContractParty.party_id) == col(ActivityProcessor.processor_id))
            & ~col(ContractParty.annulled),
        )
        .where(col(ActivityProcessor.activity_id).in_(list(activity_ids)), ~col(ActivityProcessor.annulled))
        .order_by(col(ActivityProcessor.position), col(ActivityProcessor.id))
    )  # fmt: skip
    found: dict[int, list[Engaged]] = {}
    for row, name, contract, party in rows:
        found.setdefault(row.activity_id, []).append(Engaged(row, name or "", contract, party))
    return found


def find_rows_of(session: Session, activity_id: int) -> dict[int, ActivityProcessor]:
    """Every row of a processor of an activity, annulled or not, by the processor."""
    query = select(ActivityProcessor).where(col(ActivityProcessor.activity_id) == activity_id)
    return {row.processor_id: row for row in session.execute(query).scalars()}


def find_standing_parties(session: Session, contract_ids: Iterable[int]) -> dict[int, set[int]]:
    """The organisations that are party to each of these contracts, as far as the asker reads them."""
    rows = session.execute(
        select(col(ContractParty.contract_id), col(ContractParty.party_id))
        .join(Contract, col(Contract.id) == col(ContractParty.contract_id))
        .where(col(Contract.id).in_(list(contract_ids)), ~col(Contract.annulled), ~col(ContractParty.annulled))
    )
    found: dict[int, set[int]] = {}
    for contract_id, party_id in rows:
        found.setdefault(contract_id, set()).add(party_id)
    return found


def find_contract_choices(session: Session, today: date) -> list[tuple[int, str, date | None]]:
    """The contracts one may say to govern a processor: number, object and last day as one knows it today."""
    rows = session.execute(
        select(col(Contract.id), col(Contract.object), last_day(today).label("last"))
        .where(~col(Contract.annulled))
        .order_by(col(Contract.object_sort), col(Contract.id))
    )
    return [(row.id, row.object, row.last) for row in rows]


@dataclass(frozen=True)
class ProcessorParty:
    """A party to a contract that acts as processor: itself, the contract, its name, how many activities it serves."""

    party: ContractParty
    contract: Contract
    name: str
    activities: int


_SERVED = (
    select(func.count())
    .select_from(ActivityProcessor)
    .join(ProcessingActivity, col(ProcessingActivity.id) == col(ActivityProcessor.activity_id))
    .where(
        col(ActivityProcessor.contract_id) == col(ContractParty.contract_id),
        col(ActivityProcessor.processor_id) == col(ContractParty.party_id),
        ~col(ActivityProcessor.annulled), ~col(ProcessingActivity.annulled),
    )
    .correlate(ContractParty)
    .scalar_subquery()
)  # fmt: skip
_PARTIES = (
    select(ContractParty, Contract, col(Organisation.name), _SERVED)
    .join(Contract, col(Contract.id) == col(ContractParty.contract_id))
    .outerjoin(Organisation, col(Organisation.id) == col(ContractParty.party_id))
)


def find_processor_parties(session: Session, today: date) -> list[ProcessorParty]:
    """The parties that process: by their role in a contract that stands, or because an activity says so."""
    rows = session.execute(
        _PARTIES.where(
            ~col(Contract.annulled), ~col(ContractParty.annulled),
            col(ContractParty.gdpr_role).in_(sorted(ACTING)) | (_SERVED > 0),
        ).order_by(*in_order(today), col(ContractParty.id))
    )  # fmt: skip
    return [ProcessorParty(*row) for row in rows]


def get_processor_party(session: Session, party_id: int) -> ProcessorParty:
    """One party to a contract, as a processor.

    Raises: NotFound.
    """
    query = _PARTIES.where(col(ContractParty.id) == party_id, ~col(ContractParty.annulled))
    row = session.execute(query).one_or_none()
    if row is None or row[0].side == PartySide.GRANTOR:
        raise NotFound(_("Ce sous-traitant n’existe pas, ou vos droits ne vous le montrent pas."))
    return ProcessorParty(*row)


def count_without_contract(session: Session) -> int:
    """How many processors work for an activity while no contract of theirs is said."""
    query = (
        select(func.count())
        .select_from(ActivityProcessor)
        .join(ProcessingActivity, col(ProcessingActivity.id) == col(ActivityProcessor.activity_id))
        .where(
            ~col(ActivityProcessor.annulled), ~col(ProcessingActivity.annulled),
            col(ActivityProcessor.contract_id).is_(None),
        )
    )  # fmt: skip
    return int(session.execute(query).scalar_one())


def find_activities_served(session: Session, contract_id: int, processor_id: int) -> list[tuple[int, str]]:
    """The activities that a processor serves under a contract: number and name."""
    rows = session.execute(
        select(col(ProcessingActivity.id), col(ProcessingActivity.name))
        .join(ActivityProcessor, col(ActivityProcessor.activity_id) == col(ProcessingActivity.id))
        .where(
            col(ActivityProcessor.contract_id) == contract_id, col(ActivityProcessor.processor_id) == processor_id,
            ~col(ActivityProcessor.annulled), ~col(ProcessingActivity.annulled),
        )
        .order_by(col(ProcessingActivity.name_sort), col(ProcessingActivity.id))
    )  # fmt: skip
    return [(row.id, row.name) for row in rows]


def find_governed(session: Session, contract_ids: set[int]) -> tuple[SubjectKind, set[int]]:
    """The activities that draw facts from these contracts: judged again when one of them changes."""
    rows = session.execute(
        select(col(ActivityProcessor.activity_id)).where(
            col(ActivityProcessor.contract_id).in_(list(contract_ids)), ~col(ActivityProcessor.annulled)
        )
    )
    return SubjectKind.ACTIVITY, set(rows.scalars())


def find_terms(session: Session, party_id: int, *, lock: bool = False) -> ProcessorTerms | None:
    """What is known of the terms of a party, nothing where nobody said any; with `lock`, nobody else changes it."""
    query = select(ProcessorTerms).where(col(ProcessorTerms.party_id) == party_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.execute(query).scalar_one_or_none()


def find_points(session: Session, party_ids: Iterable[int]) -> dict[int, list[ProcessorPoint]]:
    """The points looked at in the contracts of these parties."""
    rows = session.execute(
        select(ProcessorPoint)
        .where(col(ProcessorPoint.party_id).in_(list(party_ids)))
        .order_by(col(ProcessorPoint.party_id), col(ProcessorPoint.point))
    ).scalars()
    found: dict[int, list[ProcessorPoint]] = {}
    for row in rows:
        found.setdefault(row.party_id, []).append(row)
    return found


def find_sub_processors(
    session: Session, party_ids: Iterable[int], *, all_rows: bool = False
) -> dict[int, list[SubProcessor]]:
    """Who works below these parties, in their order; with `all_rows`, also who no longer does."""
    query = select(SubProcessor).where(col(SubProcessor.party_id).in_(list(party_ids)))
    if not all_rows:
        query = query.where(~col(SubProcessor.annulled))
    rows = session.execute(query.order_by(col(SubProcessor.position), col(SubProcessor.id))).scalars()
    found: dict[int, list[SubProcessor]] = {}
    for row in rows:
        found.setdefault(row.party_id, []).append(row)
    return found


@dataclass(frozen=True)
class Looked:
    """All that is known of the terms of one party: the row, its points, who works below, and what they come to."""

    row: ProcessorTerms | None
    points: Sequence[ProcessorPoint]
    sub_processors: Sequence[SubProcessor]

    @property
    def terms(self) -> Terms:
        """The terms, for the rules."""
        return Terms(
            {one.point: one.state for one in self.points},
            self.row.authorisation if self.row is not None else None,
            len(self.sub_processors),
            no_sub_processors=self.row is not None and self.row.no_sub_processors,
        )


def find_looked(session: Session, party_ids: Iterable[int]) -> Mapping[int, Looked]:
    """What is known of the terms of each of these parties."""
    among = sorted(set(party_ids))
    if not among:
        return {}
    rows = session.execute(select(ProcessorTerms).where(col(ProcessorTerms.party_id).in_(among))).scalars()
    heads = {row.party_id: row for row in rows}
    points, below = find_points(session, among), find_sub_processors(session, among)
    return {one: Looked(heads.get(one), points.get(one, ()), below.get(one, ())) for one in among}
