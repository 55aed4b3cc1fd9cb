"""What was seen of a file to a verdict for each check, by what the clauses ask: pure, and no value of the file."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from pathlib import PurePath
from typing import Any

from registry.contracts.checks.vocabulary import CheckCode, CheckSaid, CheckVerdict, SchemaSource
from registry.inspection.delivered import Delivered
from registry.inspection.gtfs import REQUIRED, Feed
from registry.inspection.problems import Detail, Problem
from registry.inspection.vocabulary import Confidence, CountedTable, Inspected, LineKind
from registry.platform.lists import load_list

Figure = int | str | list[str]
_MOST_NAMED = 12
_COUNTING = re.compile(
    r"\b(?:nb|nbr|nbre|nombre|effectifs?|totaux|total|frequentation|population|visites|visiteurs|passages|presences"
    r"|usagers|abonnes|voyageurs|validations|entrees|count)\b"
)
"""Words by which a column says that it counts."""


@dataclass(frozen=True)
class Demands:
    """What the clauses in force ask of a file, and what the registry knows of the data; nothing where nobody says.

    `schema` is a Table Schema as it was read, `schema_source` and `schema_title` where it comes from, `schema_named`
    the name or the address that the contract gives. `personal` is whether the dataset's sheet says that it holds
    personal data, or where `is_whole`, that is of no dataset, whether the contract touches any; `anonymous` whether a
    clause guarantees that it holds none. Units: `completeness` in percent.
    """

    format: str | None = None
    encoding: str | None = None
    schema: Mapping[str, Any] | None = None
    schema_source: SchemaSource | None = None
    schema_title: str = ""
    schema_named: str | None = None
    completeness: Decimal | None = None
    personal: bool | None = None
    anonymous: bool = False
    least_count: int | None = None
    is_whole: bool = False


@dataclass(frozen=True)
class Said:
    """One sentence: its code, and what was counted."""

    code: CheckSaid
    figures: Mapping[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """One check, its verdict, its sentences, and where the faults are: places and kinds, no value."""

    code: CheckCode
    verdict: CheckVerdict
    said: Sequence[Said]
    details: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Unread:
    """Why a table was not gone through for what it may say of people."""

    problem: Problem
    details: Mapping[str, Detail] = field(default_factory=dict)


def judge(
    name: str,
    seen: Delivered,
    demands: Demands,
    people: Sequence[Inspected] | Unread | None,
    small: Sequence[CountedTable] | Unread | None,
    counting: Sequence[str] = (),
) -> list[Check]:
    """Every check of a file that was looked at, in the order of `CheckCode`.

    `people` and `small` are what the two detections found; nothing where they were not asked.
    """
    return [
        _name(name, seen),
        _open(seen),
        _agreed(seen, demands),
        _form(seen, demands),
        _completeness(seen, demands),
        _personal(seen, demands, people),
        _small(seen, demands, small, counting),
    ]


def counting_columns(seen: Delivered) -> list[str]:
    """The columns whose name says that they count."""
    return [one.name for one in seen.columns if _COUNTING.search(_plain(one.name))]


def line_kind(seen: Delivered, people: Sequence[Inspected] | Unread | None) -> LineKind | None:
    """What a line is: a total where a column counts, one person where columns tell of people, else nothing."""
    if counting_columns(seen):
        return LineKind.TOTAL
    told = (
        [] if people is None or isinstance(people, Unread) else [one for table in people for one in table.suggestions]
    )
    return LineKind.ONE if any(one.confidence is not Confidence.LOW for one in told) else None


def announced_type(name: str) -> str | None:
    """The type a file's name announces: a code of the list of file types, nothing where its ending is none of them."""
    ending = PurePath(name).suffix.lower().removeprefix(".")
    return load_list("file_types").find(ending) if ending else None


