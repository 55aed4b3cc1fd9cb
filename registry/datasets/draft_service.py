"""Drafts of sheets: kept while somebody writes, dropped once the sheet is saved, given up, or nobody came back.

A draft states nothing yet: it is no record, and no event of the ledger.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.datasets.models import SheetDraft
from registry.datasets.queries import find_draft
from registry.kernel.errors import Stale
from registry.kernel.words import _, mark
from registry.platform.clock import now

KEPT_FOR = timedelta(days=30)
"""How long a draft waits for its author; the page of drafts says so."""

Typed = Sequence[tuple[str, str]]
"""Each name of a form with a value."""


def save_draft(
    session: Session,
    account_id: int,
    typed: Typed,
    *,
    dataset_id: int | None,
    seen: tuple[int, int] | None,
    instead: bool = False,
) -> SheetDraft:
    """Keeps a form as it stands for its author: the draft of this sheet, or one of a sheet to come.

    `seen` is the number and revision that the form was shown or saved as; `instead` takes the place of a later one.
    Raises: Stale when another window of the same author saved that draft since.
    """
    kept = find_draft(session, account_id, dataset_id=dataset_id, draft_id=seen[0] if seen else None, lock=True)
    if kept is not None:
        if not instead and seen != (kept.id, kept.revision):
            raise Stale(_(_ELSEWHERE), kept.revision)
        kept.revision += 1
        _fill(kept, typed, now())
        session.flush()
        return kept
    made = SheetDraft(account_id=account_id, dataset_id=dataset_id, title="", typed=[], saved_at=now())
    _fill(made, typed, now())
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError as error:
        # Two windows began the same draft at once.
        raise Stale(_(_ELSEWHERE), 1) from error
    return made


_ELSEWHERE = mark("Cette fiche est aussi en cours de saisie dans une autre fenêtre, dont le brouillon est gardé.")


def _fill(draft: SheetDraft, typed: Typed, at: datetime) -> None:
    # No text of the database holds the null character, which nobody can type.
    draft.typed = [[name.replace("\x00", ""), value.replace("\x00", "")] for name, value in typed]
    draft.title = next((value for name, value in draft.typed if name == "title"), "").strip()
    draft.saved_at = at


def drop_draft(session: Session, account_id: int, draft_id: int, *, revision: int | None = None) -> bool:
    """Forgets a draft that was given up, or saved: then only as it was at the `revision` its form had last kept.

    What another window of the same author kept since stays, and their sheet offers it. Returns whether one is gone.
    """
    query = delete(SheetDraft).where(col(SheetDraft.account_id) == account_id, col(SheetDraft.id) == draft_id)
    if revision is not None:
        query = query.where(col(SheetDraft.revision) == revision)
    return session.execute(query.returning(col(SheetDraft.id))).first() is not None


def drop_old_drafts(session: Session) -> int:
    """Forgets the drafts nobody came back to; returns how many."""
    found = session.execute(
        delete(SheetDraft).where(col(SheetDraft.saved_at) < now() - KEPT_FOR).returning(col(SheetDraft.id))
    )
    return len(found.all())
