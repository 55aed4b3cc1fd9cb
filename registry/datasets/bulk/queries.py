"""Every SELECT about bulk edits."""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.datasets.listing.narrowing import among
from registry.datasets.models import BulkEdit, BulkLine, Dataset
from registry.datasets.vocabulary import BulkOutcome
from registry.kernel.errors import NotFound
from registry.kernel.words import _

LINES_A_PAGE, RECENT = 50, 20


def get_bulk_edit(session: Session, bulk_id: int, *, lock: bool = False) -> BulkEdit:
    """One bulk edit within the asker's rights; with `lock`, nobody else changes it until the end.

    Raises: NotFound.
    """
    found = session.get(BulkEdit, bulk_id, with_for_update=lock or None, populate_existing=lock)
    if found is None:
        raise NotFound(_("Cette modification groupée n’existe pas, ou vos droits ne vous la montrent pas."))
    return found


def find_bulk_edits(session: Session) -> Sequence[BulkEdit]:
    """The latest bulk edits within the asker's rights."""
    return session.execute(select(BulkEdit).order_by(col(BulkEdit.id).desc()).limit(RECENT)).scalars().all()


def find_bulk_lines(
    session: Session, bulk_id: int, *, outcome: BulkOutcome | None = None, after: int = 0, limit: int = LINES_A_PAGE
) -> Sequence[BulkLine]:
    """Sheets of a bulk edit in their order, from the one after a number; one more than `limit` if there are."""
    query = select(BulkLine).where(col(BulkLine.bulk_id) == bulk_id, col(BulkLine.id) > after)
    if outcome is not None:
        query = query.where(col(BulkLine.outcome) == outcome)
    return session.execute(query.order_by(col(BulkLine.id)).limit(limit + 1)).scalars().all()


def find_to_apply(session: Session, bulk_id: int, limit: int) -> Sequence[BulkLine]:
    """The next sheets that a bulk edit has still to write, in the order in which their sheets are locked."""
    query = select(BulkLine).where(
        col(BulkLine.bulk_id) == bulk_id,
        col(BulkLine.outcome) == BulkOutcome.CHANGE,
        col(BulkLine.applied_version).is_(None),
    )
    return session.execute(query.order_by(col(BulkLine.dataset_id)).limit(limit)).scalars().all()


def find_to_undo(session: Session, bulk_id: int, limit: int) -> Sequence[BulkLine]:
    """The next sheets that a bulk edit wrote and that are still to be brought back."""
    query = select(BulkLine).where(
        col(BulkLine.bulk_id) == bulk_id,
        col(BulkLine.outcome) == BulkOutcome.CHANGE,
        col(BulkLine.applied_version).is_not(None),
        ~col(BulkLine.is_undone),
    )
    return session.execute(query.order_by(col(BulkLine.dataset_id)).limit(limit)).scalars().all()


def count_bulk_lines(session: Session, bulk_id: int) -> dict[BulkOutcome, int]:
    """How many sheets of a bulk edit stand under each outcome."""
    rows = session.execute(
        select(col(BulkLine.outcome), func.count())
        .where(col(BulkLine.bulk_id) == bulk_id)
        .group_by(col(BulkLine.outcome))
    )
    return dict.fromkeys(BulkOutcome, 0) | {BulkOutcome(row[0]): row[1] for row in rows}


def find_owners_of_changes(session: Session, bulk_id: int) -> frozenset[int]:
    """The organisations whose sheets a bulk edit changes."""
    query = select(col(BulkLine.organisation_id)).where(
        col(BulkLine.bulk_id) == bulk_id, col(BulkLine.outcome) == BulkOutcome.CHANGE
    )
    return frozenset(session.execute(query.distinct()).scalars())


def lock_sheets(session: Session, dataset_ids: Iterable[int]) -> dict[int, Dataset]:
    """These sheets as they stand now, held until the end; in one order, so that two edits never wait in a circle."""
    query = select(Dataset).where(among(dataset_ids)).order_by(col(Dataset.id))
    locked = query.with_for_update().execution_options(populate_existing=True)
    return {sheet.id: sheet for sheet in session.execute(locked).scalars()}
