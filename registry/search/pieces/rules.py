"""What is looked for in the pages of pieces: words, and words in a row, asked of the database and marked in a page."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from registry.search.asking import MOST_LETTERS, read_parts
from registry.search.rules import Piece, Word, cut_text, find_words, mark_words, read_text

_QUOTED = re.compile(r"[«\"“]([^«»\"“”]*)[»\"”]")
_NEAR = 3
"""How many words further the next word of a name may stand: « protection des données »."""
_MOST_POSITIONS, _LAST_POSITION = 255, 16_383
"""What PostgreSQL keeps of where a word stands in one page."""
EXCERPT = 280
"""Units: letters."""


@dataclass(frozen=True)
class Way:
    """Stems that stand in a page: each right after the one before, or not far after it."""

    stems: tuple[str, ...]
    in_a_row: bool = False

    def question(self) -> str:
        """The same, as PostgreSQL is asked it (`tsquery`)."""
        if self.in_a_row or len(self.stems) == 1:
            return "(" + " <-> ".join(f"'{one}'" for one in self.stems) + ")"
        pairs = zip(self.stems, self.stems[1:], strict=False)
        return "(" + " & ".join(_near(before, after) for before, after in pairs) + ")"


def _near(before: str, after: str) -> str:
    return "(" + " | ".join(f"'{before}' <{steps}> '{after}'" for steps in range(1, _NEAR + 1)) + ")"


@dataclass(frozen=True)
class Sought:
    """What is looked for: each part stands in the page, in one of its ways."""

    parts: tuple[tuple[Way, ...], ...] = ()

    def question(self) -> str:
        """The same, as PostgreSQL is asked it (`tsquery`)."""
        return " & ".join("(" + " | ".join(way.question() for way in ways) + ")" for ways in self.parts)


@lru_cache(maxsize=500)
def read_sought(words: str) -> Sought:
    """What somebody typed: words between quotation marks, and a number with its points, stand in a row."""
    said = words[:MOST_LETTERS].replace("\0", " ")
    quoted = (tuple(read_text(one)[0]) for one in _QUOTED.findall(said))
    parts: list[tuple[Way, ...]] = [(Way(stems, in_a_row=True),) for stems in quoted if stems]
    apart = list[str]()
    for chunk in _QUOTED.sub(" ", said).split():
        stems = tuple(read_text(chunk)[0])
        if len(stems) > 1 and any(letter.isdigit() for letter in chunk):
            parts.append((Way(stems, in_a_row=True),))
        else:
            apart.append(chunk)
    parts += [(Way(one.stems), *map(Way, one.synonyms)) for one in read_parts(" ".join(apart))]
    return Sought(tuple(parts))


def vector_of(text: str) -> str:
    """The stems of a page and where each stands, as PostgreSQL keeps them (`tsvector`)."""
    places: dict[str, list[int]] = {}
    for place, one in enumerate(read_text(text)[0], 1):
        known = places.setdefault(one, [])
        if len(known) < _MOST_POSITIONS:
            known.append(min(place, _LAST_POSITION))
    return " ".join(f"'{one}':{','.join(map(str, dict.fromkeys(several)))}" for one, several in places.items())


def excerpt(text: str, sought: Sought) -> list[Piece]:
    """The part of a page where most of what is looked for stands, that marked."""
    cut = cut_text(text, list(_marked(text, sought)), most=EXCERPT)
    return mark_words(cut, _marked(cut, sought))


def _marked(text: str, sought: Sought) -> Iterator[Word]:
    words = find_words(text)
    stems = [word.stems[0] if word.stems else "" for word in words]
    alone = {one for ways in sought.parts for way in ways if not way.in_a_row for one in way.stems}
    rows = [way.stems for ways in sought.parts for way in ways if way.in_a_row]
    wanted = {place for place, one in enumerate(stems) if one in alone} | set(_in_a_row(stems, rows))
    return (word for place, word in enumerate(words) if place in wanted)


def _in_a_row(stems: Sequence[str], rows: Iterable[tuple[str, ...]]) -> Iterator[int]:
    for row in rows:
        for place in range(len(stems) - len(row) + 1):
            if tuple(stems[place : place + len(row)]) == row:
                yield from range(place, place + len(row))
