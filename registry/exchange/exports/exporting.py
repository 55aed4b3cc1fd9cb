"""An export asked for: of which sheets, in which format, and its bytes as they are read. Nothing is changed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from threading import BoundedSemaphore
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.datasets.listing.selecting import read_selection, selection_query
from registry.datasets.queries import find_ids
from registry.exchange.exports.archive import About
from registry.exchange.exports.csv_files import csv_export
from registry.exchange.exports.json_files import json_export
from registry.exchange.exports.ods import MIMETYPE, ods_export
from registry.exchange.exports.profiles import etalab_export, scdl_export
from registry.exchange.exports.queries import find_catalogue, find_export, find_sheets
from registry.exchange.exports.xlsx import xlsx_export
from registry.kernel.errors import Unavailable
from registry.kernel.words import _, mark
from registry.organisations.queries import get_registry
from registry.platform.database import Acting, transaction
from registry.platform.home import Home

AT_ONCE = 3
"""How many exports one process serves at once: each holds a connection of the pages until it is read."""
_places = BoundedSemaphore(AT_ONCE)


class ExportFormat(StrEnum):
    """How an export is written down."""

    CSV = "csv"
    XLSX = "xlsx"
    ODS = "ods"
    JSON = "json"
    SCDL = "scdl"
    ETALAB = "etalab"

    @property
    def label(self) -> str:
        """The format's name in the reader's language."""
        return _(_FORMATS[self][0])

    @property
    def hint(self) -> str:
        """What it is good for, in the reader's language."""
        return _(_FORMATS[self][1])

    @property
    def suffix(self) -> str:
        """How the name of the file ends."""
        return _FORMATS[self][2]

    @property
    def media_type(self) -> str:
        """What the file is, for browsers and programs."""
        return _FORMATS[self][3]


_FORMATS = {
    ExportFormat.CSV: (
        mark("CSV, un fichier par table"),
        mark("Une archive avec sa notice : pour garder, échanger, et relire ici sans rien perdre."),
        "zip", "application/zip",
    ),
    ExportFormat.XLSX: (
        mark("Excel (XLSX)"), mark("Un classeur, une feuille par table : se relit ici de même."),
        "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    ExportFormat.ODS: (
        mark("LibreOffice (ODS)"), mark("Le même classeur, dans le format ouvert de LibreOffice."), "ods", MIMETYPE,
    ),
    ExportFormat.JSON: (
        mark("JSON"), mark("Les mêmes tables pour un programme, avec leurs vrais types."), "json", "application/json",
    ),
    ExportFormat.SCDL: (
        mark("Catalogue SCDL (CSV)"),
        mark("Les 20 colonnes du socle commun des données locales : ce qu’elles peuvent contenir, et rien d’autre."),
        "csv", "text/csv",
    ),
    ExportFormat.ETALAB: (
        mark("Catalogue Etalab (CSV)"),
        mark("Les 17 colonnes du schéma « catalogue de données » : ce qu’elles peuvent contenir, et rien d’autre."),
        "csv", "text/csv",
    ),
}  # fmt: skip

_WRITERS: Mapping[ExportFormat, Callable[[Any, About], Iterator[bytes]]] = {
    ExportFormat.CSV: csv_export,
    ExportFormat.XLSX: xlsx_export,
    ExportFormat.ODS: ods_export,
    ExportFormat.JSON: json_export,
}


def export(session: Session, form: ExportFormat, query: Mapping[str, Sequence[str]]) -> Iterator[bytes]:
    """An export of the sheets that the address of a list selects, as the session sees them, piece by piece."""
    zone = ZoneInfo(str(session.info["time_zone"]))
    moment: datetime = session.execute(select(func.now())).scalar_one()
    narrowed = selection_query(query)
    ids = find_ids(session, read_selection(session, query, on=session.info["today"]()))
    sheets = find_sheets(session, ids, whole=not narrowed)
    if form is ExportFormat.SCDL:
        return scdl_export(find_catalogue(session, sheets))
    if form is ExportFormat.ETALAB:
        return etalab_export(find_catalogue(session, sheets))
    about = About(get_registry(session).name, moment.astimezone(zone), narrowed)
    return _WRITERS[form](find_export(session, sheets), about)


def export_to_reader(
    home: Home, acting: Acting, info: Mapping[str, Any], form: ExportFormat, query: Mapping[str, Sequence[str]]
) -> Iterator[bytes]:
    """The same, read at one moment within the rights of whoever acts, for as long as they take it.

    Raises: Unavailable when too many are being read.
    """

    def pieces() -> Iterator[bytes]:
        with transaction(home.app_at_one_moment, acting, **info) as session:
            yield from export(session, form, query)

    return few_at_once(pieces)


def few_at_once(pieces: Callable[[], Iterator[bytes]]) -> Iterator[bytes]:
    """The pieces of an export, while few enough are being read: each holds a connection of the pages.

    Raises: Unavailable when too many are.
    """
    if not _places.acquire(blocking=False):
        raise Unavailable(_("D’autres exports sont en cours : réessayez dans une minute."))
    _places.release()
    return _in_turn(pieces)


def _in_turn(pieces: Callable[[], Iterator[bytes]]) -> Iterator[bytes]:
    with _places:
        yield from pieces()


def file_name(form: ExportFormat, day: date) -> str:
    """What the file of an export is called: what it is, and when it was read."""
    what = {ExportFormat.SCDL: "catalogue-scdl", ExportFormat.ETALAB: "catalogue-etalab"}.get(form, "registre")
    return f"{what}-{day}.{form.suffix}"
