"""What was read of the files of pieces: how it went, and the text of each page. Work: it can be read again."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Index, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlmodel import Field

from registry.platform.tables import Kind, Numbered, free, plain, stored
from registry.search.pieces.vocabulary import TextState


class PieceText(Numbered, table=True):
    """What became of the reading of one file's text.

    `pages` counts those of the file, or its passages where it has no pages; `pages_read` those that were read,
    `pages_with_text` those of them that bear some;
    `problem` is a code of `registry.inspection.problems`, with its `details`.
    """

    __tablename__ = "piece_text"
    __table_args__ = (UniqueConstraint("file_id"), {"info": {"kind": Kind.WORK}})

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    file_id: int = Field(sa_type=BigInteger, foreign_key="stored_file.id")
    state: TextState = stored(TextState)
    pages: int = 0
    pages_read: int = 0
    pages_with_text: int = 0
    has_pages: bool = True
    problem: str | None = plain(nullable=True)
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    read_at: datetime = Field(
        default=None, sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()}
    )


class PiecePage(Numbered, table=True):
    """The text of one page of a file; a page without text has no row.

    `stems` are those of `registry.search.rules`, each with its places: what the words asked are held against.
    """

    __tablename__ = "piece_page"
    __table_args__ = (
        UniqueConstraint("file_id", "number"),
        Index(None, "stems", postgresql_using="gin"),
        {"info": {"kind": Kind.WORK}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    file_id: int = Field(sa_type=BigInteger, foreign_key="stored_file.id")
    number: int
    words: str = free()
    stems: str = Field(sa_type=TSVECTOR)
