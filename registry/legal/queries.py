"""Every SELECT about legal texts, their articles and the versions of these."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_
from sqlalchemy.orm import QueryableAttribute, Session, defer
from sqlmodel import col

from registry.kernel.errors import NotFound
from registry.kernel.words import _
from registry.legal.models import LegalArticle, LegalArticleVersion, LegalText
from registry.legal.rules import Citation, number_key
from registry.legal.vocabulary import TextNature

Version = LegalArticleVersion
_WORDS = tuple(cast("QueryableAttribute[str | None]", one) for one in (Version.content, Version.note))


@dataclass(frozen=True)
class LoadedText:
    """A text with how many of its articles were loaded, and the day a file of it was last read."""

    id: int
    identifier: str
    title: str
    nature: TextNature
    articles: int
    loaded_on: date | None


@dataclass(frozen=True)
class LoadedArticle:
    """An article with all that was loaded of it, the latest version first."""

    id: int
    number: str
    number_key: str
    text: LegalText
    versions: Sequence[LegalArticleVersion]

    @property
    def citation(self) -> Citation:
        """How policies name it."""
        return Citation(self.text.identifier, self.number_key)


def find_texts(session: Session) -> list[LoadedText]:
    """Every text of which an article was loaded, by title."""
    rows = session.execute(
        select(
            LegalText, func.count(func.distinct(col(LegalArticle.id))).label("articles"),
            func.max(col(Version.loaded_on)).label("loaded_on"),
        )
        .outerjoin(LegalArticle, col(LegalArticle.text_id) == col(LegalText.id))
        .outerjoin(Version, col(Version.article_id) == col(LegalArticle.id))
        .group_by(col(LegalText.id))
        .order_by(col(LegalText.title), col(LegalText.id))
    )  # fmt: skip
    return [
        LoadedText(text.id, text.identifier, text.title, text.nature, articles, loaded_on)
        for text, articles, loaded_on in rows
    ]


def get_text(session: Session, identifier: str) -> LegalText:
    """The text of that official identifier.

    Raises: NotFound.
    """
    found = session.execute(select(LegalText).where(col(LegalText.identifier) == identifier)).scalar_one_or_none()
    if found is None:
        raise NotFound(_("Aucun article de ce texte n’a été chargé dans ce registre."))
    return found


@dataclass(frozen=True)
class ArticleLine:
    """An article in a list."""

    id: int
    number: str
    number_sort: str
    citation: Citation
    text_title: str


def find_articles(
    session: Session, *, text: str = "", words: str = "", after: tuple[str, int] | None = None, limit: int
) -> list[ArticleLine]:
    """Articles of a text or of all, whose number begins so or whose official text holds these words, by number."""
    query = select(
        col(LegalArticle.id), col(LegalArticle.number), col(LegalArticle.number_key), col(LegalArticle.number_sort),
        col(LegalText.identifier), col(LegalText.title),
    ).join(LegalText, col(LegalText.id) == col(LegalArticle.text_id))  # fmt: skip
    query = query.where(*_narrowed(text, words))
    if after is not None:
        query = query.where(tuple_(col(LegalArticle.number_sort), col(LegalArticle.id)) > after)
    rows = session.execute(query.order_by(col(LegalArticle.number_sort), col(LegalArticle.id)).limit(limit))
    return [
        ArticleLine(row.id, row.number, row.number_sort, Citation(row.identifier, row.number_key), row.title)
        for row in rows
    ]


def place_of(line: ArticleLine) -> tuple[str, int]:
    """Where an article stands in its list."""
    return line.number_sort, line.id


def count_articles(session: Session, *, text: str = "", words: str = "") -> int:
    """How many articles the same choice keeps."""
    query = (
        select(func.count()).select_from(LegalArticle).join(LegalText, col(LegalText.id) == col(LegalArticle.text_id))
    )
    return session.execute(query.where(*_narrowed(text, words))).scalar_one()


def _narrowed(text: str, words: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if text:
        conditions.append(col(LegalText.identifier) == text)
    if words:
        holds = select(col(Version.article_id)).where(
            *(col(Version.content).icontains(word, autoescape=True) for word in words.split())
        )
        conditions.append(
            or_(
                col(LegalArticle.number_key).startswith(number_key(words) or words, autoescape=True),
                col(LegalArticle.id).in_(holds),
            )
        )
    return conditions


def get_article(session: Session, text: str, number: str) -> LoadedArticle:
    """One article with its versions, by the identifier of its text and its number, however written.

    Raises: NotFound.
    """
    found = _articles(
        session, and_(col(LegalText.identifier) == text, col(LegalArticle.number_key) == number_key(number))
    )
    if not found:
        raise NotFound(_("Cet article n’a pas été chargé dans ce registre."))
    return found[0]


def find_cited(
    session: Session, citations: Collection[Citation], *, words: bool = True
) -> Mapping[Citation, LoadedArticle]:
    """What was loaded of the articles cited: two queries, whatever their number; without `words`, not what they say."""
    if not citations:
        return {}
    pairs = sorted({(one.text, one.number) for one in citations})
    found = _articles(session, tuple_(col(LegalText.identifier), col(LegalArticle.number_key)).in_(pairs), words=words)
    return {one.citation: one for one in found}


def _articles(session: Session, condition: ColumnElement[bool], *, words: bool = True) -> list[LoadedArticle]:
    rows = session.execute(
        select(LegalArticle, LegalText)
        .join(LegalText, col(LegalText.id) == col(LegalArticle.text_id))
        .where(condition)
        .order_by(col(LegalArticle.number_sort), col(LegalArticle.id))
    ).all()
    if not rows:
        return []
    query = (
        select(Version)
        .where(col(Version.article_id).in_([article.id for article, _text in rows]))
        .order_by(col(Version.in_force_from).desc().nulls_first(), col(Version.id).desc())
    )
    if not words:
        query = query.options(*(defer(one, raiseload=True) for one in _WORDS))
    versions: dict[int, list[LegalArticleVersion]] = {}
    for version in session.execute(query).scalars():
        versions.setdefault(version.article_id, []).append(version)
    return [
        LoadedArticle(article.id, article.number, article.number_key, text, versions.get(article.id, []))
        for article, text in rows
    ]


def find_texts_by_identifier(session: Session, identifiers: Collection[str]) -> dict[str, LegalText]:
    """The texts of these identifiers that were loaded."""
    rows = session.execute(select(LegalText).where(col(LegalText.identifier).in_(sorted(identifiers))))
    return {one.identifier: one for one in rows.scalars()}


def find_articles_of(
    session: Session, keys: Collection[tuple[int, str]]
) -> dict[tuple[int, str], LegalArticle]:  # fmt: skip
    """The articles of these texts and numbers that were loaded."""
    rows = session.execute(
        select(LegalArticle).where(tuple_(col(LegalArticle.text_id), col(LegalArticle.number_key)).in_(sorted(keys)))
    )
    return {(one.text_id, one.number_key): one for one in rows.scalars()}


def find_versions(session: Session, identifiers: Collection[str]) -> dict[str, LegalArticleVersion]:
    """The versions of these identifiers that are known."""
    rows = session.execute(select(Version).where(col(Version.identifier).in_(sorted(identifiers))))
    return {one.identifier: one for one in rows.scalars()}
