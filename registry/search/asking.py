"""What somebody typed, as a question to the index: every word, or what stands for it, within their organisations."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from tantivy import Occur, Query

from registry.platform.lists import load_list
from registry.search.index import KEYWORDS, TEXT, TITLE, WORDS, schema
from registry.search.rules import STOP_WORDS, find_words, stem, without_way
from registry.search.vocabulary import SearchFacet

MOST_LETTERS, MOST_WORDS = 200, 10
"""Of what is searched for, as much as is read."""
SHORTEST_BEGINNING = 2
_IN_A_NAME = re.compile(r"[^\W_][-_./][^\W_]\s*$")
"""After a dash, a single sign begins something: « JD-0 »."""
_OF_A_TITLE, _OF_A_KEYWORD, _OF_A_SYNONYM = 4.0, 2.0, 0.7
_APART = 3
"""How many words may stand between those of a name: « protection des données »."""

Stems = tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """A word typed, or several that are one name, with the other names of the same thing."""

    plain: Stems
    stems: Stems
    synonyms: tuple[Stems, ...] = ()


@dataclass(frozen=True)
class Asked:
    """What is searched for: words, and values of facets (any of each facet, all of the facets)."""

    words: str
    chosen: Mapping[SearchFacet, frozenset[str]] = field(default_factory=dict)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The words that count, in their order."""
        return read_parts(self.words)

    @property
    def beginning(self) -> str:
        """The last word, which may not be whole yet; nothing when it is too short to say anything."""
        last = self.parts[-1].plain[-1] if self.parts else ""
        return last if len(last) >= SHORTEST_BEGINNING or _IN_A_NAME.search(self.words) else ""

    @property
    def stems(self) -> frozenset[str]:
        """Every stem that may be marked in what is found."""
        return frozenset(
            one
            for part in self.parts
            for stems in (part.stems, *part.synonyms)
            for one in stems
            if one not in STOP_WORDS or stems == part.stems
        )


@lru_cache(maxsize=1)
def _names() -> Mapping[Stems, tuple[Stems, ...]]:
    """Each name of the list of synonyms, with the other names of the same thing."""
    known = load_list("synonyms")
    found: dict[Stems, tuple[Stems, ...]] = {}
    for code, entry in known.entries.items():
        names = [_telling(name) for name in (code, *entry.labels.values(), *entry.aliases)]
        for name in dict.fromkeys(names):
            others = (*found.get(name, ()), *(other for other in names if other != name))
            found[name] = tuple(dict.fromkeys(others))
    return found


def _telling(text: str) -> Stems:
    """The stems of a text without the words that tell nothing, unless it has no other."""
    words = [(plain, one) for word in find_words(text) for plain, one in zip(word.plain, word.stems, strict=True)]
    telling = [one for plain, one in words if plain not in STOP_WORDS]
    return tuple(telling or [one for _plain, one in words])


@lru_cache(maxsize=500)
def read_parts(words: str) -> tuple[Part, ...]:
    """What was typed, cut into what is looked for; names of the list of synonyms are kept whole."""
    every = [plain for word in find_words(without_way(words[:MOST_LETTERS])) for plain in word.plain]
    plain = tuple([one for one in every if one not in STOP_WORDS] or every)[:MOST_WORDS]
    stems = tuple(stem(one) for one in plain)
    names, longest = _names(), max(map(len, _names()), default=1)
    parts, place = list[Part](), 0
    while place < len(stems):
        size = next((n for n in range(min(longest, len(stems) - place), 0, -1) if stems[place : place + n] in names), 1)
        here = slice(place, place + size)
        parts.append(Part(plain[here], stems[here], names.get(stems[here], ())))
        place += size
    return tuple(parts)


def within(organisation_ids: Iterable[int]) -> Query:
    """The datasets of these organisations, and no other: every question of somebody is asked of the index with it."""
    return _unscored(Query.term_set_query(schema(), SearchFacet.ORGANISATION, sorted(organisation_ids)))


def answering(part: Part, beginning: str = "") -> Query:
    """The datasets that bear a part of what was typed, or one of its other names; `beginning` may stand for it."""
    ways = [every([_word(TEXT, one) for one in part.stems]), *(_name(TEXT, one) for one in part.synonyms)]
    if beginning:
        begun = Query.fuzzy_term_query(schema(), WORDS, beginning, distance=0, prefix=True)
        ways.append(every([*(_word(TEXT, one) for one in part.stems[:-1]), begun]))
    return any_of(ways)


def _favouring(part: Part) -> list[Query]:
    """What makes a dataset that answers come before others: its title, then its keywords, then the rest."""
    found = []
    for field_name, weight in ((TITLE, _OF_A_TITLE), (KEYWORDS, _OF_A_KEYWORD), (TEXT, 1.0)):
        found.append(Query.boost_query(every([_word(field_name, one) for one in part.stems]), weight))
        found += [Query.boost_query(_name(field_name, one), _OF_A_SYNONYM * weight) for one in part.synonyms]
    return found


def _word(field_name: str, one: str) -> Query:
    return Query.term_query(schema(), field_name, one)


def _name(field_name: str, stems: Stems) -> Query:
    """The datasets that bear a name of several words, side by side or nearly so."""
    if len(stems) == 1:
        return _word(field_name, stems[0])
    return Query.phrase_query(schema(), field_name, list(stems), slop=_APART)


def _unscored(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)


def every(queries: Sequence[Query]) -> Query:
    """The datasets that answer all of these."""
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Must, one) for one in queries])


def any_of(queries: Sequence[Query]) -> Query:
    """The datasets that answer one of these."""
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, one) for one in queries])


def narrowing(facet: SearchFacet, values: Iterable[str]) -> Query:
    """The datasets that have one of these values."""
    if facet is SearchFacet.ORGANISATION:
        return within(int(value) for value in values)
    return _unscored(Query.term_set_query(schema(), facet, sorted(values)))


def question(asked: Asked, organisation_ids: Iterable[int] | None, *, but: SearchFacet | None = None) -> Query:
    """What is asked, within these organisations; `but` leaves one facet open, to count its values.

    None is for a job or a command, which read every organisation.
    """
    parts = asked.parts
    queries = [answering(part, asked.beginning if part is parts[-1] else "") for part in parts]
    queries += [narrowing(facet, values) for facet, values in asked.chosen.items() if values and facet is not but]
    if organisation_ids is not None:
        queries.append(within(organisation_ids))
    return _unscored(every(queries))


def ranked(asked: Asked, organisation_ids: Iterable[int]) -> Query:
    """The same question, best first: what is only counted needs no order, and costs half as much without."""
    favoured = [one for part in asked.parts for one in _favouring(part)]
    return Query.boolean_query(
        [(Occur.Must, question(asked, organisation_ids)), *((Occur.Should, one) for one in favoured)]
    )


def resembling(word: str, organisation_ids: Iterable[int], *, most: int) -> Query:
    """The datasets of these organisations that bear a word like this one."""
    near = Query.fuzzy_term_query(schema(), WORDS, word, distance=most, transposition_cost_one=True)
    return every([near, within(organisation_ids)])
