"""An export of ours read back: its tables to a catalogue, every field of a sheet and all that stands below it.

It runs in the child process of its family, on rows that are texts (CSV and workbooks) or values (JSON).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from registry.exchange.anomalies import Anomalies
from registry.exchange.exports.cells import from_cell
from registry.exchange.exports.columns import REREAD, Column, ExportTable, Holds
from registry.exchange.vocabulary import (
    Fate,
    Leftover,
    PredicateTally,
    ReadCatalog,
    ReadCatalogue,
    ReadDataset,
    ReadDistribution,
    SourceFormat,
    TallyRow,
)

Values = dict[str, Any]
Lines = Iterable[tuple[int, list[str]]]
"""The lines of a table, counted from 1 as a spreadsheet counts, the first being its headers."""

_OF_A_RECORD = frozenset(ReadDataset.__struct_fields__)
_OF_A_FILE = frozenset(ReadDistribution.__struct_fields__)
_OF_THE_SHEET = ("organisation_key", "dataset_identifier")
_PARTS = {"services": "services", "champs": "fields"}


class Reading:
    """The tables of an export as they are read: what was kept, and what was wrong."""

    def __init__(self, tables: Iterable[ExportTable]) -> None:
        self.tables = {table.name: table for table in tables}
        self.anomalies = Anomalies()
        self.rows: dict[str, list[tuple[int, Values]]] = {}
        self._kept: dict[tuple[str, str], int] = {}
        self._unknown: dict[tuple[str, str], list[str]] = {}

    def take_lines(self, name: str, lines: Lines) -> None:
        """Reads a table of texts, under the headers of its first line."""
        table = self.tables.get(name)
        if table is None:
            return
        lines = iter(lines)
        _line, headers = next(lines, (0, []))
        known = {column.header: column for column in table.columns}
        columns = [known.get(header.strip()) for header in headers]
        kept = self.rows.setdefault(name, [])
        for line, cells in lines:
            values: Values = {}
            for place, cell in enumerate(cells):
                column = columns[place] if place < len(columns) else None
                if column is None:
                    self._leave(name, headers[place] if place < len(headers) else "", cell)
                    continue
                try:
                    values[column.name] = from_cell(column, cell)
                except ValueError:
                    self._refuse(name, line, column, cell, values)
            if any(value not in (None, []) for value in values.values()):
                kept.append((line, values))

    def take_values(self, name: str, rows: Iterable[Any]) -> None:
        """Reads a table of values, under the names that programs use."""
        table = self.tables.get(name)
        if table is None:
            return
        known = {column.name: column for column in table.columns}
        kept = self.rows.setdefault(name, [])
        for line, row in enumerate(rows, 1):
            values: Values = {}
            for key, value in row.items() if isinstance(row, dict) else ():
                column = known.get(key)
                if column is None:
                    self._leave(name, key, str(value))
                elif column.holds is Holds.DAY and isinstance(value, str):
                    try:
                        values[key] = date.fromisoformat(value)
                    except ValueError:
                        self._refuse(name, line, column, value, values)
                else:
                    values[key] = value
            kept.append((line, values))

    def _refuse(self, name: str, line: int, column: Column, cell: str, values: Values) -> None:
        if name == "jeux":
            subject = str(values.get("identifier") or "")
            self.anomalies.add("export-cell", subject, column.name, cell, line=line, column=column.header)
        else:
            where = f"{cell} » (table {name}, ligne {line}), « {column.header}"
            self.anomalies.add("export-cell", "", "", where)

    def _leave(self, name: str, header: str, cell: str) -> None:
        if cell.strip():
            self._unknown.setdefault((name, header), []).append(cell)

    def catalogue(self, source_format: SourceFormat) -> ReadCatalogue:
        """What the tables say, together."""
        datasets = list(self._datasets())
        for name, rows in self.rows.items():
            for _line, values in rows:
                for key, value in values.items():
                    if value not in (None, []):
                        self._kept[name, key] = self._kept.get((name, key), 0) + 1
        systems = [_plain(values) for _line, values in self.rows.get("systemes", ())]
        derivations = [_plain(values) for _line, values in self.rows.get("derivations", ())]
        left = [Leftover(predicate=header, subject_type=name, count=len(cells), example=cells[0][:80])
                for (name, header), cells in self._unknown.items()]  # fmt: skip
        return ReadCatalogue(
            format=source_format, catalogue=ReadCatalog(), datasets=datasets, leftovers=left, tally=self._tally(),
            anomalies=self.anomalies.close(), systems=systems, derivations=derivations,
        )  # fmt: skip

    def _tally(self) -> PredicateTally:
        rows = [
            TallyRow(
                subject_type=name, predicate=key, fate=Fate.KEPT if name in REREAD else Fate.STRUCTURE, home=key,
                count=count,
            )
            for (name, key), count in self._kept.items()
        ]  # fmt: skip
        rows += [
            TallyRow(subject_type=name, predicate=header, fate=Fate.NO_HOME, home="", count=len(cells))
            for (name, header), cells in self._unknown.items()
        ]
        return PredicateTally(triples=sum(row.count for row in rows), rows=rows)

    def _datasets(self) -> Iterator[ReadDataset]:
        below = {name: self._by_sheet(name) for name in ("distributions", *_PARTS)}
        for line, values in self.rows.get("jeux", ()):
            if values.get("annulled"):
                self.anomalies.add("export-annulled", "", "", str(values.get("title")))
                continue
            yield _dataset(line, values, below)

    def _by_sheet(self, name: str) -> dict[tuple[str, str], list[Values]]:
        found: dict[tuple[str, str], list[Values]] = {}
        for line, values in self.rows.get(name, ()):
            key = str(values.get("organisation_key") or ""), str(values.get("dataset_identifier") or "")
            found.setdefault(key, []).append({"line": line, **values})
        return found


def _dataset(line: int, values: Values, below: Mapping[str, Mapping[tuple[str, str], list[Values]]]) -> ReadDataset:
    key = str(values.get("organisation_key") or ""), str(values.get("identifier") or "")
    own, more = _split(values)
    files = [
        ReadDistribution(**{name: value for name, value in one.items() if name in _OF_A_FILE and value is not None})
        for one in below["distributions"].get(key, ())
    ]
    parts = {
        part: [_part(one) for one in sorted(below[name][key], key=lambda one: one.get("position") or one["line"])]
        for name, part in _PARTS.items()
        if key in below[name]
    }
    return ReadDataset(
        **own, distributions=files, more=more, parts=parts, line=line, owner_key=key[0] or None,
        owner_name=values.get("organisation_name"), system_name=values.get("system_name"),
        system_key=values.get("system_organisation_key"),
    )  # fmt: skip


_ASIDE = frozenset(
    {
        "organisation_key", "organisation_name", "system_name", "system_organisation_key", "stage", "annulled",
    }
)  # fmt: skip


def _split(values: Values) -> tuple[Values, Values]:
    """What a record says under its own names, and the other fields of the sheet."""
    said = {name: value for name, value in values.items() if name not in _ASIDE and value is not None}
    own = {name: value for name, value in said.items() if name in _OF_A_RECORD}
    return own, _plain({name: value for name, value in said.items() if name not in _OF_A_RECORD})


def _part(values: Values) -> Values:
    aside = {*_OF_THE_SHEET, "dataset_title", "line", "position"}
    return _plain({name: value for name, value in values.items() if name not in aside and value is not None})


def _plain(values: Values) -> Values:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def read_json(raw: bytes, reading: Reading) -> None:
    """The tables of a JSON export.

    Raises: ValueError when it is no JSON.
    """
    said = json.loads(raw)
    tables = said.get("tables") if isinstance(said, dict) else None
    for name, rows in tables.items() if isinstance(tables, dict) else ():
        reading.take_values(name, rows if isinstance(rows, list) else ())
