"""The form under which a text is sorted and looked for: no accents, no case, single spaces."""

import unicodedata


def sort_key(text: str) -> str:
    """The text without accents or case, for a `…_sort` column in the C collation.

    Ligatures are opened (« œ » sorts as « oe »), the two apostrophes are one, and so are runs of spaces.
    """
    opened = text.replace("’", "'").replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae").replace("Æ", "AE")
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", opened) if not unicodedata.combining(letter))
    return " ".join(plain.casefold().split())
