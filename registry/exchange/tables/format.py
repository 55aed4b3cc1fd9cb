"""Whether a file is a table, and in which format, from its first and last bytes and what its name said."""

import re

from registry.exchange.first_bytes import FirstBytes
from registry.exchange.refusals import CannotRead, Problem
from registry.exchange.vocabulary import Family, SourceFormat
from registry.inspection.csv_files import looks_like_a_table
from registry.inspection.texts import byte_order_mark

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NO_TEXT = (_ZIP, _OLE, b"%PDF", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff")
_OTHER_TEXT = re.compile(r"\s*(?:<|\{\s*[\"}]|\[\s*[\[{\"\]]|@prefix|@base)", re.IGNORECASE)


def recognise_table(known: FirstBytes) -> SourceFormat | None:
    """The format of a file that is surely a table, or that says it is and holds text; nothing for the others.

    Raises: CannotRead for a workbook that cannot be read: of an old format, or protected.
    """
    if known.head.startswith(_OLE):
        raise CannotRead(Problem.OLD_WORKBOOK)
    if known.head.startswith(_ZIP):
        return _workbook(known)
    if known.said is not None and known.said.family is Family.TABLE and not known.head.startswith(_NO_TEXT):
        return None if _OTHER_TEXT.match(_text(known.head)) else SourceFormat.CSV
    return None


def recognise_unnamed_table(known: FirstBytes) -> SourceFormat | None:
    """CSV, for a file that nothing else can be and whose lines are cells."""
    if known.head.startswith(_NO_TEXT):
        return None
    text = _text(known.head)
    return SourceFormat.CSV if not _OTHER_TEXT.match(text) and looks_like_a_table(text) else None


def _workbook(known: FirstBytes) -> SourceFormat | None:
    listed = known.head + known.tail
    if b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet" in known.head:
        return SourceFormat.ODS
    if b"xl/workbook" in listed or b"xl/worksheets" in listed:
        return SourceFormat.XLSX
    return known.said if known.said in {SourceFormat.XLSX, SourceFormat.ODS} else None


def _text(head: bytes) -> str:
    encoding = byte_order_mark(head[:4])
    if encoding is None and b"\x00" in head[:400]:
        encoding = "utf-16-be" if head[:400:2].count(0) > head[1:400:2].count(0) else "utf-16-le"
    return head.decode(encoding or "utf-8", errors="replace")
