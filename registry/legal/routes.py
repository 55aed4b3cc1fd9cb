"""The pages of official texts: the texts, one text, one article on a day."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.kernel.paging import read_place, write_place
from registry.kernel.permissions import Permission
from registry.kernel.words import _
from registry.legal.law import law_of, resting_by_article
from registry.legal.queries import (
    ArticleLine,
    count_articles,
    find_articles,
    find_texts,
    get_article,
    get_text,
    place_of,
)
from registry.legal.rules import (
    Citation,
    Law,
    Resting,
    official_address,
    version_on,
    versions_unread,
)
from registry.legal.views import (
    ArticlePage,
    ArticleView,
    ChangeView,
    RestingLine,
    TextLine,
    TextPage,
    TextsPage,
    VersionLine,
    article_address,
    say_official,
)
from registry.web.visits import Visit, route

READ = Permission.LEGAL_TEXT_READ
SHOWN = 200


@route("GET", "/droit", READ)
def show_texts(visit: Visit) -> Response[Any]:
    """The texts that policies cite or that were loaded; with words, the articles that hold them."""
    law, words = law_of(visit.session), visit.query("q").strip()[:200]
    found = find_articles(visit.session, words=words, limit=SHOWN) if words else []
    page = TextsPage(
        words=words,
        texts=_text_lines(visit, law),
        found=_articles(found, resting_by_article(law)),
        total=count_articles(visit.session, words=words) if words else 0,
    )
    return visit.page("legal/texts.html", page)


def _text_lines(visit: Visit, law: Law) -> list[TextLine]:
    """The texts policies cite, then the others that were loaded, by title."""
    loaded = {one.identifier: one for one in find_texts(visit.session)}
    cited: dict[str, set[str]] = {}
    for one in law.resting:
        cited.setdefault(one.citation.text, set()).add(one.citation.number)
    lines = {
        one.identifier: TextLine(one.identifier, one.title, one.nature.label, len(cited[one.identifier]), 0, None,
                                 one.nature.is_in_legi)
        for one in law.texts
        if one.identifier in cited
    }  # fmt: skip
    for text in loaded.values():
        lines[text.identifier] = TextLine(
            text.identifier, text.title, text.nature.label, len(cited.get(text.identifier, ())), text.articles,
            text.loaded_on, text.nature.is_in_legi,
        )  # fmt: skip
    return sorted(lines.values(), key=lambda one: (-one.loaded, -one.cited, one.title))


def _articles(found: Sequence[ArticleLine], resting: Mapping[Citation, Sequence[Resting]]) -> list[ArticleView]:
    return [
        ArticleView(
            one.number, article_address(one.citation), one.text_title,
            [(rests.policy_id, rests.address) for rests in resting.get(one.citation, ())],
        )
        for one in found
    ]  # fmt: skip


@route("GET", "/droit/{text_identifier:str}", READ)
def show_text(visit: Visit, text_identifier: str) -> Response[Any]:
    """One text: its articles that were loaded, by number."""
    text, words = get_text(visit.session, text_identifier), visit.query("q").strip()[:200]
    own = f"/droit/{text_identifier}" + (f"?q={quote(words)}" if words else "")
    place = read_place(own, visit.query("apres") or None, str, int)
    found = find_articles(visit.session, text=text_identifier, words=words, after=place, limit=SHOWN + 1)
    more, found = len(found) > SHOWN, found[:SHOWN]
    following = write_place(own, place_of(found[-1])) if more else ""
    page = TextPage(
        identifier=text.identifier, title=text.title, nature=text.nature.label, words=words,
        total=count_articles(visit.session, text=text_identifier, words=words),
        rows=_articles(found, resting_by_article(law_of(visit.session))),
        first_address=own if place is not None else "",
        next_address=f"{own}{'&' if words else '?'}apres={following}" if more else "",
    )  # fmt: skip
    return visit.page("legal/text.html", page)


@route("GET", "/droit/{text_identifier:str}/{article_number:str}", READ)
def show_article(visit: Visit, text_identifier: str, article_number: str) -> Response[Any]:
    """One article: what it says on a day, its versions by date, the policies that rest on it."""
    article = get_article(visit.session, text_identifier, article_number)
    day, error = _day_asked(visit)
    shown = version_on(article.versions, day)
    own = article_address(article.citation)
    nature = article.text.nature
    page = ArticlePage(
        text=text_identifier, text_title=article.text.title, number=article.number, day=day, error=error,
        official=say_official(article, day),
        versions=[
            VersionLine(
                one.identifier, one.state.label, one.in_force_from, one.in_force_until, one.modified_by or "",
                official_address(nature, one.identifier),
                f"{own}?le={one.in_force_from}" if one.content and one.in_force_from else "",
                shown is not None and one.id == shown.id,
            )
            for one in article.versions
        ],
        policies=[
            RestingLine(
                one.policy_id, one.name, one.address,
                [
                    ChangeView(version.in_force_from, official_address(nature, version.identifier))
                    for version in versions_unread(article.versions, one)
                    if version.in_force_from is not None
                ],
            )
            for one in resting_by_article(law_of(visit.session)).get(article.citation, ())
        ],
    )  # fmt: skip
    return visit.page("legal/article.html", page)


def _day_asked(visit: Visit) -> tuple[date, str]:
    """The day the address asks for, else today; what is wrong with it, if anything."""
    said = visit.query("le")
    if not said:
        return visit.today, ""
    try:
        return date.fromisoformat(said), ""
    except ValueError:
        return visit.today, _("Cette date n’existe pas : le texte montré est celui d’aujourd’hui.")


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_texts, show_text, show_article)
