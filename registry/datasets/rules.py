"""What a dataset made from others owes to them: the strictest term upstream holds below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from registry.datasets.vocabulary import PersonalData, StatisticalSecrecy

Term = TypeVar("Term")
PERSONAL_RANKS: Mapping[PersonalData, int] = {one: rank for rank, one in enumerate(PersonalData)}
"""The vocabulary lists them from none to what the law protects most."""
SECRECY_RANKS: Mapping[StatisticalSecrecy, int] = {one: rank for rank, one in enumerate(StatisticalSecrecy)}


@dataclass(frozen=True)
class Strictest(Generic[Term]):
    """The strictest of the terms met upstream, who imposes it, and where nobody said.

    `sources` and `silent` are numbers of datasets.
    """

    term: Term | None
    sources: tuple[int, ...]
    silent: tuple[int, ...]


def strictest(terms: Sequence[tuple[int, Term | None]], ranks: Mapping[Term, int]) -> Strictest[Term]:
    """The highest-ranked term of these datasets; one that was never recorded is named, not taken for none."""
    known = [(ranks[term], term, number) for number, term in terms if term is not None]
    silent = tuple(number for number, term in terms if term is None)
    if not known:
        return Strictest(None, (), silent)
    highest = max(rank for rank, _term, _number in known)
    met = [(term, number) for rank, term, number in known if rank == highest]
    return Strictest(met[0][0], tuple(number for _term, number in met), silent)


def falls_short(own: Term | None, above: Strictest[Term], ranks: Mapping[Term, int]) -> bool:
    """Whether what a sheet says of itself is laxer than what it is made from allows."""
    return own is not None and above.term is not None and ranks[own] < ranks[above.term]
