"""What pages and the API ask of imports alike: bring a source in, and the work on it."""

from registry.exchange.forms import ImportForm
from registry.exchange.jobs import APPLY, FORGET, READ, UNDO
from registry.exchange.models import READS, UNDOS, ImportBatch, ImportState
from registry.exchange.queries import get_batch, is_at_work
from registry.exchange.recognising import recognise_file
from registry.exchange.refusals import CannotRead, refusal_of
from registry.exchange.service import AT_WORK, abandon_import, hold_source, receive_import, require_undoable
from registry.kernel.errors import Conflict
from registry.kernel.permissions import Permission
from registry.kernel.words import _
from registry.platform.jobs import defer, find_run
from registry.platform.models import JobRun, JobState
from registry.web.progress import Progress, progress_of
from registry.web.uploads import UploadedFile
from registry.web.visits import Visit

OVERWRITE_EDITS = "overwrite_edits"
SEE, BRING_IN = Permission.EXCHANGE_IMPORT_READ, Permission.EXCHANGE_IMPORT_APPLY
_ASKED_FOR = {
    READ: {ImportState.READING},
    APPLY: {ImportState.PREVIEWED, ImportState.APPLYING},
    UNDO: {ImportState.APPLYING, ImportState.APPLIED, ImportState.UNDOING},
}
"""The states in which an import may be read again, applied or taken back."""
NOT_BEGUN = {ImportState.READING, ImportState.ASKING, ImportState.PREVIEWED}
_JOBS = {ImportState.READING: READ, ImportState.APPLYING: APPLY, ImportState.UNDOING: UNDO}


def bring_source(visit: Visit, form: ImportForm, file: UploadedFile | None) -> ImportBatch:
    """Receives a file or an address, and asks for its reading."""
    digest = ""
    if file is not None:
        hold_source(visit.session, file.sha256)
        digest = visit.premises.home.files.keep(file.path.read_bytes())
    batch = receive_import(
        visit.session,
        form.organisation_id,
        source_name=file.name if file is not None else form.address,
        source_sha256=digest,
        public=form.public,
    )
    ask(visit, READ, batch, address=form.address)
    return batch


def say_plainly_wrong(file: UploadedFile) -> str:
    """What a file is when it is no catalogue at all, by its first bytes; nothing for what may be one."""
    try:
        recognise_file(file.path, name=file.name)
    except CannotRead as error:
        return refusal_of(error.problem, error.details).message
    return ""


def ask(visit: Visit, kind: str, batch: ImportBatch, **more: str) -> JobRun:
    """Asks for a job on an import, in the name of the visitor."""
    return defer(
        visit.session,
        kind,
        key=job_key(kind, batch),
        organisation_id=batch.organisation_id,
        actor=visit.actor,
        account_id=visit.visitor.account_id,
        arguments={"batch_id": batch.id, **more},
        # Reading, applying and taking back one import wait for each other.
        lock=f"import:{batch.id}",
    )


def job_key(kind: str, batch: ImportBatch) -> str:
    """Under which key a job of an import runs once: it is read each time its columns are said, and undone again."""
    counted = {READ: READS, UNDO: UNDOS}.get(kind)
    times = batch.summary.get(counted, 0) if counted else 0
    return f"{batch.id}.{times}" if times else str(batch.id)


def batch_of(visit: Visit, batch_id: int, permission: Permission) -> ImportBatch:
    """The import, if this permission holds where it goes: on another organisation, one may only be a reader.

    Raises: NotFound, Forbidden.
    """
    batch = get_batch(visit.session, batch_id)
    visit.visitor.require(permission, batch.organisation_id)
    return batch


def run_of(visit: Visit, batch: ImportBatch) -> JobRun | None:
    """The job that works on an import, or that was asked and has not begun."""
    kinds = [_JOBS[batch.state]] if batch.state in _JOBS else [APPLY, UNDO]
    runs = (find_run(visit.session, kind, job_key(kind, batch)) for kind in kinds)
    return next((run for run in runs if run is not None and run.state is not JobState.DONE), None)


def is_busy(visit: Visit, batch: ImportBatch, run: JobRun | None) -> bool:
    """Whether a job works on an import or waits to, or a command of a terminal does."""
    return (run is not None and run.state is not JobState.FAILED) or is_at_work(visit.session, batch.id)


def work_of(batch: ImportBatch, run: JobRun | None, *, is_over: bool) -> Progress:
    """How far the work on an import is."""
    return progress_of(run, f"/imports/{batch.id}/avancement", batch.state.label, is_over=is_over)


def start(visit: Visit, batch: ImportBatch, kind: str, **more: str) -> None:
    """Asks for a job on an import; asked for already, it goes on.

    Raises: Conflict where the import is not in the state it needs, or somebody works on it.
    """
    if not may_ask(batch, kind):
        raise Conflict(_("Cet import est « {state} » : ce n’est pas possible.").format(state=batch.state.label))
    run = run_of(visit, batch)
    if is_busy(visit, batch, run):
        if run is not None and run.kind == kind:
            return
        raise Conflict(_(AT_WORK))
    if kind == UNDO:
        require_undoable(visit.session, batch)
    ask(visit, kind, batch, **more)


def may_ask(batch: ImportBatch, kind: str) -> bool:
    """Whether an import is where this may be asked of it: one that is undone but for some sheets may be again."""
    again = kind == UNDO and batch.state is ImportState.UNDONE and bool(batch.summary.get("kept"))
    return again or batch.state in _ASKED_FOR[kind]


def read_source_again(visit: Visit, batch: ImportBatch) -> None:
    """Asks for the reading of a source whose reading failed.

    Raises: Conflict.
    """
    run = find_run(visit.session, READ, job_key(READ, batch))
    if run is None:
        raise Conflict(_("Ce fichier n’est pas gardé ici : importez-le de nouveau."))
    start(visit, batch, READ, address=str(run.arguments.get("address", "")))


def abandon_source(visit: Visit, batch: ImportBatch) -> None:
    """Sets a preview aside, or a file whose reading failed.

    Raises: Conflict where somebody works on it.
    """
    if is_busy(visit, batch, run_of(visit, batch)):
        raise Conflict(_(AT_WORK))
    abandon_import(visit.session, batch.id)
    # Once this is committed, and by who sees whether another organisation brought in the same file.
    ask(visit, FORGET, batch)
