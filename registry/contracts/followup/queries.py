"""Every SELECT about what happened of what a contract owes."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.contracts.decp.models import EssentialData
from registry.contracts.followup.models import ContractReport, ContractStep
from registry.contracts.queries import get_one
from registry.documents.queries import find_evidence_on
from registry.documents.vocabulary import ProofSubject
from registry.kernel.words import _
from registry.ledger.as_of import find_rows


def get_report(session: Session, report_id: int, *, lock: bool = False) -> ContractReport:
    """One report within the asker's rights.

    Raises: NotFound.
    """
    missing = _("Ce rapport n’existe pas, ou vos droits ne vous le montrent pas.")
    return get_one(session, ContractReport, report_id, missing, lock=lock)


def find_reports(session: Session, contract_id: int) -> Sequence[ContractReport]:
    """Every report of a contract, annulled or not, the last year first."""
    query = select(ContractReport).where(col(ContractReport.contract_id) == contract_id)
    order = (col(ContractReport.year).desc(), col(ContractReport.annulled), col(ContractReport.id))
    return session.execute(query.order_by(*order)).scalars().all()


def find_reports_of(session: Session, contract_ids: Iterable[int], until: datetime | None) -> dict[int, list[Any]]:
    """The reports of these contracts that stand, by contract, now or at an instant."""
    found: dict[int, list[Any]] = {}
    for row in find_rows(session, ContractReport, until=until, column="contract_id", among=contract_ids):
        if not row.annulled:
            found.setdefault(row.contract_id, []).append(row)
    return found


def get_step(session: Session, contract_step_id: int, *, lock: bool = False) -> ContractStep:
    """What was noted once of a step, within the asker's rights.

    Raises: NotFound.
    """
    missing = _("Cette étape n’existe pas, ou vos droits ne vous la montrent pas.")
    return get_one(session, ContractStep, contract_step_id, missing, lock=lock)


def find_steps(session: Session, contract_id: int) -> Sequence[ContractStep]:
    """All that was noted of the steps of a contract, annulled or not, the first first."""
    query = select(ContractStep).where(col(ContractStep.contract_id) == contract_id).order_by(col(ContractStep.id))
    return session.execute(query).scalars().all()


def find_steps_of(session: Session, contract_ids: Iterable[int], until: datetime | None) -> dict[int, list[Any]]:
    """What was noted of the steps of these contracts and stands, by contract, now or at an instant."""
    found: dict[int, list[Any]] = {}
    for row in find_rows(session, ContractStep, until=until, column="contract_id", among=contract_ids):
        if not row.annulled:
            found.setdefault(row.contract_id, []).append(row)
    return found


def find_contents(session: Session, contract_ids: Iterable[int], until: datetime | None) -> dict[int, str]:
    """The essential data kept of these contracts, by contract: its text."""
    rows = find_rows(session, EssentialData, until=until, column="contract_id", among=contract_ids)
    return {row.contract_id: row.content for row in rows if row.content}


def find_pieces(session: Session, contract_id: int) -> dict[int, str]:
    """The evidence about a contract, by number: its title."""
    return {
        evidence.id: evidence.title
        for evidence, _edition, _link in find_evidence_on(session, ProofSubject.CONTRACT, contract_id)
    }


def unknown_pieces(session: Session, contract_id: int, given: Collection[int], known: Collection[int]) -> set[int]:
    """Those of some pieces of evidence that are about another record than this contract, but for those known before."""
    new = set(given) - set(known)
    return new - set(find_pieces(session, contract_id)) if new else set()
