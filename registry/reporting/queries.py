"""Every SELECT about issued documents."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.kernel.errors import NotFound
from registry.kernel.words import _
from registry.ledger.models import LedgerEntry, LedgerRoot, LedgerSeal
from registry.ledger.vocabulary import Head
from registry.reporting.models import IssuedDocument


def get_document(session: Session, document_id: int) -> IssuedDocument:
    """One issued document within the asker's rights.

    Raises: NotFound.
    """
    found = session.get(IssuedDocument, document_id)
    if found is None:
        raise NotFound(_("Ce document n’existe pas, ou vos droits ne vous le montrent pas."))
    return found


def find_documents(session: Session, limit: int = 100) -> Sequence[IssuedDocument]:
    """The documents issued within the asker's rights, latest first."""
    return session.execute(select(IssuedDocument).order_by(col(IssuedDocument.id).desc()).limit(limit)).scalars().all()


def find_documents_page(session: Session, *, before: int | None, limit: int) -> Sequence[IssuedDocument]:
    """The documents issued before a number within the asker's rights, the latest first."""
    query = select(IssuedDocument).order_by(col(IssuedDocument.id).desc()).limit(limit)
    if before is not None:
        query = query.where(col(IssuedDocument.id) < before)
    return session.execute(query).scalars().all()


def count_documents(session: Session) -> int:
    """How many documents were issued within the asker's rights."""
    return session.execute(select(func.count()).select_from(IssuedDocument)).scalar_one()


def find_document_of_run(session: Session, job_run_id: int) -> IssuedDocument | None:
    """The document that a job has issued already, if it has."""
    query = select(IssuedDocument).where(col(IssuedDocument.job_run_id) == job_run_id)
    return session.execute(query).scalar_one_or_none()


def get_head_covering(session: Session, until: datetime) -> Head:
    """The first root that covers every entry recorded before an instant, even if it was cut after it."""
    last = (
        select(func.max(col(LedgerSeal.seal_no)))
        .join(LedgerEntry, col(LedgerEntry.id) == col(LedgerSeal.entry_id))
        .where(col(LedgerEntry.recorded_at) < until)
    ).scalar_subquery()
    row = session.execute(
        select(col(LedgerRoot.tree_size), col(LedgerRoot.root), col(LedgerRoot.sealed_at))
        .where(col(LedgerRoot.tree_size) >= last)
        .order_by(col(LedgerRoot.tree_size))
        .limit(1)
    ).one_or_none()
    return Head(row.tree_size, row.root.hex(), row.sealed_at) if row else Head(0, "", None)
