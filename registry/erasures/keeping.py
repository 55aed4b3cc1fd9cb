"""What keeps something of a person after the erasure: issued documents, files of evidence, backups of this home."""

import html
import io
import re
import zipfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.documents.models import EvidenceEdition, EvidenceLink
from registry.documents.vocabulary import FileType, ProofSubject
from registry.erasures.pdf_texts import read_pdf
from registry.erasures.rules import Sought
from registry.kernel.errors import NotFound, Unavailable
from registry.platform.files import FileStore
from registry.platform.models import StoredFile
from registry.processing.requests.models import ReceivedRequest
from registry.reporting.models import IssuedDocument

_MOST_READ = 100 * 2**20
"""Units: bytes. What is read of one part of an archive."""
_ELEMENT = re.compile(r"<[^<>]*>")
_PICTURED = frozenset(one.media_type for one in (FileType.PNG, FileType.JPEG, FileType.TIFF))
"""Files whose words nothing here reads."""


def texts_in(content: bytes) -> Iterator[str]:
    """The texts of a stored file: itself, or each part where it is an archive (a workbook is one)."""
    if content[:2] == b"PK":
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for part in archive.infolist():
                    with archive.open(part) as source:
                        for reading in _readings(source.read(_MOST_READ)):
                            yield reading
                            if part.filename.endswith(".xml"):
                                # A text editor cuts a name in two elements as soon as one letter of it is in bold.
                                yield html.unescape(_ELEMENT.sub("", reading))
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
    return any(_says(files, digest, sought) for digest in (document.canonical_sha256, document.csv_sha256))


@dataclass(frozen=True)
class KeptEvidence:
    """What files of evidence keep of a person.

    `naming` are the pieces of evidence that name them, or were given on a request of theirs, by number; `unread`
    those of which some words, a scan's for instance, are read by nothing here.
    """

    naming: Sequence[int] = ()
    unread: Sequence[int] = ()


def find_kept_evidence(
    session: Session, files: FileStore, person_id: int, sought: Sought, within: Collection[int]
) -> KeptEvidence:
    """The evidence of these organisations whose files keep something of the person, those set aside included.

    A file of evidence is never changed: it proves something as it is.
    """
    if not sought.is_anybody:
        return KeptEvidence()
    rows = session.execute(
        select(col(EvidenceEdition.evidence_id), col(StoredFile.sha256), col(StoredFile.media_type))
        .join(StoredFile, col(StoredFile.id) == col(EvidenceEdition.file_id))
        .where(col(EvidenceEdition.organisation_id).in_(within))
        .order_by(col(EvidenceEdition.id))
    ).all()
    naming = _on_requests_of(session, person_id) & {row.evidence_id for row in rows}
    unread: set[int] = set()
    # The same file may prove several things: it is read once.
    read: dict[str, bool | None] = {}
    for row in rows:
        if row.evidence_id in naming:
            continue
        if row.sha256 not in read:
            read[row.sha256] = None if row.media_type in _PICTURED else _says(files, row.sha256, sought, row.media_type)
        said = read[row.sha256]
        (naming if said else unread if said is None else set()).add(row.evidence_id)
    return KeptEvidence(sorted(naming), sorted(unread - naming))


def _on_requests_of(session: Session, person_id: int) -> set[int]:
    query = (
        select(col(EvidenceLink.evidence_id))
        .join(ReceivedRequest, col(ReceivedRequest.id) == col(EvidenceLink.subject_id))
        .where(col(EvidenceLink.subject_kind) == ProofSubject.REQUEST, col(ReceivedRequest.requester_id) == person_id)
    )
    return set(session.execute(query).scalars())


def _says(files: FileStore, digest: str, sought: Sought, media_type: str = "") -> bool | None:
    """Whether a file names the person; nothing where it cannot be read, or not whole."""
    try:
        content = files.read(digest)
    except (NotFound, Unavailable):
        return None
    if media_type != FileType.PDF.media_type:
        return any(sought.find(one) for one in texts_in(content))
    pages, whole = read_pdf(content)
    named = any(sought.find(one) for one in (*pages, " ".join(pages)))
    return named or (False if whole else None)


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
