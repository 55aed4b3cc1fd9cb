"""The whole table of a record: one row an activity, every field of its form, what stands below it in one cell a kind.

A cell holds one part a line, its values between bars: `Élèves [children] | Santé [health] | allergies | 12`. In a value
a bar is written `\\|`, a line break `\\n`, a backslash `\\\\`.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from gettext import NullTranslations
from typing import Any

from registry.datasets.vocabulary import FinalDisposition
from registry.exchange.exports.cells import from_cell, to_cell
from registry.exchange.exports.columns import KEY_HEADER, Column, ExportTable, Holds
from registry.exchange.exports.layout import KEY_NOTE, column_of, words_of
from registry.kernel.words import FRENCH, use_translations
from registry.platform.lists import load_list
from registry.processing.forms import PARTS, ActivityForm
from registry.processing.vocabulary import PersonsRight, RecipientKind, TransferSafeguard
from registry.processing.wording import FIELD_LABELS, LISTS

TABLE = "registre"
"""The name of the table in a workbook."""
_FIRST = ("organisation_key", "organisation_name", "reference", "name")


@lru_cache(maxsize=1)
def record_table() -> ExportTable:
    """The table of a record, in French whatever the language of the page."""
    with use_translations(FRENCH, NullTranslations()):
        fields = [
            column_of(ActivityForm, name, FIELD_LABELS[name], LISTS, FIELD_LABELS)
            for name in ActivityForm.model_fields
            if name not in {*PARTS, *_FIRST}
        ]
        parts = [Column(name, FIELD_LABELS[name], note=_said(part_columns()[name])) for name in PARTS]
        return ExportTable(TABLE, "Registre des traitements", (
            Column("organisation_key", KEY_HEADER, note=KEY_NOTE),
            Column("organisation_name", "Organisation", note="Son nom, pour qui lit.", kept=False),
            Column("reference", FIELD_LABELS["reference"], note="Stable au sein de l’organisation."),
            Column("name", FIELD_LABELS["name"]),
            *fields,
            *parts,
        ))  # fmt: skip


def _said(columns: Sequence[Column]) -> str:
    return " | ".join(column.header for column in columns)


def _coded(name: str, header: str, listed: str) -> Column:
    known = load_list(listed)
    return Column(name, header, codes={code: known.label(code, FRENCH) for code in known})


@lru_cache(maxsize=1)
def part_columns() -> Mapping[str, Sequence[Column]]:
    """What each part says between its bars, by kind of part, in French."""
    with use_translations(FRENCH, NullTranslations()):
        return {
            "data": (
                _coded("people_category", "personnes", "people_categories"),
                _coded("data_category", "données", "personal_categories"),
                Column("precision", "précisions"),
                Column("retention_months", "mois d’usage", Holds.NUMBER),
                Column("retention_trigger", "départ de la durée"),
                Column("intermediate_months", "mois d’archivage intermédiaire", Holds.NUMBER),
                Column("final_disposition", "sort final", codes=words_of(FinalDisposition)),
                Column("retention_ground", "source de la durée"),
            ),
            "recipients": (
                Column("name", "destinataire"),
                Column("kind", "nature", codes=words_of(RecipientKind)),
                Column("received", "ce qu’il reçoit"),
            ),
            "transfers": (
                _coded("country", "pays", "countries"),
                Column("recipient", "destinataire"),
                Column("safeguard", "ce qui permet le transfert", codes=words_of(TransferSafeguard)),
                Column("document", "pièce"),
            ),
            "rights": (
                Column("right", "droit", codes=words_of(PersonsRight)),
                Column("applies", "s’applique", Holds.TRUTH),
                Column("reason", "raison"),
            ),
            "datasets": (
                Column("title", "titre, pour qui lit"),
                Column("identifier", "identifiant"),
                Column("organisation_key", "organisation (clef)"),
                Column("fields", "champs, un par ligne"),
            ),
            "systems": (Column("name", "système"), Column("organisation_key", "organisation (clef)")),
            "principals": (Column("name", "organisation"), Column("organisation_key", "clef")),
        }


def part_line(name: str, values: Mapping[str, Any]) -> str:
    """A part as a line of its cell; what it leaves empty at the end is not written."""
    said = [_on_a_bar(to_cell(column, values.get(column.name))) for column in part_columns()[name]]
    while said and not said[-1]:
        said.pop()
    return " | ".join(said)


def read_part_line(name: str, line: str) -> dict[str, Any]:
    """The values that a line of a cell says.

    Raises: ValueError with what cannot be read of it.
    """
    columns = part_columns()[name]
    pieces = split_bars(line)
    if len(pieces) > len(columns):
        raise ValueError(pieces[len(columns)])
    return {column.name: from_cell(column, piece) for column, piece in zip(columns, pieces, strict=False) if piece}


def split_bars(line: str) -> list[str]:
    """The pieces of a line between its bars."""
    pieces, piece, escaped = [], "", False
    for letter in line:
        if escaped:
            piece, escaped = piece + ("\n" if letter == "n" else letter), False
        elif letter == "\\":
            escaped = True
        elif letter == "|":
            pieces.append(piece.strip())
            piece = ""
        else:
            piece += letter
    return [*pieces, (piece + "\\" if escaped else piece).strip()]


def _on_a_bar(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace("|", "\\|")
