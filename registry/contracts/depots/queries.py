"""Every SELECT about the links of operators, and the door by which one comes in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.accounts.queries import digest_of
from registry.contracts.depots.models import OperatorLink
from registry.contracts.queries import get_one
from registry.kernel.words import _
from registry.ledger.queries import find_spans

_ENTER = text("SELECT * FROM enter_depot(:asked, :request)")


@dataclass(frozen=True)
class Depositor:
    """Who came in by a link: its number, and the one contract it opens."""

    link_id: int
    contract_id: int
    organisation_id: int
    party_id: int


def enter_depot(session: Session, token: str, request_id: str) -> Depositor | None:
    """Who holds a link that is open; the transaction then acts as that link, on its contract alone."""
    row = session.execute(_ENTER, {"asked": digest_of(token).hex(), "request": request_id}).one_or_none()
    return Depositor(row.link_id, row.contract_id, row.organisation_id, row.party_id) if row is not None else None


def get_link(session: Session, link_id: int, *, lock: bool = False) -> OperatorLink:
    """One link within the asker's rights.

    Raises: NotFound.
    """
    missing = _("Ce lien n’existe pas, ou vos droits ne vous le montrent pas.")
    return get_one(session, OperatorLink, link_id, missing, lock=lock)


def find_links(session: Session, contract_id: int) -> Sequence[OperatorLink]:
    """Every link of a contract, the last one first."""
    query = select(OperatorLink).where(col(OperatorLink.contract_id) == contract_id)
    return session.execute(query.order_by(col(OperatorLink.id).desc())).scalars().all()


def find_arrivals(session: Session, receipt_ids: Iterable[int]) -> dict[int, datetime]:
    """The moment at which each of these receipts was noted."""
    spans = find_spans(session, "delivery_receipt", sorted(receipt_ids))
    return {number: first for number, (first, _last) in spans.items()}
