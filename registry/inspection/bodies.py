"""Firms, associations, services and places: what a line may tell of instead of a person."""

from collections.abc import Sequence

from registry.inspection.columns import Read, Table
from registry.inspection.signs import words_of

_HEADED, _ALONE = 0.2, 0.5
"""The share of values that must name a body, where the header says so and where it does not."""
_NUMBERED = 0.3
_APART = 0.3
"""A body that is the subject of the lines is another one in this share of them at least."""


def bodies_of(table: Table) -> Sequence[Read]:
    """The columns that name firms or bodies: by their words, or by a header that says so over words that do."""
    return [column for column in table.columns if column.values and _names_bodies(table, column)]


def _names_bodies(table: Table, column: Read) -> bool:
    known = table.signs.words
    headed = column.says(known["body-header"])
    least = (_HEADED if headed else _ALONE) * len(column.values)
    if column.count(_holds_digits) >= _NUMBERED * len(column.values):
        return False
    bodies, streets = known["legal-form"] | known["place"], known["street"]
    return column.count(lambda value: _is_body(value, bodies, streets)) >= least


def _is_body(value: str, bodies: frozenset[str], streets: frozenset[str]) -> bool:
    tokens = words_of(value).split()
    return bool(tokens) and not bodies.isdisjoint(tokens) and tokens[0] not in streets and "@" not in value


def _holds_digits(value: str) -> bool:
    return any(letter.isdigit() for letter in value)


def is_apart(column: Read) -> bool:
    """Whether a column of bodies names another one nearly each time, as what the lines are about does."""
    return len(set(column.values)) >= _APART * len(column.values)
