"""Reading the text of a piece as a job: the file is opened by a child process, what it says is kept page by page."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.documents.service import ask_reading
from registry.documents.vocabulary import FileType
from registry.inspection.page_texts import PagesRead, read_pages
from registry.platform.database import Acting, transaction
from registry.platform.home import Home
from registry.platform.jobs import Job, JobFunction
from registry.platform.models import StoredFile
from registry.search.pieces.models import PiecePage, PieceText
from registry.search.pieces.queries import find_files_to_read
from registry.search.pieces.rules import vector_of
from registry.search.pieces.vocabulary import TextState

_TEXTS = {one.media_type: str(one) for one in (FileType.PDF, FileType.DOCX, FileType.ODT, FileType.TEXT, FileType.CSV)}
_ASKED_A_DAY = 500


def reading(home: Home, info: Mapping[str, Any]) -> JobFunction:
    """What the worker does of a file: reads its text, in place of what was read of it before."""

    def read(job: Job) -> dict[str, Any]:
        file_id, acting = int(job.arguments["file_id"]), Acting(job.actor, account_id=job.account_id)
        with transaction(home.jobs, acting, **info) as session:
            file = session.get_one(StoredFile, file_id)
        found = _read(home, file)
        with transaction(home.jobs, acting, **info) as session:
            keep_text(session, file, found)
        return {"pages": found.read if found is not None else 0}

    return read


def _read(home: Home, file: StoredFile) -> PagesRead | None:
    """What a file says; nothing where its kind bears no text."""
    kind = _TEXTS.get(file.media_type)
    if kind is None:
        return None
    with TemporaryDirectory(prefix="beffroi-") as folder:
        path = Path(folder) / f"piece.{kind}"
        path.write_bytes(home.files.read(file.sha256))
        return read_pages(path, kind)


def keep_text(session: Session, file: StoredFile, found: PagesRead | None) -> None:
    """Keeps what was read of a file, in place of what was kept before."""
    session.execute(delete(PiecePage).where(col(PiecePage.file_id) == file.id))
    session.execute(delete(PieceText).where(col(PieceText.file_id) == file.id))
    kept = PieceText(organisation_id=file.organisation_id, file_id=file.id, state=TextState.OTHER_KIND)
    if found is not None:
        kept.state, kept.problem, kept.details = _state_of(found), found.problem, dict(found.details)
        kept.pages, kept.pages_read, kept.has_pages = found.pages, found.read, found.has_pages
        kept.pages_with_text = len(found.texts)
    session.add(kept)
    rows = [
        {
            "organisation_id": file.organisation_id, "file_id": file.id, "number": one.number, "words": one.words,
            "stems": vector_of(one.words),
        }
        for one in (found.texts if found is not None else ())
    ]  # fmt: skip
    if rows:
        session.execute(insert(PiecePage), rows)


def _state_of(found: PagesRead) -> TextState:
    if found.texts:
        return TextState.READ
    # A damaged page is not one without text: nothing tells what it says.
    return TextState.NOT_READ if found.problem is not None and not found.read else TextState.WITHOUT_TEXT


def ask_missing(session: Session) -> None:
    """Has the worker read the pieces whose text nobody asked for yet: those kept before texts were read."""
    for file_id, organisation_id in find_files_to_read(session, limit=_ASKED_A_DAY):
        ask_reading(session, file_id, organisation_id)
