"""What keeps something of a person after the erasure: issued documents, and the backups this home knows of."""

import io
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.erasures.rules import Sought
from registry.kernel.errors import NotFound, Unavailable
from registry.platform.files import FileStore
from registry.reporting.models import IssuedDocument

_MOST_READ = 100 * 2**20
"""Units: bytes. What is read of one part of an archive."""


def texts_in(content: bytes) -> Iterator[str]:
    """The texts of a stored file: itself, or each part where it is an archive (a workbook is one)."""
    if content[:2] == b"PK":
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for part in archive.infolist():
                    with archive.open(part) as source:
                        yield from _readings(source.read(_MOST_READ))
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError):
            yield from _readings(content)
        return
    yield from _readings(content)


def _readings(content: bytes) -> Iterator[str]:
    try:
        yield content.decode("utf-8")
    except UnicodeDecodeError:
        yield content.decode("cp1252", "replace")


def find_naming_documents(
    session: Session, files: FileStore, sought: Sought, within: Collection[int]
) -> list[IssuedDocument]:
    """The issued documents of these organisations that name the person: by their facts, or in the register of them.

    A document is read by its twins, which hold all it says; it is never changed: it was issued.
    """
    if not sought.is_anybody:
        return []
    rows = session.execute(
        select(IssuedDocument).where(col(IssuedDocument.organisation_id).in_(within)).order_by(col(IssuedDocument.id))
    ).scalars()
    return [one for one in rows if _names(one, files, sought)]


def _names(document: IssuedDocument, files: FileStore, sought: Sought) -> bool:
    if sought.find(document.title) or sought.find(document.issued_by):
        return True
    for digest in (document.canonical_sha256, document.csv_sha256):
        try:
            content = files.read(digest)
        except (NotFound, Unavailable):
            continue
        if any(sought.find(one) for one in texts_in(content)):
            return True
    return False


@dataclass(frozen=True)
class KnownBackup:
    """A backup in the folder of the home, by its file."""

    name: str
    made_at: datetime


def find_backups(root: Path) -> list[KnownBackup]:
    """The backups this home holds, the oldest first; those put elsewhere are known to who put them there."""
    folder = root / "backups"
    places = sorted(folder.glob("*.tar")) if folder.is_dir() else []
    return [KnownBackup(one.name, datetime.fromtimestamp(one.stat().st_mtime, UTC)) for one in places]
