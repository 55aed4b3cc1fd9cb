"""A workbook is an archive: opened within limits, its parts read as they are unpacked and never whole."""

import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.parsers import expat

from registry.inspection.problems import CannotRead, Problem
from registry.kernel.words import mark

MOST_PARTS = 5_000
MOST_BYTES = 1024 * 1024 * 1024
"""Units: bytes. What the part read of a workbook may unpack to."""
_RATIO = 250
_SLACK = 16 * 1024 * 1024
_CHUNK = 64 * 1024
_ENCRYPTED = 0x1


class Archive:
    """The parts of a workbook."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._parts = {info.filename.lstrip("/"): info for info in archive.infolist()}

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def names(self) -> list[str]:
        """The names of its parts, as the archive gives them: one may be there twice, and none is to be trusted."""
        return [info.filename for info in self._archive.infolist()]

    def pieces(self, name: str) -> Iterator[bytes]:
        """A part as it is unpacked.

        Raises: CannotRead for a part that is missing, encrypted, damaged, or unpacks to far more than it weighs.
        """
        info = self._parts.get(name)
        if info is None:
            raise CannotRead(Problem.BROKEN_WORKBOOK)
        if info.flag_bits & _ENCRYPTED:
            raise CannotRead(Problem.PROTECTED_WORKBOOK)
        most = min(MOST_BYTES, info.compress_size * _RATIO + _SLACK)
        unpacked = 0
        try:
            with self._archive.open(info) as part:
                while piece := part.read(_CHUNK):
                    unpacked += len(piece)
                    if unpacked > most:
                        raise CannotRead(Problem.BOMB)
                    yield piece
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError) as error:
            raise CannotRead(Problem.BROKEN_WORKBOOK) from error

    def parse(
        self,
        name: str,
        *,
        start: Callable[[str, dict[str, str]], Any],
        end: Callable[[str], Any] | None = None,
        text: Callable[[str], Any] | None = None,
        ready: Callable[[], bool] | None = None,
    ) -> Iterator[None]:
        """Reads an XML part, the names of its elements without their prefix; pauses whenever `ready` says so.

        Raises: CannotRead for what is no XML, or declares entities.
        """
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = lambda tag, given: start(_bare(tag), given)
        if end is not None:
            closing = end
            parser.EndElementHandler = lambda tag: closing(_bare(tag))
        if text is not None:
            parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = _refuse_doctype
        try:
            for piece in self.pieces(name):
                parser.Parse(piece)
                if ready is not None and ready():
                    yield
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            reason = mark("une partie du classeur est abîmée")
            raise CannotRead(Problem.SYNTAX_NOWHERE, format="XML", reason=reason) from error
        yield


def _bare(tag: str) -> str:
    return tag.rpartition(":")[2]


def _refuse_doctype(*_said: Any) -> None:
    raise CannotRead(Problem.DOCTYPE, line=1)


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """The parts of a workbook, while the block lasts.

    Raises: CannotRead for what is no archive, or has far too many parts.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise CannotRead(Problem.BROKEN_WORKBOOK) from error
    with archive:
        if len(archive.infolist()) > MOST_PARTS:
            raise CannotRead(Problem.BOMB)
        yield Archive(archive)
