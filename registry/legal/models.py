"""The tables of legal texts: reference data read from an official file, the same for every organisation."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from registry.legal.vocabulary import ArticleState, LegalSource, TextNature
from registry.platform.tables import Kind, Numbered, plain, stored


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
