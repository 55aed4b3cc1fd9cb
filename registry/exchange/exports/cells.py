"""A value as a cell, and back: readable by people, exact for machines, inert in a spreadsheet.

* A code stands beside its words: `Licence Ouverte 2.0 [etalab-2.0]`; a text that could be taken for one ends with
  ` []`.
* Several values stand one a line; in each, `\\` and line breaks are written `\\\\` and `\\n`.
* In CSV alone, a text that a spreadsheet could compute begins with an apostrophe, and so does one that begins with it.
* In XLSX and ODS, characters that XML does not hold are written `_x000D_`, as XLSX does; `_x005F_` begins a text that
  looked like one.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from registry.exchange.exports.columns import Column, Holds

YES, NO = "oui", "non"
_CODED = re.compile(r"(?P<words>.*) \[(?P<code>[^\[\]]*)\]", re.DOTALL)
_NOT_XML = re.compile("_x[0-9A-Fa-f]{4}_|[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_LISTED = re.compile(r"\\(.)", re.DOTALL)


def to_cell(column: Column, value: Any) -> str:
    """A value in words; nothing for what is empty."""
    if value is None or value == []:
        return ""
    if column.holds is Holds.LIST:
        return "\n".join(_on_a_line(_with_words(column.codes, str(one))) for one in value)
    if column.holds is Holds.TRUTH:
        return YES if value else NO
    if isinstance(value, date):
        return value.isoformat()
    return _with_words(column.codes, str(value))


def from_cell(column: Column, cell: str) -> Any:
    """The value that a cell of our own says; nothing for an empty one.

    Raises: ValueError when it is no day, no number, or neither yes nor no.
    """
    if not cell:
        return [] if column.holds is Holds.LIST else None
    if column.holds is Holds.LIST:
        return [_without_words(column.codes, _off_a_line(one)) for one in cell.split("\n")]
    if column.holds is Holds.TRUTH:
        if cell not in {YES, NO}:
            raise ValueError(cell)
        return cell == YES
    if column.holds is Holds.DAY:
        return date.fromisoformat(cell)
    if column.holds is Holds.NUMBER:
        return int(cell)
    return _without_words(column.codes, cell)


def _with_words(codes: Mapping[str, str] | None, value: str) -> str:
    if codes is None:
        return value
    if value in codes:
        return f"{codes[value]} [{value}]"
    # In a list that is not closed, somebody's own words stand as they are.
    return f"{value} []" if value in codes.values() or value.endswith("]") else value


def _without_words(codes: Mapping[str, str] | None, cell: str) -> str:
    if codes is None:
        return cell
    found = _CODED.fullmatch(cell)
    if found is not None and (found["code"] in codes or not found["code"]):
        return found["code"] or found["words"]
    # Somebody typed the words alone, or the code alone.
    return next((code for code, words in codes.items() if words == cell), cell)


def _on_a_line(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n")


def _off_a_line(line: str) -> str:
    return _LISTED.sub(lambda found: "\n" if found[1] == "n" else found[1], line)


def as_written(cell: str) -> str:
    """What a cell of a CSV file of ours said before it was made inert."""
    return cell[1:] if cell.startswith("'") else cell


def for_xml(text: str) -> str:
    """A text whose every character XML holds."""
    if not _NOT_XML.search(text):
        return text
    return _NOT_XML.sub(
        lambda found: f"_x005F{found[0]}" if len(found[0]) > 1 else f"_x{ord(found[0]):04X}_", text
    )  # fmt: skip


def from_xml(text: str) -> str:
    """What a text said before it was written for XML."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
