"""Bringing a catalogue in: compared first, then applied by batches under one number, and undone if need be.

Nothing half-written: the whole file is validated and compared before anything changes; each batch is one
transaction, and an import cut short goes on from the first record it had not applied.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.exchange.beside import (
    find_recorded_persons,
    record_systems,
    take_back_derivations,
    take_back_persons,
    take_back_systems,
    write_derivations,
)
from registry.exchange.comparing import BATCH, absent_from, compare_catalogue
from registry.exchange.edits import KEPT, take_the_files
from registry.exchange.models import (
    LEFT,
    OVER,
    PUBLIC,
    READS,
    UNDOS,
    ImportAccount,
    ImportAction,
    ImportBatch,
    ImportLine,
    ImportState,
)
from registry.exchange.outcome import Compared, Outcome, outcome_of
from registry.exchange.queries import (
    WORK_LOCK,
    count_actions,
    count_undone,
    count_writes,
    find_account,
    find_kept,
    find_later,
    find_left,
    find_next,
    find_writes,
    get_batch,
    is_at_work,
    is_file_needed,
)
from registry.exchange.recording import record_rows
from registry.exchange.undoing import undo_line
from registry.exchange.vocabulary import ReadCatalog, ReadCatalogue
from registry.exchange.writing import note, still_to_mend, write_lines
from registry.kernel.errors import Conflict
from registry.kernel.words import _, mark
from registry.ledger.service import say
from registry.platform.files import FileStore

Report = Callable[[int, int, str], None]
_WRITERS_LOCK = 7_203_611_003
"""Imports write, or take back, one batch at a time: two never wait for each other's records in a circle."""
AT_WORK = mark("Un travail est en cours sur cet import : attendez qu’il ait fini.")
_PERSONS = 300
"""Persons taken out in one transaction."""
_BESIDE = frozenset({"systems", "derivations"})
_WRITES = {ImportAction.CREATE, ImportAction.CHANGE}
# What an import over with still says of the contacts it read: neither their name nor their address. Of a line that
# is to be mended stay the cells that fill a field of the sheet itself.
_FORGET = text(
    "UPDATE import_line SET content = CASE WHEN :mends AND content ? 'cells' THEN jsonb_build_object('cells',"
    "   (SELECT jsonb_agg(CASE WHEN place - 1 = ANY (:kept) THEN cell ELSE '\"\"' END ORDER BY place)"
    "      FROM jsonb_array_elements(content -> 'cells') WITH ORDINALITY AS one (cell, place))) ELSE '{}' END,"
    " changes = CASE WHEN changes ? 'contact' THEN changes || '{\"contact\": [null, null]}' ELSE changes END,"
    " anomalies = coalesce((SELECT jsonb_agg(said ORDER BY place)"
    "   FROM jsonb_array_elements(anomalies) WITH ORDINALITY AS one (said, place)"
    "  WHERE coalesce(said ->> 'path', '') NOT LIKE 'contact%' OR said ->> 'code' = 'changed-since'), '[]')"
    " WHERE batch_id = :batch AND (content <> '{}' OR changes ? 'contact'"
    "  OR anomalies @? '$[*].path ? (@ starts with \"contact\")')"
)


def receive_import(
    session: Session, organisation_id: int, *, source_name: str, source_sha256: str, public: bool = False
) -> ImportBatch:
    """A file that came in for an organisation; nothing of it is read yet.

    With `public`, whoever brings it in says that its catalogue is one of a portal open to all.
    """
    say(session, "exchange:import:receive")
    batch = ImportBatch(
        organisation_id=organisation_id,
        source_name=source_name,
        source_format="",
        source_sha256=source_sha256,
        state=ImportState.READING,
        summary={PUBLIC: public},
        created_at=session.execute(select(func.now())).scalar_one(),
    )
    session.add(batch)
    session.flush()
    return batch


def hold_source(session: Session, digest: str) -> None:
    """Has whoever keeps a stored file, or lets go of it, wait for the end of this transaction."""
    name = {"name": f"stored:{digest}"}
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), name)


def forget_source(session: Session, batch_id: int, files: FileStore) -> None:
    """Lets go of the file of an import that is over, unless something else needs it: it names people.

    The session sees the imports of every organisation: another may have brought in the same file.
    """
    batch = get_batch(session, batch_id)
    hold_source(session, batch.source_sha256)
    if batch.state in OVER and not is_file_needed(session, batch.source_sha256):
        files.forget(batch.source_sha256)


