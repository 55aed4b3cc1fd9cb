"""What the legal watch shows: entries with the rules they touch, and loaded versions that nobody studied yet."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from registry.legal.law import resting_by_article
from registry.legal.models import LegalArticleVersion, WatchEntry
from registry.legal.queries import LoadedArticle, find_cited
from registry.legal.rules import Law, Resting, read_citations, versions_unread, write_number


@dataclass(frozen=True)
class Proposal:
    """A version of a cited article that came after the one a policy was written on."""

    article: LoadedArticle
    version: LegalArticleVersion
    day: date
    touched: Sequence[Resting]


def find_proposals(session: Session, law: Law, known: Collection[str]) -> list[Proposal]:
    """The versions but those known already, by the day they begin."""
    resting = resting_by_article(law)
    found: dict[str, Proposal] = {}
    for citation, article in find_cited(session, resting, words=False).items():
        for one in resting[citation]:
            for version in versions_unread(article.versions, one):
                if version.identifier in known or version.in_force_from is None:
                    continue
                found.setdefault(
                    version.identifier, Proposal(article, version, version.in_force_from, resting[citation])
                )
    return sorted(found.values(), key=lambda one: (one.day, one.article.number))


def touched_by(law: Law, entry: WatchEntry) -> list[Resting]:
    """The policies that rest on the articles of an entry, each once; on its whole text where it names no article."""
    text = next((one for one in law.texts if one.identifier == entry.text_identifier), None)
    if text is None:
        return []
    named = set(read_citations(text.title, entry.articles or "", law.texts))
    found: dict[str, Resting] = {}
    for one in law.resting:
        if one.citation in named if entry.articles else one.citation.text == text.identifier:
            found.setdefault(one.policy_id, one)
    return [found[number] for number in sorted(found)]


def uncited_of(law: Law, entry: WatchEntry) -> list[str]:
    """The articles of an entry that no policy rests on, as policies write them: a slip, or law still to be written."""
    text = next((one for one in law.texts if one.identifier == entry.text_identifier), None)
    if text is None or not entry.articles:
        return []
    resting = {one.citation for one in law.resting}
    named = dict.fromkeys(read_citations(text.title, entry.articles, law.texts))
    return [write_number(one.number, text.nature) for one in named if one not in resting]


def counted(touched: Sequence[Resting], judged: Mapping[str, int]) -> list[tuple[str, str, str, int]]:
    """Each policy touched: its number, its name, its page, and how many records it judges."""
    return [(one.policy_id, one.name, one.address, judged.get(one.policy_id, 0)) for one in touched]
