"""Every SELECT about watched changes of law."""

from collections.abc import Sequence

from sqlalchemy import case, select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.kernel.errors import NotFound
from registry.kernel.words import _
from registry.legal.models import WatchEntry
from registry.legal.vocabulary import WatchStatus

MOST = 500
_PLACES = {status: place for place, status in enumerate(WatchStatus)}


def find_entries(session: Session, status: WatchStatus | None = None) -> Sequence[WatchEntry]:
    """The changes watched within the asker's rights: what is still to be done first, the latest day first."""
    query = select(WatchEntry).order_by(
        case(_PLACES, value=col(WatchEntry.status)),
        col(WatchEntry.effective_from).desc().nulls_last(),
        col(WatchEntry.id).desc(),
    )
    if status is not None:
        query = query.where(col(WatchEntry.status) == status)
    return session.execute(query.limit(MOST)).scalars().all()


def get_entry(session: Session, entry_id: int, *, lock: bool = False) -> WatchEntry:
    """One change watched, within the asker's rights; with `lock`, nobody else changes it until the end.

    Raises: NotFound.
    """
    query = select(WatchEntry).where(col(WatchEntry.id) == entry_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound(_("Cette veille n’existe pas, ou vos droits ne vous la montrent pas."))
    return found
