"""What is decided of citations and versions, from values alone."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol, TypeVar

from registry.legal.vocabulary import TextNature


@dataclass(frozen=True)
class KnownText:
    """A text that policies may cite: its official identifier, how it is named, and the state of it that was read.

    `names` are beginnings by which it is recognised, whatever follows: « Loi n° 78-17 » for « Loi n° 78-17 du … ».
    `read_on` is the day of the state on which the policies of this version were written, where that is known.
    """

    identifier: str
    title: str
    nature: TextNature
    names: tuple[str, ...] = ()
    read_on: date | None = None


@dataclass(frozen=True)
class Citation:
    """One article a policy cites: the identifier of its text and its number, as `number_key` writes it."""

    text: str
    number: str


@dataclass(frozen=True)
class Wanted:
    """Which articles are kept of a file: those of each text that are cited, or all of them."""

    cited: Mapping[str, frozenset[str]] = field(default_factory=dict)
    everything: bool = False

    def wants_text(self, text: str) -> bool:
        """Whether anything of a text is kept."""
        return self.everything or text in self.cited

    def wants(self, text: str, number: str) -> bool:
        """Whether an article of a text is kept."""
        return self.everything or number_key(number) in self.cited.get(text, ())


@dataclass(frozen=True)
class Resting:
    """A policy that rests on an article during a time, as the room of policies hands it over.

    `read` is the identifier of the version its address shows, if it shows one; `read_on` the day of the state of the
    text it was written on, where that is known.
    """

    citation: Citation
    policy_id: str
    name: str
    address: str
    read: str
    read_on: date | None
    begins: date
    ends: date | None


@dataclass(frozen=True)
class Law:
    """What the policies say of the law they rest on: the texts they name, and each article with who rests on it."""

    texts: Sequence[KnownText]
    resting: Sequence[Resting]


_PARENTHESES = re.compile(r"\([^)]*\)")
_OF_CODE = r"(?:L\.?O|[LRDA])\.?\s?\*?\s?\d+(?:-\d+)*"
_CODE_NUMBERS = re.compile(rf"(?<!\w)({_OF_CODE})(?:\s+à\s+({_OF_CODE}))?")
_PLAIN = r"\d+(?:er)?(?:-\d+)*"
_PLAIN_LIST = re.compile(rf"art(?:\.|icles?)\s*({_PLAIN}(?:\s*(?:,|et|à)\s+{_PLAIN}(?![°\d)]))*)", re.I)
_PLAIN_NUMBERS = re.compile(rf"({_PLAIN})(?:\s+à\s+({_PLAIN}))?", re.I)
_OTHER_TEXT = re.compile(
    r"^\s*(?:décret|arrêté|délibération|ordonnance|loi|code|cnil|règlement|circulaire|doctrine)\b", re.I
)
_LONGEST_RANGE = 50


def number_key(number: str) -> str:
    """The number of an article as it is compared: « R. *311-12 » and « R*311-12 » are R311-12, « 1er » is 1."""
    bare = re.sub(r"[\s.*]", "", number).upper()
    return re.sub(r"(?<=\d)ER$", "", bare)


def number_sort(number: str) -> str:
    """The number of an article as it is sorted: L9 before L10, L312-1 before L312-1-1."""
    return re.sub(r"\d+", lambda found: found.group().zfill(6), number_key(number))


def find_known(title: str, known: Iterable[KnownText]) -> KnownText | None:
    """The text a title or a short name names, if it is one of those known."""
    said = title.strip().casefold()
    return next(
        (one for one in known if any(said.startswith(name.casefold()) for name in (one.title, *one.names))), None
    )


def read_citations(title: str, article: str, known: Sequence[KnownText]) -> tuple[Citation, ...]:
    """The articles that « L311-1 ; R*311-12 » names, in order, each once; those of a text nobody knows are left out.

    A part that names another text (« ; loi n° 78-17 du 6 janvier 1978, art. 57 ») cites that one.
    """
    found = dict.fromkeys(one for _part, cited in _parts(title, article, known) for one in cited)
    return tuple(found)


def find_unread(title: str, article: str, known: Sequence[KnownText]) -> list[str]:
    """The parts of what was written that name no article of a text somebody knows."""
    return [part.strip() for part, cited in _parts(title, article, known) if part.strip() and not cited]


def _parts(title: str, article: str, known: Sequence[KnownText]) -> Iterator[tuple[str, list[Citation]]]:
    """Each part of what was written, with the articles it cites."""
    base = find_known(title, known)
    for part in _PARENTHESES.sub(" ", article).split(";"):
        other = find_known(part, known)
        text = other if other is not None else None if _OTHER_TEXT.match(part) else base
        yield part, [Citation(text.identifier, one) for one in _numbers(part, text.nature)] if text is not None else []


def write_number(number: str, nature: TextNature) -> str:
    """The number of an article as a citation writes it, so that it is read again: « L311-1 » of a code, « art. 6 »."""
    return number if nature is TextNature.CODE else f"art. {number}"


def _numbers(part: str, nature: TextNature) -> list[str]:
    if nature is TextNature.CODE:
        return [one for first, last in _CODE_NUMBERS.findall(part) for one in _spread(first, last)]
    return [
        one
        for numbers in _PLAIN_LIST.findall(part)
        for first, last in _PLAIN_NUMBERS.findall(numbers)
        for one in _spread(first, last)
    ]


def _spread(first: str, last: str) -> list[str]:
    """« R330-2 à R330-4 » is three articles; a range that is not of one series is its two ends."""
    begin = number_key(first)
    if not last:
        return [begin]
    end = number_key(last)
    stem, low = _last_digits(begin)
    other_stem, high = _last_digits(end)
    if stem != other_stem or not low < high <= low + _LONGEST_RANGE:
        return [begin, end]
    return [f"{stem}{number}" for number in range(low, high + 1)]


def _last_digits(number: str) -> tuple[str, int]:
    stem = number.rstrip("0123456789")
    return stem, int(number[len(stem) :] or 0)


def official_address(nature: TextNature, identifier: str) -> str:
    """Where the official site shows a version of an article."""
    shelf = "codes" if nature is TextNature.CODE else "loda"
    return f"https://www.legifrance.gouv.fr/{shelf}/article_lc/{identifier}"


class Dated(Protocol):
    """What is in force from a day until another, both inclusive; without the first, the day is not known yet."""

    @property
    def identifier(self) -> str:
        """Its official identifier."""

    @property
    def in_force_from(self) -> date | None:
        """The first day."""

    @property
    def in_force_until(self) -> date | None:
        """The last day; none where no end is known."""


OneDated = TypeVar("OneDated", bound=Dated)


def version_on(versions: Iterable[OneDated], day: date) -> OneDated | None:
    """The version in force on a day: the latest that has begun and is not over."""
    begun = [
        one
        for one in versions
        if one.in_force_from is not None
        and one.in_force_from <= day
        and (one.in_force_until is None or one.in_force_until >= day)
    ]
    return max(begun, key=lambda one: one.in_force_from or date.min, default=None)


def versions_since(versions: Iterable[OneDated], day: date) -> list[OneDated]:
    """The versions that begin after a day and are, were or will be in force, the first one first."""
    later = [
        one
        for one in versions
        if one.in_force_from is not None
        and one.in_force_from > day
        and (one.in_force_until is None or one.in_force_until >= one.in_force_from)
    ]
    return sorted(later, key=lambda one: one.in_force_from or date.max)


def versions_unread(versions: Sequence[OneDated], resting: Resting) -> list[OneDated]:
    """The versions that came, or will come, after the one a policy was written on, while the policy lasts.

    Where neither the version nor the day that was read is known, nothing is said to have changed.
    """
    read = next((one.in_force_from for one in versions if one.identifier == resting.read), None) or resting.read_on
    if read is None:
        return []
    last = resting.ends or date.max
    return [one for one in versions_since(versions, read) if (one.in_force_from or last) <= last]
