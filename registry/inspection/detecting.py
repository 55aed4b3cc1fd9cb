"""What the columns of a table suggest, all signs together: pure, of the values it is given and nothing else."""

from collections.abc import Sequence
from datetime import date

from registry.inspection.columns import Read, Table, look_at
from registry.inspection.contacts import suggest_free_text, suggest_mailbox, suggest_phone
from registry.inspection.identifiers import suggest_iban, suggest_ip, suggest_nir, suggest_plate, suggest_sole_trader
from registry.inspection.people import suggest_address, suggest_birth, suggest_names, with_addresses
from registry.inspection.signs import Signs
from registry.inspection.vocabulary import (
    Confidence,
    PersonalSign,
    Reason,
    ReasonCode,
    SampledColumn,
    Suggestion,
)

_ACCESS = frozenset(
    {"acces", "accessible", "accessibilite", "place", "places", "parking", "stationnement", "ascenseur", "pmr"}
)
"""Headers that speak of a building where the word of people stands beside."""


def suggest(columns: Sequence[SampledColumn], signs: Signs, on: date) -> list[Suggestion]:
    """What these columns suggest, in their order, the surest first; headers alone where nothing else speaks."""
    table = look_at(columns, signs, on)
    names = suggest_names(table)
    filled = [column for column in table.columns if column.values]
    addresses = [one for column in filled if (one := suggest_address(table, column, names)) is not None]
    found = [*with_addresses(names, addresses), *addresses]
    taken = {one.column for one in found}
    for column in filled:
        numbers = [
            suggest_nir(table, column),
            suggest_iban(table, column, names),
            suggest_plate(table, column, names),
            suggest_ip(table, column, names),
            suggest_birth(table, column, names),
            suggest_mailbox(table, column, names),
        ]
        proved = [one for one in numbers if one is not None]
        if not proved and column.place not in taken:
            others = [
                suggest_sole_trader(table, column, names),
                suggest_phone(table, column, names),
                suggest_free_text(table, column),
            ]
            proved = [one for one in others if one is not None][:1]
        found += proved or ([] if column.place in taken else _by_header(table, column))
    ranks = list(Confidence)
    return sorted(found, key=lambda one: (one.column, ranks.index(one.confidence)))


def _by_header(table: Table, column: Read) -> list[Suggestion]:
    """What the header alone makes one think of; one that counts, or speaks of a building, makes think of nobody."""
    if column.says(table.signs.words["counting-header"]) or column.says(_ACCESS):
        return []
    for category, words in table.signs.hints.values():
        if column.says(words):
            total = len(column.values)
            reason = Reason(ReasonCode.HEADER_WORD)
            return [Suggestion(column.place, PersonalSign.HEADER, category, Confidence.LOW, (reason,), 0, total)]
    return []
