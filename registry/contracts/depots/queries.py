"""Every SELECT about the links of operators, and the door by which one comes in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.accounts.queries import digest_of
from registry.contracts.depots.models import OperatorLink
from registry.kernel.errors import NotFound
from registry.kernel.words import _
from registry.organisations.models import Organisation

_ENTER = text("SELECT * FROM enter_depot(:asked, :request)")
_ARRIVED = text(
    "SELECT row_id, min(recorded_at) AS at FROM ledger_entry"
    " WHERE table_name = 'delivery_receipt' AND row_id = ANY (:rows) GROUP BY row_id"
)


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
    query = select(OperatorLink).where(col(OperatorLink.id) == link_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound(_("Ce lien n’existe pas, ou vos droits ne vous le montrent pas."))
    return found


def find_links(session: Session, contract_id: int) -> Sequence[OperatorLink]:
    """Every link of a contract, the last one first."""
    query = select(OperatorLink).where(col(OperatorLink.contract_id) == contract_id)
    return session.execute(query.order_by(col(OperatorLink.id).desc())).scalars().all()


def names_of_bodies(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """What each of these organisations is called, as far as the asker may know them."""
    query = select(col(Organisation.id), col(Organisation.name)).where(col(Organisation.id).in_(list(ids)))
    return {row.id: row.name for row in session.execute(query)}


def find_arrivals(session: Session, receipt_ids: Iterable[int]) -> dict[int, datetime]:
    """The moment at which each of these receipts was noted."""
    wanted = sorted(receipt_ids)
    return {row.row_id: row.at for row in session.execute(_ARRIVED, {"rows": wanted})} if wanted else {}
