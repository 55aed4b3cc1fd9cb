"""A table to a catalogue: a line is a dataset, a column a field, and nothing is dropped without being said."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from registry.exchange.anomalies import Anomalies
from registry.exchange.refusals import CannotRead, Problem
from registry.exchange.tables.fields import SEVERAL
from registry.exchange.tables.headers import Header, choose_sheet, records_below, table_of
from registry.exchange.tables.mappings import OWN
from registry.exchange.tables.records import Column, Reading, targets_of
from registry.exchange.tables.values import is_frequency, reader_of
from registry.exchange.tally import Tally
from registry.exchange.vocabulary import Fate, HandOver, Leftover, ReadCatalog, ReadCatalogue, ReadDataset, SourceFormat
from registry.inspection.rows import SheetOfRows

_KIND = "colonne"


def read_tables(
    sheets: Sequence[SheetOfRows],
    source_format: SourceFormat,
    zone: ZoneInfo,
    remembered: Sequence[Mapping[str, Any]] = (),
    hand_over: HandOver | None = None,
) -> ReadCatalogue:
    """Everything a table says that the register has a place for, and an account of the rest.

    With `hand_over`, the records are given to it as they are read, and none is kept.
    Raises: CannotRead for a table without records, or with more than an inventory has.
    """
    found = choose_sheet(sheets, remembered)
    if found is None:
        raise CannotRead(Problem.NO_ROWS)
    sheet, header = found
    table = table_of(sheet, header, remembered)
    anomalies = Anomalies()
    _note_sheets(anomalies, sheets, sheet, header)
    own = table.mapping == OWN
    columns = [
        Column(place, one, [(name, reader_of(name, zone, own=own)) for name in targets_of(one)])
        for place, one in enumerate(table.columns)
    ]
    _note_same(anomalies, columns)
    reading = Reading(columns, anomalies, source_format is SourceFormat.CSV)
    datasets: list[ReadDataset] = []
    if table.asks:
        reading.look(records_below(sheet, header))
    else:
        take = hand_over or datasets.append
        for one in reading.read(records_below(sheet, header)):
            take(one)
    if not reading.lines:
        raise CannotRead(Problem.NO_ROWS)
    _note_file(anomalies, sheet, reading)
    columns_read = [
        replace(one.said, filled=one.filled, samples=one.samples, suggestion=_suggestion(one)) for one in columns
    ]
    tally = _tally(columns)
    cells = sum(one.filled for one in columns)
    return ReadCatalogue(
        format=source_format,
        catalogue=ReadCatalog(),
        datasets=datasets,
        leftovers=_leftovers(columns) if not table.asks else [],
        tally=tally.close(cells),
        anomalies=anomalies.close(),
        table=replace(table, columns=columns_read),
    )


def _suggestion(column: Column) -> str:
    """The field a column is likely to fill: a header that may name a day or a rhythm is told by its values."""
    said = column.said.suggestion
    if said == "modified" and column.samples and all(is_frequency(one) for one in column.samples):
        return "frequency"
    return said


def _note_sheets(anomalies: Anomalies, sheets: Sequence[SheetOfRows], sheet: SheetOfRows, header: Header) -> None:
    if header.line > 1:
        anomalies.add("table-header", "", "", str(header.line))
    left = [one.name for one in sheets if one is not sheet]
    if left:
        anomalies.add("table-sheet", "", "", sheet.name)
        anomalies.add("table-sheets-left", "", "", ", ".join(left))


def _note_same(anomalies: Anomalies, columns: Sequence[Column]) -> None:
    filling: dict[str, list[str]] = {}
    for column in columns:
        for name, _read in column.readers:
            filling.setdefault(name, []).append(column.said.header)
    for name, headers in filling.items():
        if len(headers) > 1 and name not in SEVERAL and name != "contact":
            anomalies.add("table-columns-same", "", name, ", ".join(headers))


def _note_file(anomalies: Anomalies, sheet: SheetOfRows, reading: Reading) -> None:
    if sheet.noted.merged:
        anomalies.add("table-merged", "", "", str(sheet.noted.merged))
    if sheet.noted.encoding == "windows-1252":
        anomalies.add("table-windows", "", "", "Windows-1252")
    if sheet.noted.damaged:
        anomalies.add("table-accents", "", "", sheet.noted.damaged)
    if reading.derived:
        anomalies.add("table-identifiers", "", "identifier", str(reading.derived))


def _tally(columns: Sequence[Column]) -> Tally:
    tally = Tally()
    for column in columns:
        home = column.said.target or ""
        tally.add(
            _KIND, column.said.header, Fate.KEPT if home else Fate.NO_HOME, home, column.kept if home else column.filled
        )
        if home:
            tally.add(_KIND, column.said.header, Fate.SET_ASIDE, home, column.filled - column.kept)
    return tally


def _leftovers(columns: Sequence[Column]) -> list[Leftover]:
    """The columns no field takes, the fullest first."""
    left = [
        Leftover(
            predicate=one.said.header or one.said.letter, subject_type=_KIND, count=one.filled,
            example=one.samples[0] if one.samples else "",
        )
        for one in columns
        if not one.said.target and one.filled
    ]  # fmt: skip
    return sorted(left, key=lambda one: -one.count)
