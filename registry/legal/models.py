"""The tables of legal texts, read from an official file, the same for every organisation; and what people watch."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, false
from sqlmodel import Field

from registry.legal.vocabulary import ArticleState, LegalSource, TextNature, WatchStatus
from registry.platform.tables import Kind, Numbered, Versioned, free, plain, stored


class LegalText(Numbered, table=True):
    """A text some of whose articles were loaded, by its official identifier (LEGITEXT…, JORFTEXT…)."""

    __tablename__ = "legal_text"
    __table_args__ = (
        UniqueConstraint("identifier"),
        CheckConstraint("identifier <> '' AND title <> ''", name="named"),
        {"info": {"kind": Kind.WORK}},
    )

    identifier: str = plain()
    title: str = plain()
    nature: TextNature = stored(TextNature)


class LegalArticle(Numbered, table=True):
    """An article of a text; `number` as its text writes it, `number_key` as it is compared."""

    __tablename__ = "legal_article"
    __table_args__ = (
        UniqueConstraint("text_id", "number_key"),
        CheckConstraint("number_key <> ''", name="numbered"),
        {"info": {"kind": Kind.WORK}},
    )

    text_id: int = Field(sa_type=BigInteger, foreign_key="legal_text.id")
    number: str = plain()
    number_key: str = plain()
    number_sort: str = plain()


class LegalArticleVersion(Numbered, table=True):
    """A version of an article, by its identifier (LEGIARTI…).

    Without `content`, the file that was read only told that this version exists, and its dates. `in_force_until` is
    the last day; `in_force_from` is unknown while no text has fixed it. `loaded_on` is the day the file was read.
    """

    __tablename__ = "legal_article_version"
    __table_args__ = (
        UniqueConstraint("identifier"),
        Index(None, "article_id", "in_force_from"),
        CheckConstraint("identifier <> ''", name="named"),
        {"info": {"kind": Kind.WORK}},
    )

    article_id: int = Field(sa_type=BigInteger, foreign_key="legal_article.id")
    identifier: str = plain()
    state: ArticleState = stored(ArticleState)
    in_force_from: date | None = None
    in_force_until: date | None = None
    content: str | None = plain(nullable=True)
    note: str | None = plain(nullable=True)
    modified_by: str | None = plain(nullable=True)
    source: LegalSource = stored(LegalSource)
    loaded_on: date


class WatchEntry(Versioned, table=True):
    """A change of law that somebody watches: what changes, from which day, and what was done about it.

    `articles` names them as rules do; `version_identifier` is that of the version that proposed it, if one did.
    """

    __tablename__ = "watch_entry"
    __table_args__ = (
        CheckConstraint("title <> '' AND changes <> ''", name="said"),
        {"info": {"kind": Kind.RECORD}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id", index=True)
    title: str = free()
    text_identifier: str | None = plain(nullable=True)
    articles: str | None = free(nullable=True)
    changes: str = free()
    effective_from: date | None = None
    source_address: str | None = free(nullable=True)
    status: WatchStatus = stored(WatchStatus, default=WatchStatus.SPOTTED)
    note: str | None = free(nullable=True)
    version_identifier: str | None = plain(nullable=True)
    annulled: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
