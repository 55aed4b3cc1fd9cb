"""Every SELECT about issued documents."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.kernel.errors import NotFound
from registry.kernel.words import _
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
