"""What a file is by its bytes, whatever its name says: a code of `policies/lists/file_types.yaml`.

The name is asked only between kinds that look alike. What is cut short, protected or could run is said beside the code.
"""

import json
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from registry.inspection.csv_files import looks_like_a_table, separator_of
from registry.inspection.gtfs import looks_like_a_feed
from registry.inspection.problems import CannotRead, Detail, Problem
from registry.inspection.texts import byte_order_mark

_HEAD, _TAIL = 64 * 1024, 8 * 1024
_PROGRAMS = (b"\x7fELF", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!", b"MZ")
_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"GIF8", "GIF"), (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"), (b"{\\rtf", "RTF"), (b"\x1f\x8b", "GZIP"), (b"7z\xbc\xaf", "7Z"), (b"Rar!", "RAR"),
    (b"CDF", "NETCDF"), (b"\x89HDF", "HDF"), (b"GRIB", "GRIB"), (b"fgb\x03", "FGB"), (b"LASF", "LAS"),
    (b"AC10", "DWG"), (b"ISO-10303-21", "IFC"), (b"BEGIN:VCALENDAR", "ICS"),
)  # fmt: skip
_OLE, _PARQUET, _SEALED_PARQUET, _SQLITE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1", b"PARE", b"SQLite format 3\x00"
_OLD_OFFICE = {".xls": "XLS", ".doc": "DOC", ".ppt": "PPT"}
_OPEN_DOCUMENTS = {"text": "ODT", "spreadsheet": "ODS", "presentation": "ODP"}
_OFFICE = {"xl/workbook.xml": "XLSX", "word/document.xml": "DOCX", "ppt/presentation.xml": "PPTX"}
_INSIDE_CUT = (
    (b"opendocument.spreadsheet", "ODS"),
    (b"xl/", "XLSX"),
    (b"opendocument.text", "ODT"),
    (b"word/", "DOCX"),
)
_ROOTS = {
    "kml": "KML", "gpx": "GPX", "featurecollection": "GML", "svg": "SVG", "rdf": "RDF_XML", "rss": "RSS",
    "feed": "ATOM", "publicationdelivery": "NETEX", "siri": "SIRI", "html": "HTML",
}  # fmt: skip
MARKUPS = frozenset({"XML", "KML", "GPX", "GML", "RDF_XML", "RSS", "ATOM", "NETEX", "SIRI"})
"""What is XML that holds data: neither a page nor an image, which may carry a program."""
_ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z][\w.-]*)[\s>/]")
_MARKUP_ASIDE = re.compile(r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\])?>", re.DOTALL | re.IGNORECASE)
_FEATURES, _CONTEXT = re.compile(r'"type"\s*:\s*"FeatureCollection"'), re.compile(r'"@context"\s*:')
_MOST_PARTS = 20_000


@dataclass(frozen=True)
class Recognised:
    """What a file is, and what keeps it from being read, if anything does; `macros` where it carries a program."""

    type: str
    problem: Problem | None = None
    details: dict[str, Detail] = field(default_factory=dict)
    macros: bool = False


def recognise_type(path: Path, name: str) -> Recognised:
    """What a file is by its bytes.

    Raises: CannotRead for one that is empty, or a program.
    """
    size, suffix = path.stat().st_size, PurePath(name).suffix.lower()
    with path.open("rb") as file:
        head = file.read(_HEAD)
        file.seek(-min(size, _TAIL), 2)
        tail = file.read()
    if not head.strip(b"\x00 \t\r\n"):
        raise CannotRead(Problem.EMPTY)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _archive(path, head, suffix)
    if head.startswith(b"%PDF-"):
        cut = b"%%EOF" not in tail
        return Recognised("PDF", Problem.CUT_SHORT if cut else None)
    if head.startswith(_PARQUET):
        return Recognised("PARQUET", None if tail.endswith(_PARQUET) else Problem.CUT_SHORT)
    if head.startswith(_SEALED_PARQUET):
        return Recognised("PARQUET", Problem.PROTECTED_PARQUET)
    if head.startswith(_SQLITE):
        return Recognised("GPKG" if head[68:72] == b"GPKG" else "SQLITE")
    if head.startswith(_OLE):
        return Recognised(_OLD_OFFICE.get(suffix, "OCTET"), Problem.OLD_WORKBOOK if suffix == ".xls" else None)
    for start, code in _STARTS:
        if head.startswith(start):
            return Recognised(code)
    return _text(head, tail, suffix)