def preview_import(
    session_of: Callable[[], Any],
    batch_id: int,
    read: ReadCatalogue,
    *,
    overwrite_edits: bool = False,
    watch: Callable[[Sequence[Compared]], None] = lambda _found: None,
) -> tuple[Outcome, list[dict[str, Any]]]:
    """Keeps what a file would do, to be looked at and then applied or abandoned; also the sheets it no longer has.

    Its records are compared some at a time, in a transaction that writes nothing, and kept in others; they are said
    to be ready last: cut short, the import is still to be read. `watch` sees them go by.
    Raises: Conflict when it was read already, or abandoned, or is being read.
    """
    outcome = outcome_of(read)
    with at_work(session_of, batch_id):
        with session_of() as session:
            batch = _going_on(session, batch_id, ImportState.READING)
            organisation_id, public, name = batch.organisation_id, bool(batch.summary.get(PUBLIC)), batch.source_name
            session.execute(delete(ImportLine).where(col(ImportLine.batch_id) == batch_id))
        with session_of() as reading:
            for found in compare_catalogue(
                reading, organisation_id, read, outcome, public=public, overwrite_edits=overwrite_edits
            ):
                watch(found)
                with session_of() as session:
                    _going_on(session, batch_id, ImportState.READING)
                    record_rows(session, ImportLine, [_row(one, organisation_id, batch_id) for one in found])
            absent = absent_from(reading, organisation_id, name, read, outcome)
        with session_of() as session:
            batch = _going_on(session, batch_id, ImportState.READING)
            say(session, "exchange:import:preview")
            batch.source_format = str(read.format)
            batch.summary = {
                **_summary(read, outcome), PUBLIC: public, READS: batch.summary.get(READS, 0),
                "absent": len(absent), "overwrite_edits": overwrite_edits,
            }  # fmt: skip
            batch.state = ImportState.PREVIEWED
            beside = (
                {"systems": read.systems, "derivations": read.derivations} if read.systems or read.derivations else {}
            )
            tell(session, batch, **_quotes(read), absent=absent, **beside)
    return outcome, absent


def _row(one: Compared, organisation_id: int, batch_id: int) -> dict[str, Any]:
    return {
        "organisation_id": organisation_id, "batch_id": batch_id, "line_no": one.line_no,
        "identifier": one.identifier, "title": one.title or one.identifier, "action": one.action,
        "dataset_id": one.dataset_id, "seen_version": one.seen_version,
        "content": one.content if one.action in _WRITES or KEPT in one.changes else still_to_mend(one.content),
        "changes": one.changes, "anomalies": one.anomalies, "applied": False,
    }  # fmt: skip


def refuse_import(session: Session, batch: ImportBatch, sentence: str) -> None:
    """Keeps why a file could not be read."""
    say(session, "exchange:import:refuse")
    batch.state = ImportState.UNREADABLE
    tell(session, batch, refusal=sentence)


@contextmanager
def at_work(session_of: Callable[[], Any], batch_id: int) -> Iterator[None]:
    """Holds an import for as long as somebody works at it: one at a time, and its page knows of it.

    The lock is that of a transaction that reads and writes nothing: it ends with the process, whatever ends it.
    Raises: Conflict when somebody else works at it.
    """
    with session_of() as holding:
        taken = text("SELECT pg_try_advisory_xact_lock(:kind, CAST(:number AS integer))")
        if not holding.execute(taken, {"kind": WORK_LOCK, "number": batch_id}).scalar_one():
            raise Conflict(_(AT_WORK))
        yield


def _going_on(session: Session, batch_id: int, state: ImportState) -> ImportBatch:
    """The import, locked until the end of this transaction, while it is still in this state.

    Raises: Conflict when somebody changed its course since the last transaction.
    """
    batch = get_batch(session, batch_id, lock=True)
    if batch.state is not state:
        raise Conflict(
            _("Cet import est passé à « {state} » entre-temps : ce travail s’arrête là.").format(
                state=batch.state.label
            )
        )
    return batch


def _summary(read: ReadCatalogue, outcome: Outcome) -> dict[str, Any]:
    """The counts of an import: they are of record, and quote nothing."""
    return {
        **{str(action): outcome.counts[action] for action in ImportAction},
        "triples": read.tally.triples,
        "distributions": outcome.distributions,
        "leftovers": len(read.leftovers),
        "anomalies": len(read.anomalies),
        "edits_kept": outcome.edits_kept,
        "unplaced": outcome.unplaced,
    }


def _quotes(read: ReadCatalogue) -> dict[str, Any]:
    return {
        "leftovers": [asdict(one) for one in read.leftovers],
        "anomalies": [asdict(one) for one in read.anomalies if not one.subject],
        "catalogue": TypeAdapter(ReadCatalog).dump_python(read.catalogue, mode="json"),
        **({"table": asdict(read.table)} if read.table is not None else {}),
    }


