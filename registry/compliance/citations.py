"""Which articles policies cite, and the official versions of these that were loaded."""

from registry.compliance.catalogue import Catalogue
from registry.compliance.policy import PolicyVersion
from registry.legal.rules import Citation, read_citations


def citations_of(catalogue: Catalogue, version: PolicyVersion) -> tuple[Citation, ...]:
    """The articles a version of a policy cites, in order."""
    return read_citations(version.text, version.article, catalogue.texts)


def cited_articles(catalogue: Catalogue) -> dict[str, frozenset[str]]:
    """The numbers of the articles that some policy cites, by the identifier of their text."""
    found: dict[str, set[str]] = {}
    for policy in catalogue.policies:
        for version in policy.versions:
            for one in citations_of(catalogue, version):
                found.setdefault(one.text, set()).add(one.number)
    return {text: frozenset(numbers) for text, numbers in found.items()}
