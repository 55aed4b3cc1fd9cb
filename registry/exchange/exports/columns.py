"""What a table of an export is: its columns, and what their cells hold. Light: the process that reads one loads it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Holds(StrEnum):
    """What the cells of a column hold."""

    TEXT = "texte"
    LIST = "liste"
    DAY = "date"
    NUMBER = "nombre"
    TRUTH = "oui ou non"

    @property
    def label(self) -> str:
        """The kind of value; exports speak French."""
        return str(self.value)


@dataclass(frozen=True)
class Column:
    """One column: its name for programs, its header for people, what it holds, and the words of its codes.

    One that is not `kept` is there for whoever reads the file: reading the export back takes it from elsewhere.
    """

    name: str
    header: str
    holds: Holds = Holds.TEXT
    codes: Mapping[str, str] | None = None
    note: str = ""
    kept: bool = True


@dataclass(frozen=True)
class ExportTable:
    """One table of an export: a file, or a sheet of a workbook.

    A workbook shows it as a form where it `is_form`: it is read from top to bottom, its texts wrapped; `widths` are
    those of its columns, in characters, where they are not all alike.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    is_form: bool = False
    widths: tuple[int, ...] = ()

    @property
    def headers(self) -> list[str]:
        """What its first row says."""
        return [column.header for column in self.columns]


REST = "textes_longs"
"""The sheet of a workbook where the rest of a text too long for its cell stands."""
KEY_HEADER = "Organisation (clef)"
"""The first header of every table of an export: an export is known by it."""
REREAD = frozenset({"jeux", "distributions", "services", "champs", "derivations", "systemes"})
"""The tables that reading an export back writes; organisations are matched, appointments are recorded by people."""


def as_order(tables: Sequence[ExportTable]) -> list[dict[str, Any]]:
    """Tables as a process is told of them."""
    return [asdict(table) for table in tables]


def from_order(said: Sequence[Mapping[str, Any]]) -> list[ExportTable]:
    """The tables a process was told of."""
    return [
        ExportTable(
            table["name"],
            table["title"],
            tuple(Column(**{**column, "holds": Holds(column["holds"])}) for column in table["columns"]),
        )
        for table in said
    ]
