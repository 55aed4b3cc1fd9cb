"""Every SELECT about essential data, within the asker's rights."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.contracts.clauses.models import Amendment
from registry.contracts.decp.models import EssentialData, EssentialImport
from registry.contracts.followup.rules import BY_LAW
from registry.contracts.models import Contract
from registry.contracts.queries import get_one
from registry.kernel.words import _
from registry.organisations.models import Organisation
from registry.organisations.vocabulary import OrganisationKind

OURS = frozenset(
    {
        OrganisationKind.INTERCOMMUNAL_AUTHORITY, OrganisationKind.COMMUNE, OrganisationKind.DEPARTMENT,
        OrganisationKind.SERVICE,
    }
)  # fmt: skip
"""The bodies whose contracts are ours to record."""


@dataclass(frozen=True)
class Bodies:
    """Organisations by what a file names them with."""

    by_siret: dict[str, int]
    by_siren: dict[str, int]

    @property
    def sirens(self) -> frozenset[str]:
        """Every SIREN they bear, by itself or within a SIRET."""
        return frozenset((*self.by_siren, *(siret[:9] for siret in self.by_siret)))

    def named(self, siret: str) -> int | None:
        """The organisation of a SIRET: the one that bears it, else the one whose establishment it is."""
        bare = "".join(siret.split())
        return self.by_siret.get(bare) or self.by_siren.get(bare[:9])


def find_bodies(session: Session, within: Collection[int] | None = None) -> Bodies:
    """The bodies of ours among some organisations; every organisation, ours or not, where none are given."""
    query = select(col(Organisation.id), col(Organisation.siren), col(Organisation.siret)).where(
        ~col(Organisation.annulled)
    )
    if within is not None:
        query = query.where(col(Organisation.id).in_(list(within)), col(Organisation.kind).in_(OURS))
    rows = session.execute(query.order_by(col(Organisation.id).desc())).all()
    return Bodies(
        {row.siret: row.id for row in rows if row.siret}, {row.siren: row.id for row in rows if row.siren}
    )  # fmt: skip


def find_recorded(session: Session, names: Collection[tuple[str, str]]) -> dict[tuple[str, str], EssentialData]:
    """The essential data recorded under these names: the SIRET of the authority and the number of the contract."""
    query = select(EssentialData).where(
        tuple_(col(EssentialData.siret), col(EssentialData.identifier)).in_(list(names))
    )
    return {(row.siret, row.identifier): row for row in session.execute(query).scalars()}


def find_of_contract(session: Session, contract_id: int) -> EssentialData | None:
    """The essential data of a contract, if any was brought in."""
    query = select(EssentialData).where(col(EssentialData.contract_id) == contract_id)
    return session.execute(query).scalar_one_or_none()


def find_contracts(session: Session, ids: Collection[int]) -> dict[int, Contract]:
    """These contracts, by number."""
    found = session.execute(select(Contract).where(col(Contract.id).in_(list(ids)))).scalars()
    return {one.id: one for one in found}


def find_amendments_of(session: Session, contract_ids: Collection[int]) -> dict[tuple[int, int], Amendment]:
    """The amendments of these contracts, annulled or not, by contract and number."""
    found = session.execute(select(Amendment).where(col(Amendment.contract_id).in_(list(contract_ids)))).scalars()
    return {(one.contract_id, one.number): one for one in found}


def find_by_reference(
    session: Session, organisation_ids: Collection[int], references: Collection[str]
) -> dict[tuple[int, str], Contract]:
    """The contracts of these bodies that bear these references and have no essential data yet; none where two do."""
    query = (
        select(Contract)
        .outerjoin(EssentialData, col(EssentialData.contract_id) == col(Contract.id))
        .where(
            col(Contract.organisation_id).in_(list(organisation_ids)), col(Contract.reference).in_(list(references)),
            ~col(Contract.annulled), col(EssentialData.id).is_(None),
        )
    )  # fmt: skip
    found: dict[tuple[int, str], list[Contract]] = {}
    for one in session.execute(query).scalars():
        found.setdefault((one.organisation_id, one.reference or ""), []).append(one)
    return {name: rows[0] for name, rows in found.items() if len(rows) == 1}


def find_published(session: Session, within: Collection[int] | None = None) -> Sequence[EssentialData]:
    """The essential data of every contract that is not annulled, of some bodies or all, by authority and number."""
    query = (
        select(EssentialData)
        .join(Contract, col(Contract.id) == col(EssentialData.contract_id))
        .where(~col(Contract.annulled))
        .order_by(col(EssentialData.siret), col(EssentialData.identifier))
    )
    if within is not None:
        query = query.where(col(EssentialData.organisation_id).in_(list(within)))
    return session.execute(query).scalars().all()


def count_exported(session: Session, within: Collection[int] | None = None) -> tuple[int, int]:
    """How many concessions an export holds, and how many it cannot: recorded here, no file brought their data in."""
    query = (
        select(col(EssentialData.id).is_not(None), func.count())
        .select_from(Contract)
        .outerjoin(EssentialData, col(EssentialData.contract_id) == col(Contract.id))
        .where(
            ~col(Contract.annulled),
            or_(col(EssentialData.id).is_not(None), col(Contract.kind).in_(sorted(map(str, BY_LAW)))),
        )
        .group_by(col(EssentialData.id).is_not(None))
    )
    if within is not None:
        query = query.where(col(Contract.organisation_id).in_(list(within)))
    found = {bool(brought): count for brought, count in session.execute(query)}
    return found.get(True, 0), found.get(False, 0)


SHOWN = 50


def get_import(session: Session, import_id: int, *, lock: bool = False) -> EssentialImport:
    """One import of essential data; with `lock`, nobody else changes it until the end.

    Raises: NotFound.
    """
    missing = _("Cet import n’existe pas, ou vos droits ne vous le montrent pas.")
    return get_one(session, EssentialImport, import_id, missing, lock=lock)


def find_imports(session: Session, within: Collection[int]) -> Sequence[EssentialImport]:
    """The latest imports of essential data of these bodies."""
    query = select(EssentialImport).where(col(EssentialImport.organisation_id).in_(list(within)))
    return session.execute(query.order_by(col(EssentialImport.id).desc()).limit(SHOWN)).scalars().all()
