"""What goes out of the columns of a table: each with some of its values, and the fields it may fill."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.exchange.columns import PAIRED
from registry.exchange.tables.fields import FIELDS
from registry.exchange.views import path_label
from registry.kernel.sort_keys import sort_key
from registry.kernel.words import _

_FIRST = (
    "title", "description", "identifier", "owner_name", "owner_siren", PAIRED, "contact", "contact_service", "keywords",
    "themes", "frequency", "modified", "licence", "access_rights", "landing_page", "formats",
)  # fmt: skip
"""The fields that inventories usually hold, in the order of the list."""


@dataclass(frozen=True)
class ColumnView:
    """One column: its header, its letter, how many of its cells are filled, some values, and the field chosen."""

    name: str
    header: str
    letter: str
    filled: int
    samples: Sequence[str]
    chosen: str
    is_suggested: bool


@dataclass(frozen=True)
class ColumnsPage:
    """The columns of the table of an import, and the fields each may fill."""

    id: int
    title: str
    organisation_name: str
    sheet: str
    header_line: int
    columns: Sequence[ColumnView]
    fields: Sequence[tuple[str, str]]
    gained: Sequence[str]
    lost: Sequence[str]
    errors: Mapping[str, str]


def target_label(target: str) -> str:
    """A field a column may fill, in words."""
    if target == PAIRED:
        return _("Organisation propriétaire, et éditeur")
    return path_label(target)


def field_choices() -> list[tuple[str, str]]:
    """Every field a column may fill: the usual ones first, then the others by their name."""
    others = sorted(_worded() - set(_FIRST), key=lambda one: sort_key(target_label(one)))
    return [("", _("Ne pas reprendre"))] + [(one, target_label(one)) for one in (*_FIRST, *others)]


def _worded() -> frozenset[str]:
    """The fields of a column that have a name for people."""
    return frozenset(one for one in FIELDS if path_label(one) != one)


def column_views(table: Mapping[str, Any], chosen: Sequence[str] | None = None) -> list[ColumnView]:
    """The columns as the page shows them; `chosen` is what somebody typed already."""
    views = []
    for place, one in enumerate(table["columns"]):
        said = one["target"] if one["target"] is not None else one["suggestion"]
        views.append(
            ColumnView(
                name=f"c{place}",
                header=one["header"] or _("(sans en-tête)"),
                letter=one["letter"],
                filled=one["filled"],
                samples=one["samples"],
                chosen=chosen[place] if chosen is not None else ("" if said == "remark" else said),
                is_suggested=chosen is None and one["target"] is None and bool(one["suggestion"]),
            )
        )
    return views
