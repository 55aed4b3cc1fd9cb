"""A record asked for: of which activities, in which format, and its bytes as they are read. Nothing is changed."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from gettext import NullTranslations
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.exchange.activities.columns import record_table
from registry.exchange.activities.fiches import Actors, fiche_rows, fiche_table, list_row, list_table
from registry.exchange.activities.queries import Whole, find_pointed, find_wholes
from registry.exchange.activities.rows import record_rows
from registry.exchange.exports.archive import About
from registry.exchange.exports.cells import to_cell
from registry.exchange.exports.columns import ExportTable
from registry.exchange.exports.exporting import few_at_once
from registry.exchange.exports.ods import MIMETYPE, ods_export
from registry.exchange.exports.queries import Bodies, Row, find_bodies
from registry.exchange.exports.xlsx import xlsx_export
from registry.kernel.issuing import Moment
from registry.kernel.spreadsheets import inert
from registry.kernel.words import FRENCH, _, mark, use_translations
from registry.organisations.holding import find_every, find_held, find_officer
from registry.organisations.queries import get_registry
from registry.platform.database import Acting, transaction
from registry.platform.home import Home
from registry.processing.narrowing import read_chosen, selection_of

Query = Mapping[str, Sequence[str]]


class RecordFormat(StrEnum):
    """How a record is written down."""

    CSV = "csv"
    XLSX = "xlsx"
    ODS = "ods"

    @property
    def label(self) -> str:
        """The format's name in the reader's language."""
        return _(_FORMATS[self][0])

    @property
    def media_type(self) -> str:
        """What the file is, for browsers and programs."""
        return _FORMATS[self][1]


_FORMATS = {
    RecordFormat.CSV: (mark("CSV, une ligne par traitement"), "text/csv"),
    RecordFormat.XLSX: (
        mark("Excel, avec une fiche par traitement"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    RecordFormat.ODS: (mark("LibreOffice, avec une fiche par traitement"), MIMETYPE),
}


def file_name(form: RecordFormat, day: date) -> str:
    """What the file of a record is called: what it is, and when it was read."""
    return f"registre-des-traitements-{day}.{form}"


def record_to_reader(
    home: Home, acting: Acting, info: Mapping[str, Any], form: RecordFormat, query: Query
) -> Iterator[bytes]:
    """The record that the address of a list selects, read at one moment within the rights of whoever acts.

    Raises: Unavailable when too many exports are being read.
    """

    def pieces() -> Iterator[bytes]:
        with transaction(home.app_at_one_moment, acting, **info) as session:
            yield from export_record(session, form, query)

    return few_at_once(pieces)


def export_record(session: Session, form: RecordFormat, query: Query) -> Iterator[bytes]:
    """The record that the address of a list selects, as the session sees it, piece by piece."""
    wholes, bodies = list(find_wholes(session, read_chosen(query, session.info["today"]()))), find_bodies(session)
    rows = record_rows(wholes, find_pointed(session, bodies, wholes), bodies)
    if form is RecordFormat.CSV:
        return _csv(record_table(), rows)
    zone = ZoneInfo(str(session.info["time_zone"]))
    moment: datetime = session.execute(select(func.now())).scalar_one()
    about = About(get_registry(session).name, moment.astimezone(zone), selection_of(query))
    with use_translations(FRENCH, NullTranslations()):
        tables = _tables(wholes, _actors(session, bodies, wholes), rows)
    return (xlsx_export if form is RecordFormat.XLSX else ods_export)(tables, about)


def _csv(table: ExportTable, rows: Iterable[Row]) -> Iterator[bytes]:
    yield _line(table.headers, start="\ufeff")
    for row in rows:
        yield _line([inert(to_cell(column, row.get(column.name))) for column in table.columns])


def _line(cells: Sequence[str], *, start: str = "") -> bytes:
    written = io.StringIO(newline="")
    # Each cell is quoted: read with another separator, no piece of a text becomes a cell of its own.
    csv.writer(written, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_ALL).writerow(cells)
    return (start + written.getvalue()).encode("utf-8", "replace")


def _tables(
    wholes: Sequence[Whole], actors: Mapping[int, Actors], rows: Iterable[Row]
) -> list[tuple[ExportTable, Iterable[Row]]]:
    """The list, the whole table, which is the one read back, and a sheet for each activity."""
    of = [(one, actors[one.activity.organisation_id]) for one in wholes]
    return [
        (list_table(), [list_row(one, by) for one, by in of]),
        (record_table(), rows),
        *(
            (fiche_table(number, one.activity), list(fiche_rows(one, by)))
            for number, (one, by) in enumerate(of, 1)
        ),
    ]  # fmt: skip


def _actors(session: Session, bodies: Bodies, wholes: Sequence[Whole]) -> dict[int, Actors]:
    """Who answers for the activities of each body, today."""
    today = session.info["today"]()
    moment = Moment(today, today, today, None)
    every = find_every(session, moment)
    found = {}
    for number in {one.activity.organisation_id for one in wholes}:
        held = find_held(session, every, number) if number in every else None
        officer = find_officer(session, held, moment) if held is not None else None
        name = held.body.name if held is not None else bodies.name(number) or ""
        found[number] = Actors(name, str((officer or {}).get("name", "")), str((officer or {}).get("contact", "")))
    return found
