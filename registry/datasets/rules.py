"""What a dataset owes: the strictest term upstream holds below, and what its own sheet tells of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from registry.datasets.vocabulary import Nature, Origin, PersonalData, StatisticalSecrecy
from registry.kernel.words import _, mark

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


_FROM_OTHERS = frozenset({Origin.OPERATOR, Origin.PARTNER})


def may_third_parties_hold_rights(origin: str | None, rights: str | None) -> bool | None:
    """Whether somebody else may hold rights on a dataset: it came from others, or somebody looked into it.

    None where nothing tells. What was looked into is in question whatever was found: the answer is judged with it.
    Law: CRPA L311-4 and L321-2 c), in force since 2016-10-09.
    """
    if rights is not None:
        return True
    return None if origin is None else Origin(origin) in _FROM_OTHERS


def are_personal_fields_justified(fields: Iterable[tuple[bool | None, bool, bool]]) -> bool | None:
    """Whether each field that tells something of a person says what it is needed for.

    A field is whether it is personal (None: nobody said), whether it has a purpose, and whether somebody asserts it.
    None while a field may still change the answer, or where no personal field is described: what only a reading of
    the data suggests is no breach, and a dataset with persons in it has such fields.
    Law: GDPR, art. 5 §1 c), in force since 2018-05-25.
    """
    described = list(fields)
    if any(personal and not purpose and asserted for personal, purpose, asserted in described):
        return False
    unsettled = any(personal is None or (personal and not purpose) for personal, purpose, _asserted in described)
    return None if unsettled or not any(personal for personal, _purpose, _asserted in described) else True


def do_fields_tell_of_people(fields: Iterable[tuple[bool, bool]]) -> bool | None:
    """Whether a field tells of a person, as somebody asserts; None where a reading of the data alone suggests one.

    A field is whether its category is personal, and whether somebody asserts it.
    Law: GDPR, art. 4 (1), in force since 2018-05-25.
    """
    personal = [asserted for tells, asserted in fields if tells]
    return any(personal) or (None if personal else False)


_NAMED_AS_HIGH_VALUE = frozenset({Nature.LOCAL_ADDRESS_BASE, Nature.MOBILITY})


def may_be_high_value(nature: str | None, inspire_themes: Sequence[str]) -> bool:
    """Whether what a sheet says makes it worth asking for a category of high value: else, none is taken for none.

    Law: implementing regulation (EU) 2023/138, annex, in force since 2024-06-09: addresses, mobility, and the
    geospatial and environmental categories, which are themes of INSPIRE.
    """
    return bool(inspire_themes) or (nature is not None and Nature(nature) in _NAMED_AS_HIGH_VALUE)


_ODD = {
    "published": mark(
        "La dernière mise à jour ({modified}) précède la première publication ({issued}) : vérifiez ces deux dates."
    ),
    "period": mark(
        "La dernière mise à jour ({modified}) précède le début de la période décrite ({temporal_start}) : vérifiez ces "
        "deux dates."
    ),
    "issued": mark(
        "La première publication ({issued}) précède le début de la période décrite ({temporal_start}) : vérifiez ces "
        "deux dates."
    ),
}


def odd_dates(issued: date | None, modified: date | None, temporal_start: date | None) -> list[str]:
    """Which dates of a sheet do not go together; nothing is refused, for a forecast is dated before what it tells."""
    pairs = (("published", modified, issued), ("period", modified, temporal_start), ("issued", issued, temporal_start))
    return [name for name, one, other in pairs if one is not None and other is not None and one < other]


def say_odd(name: str, say: Callable[[date | None], str], **days: date | None) -> str:
    """The sentence of dates that do not go together."""
    return _(_ODD[name]).format(**{one: say(day) for one, day in days.items()})
