"""The pages of imports: bring a file in, look at what it would do, apply it, undo it."""

from collections.abc import Mapping
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from registry.exchange.forms import ImportForm
from registry.exchange.jobs import APPLY, FORGET, READ, UNDO
from registry.exchange.models import PUBLIC, READS, ImportAction, ImportBatch, ImportState
from registry.exchange.queries import PAGE_SIZE, find_account, find_batches, find_lines, get_batch, is_at_work
from registry.exchange.recognising import recognise_file
from registry.exchange.refusals import CannotRead, refusal_of
from registry.exchange.service import AT_WORK, abandon_import, hold_source, receive_import
from registry.exchange.views import (
    ImportPage,
    ImportsPage,
    LeftoverView,
    ProgressPart,
    action_label,
    anomaly_view,
    batch_line,
    count_of,
    format_label,
    line_view,
    outcome_of,
)
from registry.kernel.errors import Conflict
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.organisations.queries import find_organisations, get_organisation
from registry.organisations.vocabulary import OrganisationKind
from registry.platform.jobs import defer, find_run
from registry.platform.models import JobRun, JobState
from registry.web.forms import read_number
from registry.web.uploads import PAGE_UPLOAD_LIMIT, UploadedFile
from registry.web.visits import NOTICES, Rejected, Visit, route

OVERWRITE_EDITS = "overwrite_edits"
SEE, BRING_IN = Permission.EXCHANGE_IMPORT_READ, Permission.EXCHANGE_IMPORT_APPLY

NOTICES.update(
    {
        "import-abandonne": mark("L’import est abandonné : rien n’a été écrit."),
    }
)
_ASKED_FOR = {
    READ: {ImportState.READING},
    APPLY: {ImportState.PREVIEWED, ImportState.APPLYING},
    UNDO: {ImportState.APPLYING, ImportState.APPLIED, ImportState.UNDOING},
}
_NOT_BEGUN = {ImportState.READING, ImportState.ASKING, ImportState.PREVIEWED}
_JOBS = {ImportState.READING: READ, ImportState.APPLYING: APPLY, ImportState.UNDOING: UNDO}
_RECEIVES = {
    OrganisationKind.INTERCOMMUNAL_AUTHORITY, OrganisationKind.COMMUNE, OrganisationKind.DEPARTMENT,
    OrganisationKind.SERVICE,
}  # fmt: skip


def _list(visit: Visit, values: Mapping[str, str], errors: Mapping[str, str], status: int = 200) -> Response[Any]:
    bodies = find_organisations(visit.session)
    names = {body.id: body.name for body in bodies}
    reach = visit.visitor.reach(BRING_IN)
    page = ImportsPage(
        rows=[
            batch_line(batch, names.get(batch.organisation_id, ""))
            for batch in find_batches(visit.session, visit.visitor.reach(SEE))
        ],
        may_import=bool(reach),
        organisations=[(str(body.id), body.name) for body in bodies if body.id in reach and body.kind in _RECEIVES],
        values=values,
        errors=errors,
        limit=PAGE_UPLOAD_LIMIT,
    )
    return visit.page("exchange/imports.html", page, status=status)


@route("GET", "/imports", SEE)
def show_imports(visit: Visit) -> Response[Any]:
    """The latest imports, and the form to bring a file in."""
    return _list(visit, {"organisation_id": str(visit.visitor.organisation_id)}, {})


@route("POST", "/imports", BRING_IN, upload=True)
def bring_in(visit: Visit) -> Response[Any]:
    """Receives a file or an address; reading it is a job's work, what is plainly no catalogue is refused at once."""
    read = visit.form(ImportForm)
    values = {name: visit.form_data().first(name) for name in ImportForm.model_fields}
    if isinstance(read, Rejected):
        return _list(visit, values, read.errors, HTTP_422_UNPROCESSABLE_ENTITY)
    form, file = read.form, visit.upload.file if visit.upload is not None else None
    errors: dict[str, str] = {}
    if not visit.visitor.may(BRING_IN, form.organisation_id):
        errors["organisation_id"] = _("Choisissez une organisation pour laquelle vous tenez le registre.")
    if (file is None) == (not form.address):
        errors["file"] = _("Choisissez un fichier, ou donnez une adresse : l’un des deux.")
    elif file is not None and (refusal := _plainly_wrong(file)):
        errors["file"] = refusal
    if errors:
        return _list(visit, values, errors, HTTP_422_UNPROCESSABLE_ENTITY)
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
    return visit.go(f"/imports/{batch.id}")


