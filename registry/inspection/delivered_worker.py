"""The process that looks at one file that was handed over: `python -m registry.inspection.delivered_worker`.

Its order holds the `path`, the `name` people gave it, a Table `schema` or nothing, where a nested table is written out
(`flat`), the limits. It answers what the file is, counts and names of columns; neither its answer nor what it says when
it fails holds a value of the file.
"""

import csv
import logging
import sys
import time
from contextlib import ExitStack
from dataclasses import replace
from importlib import import_module
from itertools import chain, islice
from pathlib import Path
from typing import Any

from registry.inspection.answering import Order, answer_with, write
from registry.inspection.archive import open_archive
from registry.inspection.columns import stands_for_none
from registry.inspection.csv_files import separator_of, streamed_csv
from registry.inspection.delivered import Delivered, FilledColumn, SchemaRead
from registry.inspection.gtfs import read_feed
from registry.inspection.markup import read_root
from registry.inspection.nested import json_rows
from registry.inspection.ods import ods_sheets
from registry.inspection.parquet import parquet_rows
from registry.inspection.problems import CannotRead, Problem
from registry.inspection.recognising import MARKUPS, recognise_type
from registry.inspection.rows import Row, SheetOfRows
from registry.inspection.sampling import LOOKED_AT, header_of, names_of
from registry.inspection.signs import load_signs
from registry.inspection.table_schema import BadSchema, header_for, hold_against, usable
from registry.inspection.xlsx import xlsx_sheets

_TEXTS = frozenset({"CSV", "TSV"})
_JSON = frozenset({"JSON", "JSONL", "JSON_LD", "GEOJSON"})
_NESTED = _JSON | {"PARQUET"}
_MOST_SHEETS, _MOST_PAGES, _LONGEST_NAME = 20, 200, 120
_SHARE = 0.4
"""The part of the processor's time that counting, then the schema, may take: what is left is for what cannot wait."""
_TAIL = 64 * 1024


