"""Bringing a catalogue in: compared first, then applied by batches under one number, and undone if need be.

Nothing half-written: the whole file is validated and compared before anything changes; each batch is one
transaction, and an import cut short goes on from the first record it had not applied.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.exchange.comparing import BATCH, Compared, compare_catalogue
from registry.exchange.models import ImportAction, ImportBatch, ImportLine, ImportState
from registry.exchange.queries import count_writes, find_writes, get_batch
from registry.exchange.undoing import undo_line
from registry.exchange.vocabulary import ReadCatalog, ReadCatalogue
from registry.exchange.writing import write_lines
from registry.kernel.errors import Conflict
from registry.kernel.words import _
from registry.ledger.service import say

Report = Callable[[int, int, str], None]
_WRITERS_LOCK = 7_203_611_003
"""Imports write one batch at a time: two of them never wait for each other's new records in a circle."""


def receive_import(
    session: Session, organisation_id: int, *, source_name: str, source_sha256: str, source_format: str = ""
) -> ImportBatch:
    """A file that came in for an organisation; nothing of it is read yet."""
    say(session, "exchange:import:receive")
    batch = ImportBatch(
        organisation_id=organisation_id,
        source_name=source_name,
        source_format=source_format,
        source_sha256=source_sha256,
        state=ImportState.READING,
        created_at=session.execute(select(func.now())).scalar_one(),
    )
    session.add(batch)
    session.flush()
    return batch


def preview_import(session: Session, batch: ImportBatch, read: ReadCatalogue) -> list[Compared]:
    """Keeps what a file would do, to be looked at and then applied or abandoned."""
    compared = compare_catalogue(session, batch.organisation_id, read)
    say(session, "exchange:import:preview")
    batch.source_format = str(read.format)
    batch.summary = _summary(read, compared)
    batch.state = ImportState.PREVIEWED
    session.flush()
    rows = [
        {
            "organisation_id": batch.organisation_id, "batch_id": batch.id, "line_no": one.line_no,
            "identifier": one.identifier, "title": one.title or one.identifier, "action": one.action,
            "dataset_id": one.dataset_id, "seen_version": one.seen_version, "content": one.content,
            "changes": one.changes, "anomalies": one.anomalies, "applied": False,
        }
        for one in compared
    ]  # fmt: skip
    if rows:
        session.execute(insert(ImportLine), rows)
    return compared


def refuse_import(session: Session, batch: ImportBatch, sentence: str) -> None:
    """Keeps why a file could not be read."""
    say(session, "exchange:import:refuse")
    batch.state = ImportState.UNREADABLE
    batch.summary = {"refusal": sentence}
    session.flush()


def _summary(read: ReadCatalogue, compared: Sequence[Compared]) -> dict[str, Any]:
    counts = {str(action): sum(one.action is action for one in compared) for action in ImportAction}
    return {
        **counts,
        "triples": read.tally.triples,
        "distributions": sum(len(one.distributions) for one in read.datasets),
        "leftovers": [asdict(one) for one in read.leftovers],
        "anomalies": [asdict(one) for one in read.anomalies if not one.subject],
        "anomaly_count": len(read.anomalies),
        "catalogue": TypeAdapter(ReadCatalog).dump_python(read.catalogue, mode="json"),
    }


def apply_import(session_of: Callable[[], Any], batch_id: int, report: Report) -> None:
    """Applies what a preview kept, by batches; goes on from where it was cut short.

    `session_of` opens one transaction that acts for whoever asked.
    Raises: Conflict when the import was undone or abandoned.
    """
    with session_of() as session:
        batch = get_batch(session, batch_id, lock=True)
        if batch.state is ImportState.APPLIED:
            return
        if batch.state not in {ImportState.PREVIEWED, ImportState.APPLYING}:
            raise Conflict(
                _("Cet import est « {state} » : il ne peut pas être appliqué.").format(state=batch.state.label)
            )
        say(session, "exchange:import:apply")
        batch.state = ImportState.APPLYING
        total, done = count_writes(session, batch_id)
    while written := _apply_next(session_of, batch_id):
        done += written
        report(done, total, _("Écriture des fiches"))
    with session_of() as session:
        batch = get_batch(session, batch_id, lock=True)
        say(session, "exchange:import:apply")
        batch.state = ImportState.APPLIED


def _apply_next(session_of: Callable[[], Any], batch_id: int) -> int:
    """Applies the next records of an import, in one transaction; says how many."""
    try:
        return _apply_once(session_of, batch_id)
    except IntegrityError:
        # Somebody recorded one of these identifiers while it was being written: it is there now, and is compared.
        return _apply_once(session_of, batch_id)


def _apply_once(session_of: Callable[[], Any], batch_id: int) -> int:
    with session_of() as session:
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITERS_LOCK})
        lines = find_writes(session, batch_id, applied=False, limit=BATCH)
        if lines:
            write_lines(session, get_batch(session, batch_id), lines)
        return len(lines)


def undo_import(session_of: Callable[[], Any], batch_id: int, report: Report) -> list[str]:
    """Brings each sheet of an import back to what it was, and takes out those it made.

    A sheet somebody built on since stays as it is: the titles of these are returned.
    Raises: Conflict when the import was not applied.
    """
    with session_of() as session:
        batch = get_batch(session, batch_id, lock=True)
        if batch.state not in {ImportState.APPLIED, ImportState.UNDOING, ImportState.APPLYING}:
            raise Conflict(
                _("Seul un import appliqué se défait ; celui-ci est « {state} ».").format(state=batch.state.label)
            )
        say(session, "exchange:import:undo")
        batch.state = ImportState.UNDOING
        total = count_writes(session, batch_id)[1]
    done = 0
    while True:
        with session_of() as session:
            lines = find_writes(session, batch_id, applied=True, limit=BATCH)
            if not lines:
                break
            say(session, "exchange:import:undo")
            kept = []
            for line in lines:
                if not undo_line(session, line, batch_id):
                    kept.append(line.title)
                line.applied = False
            if kept:
                batch = get_batch(session, batch_id, lock=True)
                batch.summary = {**batch.summary, "kept": [*batch.summary.get("kept", ()), *kept]}
            done += len(lines)
        report(done, total, _("Retour aux fiches d’avant"))
    with session_of() as session:
        batch = get_batch(session, batch_id, lock=True)
        say(session, "exchange:import:undo")
        batch.state = ImportState.UNDONE
        return list(batch.summary.get("kept", ()))


def abandon_import(session: Session, batch_id: int) -> None:
    """Sets a preview aside: nothing of it is written.

    Raises: Conflict when it was already applied.
    """
    batch = get_batch(session, batch_id, lock=True)
    if batch.state is not ImportState.PREVIEWED:
        raise Conflict(_("Cet import est déjà « {state} ».").format(state=batch.state.label))
    say(session, "exchange:import:abandon")
    batch.state = ImportState.ABANDONED