def _name(name: str, seen: Delivered) -> Check:
    announced = announced_type(name)
    said: list[Said] = []
    if seen.problem is not None and seen.problem is not Problem.ARCHIVE:
        said.append(_problem(seen))
    if seen.cut_line:
        said.append(Said(CheckSaid.LAST_LINE))
    if seen.macros:
        said.append(Said(CheckSaid.MACROS))
    if not seen.type or seen.type == "OCTET":
        if not said:
            said.append(Said(CheckSaid.NAME_UNTOLD))
    elif announced is not None and not _is_within(seen.type, announced):
        said.append(Said(CheckSaid.NAME_OTHER, {"announced": announced, "type": seen.type}))
    if said:
        return Check(CheckCode.NAME, CheckVerdict.FAULT, said)
    held = Said(CheckSaid.NAME_SILENT if announced is None else CheckSaid.NAME_HELD, {"type": seen.type})
    return Check(CheckCode.NAME, CheckVerdict.OK, [held])


_HOLDS = {
    "JSON": {"GEOJSON", "JSON_LD", "JSONL", "TOPOJSON"}, "XML": {"KML", "GPX", "GML", "RDF_XML", "RSS", "ATOM", "NETEX",
    "SIRI", "SVG"}, "ZIP": {"GTFS", "SHP", "KMZ", "NETEX"}, "TXT": {"CSV", "TSV"}, "CSV": {"TSV"}, "GEOJSON": {"JSON"},
    "JSON_LD": {"JSON"}, "GTFS": {"ZIP"}, "SHP": {"ZIP"}, "NETEX": {"XML", "ZIP"}, "SIRI": {"XML"}, "GML": {"XML"},
    "DATEX_II": {"XML"}, "TSV": {"CSV"}, "SQLITE": {"GPKG"}, "HTML": {"XML"}, "TOPOJSON": {"JSON"}, "GBFS": {"JSON"},
    "GTFS_RT": {"OCTET"},
}  # fmt: skip
"""What a file may be, by its bytes, that its name calls by another word without saying anything false."""


def _is_within(found: str, announced: str) -> bool:
    return found == announced or found in _HOLDS.get(announced, ())


def _open(seen: Delivered) -> Check:
    types = load_list("file_types")
    if seen.type not in types or seen.type == "OCTET":
        return Check(CheckCode.OPEN_FORMAT, CheckVerdict.UNKNOWN, [_why_not(seen)])
    if seen.type == "PDF":
        if not seen.pages:
            said = Said(CheckSaid.FOR_EYES, {"type": "PDF"})
        elif not seen.pages_with_words:
            said = Said(CheckSaid.PDF_SCAN, {"pages": seen.pages})
        else:
            said = Said(CheckSaid.PDF_WORDS, {"with_words": seen.pages_with_words, "pages": seen.pages})
        return Check(CheckCode.OPEN_FORMAT, CheckVerdict.FAULT, [said])
    figures: dict[str, Figure] = {"type": seen.type}
    faults = [] if types.flag(seen.type, "open") else [Said(CheckSaid.CLOSED, figures)]
    faults += [] if types.flag(seen.type, "machine_readable") else [Said(CheckSaid.FOR_EYES, figures)]
    verdict = CheckVerdict.FAULT if faults else CheckVerdict.OK
    return Check(CheckCode.OPEN_FORMAT, verdict, faults or [Said(CheckSaid.OPEN, figures)])


def _agreed(seen: Delivered, demands: Demands) -> Check:
    said: list[Said] = []
    verdict = CheckVerdict.UNKNOWN
    if not seen.type:
        said.append(_why_not(seen))
    elif demands.format is not None:
        held = _is_within(seen.type, demands.format) and seen.type != "OCTET"
        figures: dict[str, Figure] = {"agreed": demands.format, "type": seen.type}
        said.append(Said(CheckSaid.AGREED if held else CheckSaid.NOT_AGREED, figures))
        verdict = CheckVerdict.OK if held else CheckVerdict.FAULT
    if seen.encoding and demands.encoding and not _same_encoding(seen.encoding, demands.encoding):
        said.append(Said(CheckSaid.ENCODING, {"agreed": demands.encoding, "encoding": seen.encoding}))
        verdict = CheckVerdict.FAULT
    return Check(CheckCode.AGREED_FORMAT, verdict, said or [Said(CheckSaid.NONE_AGREED)])


