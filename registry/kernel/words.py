"""The words people read: French in the code, other languages from a catalogue chosen for each request."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from gettext import NullTranslations
from typing import Self

FRENCH = "fr"

_translations: ContextVar[NullTranslations] = ContextVar("translations", default=NullTranslations())
_locale: ContextVar[str] = ContextVar("locale", default=FRENCH)


def _(message: str) -> str:
    """The message in the reader's language."""
    return _translations.get().gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The form of the message that agrees with the count, in the reader's language.

    French counts zero as singular; the source texts follow that rule.
    """
    current = _translations.get()
    if type(current) is NullTranslations:
        return singular if abs(count) < 2 else plural
    return current.ngettext(singular, plural, count)


def mark(message: str) -> str:
    """Marks a constant for the catalogue without translating it: `_()` does so when it is shown."""
    return message


class Labelled(StrEnum):
    """A closed list whose members bear the words people read: `NEW = "new", mark("Nouveau")`.

    A member is its code; its label speaks the reader's language.
    """

    phrase: str

    def __new__(cls, code: str, phrase: str = "") -> Self:
        """A member of the list, from its code and its French words."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.phrase = phrase
        return member

    @property
    def label(self) -> str:
        """The member in the reader's language."""
        return _(self.phrase)


def current_locale() -> str:
    """The two-letter code of the reader's language."""
    return _locale.get()


@contextmanager
def use_translations(locale: str, translations: NullTranslations) -> Iterator[None]:
    """Speaks the given language until the block ends."""
    words = _translations.set(translations)
    name = _locale.set(locale)
    try:
        yield
    finally:
        _translations.reset(words)
        _locale.reset(name)
