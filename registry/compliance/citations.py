"""Which articles policies cite, and the official versions of these that were loaded."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from registry.compliance.catalogue import Catalogue
from registry.compliance.engine import engine_of
from registry.compliance.policy import Policy, PolicyVersion
from registry.legal.queries import find_cited
from registry.legal.rules import Citation, Law, Resting, read_citations
from registry.legal.views import OfficialTexts, say_official_texts

_ARTICLE = "LEGIARTI"


def citations_of(catalogue: Catalogue, version: PolicyVersion) -> tuple[Citation, ...]:
    """The articles a version of a policy cites, in order."""
    known = catalogue.cited.get(version.digest)
    if known is None:
        known = catalogue.cited[version.digest] = read_citations(version.text, version.article, catalogue.texts)
    return known


def cited_articles(catalogue: Catalogue) -> dict[str, frozenset[str]]:
    """The numbers of the articles that some policy cites, by the identifier of their text."""
    found: dict[str, set[str]] = {}
    for policy in catalogue.policies:
        for version in policy.versions:
            for one in citations_of(catalogue, version):
                found.setdefault(one.text, set()).add(one.number)
    return {text: frozenset(numbers) for text, numbers in found.items()}


def resting_of(catalogue: Catalogue, policy: Policy, version: PolicyVersion) -> list[Resting]:
    """What a version of a policy rests on, article by article."""
    read_on = {one.identifier: one.read_on for one in catalogue.texts}
    shown = (version.address or "").rpartition("/")[2]
    return [
        Resting(
            one, policy.id, policy.name(), f"/conformite/{policy.id}", shown if shown.startswith(_ARTICLE) else "",
            read_on[one.text], version.effective_from, version.effective_until,
        )
        for one in citations_of(catalogue, version)
    ]  # fmt: skip


def law_of(session: Session) -> Law:
    """What the policies of today and of days to come rest on, for the room of legal texts."""
    catalogue = engine_of(session).catalogue
    today: date = session.info["today"]()
    return Law(
        catalogue.texts,
        [
            one
            for policy in catalogue.policies
            for version in policy.versions
            if version.effective_until is None or version.effective_until >= today
            for one in resting_of(catalogue, policy, version)
        ],
    )


def official_texts(session: Session, catalogue: Catalogue, policy: Policy, asked: date) -> Mapping[str, OfficialTexts]:
    """The official texts of each version of a policy, by its digest: on the day asked, or the nearest one it binds."""
    rests = {version.digest: resting_of(catalogue, policy, version) for version in policy.versions}
    found = find_cited(session, {one.citation for every in rests.values() for one in every})
    return {
        version.digest: say_official_texts(catalogue.texts, rests[version.digest], found, day_within(version, asked))
        for version in policy.versions
    }


def day_within(version: PolicyVersion, asked: date) -> date:
    """The day asked, or the nearest one on which a version binds."""
    return min(max(asked, version.effective_from), version.effective_until or date.max)
