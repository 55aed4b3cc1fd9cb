"""A GTFS feed, which is an archive of tables: the files it has, those it lacks, and how full each is.

Nothing is written out: each table is read as it is unpacked, within limits on all of them together.
Source: the GTFS Schedule reference, its required files and fields.
"""

import codecs
import csv
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from registry.inspection.archive import MOST_BYTES, open_archive
from registry.inspection.problems import CannotRead, Problem

REQUIRED = {
    "agency.txt": ("agency_name", "agency_url", "agency_timezone"),
    "stops.txt": ("stop_id",),
    "routes.txt": ("route_id", "route_type"),
    "trips.txt": ("route_id", "service_id", "trip_id"),
    "stop_times.txt": ("trip_id", "stop_sequence"),
}
"""The tables of every feed, and the columns that each must have."""
_CALENDARS = {"calendar.txt": ("service_id", "start_date", "end_date"), "calendar_dates.txt": ("service_id", "date")}
"""On which days trips run: one of the two at least."""
_OTHERS = (
    "areas.txt", "attributions.txt", "booking_rules.txt", "fare_attributes.txt", "fare_leg_join_rules.txt",
    "fare_leg_rules.txt", "fare_media.txt", "fare_products.txt", "fare_rules.txt", "fare_transfer_rules.txt",
    "feed_info.txt", "frequencies.txt", "levels.txt", "location_group_stops.txt", "location_groups.txt",
    "locations.geojson", "networks.txt", "pathways.txt", "rider_categories.txt", "route_networks.txt", "shapes.txt",
    "stop_areas.txt", "timeframes.txt", "transfers.txt", "translations.txt",
)  # fmt: skip
_NAMES = frozenset({*REQUIRED, *_CALENDARS, *_OTHERS})
_MOST_COLUMNS, _LONGEST_LINE = 200, 2**20


@dataclass(frozen=True)
class FeedTable:
    """A table of a feed. Units: `rows` in lines below the header, `cells` and `filled` in cells."""

    name: str
    rows: int
    cells: int
    filled: int


@dataclass(frozen=True)
class Feed:
    """A feed as it was read.

    `missing` are files that it should have, `lacking` columns as « file : column », `other` how many of its files GTFS
    does not know; `is_whole` unless the time given was too short to count every line.
    """

    tables: list[FeedTable] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    other: int = 0
    is_whole: bool = True


def looks_like_a_feed(names: Iterable[str]) -> bool:
    """Whether the files of an archive are those of a feed, be some of them missing."""
    return len({one.rpartition("/")[2].lower() for one in names} & {*REQUIRED, *_CALENDARS}) >= 3


def read_feed(path: Path, seconds: float) -> Feed:
    """What a feed holds, going through each of its tables once, for so many seconds of the processor.

    Raises: CannotRead for an archive that is damaged, sealed or a trap, or that names a file twice or outside itself.
    """
    until, left = time.process_time() + seconds, MOST_BYTES
    tables, lacking, whole = list[FeedTable](), list[str](), True
    try:
        with open_archive(path) as archive:
            files = _files(archive.names())
            for name in sorted(files.keys() & _NAMES):
                if name.endswith(".txt"):
                    counting = _Counting(left)
                    table, header, ended = _count(name, counting.lines(archive.pieces(files[name])), until)
                    left, whole = counting.left, whole and ended
                    tables.append(table)
                    asked = {**REQUIRED, **_CALENDARS}.get(name, ())
                    lacking += [f"{name} : {one}" for one in asked if one not in header]
    except CannotRead as error:
        told = {Problem.BOMB: Problem.ARCHIVE_BOMB, Problem.BROKEN_WORKBOOK: Problem.BROKEN_ARCHIVE}
        told[Problem.PROTECTED_WORKBOOK] = Problem.PROTECTED_ARCHIVE
        raise CannotRead(told.get(error.problem, error.problem), **error.details) from None
    except (csv.Error, UnicodeDecodeError):
        raise CannotRead(Problem.BROKEN_ARCHIVE) from None
    return Feed(tables, _missing(files), lacking, len(files.keys() - _NAMES), whole)


def _files(names: Iterable[str]) -> dict[str, str]:
    """The files of the archive by their name in the feed, which may stand in one folder."""
    kept: dict[str, str] = {}
    for name in names:
        steps = name.replace("\\", "/").split("/")
        if name.startswith(("/", "\\")) or ".." in steps or ":" in steps[0]:
            raise CannotRead(Problem.ODD_ARCHIVE)
        bare = steps[-1].lower()
        if not bare or steps[0] == "__MACOSX":
            continue
        if bare in kept:
            raise CannotRead(Problem.ODD_ARCHIVE)
        kept[bare] = name
    return kept


def _missing(files: dict[str, str]) -> list[str]:
    found = [one for one in REQUIRED if one not in files and (one != "stops.txt" or "locations.geojson" not in files)]
    if not files.keys() & _CALENDARS.keys():
        found.append(" / ".join(_CALENDARS))
    # Who publishes is needed to tell in which language a translated text was.
    if "translations.txt" in files and "feed_info.txt" not in files:
        found.append("feed_info.txt")
    return found


class _Counting:
    """How much may still be unpacked of an archive.

    Units: `left` in bytes.
    """

    def __init__(self, left: int) -> None:
        self.left = left

    def lines(self, pieces: Iterable[bytes]) -> Iterator[str]:
        """The lines of a part, in UTF-8 as GTFS wants it.

        Raises: CannotRead past what may be unpacked, or for a line without end.
        """
        decoder, rest = codecs.getincrementaldecoder("utf-8-sig")(), ""
        for piece in pieces:
            self.left -= len(piece)
            if self.left < 0 or len(rest) > _LONGEST_LINE:
                raise CannotRead(Problem.BOMB)
            *whole, rest = (rest + decoder.decode(piece)).split("\n")
            yield from (f"{line}\n" for line in whole)
        yield rest + decoder.decode(b"", final=True)


def _count(name: str, lines: Iterator[str], until: float) -> tuple[FeedTable, list[str], bool]:
    """How full a table is, its header, and whether it was gone through to its end."""
    reader = csv.reader(lines)
    header = [one.strip() for one in next(reader, [])[:_MOST_COLUMNS]]
    rows = filled = 0
    ended = True
    for row in reader:
        if not row:
            continue
        rows += 1
        filled += sum(1 for cell in row[: len(header)] if cell and not cell.isspace())
        if not rows % 1000 and time.process_time() > until:
            ended = False
            break
    return FeedTable(name, rows, rows * len(header), filled), header, ended
