"""The pages of imports: bring a file in, look at what it would do, apply it, undo it."""

from collections.abc import Mapping
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from registry.exchange.columns import MENDED
from registry.exchange.forms import ImportForm
from registry.exchange.jobs import APPLY, UNDO
from registry.exchange.models import PUBLIC, ImportAction, ImportState
from registry.exchange.queries import PAGE_SIZE, find_account, find_batches, find_lines, has_to_mend
from registry.exchange.views import (
    ImportPage,
    ImportsPage,
    LeftoverView,
    action_label,
    anomaly_view,
    batch_line,
    count_of,
    format_label,
    left_figure,
    line_view,
    outcome_of,
    read_words,
)
from registry.exchange.visiting import (
    BRING_IN,
    NOT_BEGUN,
    OVERWRITE_EDITS,
    SEE,
    abandon_source,
    batch_of,
    bring_source,
    is_busy,
    may_ask,
    read_source_again,
    run_of,
    say_plainly_wrong,
    start,
    work_of,
)
from registry.kernel.words import _, mark
from registry.organisations.queries import find_organisations, get_organisation
from registry.platform.models import JobState
from registry.web.forms import read_number
from registry.web.progress import answer_progress
from registry.web.uploads import CATALOGUE_FILE, PAGE_UPLOAD_LIMIT
from registry.web.visits import NOTICES, Rejected, Visit, route

NOTICES.update(
    {
        "import-abandonne": mark("L’import est abandonné : rien n’a été écrit."),
    }
)


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
        organisations=[(str(body.id), body.name) for body in bodies if body.id in reach and body.kind.is_authority],
        values=values,
        errors=errors,
        limit=PAGE_UPLOAD_LIMIT,
    )
    return visit.page("exchange/imports.html", page, status=status)


@route("GET", "/imports", SEE)
def show_imports(visit: Visit) -> Response[Any]:
    """The latest imports, and the form to bring a file in."""
    return _list(visit, {"organisation_id": str(visit.visitor.organisation_id)}, {})


@route("POST", "/imports", BRING_IN, upload=CATALOGUE_FILE)
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
    elif file is not None and (refusal := say_plainly_wrong(file)):
        errors["file"] = refusal
    if errors:
        return _list(visit, values, errors, HTTP_422_UNPROCESSABLE_ENTITY)
    batch = bring_source(visit, form, file)
    return visit.go(f"/imports/{batch.id}")


@route("GET", "/imports/{batch_id:int}", SEE)
def show_import(visit: Visit, batch_id: int) -> Response[Any]:
    """What an import would do, or did."""
    batch = batch_of(visit, batch_id, SEE)
    visit.agrees.update({"import-abandonne": batch.state is ImportState.ABANDONED})
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
    may_map = may and not working and bool(told.get("table")) and batch.state in NOT_BEGUN
    page = ImportPage(
        id=batch.id,
        title=batch.source_name,
        organisation_name=get_organisation(visit.session, batch.organisation_id).name,
        source_format=format_label(batch),
        read_words=read_words(batch),
        source_sha256=batch.source_sha256,
        state=str(batch.state),
        state_label=batch.state.label,
        created_at=batch.created_at,
        refusal=str(told.get("refusal", "")),
        failure=(run.message or "") if run is not None and failed and not working else "",
        is_working=working,
        work=work_of(batch, run, is_over=not working),
        figures=[
            (action_label(action, batch.state), count_of(action, batch), f"/imports/{batch_id}?action={action}")
            for action in ImportAction
        ]
        + left_figure(batch)
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
        unplaced=int(summary.get("unplaced", 0)) if batch.state is ImportState.PREVIEWED else 0,
        may_apply=may and not working and may_ask(batch, APPLY),
        may_read_again=may and failed and not working and batch.state is ImportState.READING,
        may_abandon=may
        and not working
        and batch.state in {ImportState.READING, ImportState.ASKING, ImportState.PREVIEWED},
        is_asking=batch.state is ImportState.ASKING,
        may_map=may_map,
        has_to_mend=may
        and not working
        and bool(told.get("table"))
        and batch.state in MENDED
        and has_to_mend(visit.session, batch_id),
        may_undo=may and not working and may_ask(batch, UNDO),
    )
    return visit.page("exchange/import.html", page)


@route("GET", "/imports/{batch_id:int}/avancement", SEE)
def show_progress(visit: Visit, batch_id: int) -> Response[Any]:
    """The part of the page that shows how far the work is; over, it has the whole page read again."""
    batch = batch_of(visit, batch_id, SEE)
    run = run_of(visit, batch)
    return answer_progress(visit, work_of(batch, run, is_over=not is_busy(visit, batch, run)), f"/imports/{batch_id}")


@route("POST", "/imports/{batch_id:int}/appliquer", BRING_IN)
def apply(visit: Visit, batch_id: int) -> Response[Any]:
    """Writes what the preview showed."""
    overwrite = visit.form_data().first(OVERWRITE_EDITS)
    start(visit, batch_of(visit, batch_id, BRING_IN), APPLY, **{OVERWRITE_EDITS: overwrite})
    return visit.go(f"/imports/{batch_id}")


@route("POST", "/imports/{batch_id:int}/defaire", BRING_IN)
def undo(visit: Visit, batch_id: int) -> Response[Any]:
    """Takes back what an import wrote."""
    start(visit, batch_of(visit, batch_id, BRING_IN), UNDO)
    return visit.go(f"/imports/{batch_id}")


@route("POST", "/imports/{batch_id:int}/relire", BRING_IN)
def read_again(visit: Visit, batch_id: int) -> Response[Any]:
    """Reads a file again whose reading failed."""
    batch = batch_of(visit, batch_id, BRING_IN)
    read_source_again(visit, batch)
    return visit.go(f"/imports/{batch_id}")


@route("POST", "/imports/{batch_id:int}/abandonner", BRING_IN)
def abandon(visit: Visit, batch_id: int) -> Response[Any]:
    """Sets a preview aside, or a file whose reading failed."""
    abandon_source(visit, batch_of(visit, batch_id, BRING_IN))
    return visit.go(f"/imports/{batch_id}", done="import-abandonne")


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_imports, bring_in, show_import, show_progress, read_again, apply, undo, abandon,
)  # fmt: skip
