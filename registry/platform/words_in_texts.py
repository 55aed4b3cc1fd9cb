"""Words looked for in columns of text that kept their accents, as somebody types them: no accents, no case."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement

from registry.kernel.sort_keys import sort_key

MOST_LETTERS, MOST_WORDS = 200, 10
"""Of what is searched for, as much as is read: the longest words say most."""
_BEGINS = "(?<![[:alnum:]])"
_SPELLINGS: Mapping[str, str] = {
    plain: plain + "".join(letter for letter in "àâäáãåçéèêëíìîïñóòôöõúùûüýÿ" if sort_key(letter) == plain)
    for plain in "aceinouy"
}


def _folded(word: str) -> str:
    """The regular expression of a word as `sort_key` leaves it, in texts that kept their accents and ligatures.

    The few letters of the word are spelt out rather than a whole column folded: twenty times faster.
    """
    found = ""
    for letter in word:
        if letter in _SPELLINGS:
            found += f"[{_SPELLINGS[letter]}{_SPELLINGS[letter].upper()}]"
        else:
            found += letter if letter.isalnum() else f"\\{letter}"
    for ligature, opened in (("œŒ", "oe"), ("æÆ", "ae")):
        first, second = (f"[{_SPELLINGS[one]}{_SPELLINGS[one].upper()}]" for one in opened)
        found = found.replace(first + second, f"(?:{first}{second}|[{ligature}])")
    return found


def telling_words(words: str) -> list[str]:
    """The words to look for, as `sort_key` leaves them: the longest ones.

    Each costs a reading of the table: a text pasted whole would hold the database for seconds.
    """
    return sorted(set(sort_key(words[:MOST_LETTERS].replace("%", " ").replace("\0", " ")).split()), key=len)[
        -MOST_WORDS:
    ]


def holds(column: Any, word: str) -> ColumnElement[bool]:
    """That a text holds a word, or that one of its words does."""
    found: ColumnElement[bool] = column.regexp_match(_folded(word), flags="i")
    return found


def begins(column: Any, word: str) -> ColumnElement[bool]:
    """That a word of a text is this one, or begins so: « eau » is no part of « réseau »."""
    found: ColumnElement[bool] = column.regexp_match(_BEGINS + _folded(word), flags="i")
    return found