def tell(session: Session, batch: ImportBatch, **said: Any) -> None:
    """Adds to what is told of an import in the file's own words."""
    account = find_account(session, batch.id)
    if account is None:
        account = ImportAccount(organisation_id=batch.organisation_id, batch_id=batch.id)
        session.add(account)
    account.content = {**account.content, **said}
    session.flush()


def _forget(session: Session, batch_id: int, *, mends: bool = True) -> None:
    """Lets go of what an import that is over with no longer needs: who it read of, and the values it quoted.

    Its lines to mend stay, without the cells that may name somebody; unless `mends` is false.
    """
    account = find_account(session, batch_id)
    table = account.content.get("table") if account is not None else None
    columns = table["columns"] if table else []
    kept = [place for place, one in enumerate(columns) if one["target"] and not one["target"].startswith("contact")]
    session.execute(_FORGET, {"batch": batch_id, "mends": mends, "kept": kept})
    if account is not None:
        leftovers = [{**one, "example": ""} for one in account.content.get("leftovers", ())]
        said = {name: one for name, one in account.content.items() if name not in _BESIDE}
        if table:
            said["table"] = {**table, "columns": [{**one, "samples": []} for one in columns]}
        account.content = {**said, "leftovers": leftovers}


def apply_import(
    session_of: Callable[[], Any], batch_id: int, report: Report, *, overwrite_edits: bool = False
) -> None:
    """Applies what a preview kept, by batches; goes on from where it was cut short.

    `session_of` opens one transaction that acts for whoever asked. With `overwrite_edits`, the values somebody
    edited by hand, which the preview left, are taken from the file too.
    Raises: Conflict when the import was undone or abandoned, or is being worked at.
    """
    with at_work(session_of, batch_id):
        with session_of() as session:
            batch = get_batch(session, batch_id, lock=True)
            if batch.state is ImportState.APPLIED:
                return
            if batch.state not in {ImportState.PREVIEWED, ImportState.APPLYING}:
                raise Conflict(
                    _("Cet import est « {state} » : il ne peut pas être appliqué.").format(state=batch.state.label)
                )
            say(session, "exchange:import:apply")
            if overwrite_edits and batch.state is ImportState.PREVIEWED:
                _take_edits(session, batch)
            batch.state = ImportState.APPLYING
            total, done = count_writes(session, batch_id)
        with session_of() as session:
            batch = _writing_alone(session, batch_id, ImportState.APPLYING)
            say(session, "exchange:import:apply")
            record_systems(session, batch, _beside(session, batch_id, "systems"))
        while written := _apply_next(session_of, batch_id):
            done += written
            report(done, total, _("Écriture des fiches"))
        with session_of() as session:
            batch = _writing_alone(session, batch_id, ImportState.APPLYING)
            write_derivations(session, batch, _beside(session, batch_id, "derivations"))
        with session_of() as session:
            batch = _going_on(session, batch_id, ImportState.APPLYING)
            say(session, "exchange:import:apply")
            batch.summary = {**batch.summary, **count_actions(session, batch_id)}
            batch.state = ImportState.APPLIED
            _forget(session, batch_id)


def _take_edits(session: Session, batch: ImportBatch) -> None:
    """Has the records of a preview write the values edited by hand too, and the import say so."""
    for line in find_kept(session, batch.id):
        line.changes, line.content = take_the_files(line.changes, line.content)
        line.action = ImportAction.CHANGE
    session.flush()
    counts = count_actions(session, batch.id)
    batch.summary = {**batch.summary, **counts, "edits_kept": 0, "overwrite_edits": True}


def _beside(session: Session, batch_id: int, what: str) -> list[dict[str, Any]]:
    """What an export brings beside its sheets, kept until it is written."""
    account = find_account(session, batch_id)
    return list(account.content.get(what, ())) if account is not None else []


def _apply_next(session_of: Callable[[], Any], batch_id: int) -> int:
    """Applies the next records of an import, in one transaction; says how many."""
    try:
        return _apply_once(session_of, batch_id)
    except IntegrityError:
        # Somebody recorded one of these identifiers while it was being written: it is there now, and is compared.
        return _apply_once(session_of, batch_id)


def _apply_once(session_of: Callable[[], Any], batch_id: int) -> int:
    with session_of() as session:
        batch = _writing_alone(session, batch_id, ImportState.APPLYING)
        lines = find_next(session, batch_id, limit=BATCH)
        if lines:
            write_lines(session, batch, lines)
        return len(lines)


