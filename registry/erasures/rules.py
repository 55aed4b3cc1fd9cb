"""Where a text names a person, and the same text without them: pure functions of values.

A name is found in any letter case, with or without its accents, in either order, with an initial or a courtesy title;
never inside a longer word, nor inside the name of somebody else who is known here.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from registry.erasures.vocabulary import MARK
from registry.kernel.sort_keys import sort_key

SHORTEST_WORD = 3
"""A word of a name with fewer letters (« de », « Le ») is never looked for by itself. Units: letters."""
_LITTLE = frozenset({"aux", "des", "les", "par", "pour", "sur", "une"})
_SHORTEST_PHONE = 6
_EXCERPT = 60
# The blanks and the marks are written as themselves: PostgreSQL reads fewer escapes than Python.
_BLANKS = " \u00a0\u202f"
_TITLES = "MM?|Mmes?|Mlles?|Mr|Messieurs|Monsieur|Mesdames|Madame|Mademoiselle|Maître|Me|Dr|Docteur"
_COURTESY = rf"(?:{_TITLES})\.?[{_BLANKS}]"
_BETWEEN = f"[{_BLANKS}\t\r\n,._()‐‑–-]{{0,3}}"
_AROUND = '()[]«»,;:"'
_MARKS = "[\u0300-\u036f]*"
_LETTERS = [chr(code) for code in (*range(0x41, 0x5B), *range(0x61, 0x7B), *range(0xC0, 0x250))]
_WORD_BEFORE = re.compile(r"(\w+)[-‐‑]$")
_WORD_AFTER = re.compile(r"[-‐‑](\w)")

Span = tuple[int, int]


@dataclass(frozen=True)
class Identity:
    """What is known of who a person is; a value is absent where it was never given."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the name that may be looked for alone; none where the name is one word."""
        words = _words(self.name or "")
        return tuple(one for one in words if _names_alone(one)) if len(words) > 1 else ()


def _names_alone(word: str) -> bool:
    return len(sort_key(word)) >= SHORTEST_WORD and sort_key(word) not in _LITTLE


def _words(name: str) -> list[str]:
    return [word for one in re.split(f"[{_BLANKS}\t]+", name) if (word := one.strip(_AROUND))]


@lru_cache(maxsize=1)
def _classes() -> dict[str, str]:
    """Each plain letter with every way of writing it, capital or not, accent or not."""
    found: dict[str, str] = {}
    for letter in _LETTERS:
        found[sort_key(letter)] = found.get(sort_key(letter), "") + letter
    return {plain: f"[{ways}]" for plain, ways in found.items() if len(plain) == 1}


def _loose(text: str) -> str:
    """A regular expression of a text however it is written; the same for Python and for PostgreSQL."""
    said, place, plain = "", 0, sort_key(text)
    while place < len(plain):
        pair, letter = plain[place : place + 2], plain[place]
        if pair in {"oe", "ae"}:
            joined = "[œŒ]" if pair == "oe" else "[æÆ]"
            said += f"(?:{joined}|{_letter(pair[0])}{_letter(pair[1])})"
            place += 2
            continue
        said += _letter(letter)
        place += 1
    return said


def _letter(letter: str) -> str:
    if letter in _classes():
        return _classes()[letter] + _MARKS
    if letter in {" ", "-", "‐", "‑"}:
        return _BETWEEN
    return "['’]" if letter == "'" else re.escape(letter)


def _orders(words: Sequence[str]) -> list[list[str]]:
    return [[*words[place:], *words[:place]] for place in range(len(words))]


def _names(name: str) -> list[str]:
    words = _words(name)
    said = [_BETWEEN.join(_loose(one) for one in order) for order in _orders(words)]
    if len(words) == 2:
        first, last = words
        said += [rf"{_loose(first[0])}\.{_BETWEEN}{_loose(last)}", rf"{_loose(last)}{_BETWEEN}{_loose(first[0])}\."]
    if len(words) > 1:
        said += [_COURTESY + _loose(one) for one in words if _names_alone(one)]
    return said


def _phone(phone: str) -> str | None:
    digits = re.sub(r"\D", "", phone)
    if len(digits) < _SHORTEST_PHONE:
        return None
    between = f"[{_BLANKS}./()-]{{0,2}}"
    national = digits[2:] if digits.startswith("33") and len(digits) == 11 else digits.removeprefix("0033")
    if national.startswith("0") and len(national) == 10:
        national = national[1:]
    said = between.join(national)
    return rf"(?:(?:\+|00)33{between}(?:\(?0\)?{between})?|0{between})?{said}" if len(national) == 9 else said