def _same_encoding(found: str, asked: str) -> bool:
    """Whether a text in an encoding is one in another; of an encoding nobody knows, nothing is said against it."""
    western = {"windows1252", "cp1252", "latin1", "latin9", "iso88591", "iso885915", "ansi"}
    one, other = (re.sub(r"[^a-z0-9]", "", word.lower()).replace("utf8sig", "utf8") for word in (found, asked))
    if one.startswith("utf16"):
        one = "utf16"
    known = western | {"utf8", "utf16"}
    return one == other or {one, other} <= western or other not in known


def _form(seen: Delivered, demands: Demands) -> Check:
    """What a file is held against: the reference of its own format where it has one, else the schema of the data."""
    if seen.feed is not None:
        return _feed(seen.feed)
    if seen.root and demands.schema is None:
        root: dict[str, Figure] = {"root": seen.root, "namespace": seen.namespace or "—"}
        return Check(CheckCode.SCHEMA, CheckVerdict.UNKNOWN, [Said(CheckSaid.XML_ROOT, root)])
    return _schema(seen, demands)


def _schema(seen: Delivered, demands: Demands) -> Check:
    if demands.schema is None:
        named = demands.schema_named
        none = Said(CheckSaid.SCHEMA_NAMED, {"named": named}) if named else Said(CheckSaid.SCHEMA_NONE)
        return Check(CheckCode.SCHEMA, CheckVerdict.UNKNOWN, [none])
    read = seen.schema
    if read is None:
        return Check(CheckCode.SCHEMA, CheckVerdict.UNKNOWN, [_why_not(seen)])
    told: dict[str, Figure] = {"schema": str(demands.schema_source or ""), "title": demands.schema_title}
    if read.refused:
        refused = Said(CheckSaid.SCHEMA_REFUSED, {**told, "why": read.refused})
        return Check(CheckCode.SCHEMA, CheckVerdict.UNKNOWN, [refused])
    said: list[Said] = []
    if read.required:
        said.append(Said(CheckSaid.SCHEMA_REQUIRED, {"columns": _named(read.required)}))
    nameless = not read.rows and bool(read.missing)
    if nameless:
        said.append(Said(CheckSaid.SCHEMA_NAMELESS))
    if read.faults:
        faults: dict[str, Figure] = {"faults": read.faults, "wrong": read.wrong_rows, "rows": read.rows}
        said.append(Said(CheckSaid.SCHEMA_FAULTS, {**told, **faults}))
    verdict = CheckVerdict.FAULT if said else CheckVerdict.OK if read.is_whole else CheckVerdict.UNKNOWN
    if not said:
        said.append(Said(CheckSaid.SCHEMA_HELD, {**told, "rows": read.rows}))
    if (other := [one for one in read.missing if one not in read.required]) and not nameless:
        said.append(Said(CheckSaid.SCHEMA_MISSING, {"columns": _named(other)}))
    if read.extra:
        said.append(Said(CheckSaid.SCHEMA_EXTRA, {"columns": _named(read.extra)}))
    if not read.is_whole:
        said.append(Said(CheckSaid.SCHEMA_PARTLY, {"rows": read.rows}))
    if read.aside:
        said.append(Said(CheckSaid.SCHEMA_ASIDE, {"columns": _named(read.aside)}))
    details = [
        {"line": one.line, "column": one.column, "kind": one.kind, "wanted": one.wanted} for one in read.told
    ]  # fmt: skip
    return Check(CheckCode.SCHEMA, verdict, said, details)


def _feed(feed: Feed) -> Check:
    """A GTFS feed against its own reference: the files and the columns that every feed has."""
    said = [Said(CheckSaid.FEED_MISSING, {"files": feed.missing})] if feed.missing else []
    if feed.lacking:
        said.append(Said(CheckSaid.FEED_LACKING, {"columns": _named(feed.lacking)}))
    if empty := [one.name for one in feed.tables if not one.rows and one.name in REQUIRED]:
        said.append(Said(CheckSaid.FEED_EMPTY, {"files": empty}))
    verdict = CheckVerdict.FAULT if said else CheckVerdict.OK
    if not said:
        said.append(Said(CheckSaid.FEED_HELD))
    said.append(Said(CheckSaid.FEED_ROWS, {"files": [f"{one.name} ({one.rows})" for one in feed.tables]}))
    if feed.other:
        said.append(Said(CheckSaid.FEED_OTHER, {"count": feed.other}))
    return Check(CheckCode.SCHEMA, verdict, said)


