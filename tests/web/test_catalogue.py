"""The English catalogue says what the French says: same places, nothing left empty, nothing left in French."""

import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from registry.web.extraction import catalogue_path

# What the code fills in: `{name}` and `{0}` in Python, `%(name)s` in pages.
_PLACE = re.compile(r"\{[^{}]*\}|%\(\w+\)[a-z]")
# The space French puts before these signs, and English does not.
_SPACED_SIGN = re.compile(r"[ \u00a0\u202f](?=[:;?!])")
# Shorter words may well be the same in both languages (« Documentation », « JSON-LD »).
_LONG = 20


def _messages() -> list[Message]:
    with catalogue_path("en").open("rb") as source:
        return [message for message in read_po(source, locale="en") if message.id]


def _forms(words: object) -> tuple[str, ...]:
    return tuple(words) if isinstance(words, list | tuple) else (str(words or ""),)


def _pairs() -> Iterator[tuple[str, str]]:
    """Each French form with its English one: both languages have a singular and a plural."""
    for message in _messages():
        yield from zip(_forms(message.id), _forms(message.string), strict=True)


def test_no_sentence_is_left_without_its_english_in_any_of_its_forms() -> None:
    assert _messages()
    for message in _messages():
        said, kept = _forms(message.id), _forms(message.string)
        assert len(kept) == len(said), message.id
        assert all(words.strip() for words in kept), message.id


def test_a_translation_fills_in_exactly_what_its_sentence_fills_in() -> None:
    for french, english in _pairs():
        assert sorted(_PLACE.findall(english)) == sorted(_PLACE.findall(french)), english


def test_a_translation_joins_its_neighbours_as_its_sentence_does() -> None:
    def ends(words: str) -> tuple[str, str]:
        words = _SPACED_SIGN.sub("", words)
        return words[: len(words) - len(words.lstrip())], words[len(words.rstrip()) :]

    for french, english in _pairs():
        assert ends(english) == ends(french), english


_SAME = {
    "CCP R3131-3, R3131-4", "CRPA, L312-1-1, L312-1-2", "CRPA, L323-2, D323-2-1", "CRPA, L323-2, D323-2-2",
    "Code du patrimoine L212-4 II", "Code du patrimoine L213-2",
    "Code du patrimoine R212-19", "Rectification (art. 16)",
    "{contract} — {sentence}", "{days} × {per_day} = {whole} ({where}).", "{holders} ({contract})",
    "{rule} ({text}, {article})",
    "{article}, {day}, {role}", "{hours} h {minutes} min", "{name} (SIREN {siren})", "{names} ({problems})",
}  # fmt: skip
"""What both languages say alike."""


def test_no_long_sentence_is_left_in_french() -> None:
    left = {french for french, english in _pairs() if len(french) >= _LONG and english == french}
    assert not left - _SAME


@pytest.mark.parametrize("sign", [" :", " ;", " ?", " !", "«", "»"])
def test_english_is_punctuated_as_english(sign: str) -> None:
    assert not [english for _french, english in _pairs() if sign in re.sub("[\u00a0\u202f]", " ", english)]