def work(order: Order) -> None:
    """Writes what the file is, how full, and what does not hold against its schema."""
    logging.disable(logging.CRITICAL)
    found = Delivered()
    try:
        path = Path(order["path"])
        told = recognise_type(path, order["name"])
        found = Delivered(type=told.type, problem=told.problem, details=told.details, macros=told.macros)
        if told.problem is None:
            found = _read(path, found, order)
    except CannotRead as error:
        found = replace(found, problem=error.problem, details=error.details)
    except MemoryError:
        found = replace(found, problem=Problem.OUT_OF_MEMORY, details={"limit": order["memory_bytes"] // 1024**2})
    except Exception as error:
        # Its message could hold a value, and the parent logs what a child says.
        found = replace(found, problem=Problem.UNFORESEEN, details={"kind": type(error).__name__})
    write(found)


def _read(path: Path, found: Delivered, order: Order) -> Delivered:
    if found.type == "PDF":
        return _pages(path, found)
    if found.type == "GTFS":
        feed = read_feed(path, 2 * _SHARE * order["seconds"])
        return replace(found, feed=feed, rows=sum(one.rows for one in feed.tables), is_whole=feed.is_whole)
    if found.type in MARKUPS:
        root, namespace = read_root(path)
        return replace(found, root=root, namespace=namespace)
    with ExitStack() as open_still:
        sheets = _sheets(path, found.type, open_still)
        if sheets is None:
            return found
        filled = [one for one in sheets if not one.hidden and next(one.read(), None) is not None]
        if not filled:
            return replace(found, problem=Problem.NO_ROWS)
        sheet = filled[0]
        found = replace(found, tables=len(filled), table=sheet.name, encoding=sheet.noted.encoding)
        if found.type in _TEXTS:
            found = replace(found, cut_line=_is_last_line_cut(path, sheet))
        flat = Path(order["flat"]) if found.type in _NESTED else None
        found = _count(sheet, found, order["schema"], _SHARE * order["seconds"], flat)
        if order["schema"] is not None and found.rows:
            found = replace(found, schema=_held(sheet, order["schema"], _SHARE * order["seconds"]))
    return found


def _sheets(path: Path, code: str, open_still: ExitStack) -> list[SheetOfRows] | None:
    """The sheets of a file that holds a table; nothing of one that holds none."""
    if code in _TEXTS:
        return [streamed_csv(path)]
    if code in _JSON:
        return [json_rows(path, code)]
    if code == "PARQUET":
        return [parquet_rows(path)]
    if code in {"XLSX", "ODS"}:
        archive = open_still.enter_context(open_archive(path))
        return (xlsx_sheets if code == "XLSX" else ods_sheets)(archive, whole=False)[:_MOST_SHEETS]
    return None


def _count(sheet: SheetOfRows, found: Delivered, schema: Any, seconds: float, flat: Path | None) -> Delivered:
    """How many cells of each column are filled, going through the whole table once."""
    rows = sheet.read()
    first = list(islice(rows, LOOKED_AT))
    header = 0 if flat is not None else _header_of(first, schema)
    said = [] if header is None else first[header].cells
    width = len(said) or max((len(row.cells) for row in first), default=0)
    filled, nothing = [0] * width, [0] * width
    count, whole, until = 0, True, time.process_time() + seconds
    with ExitStack() as open_still:
        out = None
        if flat is not None:
            out = csv.writer(open_still.enter_context(flat.open("w", encoding="utf-8", newline="")), delimiter=";")
            out.writerow(said)
        for row in chain(first if header is None else first[header + 1 :], rows):
            count += 1
            for place, cell in enumerate(row.cells[:width]):
                if cell and not cell.isspace():
                    filled[place] += 1
                    if len(cell) < 12 and stands_for_none(cell):
                        nothing[place] += 1
            if out is not None:
                out.writerow(row.cells)
            if not count % 1000 and time.process_time() > until:
                whole = False
                break
    columns = [
        FilledColumn(name[:_LONGEST_NAME], *pair)
        for name, *pair in zip(names_of(said, width), filled, nothing, strict=True)
    ]
    problem = None if count else Problem.NO_ROWS
    return replace(
        found, rows=count, columns=columns, has_header=header is not None, is_whole=whole, problem=problem,
        flat=out is not None,
    )  # fmt: skip


def _header_of(first: list[Row], schema: Any) -> int | None:
    if isinstance(schema, dict) and schema.get("fields"):
        try:
            place = header_for(first, usable(schema)[0])
        except BadSchema:
            place = None
        if place is not None:
            return place
    return header_of(first, load_signs())


def _held(sheet: SheetOfRows, schema: Any, seconds: float) -> SchemaRead:
    try:
        told, aside = usable(schema)
        rows = sheet.read()
        first = list(islice(rows, LOOKED_AT))
        place = header_for(first, told)
        if place is None:
            # No field is named: all are missing, and what stands in the first line may be values, which do not leave.
            return SchemaRead(
                missing=[one["name"] for one in told["fields"]],
                required=[one["name"] for one in told["fields"] if one["constraints"].get("required")],
                aside=aside,
            )
        below = chain(first[place + 1 :], rows)
        return hold_against(first[place].cells, below, told, aside=aside, seconds=seconds)
    except BadSchema as refusal:
        return SchemaRead(refused=str(refusal))


def _is_last_line_cut(path: Path, sheet: SheetOfRows) -> bool:
    """Whether the last line ends without a line break and with fewer separators than the first one has."""
    with path.open("rb") as file:
        head = file.read(_TAIL).decode(sheet.noted.encoding, "replace")
        file.seek(-min(path.stat().st_size, _TAIL), 2)
        tail = file.read().decode(sheet.noted.encoding, "replace")
    separator = separator_of(head)
    last = tail.rpartition("\n")[2]
    first = head.partition("\n")[0]
    return "\n" in head and bool(last.strip()) and last.count(separator) < first.count(separator)


def _pages(path: Path, found: Delivered) -> Delivered:
    # Loaded here: it takes as long as all that reads tables.
    pypdf = import_module("pypdf")
    try:
        reader = pypdf.PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            return replace(found, problem=Problem.PROTECTED_PDF)
        pages = len(reader.pages)
        words = sum(bool(page.extract_text().strip()) for page in reader.pages[:_MOST_PAGES])
    except MemoryError:
        raise
    except Exception:
        raise CannotRead(Problem.BROKEN_PDF) from None
    return replace(found, pages=pages, pages_with_words=words, is_whole=pages <= _MOST_PAGES)


if __name__ == "__main__":
    sys.exit(answer_with(work))
