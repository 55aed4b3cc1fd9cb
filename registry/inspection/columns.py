"""A table as the detectors look at it: the words of its headers, and its values without what stands for none."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from registry.inspection.signs import Signs, says, words_of
from registry.inspection.vocabulary import Confidence, PersonalSign, Reason, SampledColumn, Suggestion

_STANDS_FOR_NONE = frozenset(
    {
        "",
        "na",
        "n a",
        "nc",
        "nr",
        "neant",
        "inconnu",
        "inconnue",
        "null",
        "none",
        "vide",
        "x",
        "sans objet",
        "so",
        "nan",
    }
)
_SHORT = 12
"""Units: characters. Longer cells are read as values without asking whether they stand for none."""


_NUMBERED = re.compile(r"\b(?!champ|colonne|column|field)([a-z]{3,})(?=\d)")
_DIGITS = "0123456789"
_MADE_DECIMAL = re.compile(r"(\d{5,})[.,]0")
"""A number without a unit that a spreadsheet or a program wrote as a decimal one."""


@dataclass(frozen=True)
class Read:
    """One column being looked at: its place, the words of its header, its filled values."""

    place: int
    words: str
    values: Sequence[str]

    def count(self, bears: Callable[[str], bool]) -> int:
        """How many values bear a sign."""
        return sum(map(bears, self.values))

    def says(self, phrases: frozenset[str]) -> bool:
        """Whether the header says one of these."""
        return says(self.words, phrases)

    def is_made_of(self, words: frozenset[str]) -> bool:
        """Whether the header holds nothing but these words, letters and numbers."""
        bare = (token.strip(_DIGITS) for token in self.words.split())
        return all(len(token) < 2 or token in words for token in bare)


@dataclass(frozen=True)
class Table:
    """The columns of one table on the day they are looked at."""

    columns: Sequence[Read]
    signs: Signs
    on: date

    def threshold(self, column: Read, sign: PersonalSign) -> float:
        """The share of values from which a column bears a sign, lower where its header says so."""
        known = self.signs.signs[sign]
        return known.headed if column.says(known.words) else known.share

    def is_headed(self, column: Read, sign: PersonalSign) -> bool:
        """Whether the header of a column says a sign, and nothing that denies it."""
        known = self.signs.signs[sign]
        return column.says(known.words) and not column.says(known.against)

    def is_denied(self, column: Read, sign: PersonalSign) -> bool:
        """Whether the header of a column says something else."""
        return column.says(self.signs.signs[sign].against)

    def suggest(
        self, column: Read, sign: PersonalSign, confidence: Confidence, found: int, *reasons: Reason
    ) -> Suggestion:
        """The suggestion that a column bears a sign."""
        category = self.signs.signs[sign].category
        return Suggestion(column.place, sign, category, confidence, reasons, found, len(column.values))


def look_at(columns: Sequence[SampledColumn], signs: Signs, on: date) -> Table:
    """The table of these columns."""
    read = [
        Read(place, _header_words(column.name), [value for raw in column.values if (value := _filled(raw))])
        for place, column in enumerate(columns)
    ]
    return Table(read, signs, on)


def _header_words(name: str) -> str:
    """The words of a header, without the number that tells one column from its likes: `tel1`, `naiss_2`, `lot1`."""
    return _NUMBERED.sub(r"\1 ", words_of(name))


def stands_for_none(value: str) -> bool:
    """Whether a value says that there is none."""
    return len(value) <= _SHORT and words_of(value) in _STANDS_FOR_NONE


def _filled(raw: str) -> str:
    bare = raw.strip()
    if bare.endswith("0") and (number := _MADE_DECIMAL.fullmatch(bare)) is not None:
        return number[1]
    return "" if stands_for_none(bare) else bare
