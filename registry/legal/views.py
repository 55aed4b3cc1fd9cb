"""What goes out about legal texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registry.kernel.words import _, mark
from registry.legal.models import LegalArticleVersion
from registry.legal.queries import LoadedArticle
from registry.legal.rules import Citation, KnownText, Resting, official_address, version_on, versions_unread
from registry.web.templating import say_day

LICENCE = mark("source : DILA, base LEGI, licence ouverte 2.0, lue le {day}")


@dataclass(frozen=True)
class ChangeView:
    """A version of an article that nobody read yet when a policy was written."""

    day: date
    address: str


@dataclass(frozen=True)
class OfficialView:
    """What an article says on a day, as plain text, a paragraph a line; `silence` is why it says nothing."""

    title: str
    number: str
    own_address: str
    silence: str
    lines: Sequence[str]
    note: Sequence[str]
    in_force_from: date | None
    in_force_until: date | None
    modified_by: str
    address: str
    source: str
    changes: Sequence[ChangeView]


@dataclass(frozen=True)
class OfficialTexts:
    """The official texts a policy cites; `unloaded` says which of them nobody loaded."""

    shown: Sequence[OfficialView]
    unloaded: str


def article_address(article: Citation) -> str:
    """The page of an article."""
    return f"/droit/{article.text}/{article.number}"


def say_official_texts(
    texts: Sequence[KnownText], resting: Sequence[Resting], found: Mapping[Citation, LoadedArticle], day: date
) -> OfficialTexts:
    """The articles a policy rests on, as they read on a day."""
    natures = {one.identifier: one.nature for one in texts}
    shown = [
        say_official(found[one.citation], day, versions_unread(found[one.citation].versions, one))
        for one in resting
        if one.citation in found
    ]
    missing = [
        one.citation.number for one in resting if one.citation not in found and natures[one.citation.text].is_in_legi
    ]
    unloaded = _("Texte officiel non chargé : {articles}.").format(articles=", ".join(missing))
    return OfficialTexts(shown, unloaded if missing else "")


def say_official(article: LoadedArticle, day: date, changed: Sequence[LegalArticleVersion] = ()) -> OfficialView:
    """An article as it reads on a day, with the versions that changed it since it was last read."""
    version = version_on(article.versions, day)
    nature = article.text.nature
    return OfficialView(
        title=article.text.title,
        number=article.number,
        own_address=article_address(article.citation),
        silence=_silence(version, day),
        lines=(version.content or "").split("\n") if version is not None and version.content else [],
        note=(version.note or "").split("\n") if version is not None and version.note else [],
        in_force_from=version.in_force_from if version is not None else None,
        in_force_until=version.in_force_until if version is not None else None,
        modified_by=(version.modified_by or "") if version is not None else "",
        address=official_address(nature, version.identifier) if version is not None else "",
        source=_(LICENCE).format(day=say_day(version.loaded_on)) if version is not None else "",
        changes=[
            ChangeView(one.in_force_from, official_address(nature, one.identifier))
            for one in changed
            if one.in_force_from is not None
        ],
    )


def _silence(version: LegalArticleVersion | None, day: date) -> str:
    if version is None:
        return _("Aucune version chargée n’était en vigueur le {day}.").format(day=say_day(day))
    if not version.content:
        return _("Seules les dates de cette version ont été lues : son texte est sur le site officiel.")
    return ""


@dataclass(frozen=True)
class TextLine:
    """A text that policies cite or of which articles were loaded."""

    identifier: str
    title: str
    nature: str
    cited: int
    loaded: int
    loaded_on: date | None
    is_in_legi: bool


@dataclass(frozen=True)
class ArticleView:
    """An article in a list, with the numbers of the policies that rest on it."""

    number: str
    address: str
    text: str
    policies: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class TextsPage:
    """The texts, and the articles that hold the words asked."""

    words: str
    texts: Sequence[TextLine]
    found: Sequence[ArticleView]
    total: int


@dataclass(frozen=True)
class TextPage:
    """One text: its articles that were loaded."""

    identifier: str
    title: str
    nature: str
    words: str
    total: int
    rows: Sequence[ArticleView]
    first_address: str
    next_address: str


@dataclass(frozen=True)
class VersionLine:
    """A version of an article, among the others."""

    identifier: str
    state: str
    in_force_from: date | None
    in_force_until: date | None
    modified_by: str
    address: str
    own_address: str
    is_shown: bool


@dataclass(frozen=True)
class RestingLine:
    """A policy that rests on an article, and whether the article changed since it was written."""

    policy_id: str
    name: str
    address: str
    changes: Sequence[ChangeView]


@dataclass(frozen=True)
class ArticlePage:
    """One article: what it says on a day, its versions, the policies that rest on it."""

    text: str
    text_title: str
    number: str
    day: date
    official: OfficialView
    versions: Sequence[VersionLine]
    policies: Sequence[RestingLine]
    error: str


Touched = tuple[str, str, str, int]
"""A policy that is touched: its number, its name, its page, and how many records it judges."""
WATCH_LABELS = {
    "organisation_id": mark("Organisation"),
    "title": mark("Ce qui est à suivre"),
    "text_identifier": mark("Texte"),
    "articles": mark("Articles"),
    "changes": mark("Ce qui change"),
    "effective_from": mark("À partir du"),
    "source_address": mark("Adresse de la source"),
    "status": mark("Où l’on en est"),
    "note": mark("Ce qu’on en a fait, ou pourquoi on l’écarte"),
}


@dataclass(frozen=True)
class ProposalView:
    """A version that was loaded and that no entry follows yet."""

    number: str
    text: str
    day: date
    address: str
    own_address: str
    new_address: str
    modified_by: str
    touched: Sequence[Touched]


@dataclass(frozen=True)
class EntryView:
    """A change of law that somebody watches."""

    id: int
    organisation: str
    title: str
    text: str
    articles: str
    changes: str
    effective_from: date | None
    source_address: str
    status: str
    tone: str
    note: str
    touched: Sequence[Touched]
    uncited: str
    annulled: bool
    annulment: str
    may_record: bool


@dataclass(frozen=True)
class WatchPage:
    """The legal watch: what loaded texts propose, then what people follow."""

    proposals: Sequence[ProposalView]
    entries: Sequence[EntryView]
    tabs: Sequence[tuple[str, str]]
    here: str
    narrowed: bool
    annulled: bool
    may_record: bool
    first_address: str
    next_address: str


@dataclass(frozen=True)
class WatchFormPage:
    """The form of a change of law to watch."""

    id: int | None
    version: int | None
    values: Mapping[str, object]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    organisations: Sequence[tuple[str, str]]
    texts: Sequence[tuple[str, str]]
    statuses: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class WatchAsidePage:
    """Asks why a watch is set aside, or brought back."""

    id: int
    version: int
    title: str
    annulled: bool
    reason: str
    errors: Mapping[str, str]
    annulment: str
    refusal: str
