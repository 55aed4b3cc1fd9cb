"""Which line of a sheet is its header, under title lines and above the records, and what its columns are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from registry.exchange.tables.fields import SEVERAL
from registry.exchange.tables.mappings import (
    REMARK,
    fingerprint_of,
    key_of,
    load_mapping,
    mapping_names,
    recognise_columns,
    suggested,
)
from registry.exchange.vocabulary import ReadColumn, ReadTable
from registry.inspection.rows import Row, SheetOfRows, letter

LOOKED_AT = 40
"""How many filled lines are looked at to find the header."""
_REMEMBERED = "remembered"


@dataclass(frozen=True)
class Header:
    """A header: its line, its texts as they are written, and how many of them are known."""

    line: int
    texts: list[str]
    known: int


def find_header(rows: Sequence[Row], remembered: Sequence[Mapping[str, Any]] = ()) -> Header | None:
    """The header among the first lines: the one of which the most words are known, else the fullest of distinct texts.

    Where lines above it name what it leaves empty (cells merged downward), their names are taken.
    """
    known = {key for name in mapping_names() for key in load_mapping(name).columns}
    known |= {key for one in remembered for key in one["columns"]}
    best, most = None, (0, 0, 0)
    for place, row in enumerate(rows[:LOOKED_AT]):
        texts = [cell.strip() for cell in row.cells if cell.strip()]
        distinct = {key_of(text) for text in texts if not text[:1].isdigit() and len(text) < 200} - {""}
        score = (len(distinct & known) if len(distinct & known) > 1 else 0, len(distinct), -place)
        if distinct and (best is None or score > most):
            best, most = place, score
    if best is None:
        return None
    texts = [" ".join(cell.split()) for cell in rows[best].cells]
    for above in reversed(rows[max(0, best - 2) : best]):
        if len([cell for cell in above.cells if cell.strip()]) > 1:
            texts += [""] * (len(above.cells) - len(texts))
            texts = [
                text or " ".join(cell.split())
                for text, cell in zip(texts, _padded(above.cells, len(texts)), strict=True)
            ]
    return Header(rows[best].line, texts, most[0])


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [*cells[:width], *[""] * (width - len(cells))]


def choose_sheet(
    sheets: Sequence[SheetOfRows], remembered: Sequence[Mapping[str, Any]]
) -> tuple[SheetOfRows, Header] | None:
    """The sheet to read and its header: of those that are visible and filled, the one whose header is best known."""
    best: tuple[SheetOfRows, Header] | None = None
    for sheet in sheets:
        if sheet.hidden:
            continue
        header = find_header(list(islice(sheet.read(), LOOKED_AT)), remembered)
        if header is not None and (best is None or header.known > best[1].known):
            best = sheet, header
    return best


def records_below(sheet: SheetOfRows, header: Header) -> Iterator[Row]:
    """The lines under the header; the header itself, said again, is none."""
    own = [key_of(text) for text in header.texts]
    for row in sheet.read():
        if row.line > header.line and [key_of(cell) for cell in row.cells[:3]] != own[:3]:
            yield row


def table_of(sheet: SheetOfRows, header: Header, remembered: Sequence[Mapping[str, Any]]) -> ReadTable:
    """What the columns are: as somebody says now, as the organisation remembers, or as a recognised set has them."""
    keys = _keys(header.texts)
    fingerprint = fingerprint_of(keys)
    exact = next((one for one in remembered if one["fingerprint"] == fingerprint), None)
    gained: list[str] = []
    lost: list[str] = []
    name, targets = recognise_columns(keys)
    for key, text in zip(keys, header.texts, strict=True):
        # The second column of a header fills the same field where it holds several values.
        again = targets.get(key_of(text), "")
        if key not in targets and again in SEVERAL:
            targets[key] = again
    asks = False
    if exact is not None:
        name, targets = _REMEMBERED, {**targets, **exact["columns"]}
    elif not name:
        asks = True
        near = _nearest(keys, remembered)
        if near is not None:
            targets = {**targets, **{key: target for key, target in near["columns"].items() if key in keys}}
            gained = [text for key, text in zip(keys, header.texts, strict=True) if key and key not in near["columns"]]
            lost = [near["headers"].get(key, key) for key in near["columns"] if key not in keys]
    columns = [
        ReadColumn(header=text, letter=letter(place), key=key, target=targets.get(key), suggestion="")
        for place, (text, key) in enumerate(zip(header.texts, keys, strict=True))
    ]
    columns = [_with_suggestion(column) for column in columns]
    return ReadTable(
        sheet=sheet.name, header_line=header.line, fingerprint=fingerprint, mapping=name, columns=columns, asks=asks,
        gained=gained, lost=lost,
    )  # fmt: skip


def _keys(texts: Sequence[str]) -> list[str]:
    """The key of each header; the second of the same name has its rank."""
    seen: dict[str, int] = {}
    keys = []
    for text in texts:
        key = key_of(text)
        seen[key] = seen.get(key, 0) + 1
        keys.append(key if not key or seen[key] == 1 else f"{key} {seen[key]}")
    return keys


def _nearest(keys: Sequence[str], remembered: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The remembered mapping that shares the most of these headers, if it shares half of them."""
    best, most = None, 0.5
    for one in remembered:
        shared = len(set(keys) & one["columns"].keys()) / max(1, len(one["columns"].keys() | set(keys)))
        if shared >= most:
            best, most = one, shared
    return best


def _with_suggestion(column: ReadColumn) -> ReadColumn:
    if column.target is not None or not column.key:
        return column
    found = suggested(column.key)
    return ReadColumn(**{**vars(column), "suggestion": "" if found == REMARK else found})
