"""The register of issued documents."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from registry.kernel.permissions import Role
from registry.platform.tables import Kind, Versioned, free, plain, stored
from registry.reporting.vocabulary import DocumentState


class IssuedDocument(Versioned, table=True):
    """A document the registry has issued: what it speaks of, what it rests on, and its exact bytes.

    `canonical_sha256` is the hash of the canonical JSON twin; `versions` names the renderer, Pango and the
    fonts: the same versions give the same bytes again. Files are kept in the store under their hash.

    A draft waits for whoever may approve it, never who asked for it (`asked_by`); `draft_id` is the draft of a final
    document.
    """

    __tablename__ = "issued_document"
    __table_args__ = (
        UniqueConstraint("draft_id"),
        Index(None, "subject_id", "subject_kind", "report_id"),
        Index(None, "organisation_id", "id", postgresql_where=text("state = 'draft'")),
        CheckConstraint("decided_by <> asked_by", name="someone_else"),
        CheckConstraint("(decided_on IS NULL) = (decided_by IS NULL)", name="decided"),
        CheckConstraint("state <> 'approved' OR decided_on IS NOT NULL", name="approved"),
        CheckConstraint("state <> 'sent-back' OR decision_reason IS NOT NULL", name="sent_back"),
        CheckConstraint("state <> 'final' OR draft_id IS NOT NULL", name="final"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    report_id: str = plain()
    title: str = free()
    subject_kind: str = plain()
    subject_id: int = Field(sa_type=BigInteger)
    as_of: date
    known_on: date
    law_of: date
    seal_no: int = Field(sa_type=BigInteger)
    ledger_root: str = plain()
    canonical_sha256: str = plain()
    template_sha256: str = plain()
    document_sha256: str = plain()
    media_type: str = plain()
    csv_sha256: str = plain()
    versions: dict[str, Any] = Field(sa_type=JSONB)
    issued_at: datetime = Field(sa_type=DateTime(timezone=True))
    issued_by: str = free()
    job_run_id: int | None = Field(default=None, sa_type=BigInteger, unique=True)
    state: DocumentState = stored(DocumentState, default=DocumentState.ISSUED, server_default="issued")
    asked_by: int | None = Field(default=None, sa_type=BigInteger, foreign_key="account.id", index=True)
    draft_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="issued_document.id")
    decided_by: int | None = Field(default=None, sa_type=BigInteger, foreign_key="account.id")
    decided_as: Role | None = stored(Role, nullable=True, check="decided_as")
    decided_on: date | None = None
    decision_reason: str | None = free(nullable=True)


class DocumentAnnotation(Versioned, table=True):
    """What somebody noted on a section of a draft, or on the whole of it; one set aside is not said in the final."""

    __tablename__ = "document_annotation"
    __table_args__ = (
        CheckConstraint("text <> ''", name="text"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    document_id: int = Field(sa_type=BigInteger, foreign_key="issued_document.id", index=True)
    section: str = plain()
    text: str = free()
    author_id: int = Field(sa_type=BigInteger, foreign_key="account.id")
    written_as: Role = stored(Role, check="written_as")
    written_on: date
    set_aside: bool = Field(default=False)
