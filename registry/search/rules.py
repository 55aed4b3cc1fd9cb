"""What a word is once its accents, its capitals and its plural are set aside, and how two words resemble each other.

The same function reads what is indexed, what is asked and what is shown: none of them can disagree.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

from registry.kernel.sort_keys import sort_key

# A letter keeps the marks that follow it: « é » may come as two signs.
_WORD = re.compile("[^\\W_](?:[^\\W_]|[\u0300-\u036f])*")
_PLAIN_WORD = re.compile(r"[^\W_]+")
_WAY = re.compile(r"\b\w+://\S*/(?=[^\s/])")
_MARKS = re.compile("[\u0300-\u036f]")
_STEMMER = TextAnalyzerBuilder(Tokenizer.raw()).filter(Filter.stemmer("french")).build()
LONGEST_WORD, LONGEST_CORRECTED = 80, 30
"""Units: letters. What is longer is no word; its beginning finds it. What is no word is not put right."""

_STOP_WORDS = (
    "a ai au aux avec c ce ces cette d dans de des du elle en est et eux il ils l la le les leur leurs lui m ma mais "
    "me mes mon n ne nos notre nous on ont ou par pas pour qu que qui s sa sans se ses si son sont sur t ta te tes "
    "ton tu un une vos votre vous y"
)
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""Words a sheet need not hold to be found, as `sort_key` leaves them."""

_SINGULARS = {
    "travaux": "travail", "baux": "bail", "vitraux": "vitrail", "coraux": "corail", "yeux": "oeil",
    "tuyaux": "tuyau", "noyaux": "noyau", "joyaux": "joyau", "boyaux": "boyau",
    **{f"{one}x": one for one in ("jeu", "enjeu", "lieu", "milieu", "feu", "voeu", "aveu", "neveu", "cheveu",
                                  "essieu", "moyeu", "pieu", "adieu", "desaveu")},
}  # fmt: skip
"""Plurals the stemmer leaves apart from their singular."""


@dataclass(frozen=True)
class Word:
    """A word of a text: where it stands, and what it is looked for by."""

    start: int
    end: int
    plain: tuple[str, ...]
    stems: tuple[str, ...]


@lru_cache(maxsize=100_000)
def _analysed(word: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    plain = tuple(part[:LONGEST_WORD] for part in _PLAIN_WORD.findall(sort_key(word)))
    return plain, tuple(stem(part) for part in plain)


def stem(plain: str) -> str:
    """A word, as `sort_key` leaves it, without its plural and its endings."""
    single = _SINGULARS.get(plain, plain)
    # The stemmer keeps the « s » of « velos » and « elus », once their accents are gone.
    if single == plain and len(plain) > 3 and plain.endswith(("as", "is", "os", "us")):
        single = plain[:-1]
    return "".join(_STEMMER.analyze(single)) or single


def find_words(text: str) -> list[Word]:
    """The words of a text, each with its place."""
    return [Word(found.start(), found.end(), *_analysed(found[0])) for found in _WORD.finditer(text)]


def without_way(text: str) -> str:
    """The same text, each address in it cut to its last part: what comes before is every sheet's of that site."""
    return _WAY.sub("", text)


def read_text(text: str) -> tuple[list[str], set[str]]:
    """The stems of a text, in its order, and its words without accents or capitals."""
    # Most texts have no mark apart from its letter: the short way cuts them the same, four times faster.
    pattern = _WORD if _MARKS.search(text) else _PLAIN_WORD
    read = [_analysed(word) for word in pattern.findall(text)]
    return [one for _plain, stems in read for one in stems], {one for plain, _stems in read for one in plain}


@dataclass(frozen=True)
class Piece:
    """A part of a text to show, and whether it is what was looked for."""

    words: str
    marked: bool


def highlight(text: str, stems: Iterable[str], beginning: str = "") -> list[Piece]:
    """A text in pieces: those that bear one of the stems, or begin like the last word typed, are marked."""
    wanted = set(stems)
    return mark_words(text, [word for word in find_words(text) if _is_wanted(word, wanted, beginning)])


def mark_words(text: str, found: Iterable[Word]) -> list[Piece]:
    """A text in pieces, some of its words marked; they come in their order."""
    pieces, place = list[Piece](), 0
    for word in found:
        if place < word.start:
            pieces.append(Piece(text[place : word.start], marked=False))
        pieces.append(Piece(text[word.start : word.end], marked=True))
        place = word.end
    if place < len(text):
        pieces.append(Piece(text[place:], marked=False))
    return pieces


def _is_wanted(word: Word, wanted: set[str], beginning: str) -> bool:
    return not wanted.isdisjoint(word.stems) or bool(beginning and any(one.startswith(beginning) for one in word.plain))


def cut_around(text: str, stems: Iterable[str], beginning: str = "", *, most: int = 240) -> str:
    """The part of a text where most of what was looked for stands; its beginning if nothing of it does.

    Units: `most` in letters, the two ellipses apart.
    """
    if len(text) <= most:
        return text
    wanted = set(stems)
    return cut_text(text, [word for word in find_words(text) if _is_wanted(word, wanted, beginning)], most=most)


def cut_text(text: str, found: Sequence[Word], *, most: int = 240) -> str:
    """The part of a text where most of these words of it stand, in their order; its beginning if there is none.

    Units: `most` in letters, the two ellipses apart.
    """
    if len(text) <= most:
        return text
    start, best = 0, 0
    for place, word in enumerate(found):
        inside = sum(1 for other in found[place:] if other.end <= word.start + most)
        if inside > best:
            start, best = word.start, inside
    # A little of what comes before is shown, from the beginning of a word.
    start = max(0, min(start - most // 5, len(text) - most))
    if start:
        start = text.find(" ", start) + 1 or start
    end = start + most
    if end < len(text):
        end = max(text.rfind(" ", start + 1, end), start + most // 2)
    return ("… " if start else "") + text[start:end].strip() + (" …" if end < len(text) else "")


def distance(one: str, other: str, most: int) -> int:
    """How many letters to change, add, drop or swap to go from a word to another; `most` + 1 when it is more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before, row = list[int](), list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        older, before, row = before, row, [place]
        for there, facing in enumerate(other, 1):
            least = min(before[there] + 1, row[-1] + 1, before[there - 1] + (letter != facing))
            if place > 1 and there > 1 and letter == other[there - 2] and one[place - 2] == facing:
                least = min(least, older[there - 2] + 1)
            row.append(least)
    return min(row[-1], most + 1)


def tolerated(word: str) -> int:
    """How many letters of a word may be wrong for another to be offered instead."""
    if not 3 <= len(word) <= LONGEST_CORRECTED:
        return 0
    return 1 if len(word) < 6 else 2


def find_nearest(word: str, texts: Sequence[str], *, most: int) -> str | None:
    """The word of these texts most like one nobody wrote, as the texts spell it: the nearest, then the commonest."""
    seen: dict[str, int] = {}
    for text in texts:
        for found in find_words(text):
            if found.plain != (word,):
                spelt = text[found.start : found.end]
                seen[spelt] = seen.get(spelt, 0) + 1
    near = {
        spelt: least
        for spelt in seen
        if (least := min((distance(word, one, most) for one in _analysed(spelt)[0]), default=most + 1)) <= most
    }
    best = min(near, key=lambda spelt: (near[spelt], -seen[spelt], spelt), default=None)
    # A capital is most often that of a sentence.
    return best.lower() if best is not None and best.lower() in seen else best
