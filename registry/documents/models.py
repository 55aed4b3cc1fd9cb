"""Evidence, its editions, and what it proves."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from registry.documents.vocabulary import EvidenceKind, ProofSubject
from registry.platform.tables import Kind, Versioned, free, stored


class Evidence(Versioned, table=True):
    """A document that proves something, whatever its edition; `organisation_id` is the body that keeps it.

    `editions` counts those it has had: the last one, of that number, is in force.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint("title <> ''", name="title"),
        CheckConstraint("editions >= 1", name="editions"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    kind: EvidenceKind = stored(EvidenceKind)
    title: str = free()
    editions: int = Field(default=1)
    annulled: bool = Field(default=False)


class EvidenceEdition(Versioned, table=True):
    """One edition of a piece of evidence: its file and the days it holds; a new one replaces none of the old.

    Both days are included; without `expires_on` it holds for good.
    """

    __tablename__ = "evidence_edition"
    __table_args__ = (
        UniqueConstraint("evidence_id", "number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("expires_on >= issued_on", name="expiry"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    evidence_id: int = Field(sa_type=BigInteger, foreign_key="evidence.id")
    number: int = Field(default=1)
    file_id: int = Field(sa_type=BigInteger, foreign_key="stored_file.id", index=True)
    issued_by: str | None = free(nullable=True)
    issued_on: date | None = None
    expires_on: date | None = Field(default=None, index=True)


class EvidenceLink(Versioned, table=True):
    """What a piece of evidence proves of one record; `organisation_id` is the body that holds the record."""

    __tablename__ = "evidence_link"
    __table_args__ = (
        Index(
            None, "evidence_id", "subject_kind", "subject_id", unique=True, postgresql_where=text("NOT annulled")
        ),
        Index(None, "subject_id", "subject_kind"),
        {"info": {"kind": Kind.RECORD}},
    )  # fmt: skip

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    evidence_id: int = Field(sa_type=BigInteger, foreign_key="evidence.id")
    subject_kind: ProofSubject = stored(ProofSubject)
    subject_id: int = Field(sa_type=BigInteger)
    proves: str | None = free(nullable=True)
    annulled: bool = Field(default=False)