@dataclass(frozen=True)
class Sought:
    """How a person is looked for in texts: patterns of theirs, and those of others whose name holds theirs."""

    names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    needles: tuple[str, ...] = ()
    """Plain pieces (folded): a text that names the person holds one of them, and they are quick to look for."""

    @property
    def is_anybody(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self.names or self.emails or self.phones)

    @property
    def sql(self) -> str:
        """A pattern for PostgreSQL that no text passes which names the person; it may find more."""
        return "|".join(f"(?:{one})" for one in (*self.names, *self.emails, *self.phones))

    @cached_property
    def _patterns(self) -> list[re.Pattern[str]]:
        return [
            *(re.compile(rf"(?<![^\W_]){one}(?![^\W_])") for one in self.names),
            *(re.compile(rf"(?<![\w.+-]){one}(?![\w-]|\.\w)") for one in self.emails),
            *(re.compile(rf"(?<!\d){one}(?!\d)") for one in self.phones),
        ]

    @cached_property
    def _masks(self) -> list[re.Pattern[str]]:
        return [re.compile(one) for one in self.others]

    def find(self, text: str) -> list[Span]:
        """Where a text names the person: first and last letter (excluded) of each passage, in order, none twice."""
        if self.needles and not self._may_be_in(text):
            return []
        found = [
            match.span()
            for pattern in self._patterns
            for match in pattern.finditer(text)
            if not _is_longer(text, match)
        ]
        if found and self._masks:
            masks = [match.span() for mask in self._masks for match in mask.finditer(text)]
            found = [one for one in found if not any(_holds(mask, one) for mask in masks)]
        return _merged(found)

    def _may_be_in(self, text: str) -> bool:
        folded = sort_key(text)
        return any(one in folded for one in self.needles) or any(re.search(one, text) for one in self.phones)

    def names_in(self, value: Any) -> bool:
        """Whether a value (a text, or what JSON holds) names the person anywhere."""
        if isinstance(value, str):
            return bool(self.find(value))
        if isinstance(value, dict):
            return any(self.names_in(one) for pair in value.items() for one in pair)
        return isinstance(value, list | tuple) and any(self.names_in(one) for one in value)

    def erase(self, value: Any) -> Any:
        """The same value with a mark in place of each passage that names the person."""
        if isinstance(value, str):
            return _replaced(value, self.find(value))
        if isinstance(value, dict):
            return {self.erase(name): self.erase(one) for name, one in value.items()}
        return [self.erase(one) for one in value] if isinstance(value, list | tuple) else value

    def excerpt(self, text: str) -> list[tuple[str, bool]]:
        """The first passage with some words around it: pieces, and whether each names the person."""
        spans = self.find(text)
        if not spans:
            return []
        start, end = spans[0]
        before, after = text[max(0, start - _EXCERPT) : start], text[end : end + _EXCERPT]
        lead = "… " if start > _EXCERPT else ""
        tail = " …" if end + _EXCERPT < len(text) else ""
        return [(lead + before, False), (text[start:end], True), (after + tail, False)]


def _is_longer(text: str, match: re.Match[str]) -> bool:
    """Whether a hyphen makes of what was found a part of a longer name: « Rose Lilas-Iris »."""
    if not match[0][:1].isupper():
        return False
    before = _WORD_BEFORE.search(text[max(0, match.start() - _EXCERPT) : match.start()])
    after = _WORD_AFTER.match(text, match.end())
    return bool((before and before[1][0].isupper()) or (after and after[1].isupper()))


def _holds(outer: Span, inner: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1] and outer != inner


def _merged(spans: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _replaced(text: str, spans: Sequence[Span]) -> str:
    for start, end in reversed(spans):
        text = text[:start] + MARK + text[end:]
    return text


def sought_of(identity: Identity, *, words: Iterable[int] = (), others: Iterable[str] = ()) -> Sought:
    """How to look for somebody; `words` are the places, in `Identity.words`, of those to look for alone.

    `others` are values that identify somebody else: where one of them stands whole, nobody else is named.
    """
    alone = [identity.words[place] for place in words if place < len(identity.words)]
    names = [*_names(identity.name), *(_loose(one) for one in alone)] if identity.name else []
    phone = _phone(identity.phone) if identity.phone else None
    pieces = [piece for piece in re.split(r"[\s‐‑-]+", sort_key(identity.name or "")) if len(piece) > 1]
    needles = [*pieces, *([sort_key(identity.email)] if identity.email else [])]
    return Sought(
        tuple(names),
        (_loose_address(identity.email),) if identity.email else (),
        (phone,) if phone else (),
        tuple(_loose(one) for one in others),
        tuple(needles),
    )


def _loose_address(email: str) -> str:
    """An address in any letter case; its hyphens and dots are its own."""
    return "".join(_classes().get(one, re.escape(one)) for one in email.casefold())