def _writing_alone(session: Session, batch_id: int, state: ImportState) -> ImportBatch:
    """The import, while it is still in this state; no other import writes until the end of this transaction."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITERS_LOCK})
    return _going_on(session, batch_id, state)


def undo_import(session_of: Callable[[], Any], batch_id: int, report: Report) -> list[str]:
    """Brings each sheet of an import back to what it was, and takes out those it made.

    A sheet somebody built on since stays as it is: the titles of these are returned. Undoing may then be asked again.
    Raises: Conflict when the import was not applied, a later one is to be undone first, or it is being worked at.
    """
    with at_work(session_of, batch_id):
        with session_of() as session:
            batch = get_batch(session, batch_id, lock=True)
            require_undoable(session, batch)
            say(session, "exchange:import:undo")
            if batch.state is ImportState.UNDONE:
                _take_up_again(session, batch)
            batch.state = ImportState.UNDOING
            total = count_writes(session, batch_id)[1]
        done = 0
        with session_of() as session:
            _writing_alone(session, batch_id, ImportState.UNDOING)
            say(session, "exchange:import:undo")
            take_back_derivations(session, batch_id)
        while taken_back := _undo_next(session_of, batch_id):
            done += taken_back
            report(done, total, _("Retour aux fiches d’avant"))
        _take_back_beside(session_of, batch_id)
        with session_of() as session:
            batch = _going_on(session, batch_id, ImportState.UNDOING)
            say(session, "exchange:import:undo")
            account = find_account(session, batch_id)
            kept = list(account.content.get("kept", ())) if account is not None else []
            batch.summary = {
                **batch.summary, "kept": len(kept), "undone": count_undone(session, batch_id),
                UNDOS: batch.summary.get(UNDOS, 0) + 1,
            }  # fmt: skip
            batch.state = ImportState.UNDONE
            _forget(session, batch_id)
            return kept


def _take_back_beside(session_of: Callable[[], Any], batch_id: int) -> None:
    """Takes back the systems and the persons that an import recorded beside its sheets."""
    with session_of() as session:
        _going_on(session, batch_id, ImportState.UNDOING)
        say(session, "exchange:import:undo")
        take_back_systems(session, batch_id)
        persons = find_recorded_persons(session, batch_id)
    for first in range(0, len(persons), _PERSONS):
        with session_of() as session:
            _going_on(session, batch_id, ImportState.UNDOING)
            say(session, "exchange:import:undo")
            take_back_persons(session, persons[first : first + _PERSONS])


def require_undoable(session: Session, batch: ImportBatch) -> None:
    """Nothing, where an import may be undone, or undone again for the sheets it left.

    Raises: Conflict when it was not applied, left nothing, or a later import wrote the same sheets and still stands.
    """
    again = batch.state is ImportState.UNDONE and batch.summary.get("kept")
    if not again and batch.state not in {ImportState.APPLIED, ImportState.UNDOING, ImportState.APPLYING}:
        raise Conflict(
            _("Seul un import appliqué se défait ; celui-ci est « {state} ».").format(state=batch.state.label)
        )
    later = find_later(session, batch.id) if again or batch.state is ImportState.APPLIED else None
    if later is not None:
        raise Conflict(
            _(
                "L’import n° {number} a modifié depuis des fiches de celui-ci : défaites d’abord l’import n° {number}."
            ).format(number=later)
        )


def _take_up_again(session: Session, batch: ImportBatch) -> None:
    """Has the records that undoing left be looked at again."""
    for line in find_left(session, batch.id):
        line.applied, line.anomalies = True, [one for one in line.anomalies if one["code"] != LEFT]
    tell(session, batch, kept=[])


def _undo_next(session_of: Callable[[], Any], batch_id: int) -> int:
    """Takes back the next records of an import, in one transaction; says how many."""
    with session_of() as session:
        batch = _writing_alone(session, batch_id, ImportState.UNDOING)
        lines = find_writes(session, batch_id, applied=True, limit=BATCH)
        say(session, "exchange:import:undo")
        kept = []
        for line in lines:
            if why := undo_line(session, line, batch_id):
                kept.append(line.title)
                note(line, LEFT, "", why)
            line.applied = False
        if kept:
            account = find_account(session, batch_id)
            before = account.content.get("kept", ()) if account is not None else ()
            tell(session, batch, kept=[*before, *kept])
        return len(lines)


def abandon_import(session: Session, batch_id: int) -> None:
    """Sets a preview aside, or a file whose reading failed: nothing of it is written.

    Raises: Conflict when it was already applied, or is being read.
    """
    batch = get_batch(session, batch_id, lock=True)
    if batch.state not in {ImportState.READING, ImportState.ASKING, ImportState.PREVIEWED}:
        raise Conflict(_("Cet import est déjà « {state} ».").format(state=batch.state.label))
    if is_at_work(session, batch_id):
        raise Conflict(_(AT_WORK))
    say(session, "exchange:import:abandon")
    batch.state = ImportState.ABANDONED
    _forget(session, batch_id, mends=False)
