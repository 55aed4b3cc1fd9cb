"""The lines of a table as they become records: each cell read by what its column fills, and what is wrong noted."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from typing import Any, NamedTuple

from registry.exchange.anomalies import Anomalies, shortened
from registry.exchange.refusals import CannotRead, Problem
from registry.exchange.tables.fields import APART, OF_A_RECORD, SEVERAL
from registry.exchange.tables.mappings import REMARK, key_of
from registry.exchange.tables.values import Note, Read, is_broken
from registry.exchange.values import LINE
from registry.exchange.vocabulary import ReadColumn, ReadDataset, ReadDistribution
from registry.inspection.rows import MOST_ROWS, Row, letter

SAMPLES = 3
_TREACHEROUS = re.compile(r"'[\s=+\-@'＝＋－＠]")
_SLUG = 120


class Noted(NamedTuple):
    """One anomaly of a line."""

    code: str
    path: str
    value: str
    column: str


class Notes:
    """The anomalies of a line, kept until its identifier is known."""

    def __init__(self) -> None:
        self.found: list[Noted] = []

    def add(self, path: str, column: str, code: str, value: str) -> None:
        """Notes one anomaly."""
        self.found.append(Noted(code, path, value, column))

    def first(self, path: str, code: str, value: str) -> None:
        """Notes one anomaly before all others."""
        self.found.insert(0, Noted(code, path, value, ""))


@dataclass
class Column:
    """A column as it is read: its targets with their readers, and what became of its cells."""

    place: int
    said: ReadColumn
    readers: list[tuple[str, Read]]
    filled: int = 0
    kept: int = 0
    samples: list[str] = field(default_factory=list)


def targets_of(column: ReadColumn) -> list[str]:
    return [one for one in (column.target or "").split("+") if one and one != REMARK]


class Reading:
    """The lines of a table as they become records."""

    def __init__(self, columns: Sequence[Column], anomalies: Anomalies, from_csv: bool) -> None:
        self.columns = columns
        self.anomalies = anomalies
        self.lines = 0
        self.derived = 0
        self._csv = from_csv
        self._seen: set[str] = set()

    def look(self, rows: Iterator[Row]) -> int:
        """Counts the lines and takes some values of each column, without reading any."""
        for row in rows:
            self._count()
            for column in self.columns:
                self._cell(column, row.cells)
        return self.lines

    def read(self, rows: Iterator[Row]) -> Iterator[ReadDataset]:
        """The records, in the order of the lines."""
        for row in rows:
            self._count()
            yield self._record(row)

    def _count(self) -> None:
        self.lines += 1
        if self.lines > MOST_ROWS:
            raise CannotRead(Problem.TOO_MANY_ROWS, limit=MOST_ROWS)

    def _cell(self, column: Column, cells: Sequence[str]) -> str:
        cell = cells[column.place].strip() if column.place < len(cells) else ""
        if not cell:
            return ""
        if self._csv and _TREACHEROUS.match(cell):
            # A cell that was made inert says what stands behind its apostrophe.
            cell = cell[1:]
        column.filled += 1
        if len(column.samples) < SAMPLES and (short := shortened(cell, 80)) not in column.samples:
            column.samples.append(short)
        return cell

    def _record(self, row: Row) -> ReadDataset:
        notes = Notes()
        values: dict[str, Any] = {}
        for column in self.columns:
            cell = self._cell(column, row.cells)
            if not cell or not column.readers:
                continue
            where = f"{column.said.letter}\u00a0« {column.said.header} »"
            if is_broken(cell):
                notes.add(column.readers[0][0], where, "row-error", cell)
                continue
            for name, read in column.readers:
                note = partial(notes.add, name, where)
                found = read(cell, note)
                if found is not None and found != []:
                    column.kept += name == column.readers[0][0]
                    _take(values, name, found, note)
        self._note_beyond(row, notes)
        return self._finish(row, values, notes)

    def _note_beyond(self, row: Row, notes: Notes) -> None:
        width = len(self.columns)
        beyond = next((place for place in range(width, len(row.cells)) if row.cells[place].strip()), None)
        if beyond is not None:
            notes.add("", letter(beyond), "row-beyond", row.cells[beyond])

    def _finish(self, row: Row, values: dict[str, Any], notes: Notes) -> ReadDataset:
        _settle(values, notes)
        identifier = values.pop("identifier", None)
        title = values.get("title") or ""
        if identifier is None:
            identifier = _derived(title, values.get("owner_siren") or values.get("owner_name") or "", row.line)
            self.derived += bool(title)
            same = "row-same-title"
        else:
            same = "row-duplicate"
        if not title:
            notes.first("title", "row-title-missing", "")
        if identifier in self._seen:
            notes.first("identifier", same, title if same == "row-same-title" else identifier)
        self._seen.add(identifier)
        for one in notes.found:
            self.anomalies.add(one.code, identifier, one.path, one.value, line=row.line, column=one.column)
        files = _files(values)
        own = {name: value for name, value in values.items() if name in OF_A_RECORD}
        more = {
            name: value.isoformat() if hasattr(value, "isoformat") else value
            for name, value in values.items()
            if name not in OF_A_RECORD and name not in APART
        }
        return ReadDataset(
            identifier=identifier, distributions=files, more=more, line=row.line,
            cells=row.cells, files_partly=True, **own,
        )  # fmt: skip


def _take(values: dict[str, Any], name: str, found: Any, note: Note) -> None:
    """Adds what a cell says to what the line says already."""
    if name == "contact":
        for part, value in found:
            _take(values, part, value, note)
    elif name not in values:
        values[name] = found
    elif name in SEVERAL:
        values[name] = list(dict.fromkeys([*values[name], *found]))
    elif values[name] != found:
        note("contact-several" if name.startswith("contact_") else "value-several", str(found))


def _settle(values: dict[str, Any], notes: Notes) -> None:
    """What several cells of a line say together: access, themes of one's own, the period."""
    if "open_data" in values:
        values.setdefault("access_rights", values.pop("open_data"))
    unclear = next((one.value for one in notes.found if one.code == "row-access-unknown"), None)
    if unclear is not None:
        values.setdefault("rights", unclear)
    if "themes" in values:
        own = [one[1:] for one in values["themes"] if one.startswith("=")]
        values["themes"] = [one for one in values["themes"] if not one.startswith("=")]
        if own:
            values["local_themes"] = list(dict.fromkeys([*values.get("local_themes", []), *own]))
    start, end = values.get("temporal_start"), values.get("temporal_end")
    if start and end and end < start:
        notes.add("temporal", "", "period-reversed", f"{start.isoformat()} – {end.isoformat()}")
        del values["temporal_start"], values["temporal_end"]
    formats = values.get("formats", [])
    address = next((values[name] for name in ("download_url", "access_url", "landing_page") if name in values), None)
    if formats and address is None:
        notes.add("formats", "", "row-formats-alone", ", ".join(formats))
    count = values.get("files_count")
    if count is not None and formats and count != len(formats):
        notes.add("files_count", "", "row-files-count", str(count))


def _files(values: Mapping[str, Any]) -> list[ReadDistribution]:
    """The files a line tells of: one for each format at its address, or the one its address leads to."""
    download, access = values.get("download_url"), values.get("access_url")
    formats = values.get("formats", [])
    address = download or access or (values.get("landing_page") if formats else None)
    if address is None:
        return []
    several = len(formats) > 1
    return [
        ReadDistribution(
            identifier=f"{address}#{one}"[-LINE:] if several else address,
            format=one or None,
            access_url=access or (None if download else address),
            download_url=download,
        )
        for one in (formats or [""])
    ]


def _derived(title: str, owner: str, line: int) -> str:
    """An identifier made of the organisation and the title, the same whenever they are."""
    if not title:
        return f"ligne-{line}"
    whole = f"{key_of(owner)}\n{key_of(title)}"
    slug = key_of(title).replace(" ", "-")[:_SLUG].strip("-")
    return f"{slug}-{sha256(whole.encode()).hexdigest()[:8]}"
