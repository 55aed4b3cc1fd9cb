"""Bytes of an archive as they are written: an export leaves as it is read, and never stands whole in memory."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import IO


@dataclass(frozen=True)
class About:
    """What an export says of itself: whose register, at which moment, and what narrows it (nothing: all)."""

    authority: str
    moment: datetime
    narrowed: str = ""


class Outlet(io.RawIOBase):
    """A file that is only ever written to: what was written is taken out piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, piece: bytes) -> int:  # type: ignore[override]
        """Keeps a piece until it is taken out."""
        self._pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        """What was written since the last time."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


class Archive:
    """A zip archive written straight to an outlet, its entries dated from the moment of the export."""

    def __init__(self, about: About) -> None:
        self.outlet = Outlet()
        self._about = about
        self._zip = zipfile.ZipFile(self.outlet, "w", zipfile.ZIP_DEFLATED, compresslevel=6)

    @contextmanager
    def entry(self, name: str) -> Iterator[IO[bytes]]:
        """One file of the archive, written until the block ends."""
        said = zipfile.ZipInfo(name, self._about.moment.timetuple()[:6])
        said.compress_type = zipfile.ZIP_DEFLATED
        said.external_attr = 0o644 << 16
        with self._zip.open(said, "w") as target:
            yield target

    def write(self, name: str, content: str) -> None:
        """One short file of the archive."""
        with self.entry(name) as target:
            target.write(content.encode())

    def close(self) -> None:
        """Writes the list of what the archive holds."""
        self._zip.close()
