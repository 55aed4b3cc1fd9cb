"""The address of a list with something more, something less, or something else in it."""

from collections.abc import Sequence
from urllib.parse import urlencode

PATH = "/jeux"
Pairs = Sequence[tuple[str, str]]
PLACE, DONE, COLUMNS_SHOWN, ORDER, SIZE, MODE, VIEW = "apres", "fait", "colonnes", "tri", "par-page", "mode", "vue"
EDITING = "edition"
SHOWING = frozenset({COLUMNS_SHOWN, ORDER, SIZE, MODE})
"""The names of an address that say how the list is shown."""


def write(pairs: Pairs) -> str:
    """The address of the list that these names and values make."""
    said = urlencode([(name, value) for name, value in pairs if value])
    return f"{PATH}?{said}" if said else PATH


def without(pairs: Pairs, *names: str, value: str | None = None) -> list[tuple[str, str]]:
    """The same without these names, or without one value of theirs."""
    return [(name, said) for name, said in pairs if name not in names or (value is not None and said != value)]


def replaced(pairs: Pairs, name: str, value: str) -> list[tuple[str, str]]:
    """The same with one name saying something else, or nothing."""
    return [*without(pairs, name), *([(name, value)] if value else [])]
