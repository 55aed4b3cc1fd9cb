"""The register of issued documents."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from registry.platform.tables import Kind, Versioned, free, plain


class IssuedDocument(Versioned, table=True):
    """A document the registry has issued: what it speaks of, what it rests on, and its exact bytes.

    `canonical_sha256` is the hash of the canonical JSON twin; `versions` names the renderer, Pango and the
    fonts: the same versions give the same bytes again. Files are kept in the store under their hash.
    """

    __tablename__ = "issued_document"
    __table_args__ = ({"info": {"kind": Kind.RECORD}},)

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
