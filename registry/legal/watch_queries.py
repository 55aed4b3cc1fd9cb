"""Every SELECT about watched changes of law."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, literal, select, tuple_
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.kernel.errors import NotFound
from registry.kernel.words import _
from registry.ledger.queries import Version, find_versions_of_rows
from registry.legal.models import WatchEntry
from registry.legal.vocabulary import WatchStatus
from registry.organisations.models import Organisation

Place = tuple[int, int, int]
"""Where an entry stands in its list: what is still to be done first, the latest day first, those without one last."""
_RANKS = {status: -place for place, status in enumerate(WatchStatus)}
_NO_DAY = -1
_LONGEST = 100
"""Versions read of an entry to find its annulment, which is among the last: what is annulled is changed no more."""
ANNUL = "legal:watch:annul"


@dataclass(frozen=True)
class EntryOf:
    """A change watched, with the name of the body that watches it."""

    row: WatchEntry
    organisation: str


def find_entries(
    session: Session,
    *,
    status: WatchStatus | None = None,
    annulled: bool = False,
    after: Place | None = None,
    limit: int,
) -> list[EntryOf]:
    """The changes watched within the asker's rights that follow a place; or those annulled, and them alone."""
    order = (
        case(_RANKS, value=col(WatchEntry.status)),
        func.coalesce(col(WatchEntry.effective_from) - literal(date.min), _NO_DAY),
        col(WatchEntry.id),
    )
    query = (
        select(WatchEntry, col(Organisation.name))
        .join(Organisation, col(Organisation.id) == col(WatchEntry.organisation_id))
        .where(col(WatchEntry.annulled) == annulled)
    )
    if status is not None:
        query = query.where(col(WatchEntry.status) == status)
    if after is not None:
        query = query.where(tuple_(*order) < after)
    rows = session.execute(query.order_by(*(one.desc() for one in order)).limit(limit))
    return [EntryOf(row, organisation) for row, organisation in rows]


def find_annulments(session: Session, entry_ids: Sequence[int]) -> Mapping[int, Version]:
    """Who annulled each of these entries, when and why, by entry: the last time."""
    history = find_versions_of_rows(session, "watch_entry", entry_ids, limit=_LONGEST * len(entry_ids))
    found = {
        number: next((one for one in versions if one.event == ANNUL), None) for number, versions in history.items()
    }
    return {number: one for number, one in found.items() if one is not None}


def place_of(entry: WatchEntry) -> Place:
    """Where an entry stands in its list."""
    day = entry.effective_from
    return _RANKS[entry.status], (day - date.min).days if day is not None else _NO_DAY, entry.id


def count_entries(session: Session) -> Mapping[WatchStatus, int]:
    """How many changes within the asker's rights stand where."""
    kept = ~col(WatchEntry.annulled)
    rows = session.execute(select(col(WatchEntry.status), func.count()).where(kept).group_by(col(WatchEntry.status)))
    found = dict.fromkeys(WatchStatus, 0)
    for status, number in rows:
        found[status] = number
    return found


def find_followed(session: Session, organisation_id: int) -> frozenset[str]:
    """The versions an organisation follows already, by identifier: what another follows is no affair of its own."""
    version = col(WatchEntry.version_identifier)
    query = select(version).where(
        col(WatchEntry.organisation_id) == organisation_id, version.is_not(None), ~col(WatchEntry.annulled)
    )
    return frozenset(one for one in session.execute(query).scalars() if one is not None)


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
