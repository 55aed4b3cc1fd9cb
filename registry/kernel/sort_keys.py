"""The form under which a text is sorted and looked for: no accents, no case, single spaces."""

import unicodedata

_LONGEST = 2000
"""Units: bytes of UTF-8. An index of the database holds 2,704 in a row."""


class _Letters(dict[int, int | None]):
    """Each letter as itself, each mark set on a letter as nothing; found out once."""

    def __missing__(self, code: int) -> int | None:
        self[code] = None if unicodedata.combining(chr(code)) else code
        return self[code]


_LETTERS = _Letters()


def sort_key(text: str) -> str:
    """The text without accents or case, for a `…_sort` column in the C collation.

    Ligatures are opened (« œ » sorts as « oe »), the two apostrophes are one, and so are runs of spaces.
    """
    opened = text.replace("’", "'").replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae").replace("Æ", "AE")
    plain = opened if opened.isascii() else unicodedata.normalize("NFKD", opened).translate(_LETTERS)
    return " ".join(plain.casefold().split())


def indexed_sort_key(text: str) -> str:
    """The sort key as far as an index of the database can hold it."""
    return sort_key(text).encode()[:_LONGEST].decode(errors="ignore")
