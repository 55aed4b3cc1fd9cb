"""A file to what its columns suggest, read in a child process within limits: this one loads no reader."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePath
from typing import Generic, TypeVar

import msgspec

from registry.inspection.child import Failed, ask_child
from registry.inspection.limits import Limits
from registry.inspection.problems import Detail, Problem
from registry.inspection.refusals import refusal_of
from registry.inspection.vocabulary import CountedTable, Inspected, LineKind, TableFormat
from registry.kernel.errors import Unreadable
from registry.kernel.words import _

DEFAULT_LIMITS = Limits(file_bytes=2 * 1024**3, memory_bytes=1024**3, seconds=90)
_WORKER, _SMALL_WORKER = "registry.inspection.worker", "registry.inspection.small_worker"
_HEAD = 4096
_MEBIBYTE = 1024 * 1024
_OLE, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
_PARQUET, _ENCRYPTED_PARQUET = b"PAR1", b"PARE"
_OTHERS = {
    b"%PDF": "PDF", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"{\\rtf": "RTF", b"SQLite format 3": "SQLite",
}  # fmt: skip
_ARCHIVES = {b"\x1f\x8b": "gzip", b"7z\xbc\xaf": "7z", b"Rar!": "RAR", b"BZh": "bzip2", b"\xfd7zXZ": "xz"}
_WORDS_IN_ZIP = {b"word/": "Word", b"ppt/": "PowerPoint", b"opendocument.text": "ODT"}


_Table = TypeVar("_Table")


@dataclass(frozen=True)
class _Answer(Generic[_Table]):
    tables: list[_Table] = field(default_factory=list)
    problem: Problem | None = None
    details: dict[str, Detail] = field(default_factory=dict)


def inspect_file(path: Path, *, on: date, name: str | None = None, limits: Limits = DEFAULT_LIMITS) -> list[Inspected]:
    """What the columns of a file suggest, one table a sheet; nothing of the file is kept.

    `name` is what people call the file, where it was stored under another one.
    Raises:
        TooLarge: the file passes the limit.
        Unreadable: it is no table that can be read, with what is wrong and what to do.
    """
    shown = name or path.name
    source = _recognise(path, shown, limits)
    order = {"path": str(path.absolute()), "format": str(source), "on": on.isoformat()}
    return _ask(_WORKER, order, limits, Inspected)


def count_small_groups(
    path: Path,
    *,
    lines: LineKind,
    fewer_than: int,
    counts: Sequence[str] = (),
    name: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> list[CountedTable]:
    """What makes groups of fewer than `fewer_than` in a file, one table a sheet; nothing of the file is kept.

    Raises: as `inspect_file`, also of a Parquet table.
    """
    source = _recognise(path, name or path.name, limits)
    if source is TableFormat.PARQUET:
        raise Unreadable(_("Les groupes d’une table Parquet ne se comptent pas ici : enregistrez-la en CSV."))
    order = {
        "path": str(path.absolute()),
        "format": str(source),
        "lines": str(lines),
        "fewer_than": fewer_than,
        "counts": list(counts),
    }
    return _ask(_SMALL_WORKER, order, limits, CountedTable)


def _ask(worker: str, order: Mapping[str, object], limits: Limits, kind: type[_Table]) -> list[_Table]:
    said = ask_child(worker, order, limits)
    if isinstance(said, Failed):
        raise refusal_of(said.problem, said.details)
    try:
        line = said.splitlines()[-1] if said else b""
        answer: _Answer[_Table] = msgspec.json.decode(line, type=_Answer[kind])  # type: ignore[valid-type]
    except msgspec.DecodeError as error:
        raise refusal_of(Problem.UNFORESEEN, {"kind": "no answer"}) from error
    if answer.problem is not None:
        raise refusal_of(answer.problem, answer.details)
    return answer.tables


def _recognise(path: Path, shown: str, limits: Limits) -> TableFormat:
    """The format of a file by its first bytes.

    Raises: TooLarge, Unreadable.
    """
    try:
        if not path.is_file():
            raise refusal_of(Problem.MISSING, {"name": shown})
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_HEAD)
            file.seek(-min(size, 16 * _HEAD), os.SEEK_END)
            tail = file.read()
    except OSError as error:
        raise refusal_of(Problem.FORBIDDEN, {"name": shown}) from error
    if size > limits.file_bytes:
        details: dict[str, Detail] = {"size": -(-size // _MEBIBYTE), "limit": limits.file_bytes // _MEBIBYTE}
        raise refusal_of(Problem.TOO_LARGE, details)
    if not head.strip():
        raise refusal_of(Problem.EMPTY, {})
    return _format_of(head, tail, PurePath(shown).suffix.lower())


def _format_of(head: bytes, tail: bytes, suffix: str) -> TableFormat:
    if head.startswith(_ZIP):
        return _workbook(head + tail, suffix)
    if head.startswith(_OLE):
        raise refusal_of(Problem.OLD_WORKBOOK, {})
    if head.startswith(_PARQUET):
        if not tail.endswith(_PARQUET):
            raise refusal_of(Problem.CUT_SHORT, {})
        return TableFormat.PARQUET
    if head.startswith(_ENCRYPTED_PARQUET):
        raise refusal_of(Problem.PROTECTED_PARQUET, {})
    for start, kind in _OTHERS.items():
        if head.startswith(start):
            raise refusal_of(Problem.OTHER_DOCUMENT, {"kind": kind})
    for start, kind in _ARCHIVES.items():
        if head.startswith(start):
            raise refusal_of(Problem.ARCHIVE, {"kind": kind})
    if head.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html")):
        raise refusal_of(Problem.HTML, {})
    if head.lstrip()[:1] in {b"{", b"<"}:
        raise refusal_of(Problem.OTHER_DOCUMENT, {"kind": "JSON" if head.lstrip()[:1] == b"{" else "XML"})
    return TableFormat.CSV


def _workbook(listed: bytes, suffix: str) -> TableFormat:
    if b"opendocument.spreadsheet" in listed:
        return TableFormat.ODS
    if b"xl/workbook" in listed or b"xl/worksheets" in listed or suffix == ".xlsx":
        return TableFormat.XLSX
    for sign, kind in _WORDS_IN_ZIP.items():
        if sign in listed:
            raise refusal_of(Problem.OTHER_DOCUMENT, {"kind": kind})
    if suffix == ".ods":
        return TableFormat.ODS
    raise refusal_of(Problem.ARCHIVE, {"kind": "ZIP"})