def _plainly_wrong(file: UploadedFile) -> str:
    """What a file is when it is no catalogue at all, by its first bytes; nothing for what may be one."""
    try:
        recognise_file(file.path, name=file.name)
    except CannotRead as error:
        return refusal_of(error.problem, error.details).message
    return ""


def ask(visit: Visit, kind: str, batch: ImportBatch, **more: str) -> JobRun:
    """Asks the worker for what is to be done on an import."""
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
    """Under which key a job of an import runs once: its file is read once each time its columns are said."""
    reads = batch.summary.get(READS, 0) if kind == READ else 0
    return f"{batch.id}.{reads}" if reads else str(batch.id)


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


@route("GET", "/imports/{batch_id:int}", SEE)
def show_import(visit: Visit, batch_id: int) -> Response[Any]:
    """What an import would do, or did."""
    batch = batch_of(visit, batch_id, SEE)
    run = run_of(visit, batch)
    chosen = next((action for action in ImportAction if action == visit.query("action")), None)
    after = read_number(visit.query("apres")) or 0
    lines = find_lines(visit.session, batch_id, action=chosen, after=after)
    more = len(lines) > PAGE_SIZE
    lines = lines[:PAGE_SIZE]
    own = f"/imports/{batch_id}" + (f"?action={chosen}" if chosen else "")
    summary = batch.summary
    failed = run is not None and run.state is JobState.FAILED
    working = is_busy(visit, batch, run)
    account = find_account(visit.session, batch_id)
    told = account.content if account is not None else {}
    may = visit.visitor.may(BRING_IN, batch.organisation_id)
    page = ImportPage(
        id=batch.id,
        title=batch.source_name,
        organisation_name=get_organisation(visit.session, batch.organisation_id).name,
        source_format=format_label(batch),
        source_sha256=batch.source_sha256,
        state=str(batch.state),
        state_label=batch.state.label,
        created_at=batch.created_at,
        refusal=str(told.get("refusal", "")),
        failure=(run.message or "") if run is not None and failed and not working else "",
        is_working=working,
        step=(run.step or "") if run is not None else "",
        done=run.progress if run is not None else 0,
        total=run.total if run is not None else 0,
        figures=[
            (action_label(action, batch.state), count_of(action, batch), f"/imports/{batch_id}?action={action}")
            for action in ImportAction
        ]
        + [(_("Absentes du fichier"), int(summary.get("absent", 0)), "#absentes")],
        triples=int(summary.get("triples", 0)),
        distributions=int(summary.get("distributions", 0)),
        file_anomalies=[anomaly_view(one) for one in told.get("anomalies", ())],
        leftovers=[LeftoverView(one["predicate"], one["count"], one["example"]) for one in told.get("leftovers", ())],
        kept=list(told.get("kept", ())),
        absent=[(one["dataset_id"], one["title"]) for one in told.get("absent", ())],
        lines=[line_view(line, batch.state) for line in lines],
        tabs=[(_("Toutes les fiches"), f"/imports/{batch_id}")]
        + [(action_label(action, batch.state), f"/imports/{batch_id}?action={action}") for action in ImportAction],
        here=own,
        outcome=outcome_of(batch),
        first_address=own if after else "",
        next_address=own + ("&" if chosen else "?") + f"apres={lines[-1].line_no}" if more else "",
        declared_public=bool(summary.get(PUBLIC)),
        edits_kept=int(summary.get("edits_kept", 0)) if batch.state is ImportState.PREVIEWED else 0,
        may_apply=may and not working and batch.state in _ASKED_FOR[APPLY],
        may_read_again=may and failed and not working and batch.state is ImportState.READING,
        may_abandon=may
        and not working
        and batch.state in {ImportState.READING, ImportState.ASKING, ImportState.PREVIEWED},
        is_asking=batch.state is ImportState.ASKING,
        may_map=may and not working and bool(told.get("table")) and batch.state in _NOT_BEGUN,
        may_undo=may and not working and batch.state in _ASKED_FOR[UNDO],
    )
    return visit.page("exchange/import.html", page)


