"""Which field a column is, and which category weighs most: pure."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from registry.inspection.signs import words_of
from registry.platform.lists import load_list


class Named(Protocol):
    """A field, by its name and its label."""

    name: str
    label: str | None


Field = TypeVar("Field", bound=Named)


def field_named(fields: Sequence[Field], column: str) -> Field | None:
    """The field that a column is: of the same name, else of the same words in its name or its label."""
    words = words_of(column)
    by_name = next((one for one in fields if one.name == column), None)
    return by_name or next((one for one in fields if words in {words_of(one.name), words_of(one.label or "")}), None)


def gravest(one: str, other: str) -> str:
    """Of two categories of personal data, the one that weighs most: NIR, articles 9 and 10, then the first given.

    Law: RGPD articles 9, 10 and 87; loi 78-17, article 30.
    """
    return max(one, other, key=_weight)


def _weight(category: str) -> int:
    known = load_list("personal_categories")
    return next((3 - rank for rank, flag in enumerate(("nir", "special", "offences")) if known.flag(category, flag)), 0)