def _completeness(seen: Delivered, demands: Demands) -> Check:
    if seen.feed is not None:
        cells, filled = (sum(getattr(one, name) for one in seen.feed.tables) for name in ("cells", "filled"))
    else:
        cells, filled = seen.rows * len(seen.columns), sum(one.filled for one in seen.columns)
    if not cells:
        return Check(CheckCode.COMPLETENESS, CheckVerdict.UNKNOWN, [_why_not(seen)])
    # Rounded down: what is short of a threshold by one cell does not read as reaching it.
    percent = (Decimal(100 * filled) / Decimal(cells)).quantize(Decimal("0.01"), ROUND_DOWN).normalize()
    figures: dict[str, Figure] = {"percent": f"{percent:f}", "filled": filled, "cells": cells}
    asked = demands.completeness
    if asked is None:
        verdict, said = CheckVerdict.UNKNOWN, [Said(CheckSaid.FILLED_UNASKED, figures)]
    else:
        reached = 100 * filled >= asked * cells
        verdict = CheckVerdict.OK if reached else CheckVerdict.FAULT
        said = [Said(CheckSaid.FILLED, {**figures, "asked": f"{asked.normalize():f}"})]
        if not seen.is_whole:
            verdict = CheckVerdict.UNKNOWN
    if not seen.is_whole:
        said.append(Said(CheckSaid.FILLED_PARTLY, {"rows": seen.rows}))
    least = sorted((one for one in seen.columns if one.filled < seen.rows), key=lambda one: one.filled)[:5]
    if least:
        names = [f"{one.name} ({one.filled} / {seen.rows})" for one in least]
        said.append(Said(CheckSaid.FILLED_LEAST, {"columns": names}))
    if nothing := sum(one.nothing for one in seen.columns):
        said.append(Said(CheckSaid.FILLED_NOTHING, {"count": nothing}))
    if seen.tables > 1:
        said.append(Said(CheckSaid.FIRST_SHEET, {"count": seen.tables}))
    if not seen.has_header:
        said.append(Said(CheckSaid.NO_HEADER))
    if seen.feed is not None and asked is not None:
        said.append(Said(CheckSaid.FEED_OPTIONAL))
    return Check(CheckCode.COMPLETENESS, verdict, said)


def _personal(seen: Delivered, demands: Demands, people: Sequence[Inspected] | Unread | None) -> Check:
    if people is None or isinstance(people, Unread):
        return Check(CheckCode.PERSONAL_DATA, CheckVerdict.UNKNOWN, [_why_not(seen, people)])
    found = [(table, one) for table in people for one in table.suggestions]
    if not found:
        none = Said(CheckSaid.PERSONAL_NONE)
        if demands.personal and not demands.anonymous and not demands.is_whole:
            # Columns without a name that tells them hold people all the same: no green where the sheet says so.
            return Check(CheckCode.PERSONAL_DATA, CheckVerdict.UNKNOWN, [none, Said(CheckSaid.PERSONAL_TOLD)])
        return Check(CheckCode.PERSONAL_DATA, CheckVerdict.OK, [none])
    names = _named([table.columns[one.column].name for table, one in found])
    said = [Said(CheckSaid.PERSONAL_FOUND, {"columns": names})]
    if all(one.confidence is Confidence.LOW for _table, one in found):
        verdict, more = CheckVerdict.UNKNOWN, CheckSaid.PERSONAL_DOUBT
    elif demands.anonymous:
        verdict, more = CheckVerdict.FAULT, CheckSaid.PERSONAL_ANONYMOUS
    elif demands.is_whole:
        # A contract that touches personal data does not say that each of its deliveries holds some.
        held = bool(demands.personal)
        verdict = CheckVerdict.UNKNOWN if held else CheckVerdict.FAULT
        more = CheckSaid.PERSONAL_OF_CONTRACT if held else CheckSaid.PERSONAL_NOT_OF_CONTRACT
    elif demands.personal:
        verdict, more = CheckVerdict.OK, CheckSaid.PERSONAL_EXPECTED
    else:
        verdict, more = CheckVerdict.FAULT, CheckSaid.PERSONAL_UNEXPECTED
    details = [
        {
            "column": table.columns[one.column].name, "sign": str(one.sign), "confidence": str(one.confidence),
            "reasons": [{"code": str(why.code), "counts": dict(why.counts)} for why in one.reasons],
        }
        for table, one in found[:_MOST_NAMED]
    ]  # fmt: skip
    return Check(CheckCode.PERSONAL_DATA, verdict, [*said, Said(more)], details)