def _archive(path: Path, head: bytes, suffix: str) -> Recognised:
    try:
        with zipfile.ZipFile(path) as archive:
            inside = archive.namelist()[:_MOST_PARTS]
            said = ""
            if "mimetype" in inside:
                with archive.open("mimetype") as told:
                    said = told.read(200).decode("ascii", "replace").strip()
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError, ValueError):
        guess = next((code for part, code in _INSIDE_CUT if part in head), "ZIP")
        return Recognised(guess, Problem.CUT_SHORT)
    macros = any(one.lower().endswith("vbaproject.bin") or one.startswith(("Basic/", "Scripts/")) for one in inside)
    if said.startswith("application/vnd.oasis.opendocument."):
        return Recognised(_OPEN_DOCUMENTS.get(said.rpartition(".")[2], "ZIP"), macros=macros)
    for part, code in _OFFICE.items():
        if part in inside:
            return Recognised(code, macros=macros)
    bare = {one.rpartition("/")[2].lower() for one in inside}
    if looks_like_a_feed(bare) or ("stops.txt" in bare and bare & {"routes.txt", "trips.txt", "stop_times.txt"}):
        return Recognised("GTFS", macros=macros)
    if any(one.endswith(".shp") for one in bare):
        return Recognised("SHP")
    if suffix == ".kmz" and any(one.endswith(".kml") for one in bare):
        return Recognised("KMZ")
    return Recognised("ZIP", Problem.ARCHIVE, {"kind": "ZIP"})


def _text(head: bytes, tail: bytes, suffix: str) -> Recognised:
    announced = byte_order_mark(head[:4])
    if announced is None and b"\x00" in head[:400] and (head[1:2] == b"\x00" or head[:1] == b"\x00"):
        announced = "utf-16-le" if head[1:2] == b"\x00" else "utf-16-be"
    sample = head.decode(announced or "utf-8", errors="replace").removeprefix("\ufeff")
    unseen = sum(sign < " " and sign not in "\t\r\n\f" for sign in sample)
    if unseen > 0.02 * len(sample):
        if head.startswith(_PROGRAMS):
            raise CannotRead(Problem.PROGRAM)
        return Recognised("OCTET", Problem.BINARY, {"offset": 0})
    if head.startswith(b"#!"):
        raise CannotRead(Problem.PROGRAM)
    bare = sample.lstrip()
    if bare[:1] in "{[":
        return _json(bare, tail)
    if bare[:1] == "<":
        return _markup(bare)
    if suffix == ".tsv" or (separator_of(sample) == "\t" and looks_like_a_table(sample)):
        return Recognised("TSV")
    if suffix == ".csv" or looks_like_a_table(sample):
        return Recognised("CSV")
    return Recognised("TXT")


def _json(bare: str, tail: bytes) -> Recognised:
    first, _end, rest = bare.partition("\n")
    if rest.lstrip()[:1] == "{" and first.rstrip().endswith("}"):
        try:
            json.loads(first)
        except ValueError:
            pass
        else:
            return Recognised("JSONL")
    said = bare[:4000] + tail.decode("utf-8", "replace")
    code = "JSON_LD" if _CONTEXT.search(bare[:4000]) else "JSON"
    if _FEATURES.search(said):
        code = "GEOJSON"
    closed = tail.rstrip().endswith(b"}" if bare[0] == "{" else b"]")
    return Recognised(code, None if closed else Problem.CUT_SHORT)


def _markup(bare: str) -> Recognised:
    if bare[:15].lower().startswith(("<!doctype html", "<html")):
        return Recognised("HTML", Problem.HTML)
    found = _ROOT.search(_MARKUP_ASIDE.sub("", bare))
    code = _ROOTS.get(found[1].lower(), "XML") if found else "XML"
    return Recognised(code, Problem.HTML if code == "HTML" else None)
