"""What the detectors are set with: the words and the thresholds of `policies/lists/`, as plain values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from registry.inspection.vocabulary import PersonalSign
from registry.kernel.sort_keys import sort_key
from registry.platform.lists import CodeEntry, load_list

_CAMEL = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])")
_NOT_WORD = re.compile(r"[\W_]+")


@lru_cache(maxsize=20_000)
def words_of(text: str) -> str:
    """A header or a value as words alone: no accents, no case, one space between."""
    return _NOT_WORD.sub(" ", sort_key(_CAMEL.sub(" ", text))).strip()


def says(text: str, phrases: frozenset[str]) -> bool:
    """Whether words hold one of these phrases, whole."""
    tokens = text.split()
    return any(
        " ".join(tokens[start : start + length]) in phrases
        for length in range(1, min(5, len(tokens)) + 1)
        for start in range(len(tokens) - length + 1)
    )


@dataclass(frozen=True)
class Sign:
    """One sign: its category, its thresholds, the words of headers for it and against it.

    Units: `share` and `headed` from 0 to 1.
    """

    category: str
    share: float
    headed: float
    words: frozenset[str]
    against: frozenset[str]


@dataclass(frozen=True)
class Signs:
    """Everything the detectors know besides the values."""

    signs: Mapping[PersonalSign, Sign]
    hints: Mapping[str, tuple[str, frozenset[str]]]
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)


@lru_cache(maxsize=1)
def load_signs() -> Signs:
    """The signs of the product, read once a process."""
    signs = {PersonalSign(code): _sign(entry) for code, entry in load_list("personal_signs").entries.items()}
    hints = {
        code: (str(entry.facts["category"]), _phrases(entry, "words", ","))
        for code, entry in load_list("personal_hints").entries.items()
    }
    words = {
        code: _phrases(entry, "words", "|" if "|" in str(entry.facts["words"]) else " ")
        for code, entry in load_list("detection_words").entries.items()
    }
    return Signs(signs, hints, words)


def _sign(entry: CodeEntry) -> Sign:
    return Sign(
        category=str(entry.facts["category"]),
        share=int(entry.facts["share"]) / 100,
        headed=int(entry.facts["headed"]) / 100,
        words=_phrases(entry, "words", ","),
        against=_phrases(entry, "against", ","),
    )


def _phrases(entry: CodeEntry, name: str, separator: str) -> frozenset[str]:
    return frozenset(one.strip() for one in str(entry.facts[name]).split(separator) if one.strip())