def _small(
    seen: Delivered, demands: Demands, small: Sequence[CountedTable] | Unread | None, counting: Sequence[str]
) -> Check:
    unasked = [Said(CheckSaid.SMALL_UNASKED)] if demands.least_count is None else []
    if isinstance(small, Unread) or small is None:
        refused = small if isinstance(small, Unread) else None
        readable = refused is None and bool(seen.columns)
        why = Said(CheckSaid.SMALL_UNSURE) if readable else _why_not(seen, refused)
        return Check(CheckCode.SMALL_COUNTS, CheckVerdict.UNKNOWN, unasked or [why])
    found = [one for table in small for one in table.found]
    unread = sum(one.unread for one in small)
    whole = all(one.is_whole for one in small) and not unread
    count = least_asked(demands)
    if found:
        verdict = CheckVerdict.UNKNOWN if unasked else CheckVerdict.FAULT
        figures: dict[str, Figure] = {
            "count": count, "small": sum(one.small for one in found), "lines": sum(one.lines for one in found),
        }  # fmt: skip
        said = [*unasked, Said(CheckSaid.SMALL_USUAL if unasked else CheckSaid.SMALL_FOUND, figures)]
        by = [" × ".join(one.columns) for one in found if one.columns]
        said += [Said(CheckSaid.SMALL_BY, {"columns": _named(by)})] if by else []
    else:
        verdict = CheckVerdict.OK if whole and not unasked else CheckVerdict.UNKNOWN
        said = [*unasked, Said(CheckSaid.SMALL_USUAL_NONE if unasked else CheckSaid.SMALL_NONE, {"count": count})]
    if counting:
        said.append(Said(CheckSaid.SMALL_COUNTING, {"columns": _named(counting)}))
    if unread:
        said.append(Said(CheckSaid.SMALL_UNREAD, {"count": unread}))
    return Check(CheckCode.SMALL_COUNTS, verdict, said)


def least_asked(demands: Demands) -> int:
    """Under how many a group is too small: by the contract, else by the usage that the list puts first."""
    if demands.least_count is not None:
        return demands.least_count
    usual = load_list("small_counts")
    return usual.number(next(iter(usual)), "at_least") or 2


def _why_not(seen: Delivered, refused: Unread | None = None) -> Said:
    """Why a check could not be made of a file."""
    if refused is not None:
        return Said(CheckSaid.PROBLEM, {"problem": str(refused.problem), **refused.details})
    if seen.problem is not None:
        return _problem(seen)
    return Said(CheckSaid.NO_TABLE, {"type": seen.type}) if seen.type else Said(CheckSaid.NAME_UNTOLD)


def _problem(seen: Delivered) -> Said:
    return Said(CheckSaid.PROBLEM, {"problem": str(seen.problem), **seen.details})


def _named(names: Sequence[str]) -> list[str]:
    told = list(dict.fromkeys(names))
    return [*told[:_MOST_NAMED], *(["…"] if len(told) > _MOST_NAMED else [])]


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.casefold()).replace("_", " ")
    return "".join(sign for sign in bare if not unicodedata.combining(sign))