@route("GET", "/imports/{batch_id:int}/avancement", SEE)
def show_progress(visit: Visit, batch_id: int) -> Response[Any]:
    """The part of the page that shows how far the work is; over, it has the whole page read again."""
    batch = batch_of(visit, batch_id, SEE)
    run = run_of(visit, batch)
    working = is_busy(visit, batch, run)
    if visit.request.headers.get("hx-request") != "true":
        return visit.go(f"/imports/{batch_id}")
    if not working:
        visit.headers["HX-Refresh"] = "true"
    part = ProgressPart(
        id=batch.id,
        state_label=batch.state.label,
        step=(run.step or "") if run is not None else "",
        done=run.progress if run is not None else 0,
        total=run.total if run is not None else 0,
        is_working=working,
    )
    return visit.page("exchange/_progress.html", part)


@route("POST", "/imports/{batch_id:int}/appliquer", BRING_IN)
def apply(visit: Visit, batch_id: int) -> Response[Any]:
    """Writes what the preview showed."""
    overwrite = visit.form_data().first(OVERWRITE_EDITS)
    return _start(visit, batch_of(visit, batch_id, BRING_IN), APPLY, **{OVERWRITE_EDITS: overwrite})


@route("POST", "/imports/{batch_id:int}/defaire", BRING_IN)
def undo(visit: Visit, batch_id: int) -> Response[Any]:
    """Takes back what an import wrote."""
    return _start(visit, batch_of(visit, batch_id, BRING_IN), UNDO)


@route("POST", "/imports/{batch_id:int}/relire", BRING_IN)
def read_again(visit: Visit, batch_id: int) -> Response[Any]:
    """Reads a file again whose reading failed."""
    batch = batch_of(visit, batch_id, BRING_IN)
    run = find_run(visit.session, READ, job_key(READ, batch))
    if run is None:
        raise Conflict(_("Ce fichier n’est pas gardé ici : importez-le de nouveau."))
    return _start(visit, batch, READ, address=str(run.arguments.get("address", "")))


def _start(visit: Visit, batch: ImportBatch, kind: str, **more: str) -> Response[Any]:
    if batch.state not in _ASKED_FOR[kind]:
        raise Conflict(_("Cet import est « {state} » : ce n’est pas possible.").format(state=batch.state.label))
    run = run_of(visit, batch)
    if is_busy(visit, batch, run):
        if run is not None and run.kind == kind:
            return visit.go(f"/imports/{batch.id}")
        raise Conflict(_(AT_WORK))
    ask(visit, kind, batch, **more)
    return visit.go(f"/imports/{batch.id}")


@route("POST", "/imports/{batch_id:int}/abandonner", BRING_IN)
def abandon(visit: Visit, batch_id: int) -> Response[Any]:
    """Sets a preview aside, or a file whose reading failed."""
    batch = batch_of(visit, batch_id, BRING_IN)
    if is_busy(visit, batch, run_of(visit, batch)):
        raise Conflict(_(AT_WORK))
    abandon_import(visit.session, batch_id)
    # Once this is committed, and by who sees whether another organisation brought in the same file.
    ask(visit, FORGET, batch)
    return visit.go(f"/imports/{batch_id}", done="import-abandonne")


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_imports, bring_in, show_import, show_progress, read_again, apply, undo, abandon,
)  # fmt: skip
