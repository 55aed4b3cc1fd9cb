"""The JSON API of official texts: the texts, their articles, one article with its versions."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from pydantic import Field

from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.legal.law import law_of, resting_by_article
from registry.legal.queries import count_articles, find_articles, find_texts, get_article, place_of
from registry.legal.rules import official_address
from registry.legal.vocabulary import ArticleState, LegalSource, TextNature
from registry.web.calls import ApiCall, PageQuestions
from registry.web.visits import Visit, route

READ = Permission.LEGAL_TEXT_READ
_LABELS = {
    "identifier": mark("L’identifiant officiel"),
    "nature": mark("Ce qu’est le texte"),
    "number": mark("Le numéro de l’article"),
    "content": mark("Le texte officiel, une ligne par alinéa ; rien quand seules les dates ont été lues"),
    "in_force_from": mark("Le premier jour d’application ; rien tant qu’il n’est pas fixé"),
    "in_force_until": mark("Le dernier jour d’application ; rien sans fin connue"),
    "modified_by": mark("L’acte qui a écrit cette version"),
    "source": mark("Le fichier dont la version a été lue"),
    "loaded_on": mark("Le jour où ce fichier a été lu"),
    "policies": mark("Les règles qui citent l’article"),
    "text": mark("L’identifiant officiel du texte"),
    "q": mark("Le début d’un numéro, ou des mots du texte officiel"),
}


def label_of(name: str) -> str:
    """A field's name in the reader's language, or nothing."""
    return _(_LABELS[name]) if name in _LABELS else ""


def about(says: str, **more: Any) -> ApiCall:
    """What the document tells of a call of this room."""
    return ApiCall(**{"tag": mark("Textes officiels"), "says": says, "labels": label_of, **more})


@dataclass(frozen=True)
class LegalTextBody:
    """A text of which articles were loaded."""

    identifier: str
    title: str
    nature: TextNature
    articles: int
    loaded_on: date | None


@dataclass(frozen=True)
class LegalTextsBody:
    """Every text of which articles were loaded."""

    legal_texts: list[LegalTextBody]


@dataclass(frozen=True)
class LegalArticleLineBody:
    """An article in the list."""

    text: str
    title: str
    number: str
    policies: list[str]


@dataclass(frozen=True)
class LegalArticlesBody:
    """A page of articles, by number."""

    total: int
    legal_articles: list[LegalArticleLineBody]
    next: str | None


@dataclass(frozen=True)
class LegalVersionBody:
    """A version of an article, as the LEGI base of the DILA gives it (licence ouverte 2.0)."""

    identifier: str
    state: ArticleState
    in_force_from: date | None
    in_force_until: date | None
    content: str | None
    note: str | None
    modified_by: str | None
    address: str
    source: LegalSource
    loaded_on: date


@dataclass(frozen=True)
class LegalArticleBody(LegalArticleLineBody):
    """An article with its versions, the latest first."""

    versions: list[LegalVersionBody]


class LegalArticleQuestions(PageQuestions):
    """What the list of articles is narrowed to."""

    text: Annotated[str, Field(max_length=60, description=_LABELS["text"])] | None = None
    q: Annotated[str, Field(max_length=200, description=_LABELS["q"])] | None = None


@route("GET", "/api/v1/legal-texts", READ, about=about(mark("Les textes dont des articles ont été chargés.")))
def list_legal_texts(visit: Visit) -> Response[LegalTextsBody]:
    """Every text of which articles were loaded."""
    rows = [
        LegalTextBody(one.identifier, one.title, one.nature, one.articles, one.loaded_on)
        for one in find_texts(visit.session)
    ]
    return visit.answer(LegalTextsBody(rows))


@route(
    "GET", "/api/v1/legal-articles", READ,
    about=about(mark("Les articles chargés, par numéro, avec les règles qui les citent."), asks=LegalArticleQuestions),
)  # fmt: skip
def list_legal_articles(visit: Visit) -> Response[LegalArticlesBody]:
    """Articles that were loaded, by number."""
    asked = visit.asked(LegalArticleQuestions)
    text, words = asked.text or "", (asked.q or "").strip()
    after = asked.place(str, int)
    found = find_articles(visit.session, text=text, words=words, after=after, limit=asked.limit + 1)
    more, found = len(found) > asked.limit, found[: asked.limit]
    resting = resting_by_article(law_of(visit.session))
    lines = [
        LegalArticleLineBody(
            one.citation.text, one.text_title, one.number,
            [rests.policy_id for rests in resting.get(one.citation, ())],
        )
        for one in found
    ]  # fmt: skip
    following = asked.following(place_of(found[-1]) if more else None)
    return visit.answer(LegalArticlesBody(count_articles(visit.session, text=text, words=words), lines, following))


@route(
    "GET", "/api/v1/legal-texts/{text_identifier:str}/articles/{article_number:str}", READ,
    about=about(mark("Un article chargé : ses versions datées, leur texte officiel, les règles qui le citent.")),
)  # fmt: skip
def read_legal_article(visit: Visit, text_identifier: str, article_number: str) -> Response[LegalArticleBody]:
    """One article with its versions."""
    article = get_article(visit.session, text_identifier, article_number)
    versions = [
        LegalVersionBody(
            one.identifier, one.state, one.in_force_from, one.in_force_until, one.content, one.note, one.modified_by,
            official_address(article.text.nature, one.identifier), one.source, one.loaded_on,
        )
        for one in article.versions
    ]  # fmt: skip
    resting = resting_by_article(law_of(visit.session)).get(article.citation, ())
    return visit.answer(
        LegalArticleBody(
            article.text.identifier, article.text.title, article.number, [one.policy_id for one in resting], versions
        )
    )


HANDLERS: tuple[HTTPRouteHandler, ...] = (list_legal_texts, list_legal_articles, read_legal_article)
