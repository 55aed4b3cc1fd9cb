"""The pages of a bulk edit: which fields, what each sheet would become, written, taken back."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from registry.datasets.bulk.forms import BULK_FIELDS, LISTS, POST_FIELDS, POSTS, BulkEditForm
from registry.datasets.bulk.jobs import APPLY_JOB, UNDO_JOB
from registry.datasets.bulk.posts import posts_of
from registry.datasets.bulk.queries import (
    LINES_A_PAGE,
    find_bulk_edits,
    find_bulk_lines,
    find_owners_of_changes,
    get_bulk_edit,
)
from registry.datasets.bulk.service import (
    AT_ONCE,
    abandon_bulk_edit,
    apply_bulk_edit,
    preview_bulk_edit,
    undo_bulk_edit,
)
from registry.datasets.bulk.wording import BulkWords, bulk_label, operation_label
from registry.datasets.form_pages import form_choices
from registry.datasets.layout import FORM_FIELDS
from registry.datasets.listing.selecting import SELECTING, read_selection, selection_query
from registry.datasets.listing.showing import find_names
from registry.datasets.listing.views import BulkEditsPage, BulkFormPage, BulkLineView, BulkPage, WeighedView
from registry.datasets.models import BulkEdit, BulkLine
from registry.datasets.queries import count_datasets
from registry.datasets.reading import LISTS_BY_LINE
from registry.datasets.vocabulary import BulkOperation, BulkOutcome, BulkState
from registry.kernel.errors import Invalid
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.organisations.queries import Known, choices_of, find_known_among, find_people
from registry.platform.jobs import defer, find_run
from registry.platform.models import JobRun, JobState
from registry.web.forms import FormData, Rejected, parse_values, read_number
from registry.web.progress import Progress, answer_progress, progress_of
from registry.web.visits import NOTICES, Visit, route

RECORD, APPOINT = Permission.DATASETS_SHEET_RECORD, Permission.ORGANISATIONS_APPOINTMENT_RECORD
OWN = "/jeux/modifications"
NOTICES.update(
    {
        "ensemble-fait": mark("Les fiches sont modifiées. Un seul geste les remet comme avant."),
        "ensemble-defait": mark("Les fiches sont comme avant."),
        "ensemble-abandonne": mark("L’aperçu est abandonné : rien n’a été écrit."),
    }
)
_TOLD = {
    "ensemble-fait": BulkState.APPLIED,
    "ensemble-defait": BulkState.UNDONE,
    "ensemble-abandonne": BulkState.ABANDONED,
}


@route("GET", "/jeux/modifier-ensemble", RECORD)
def show_bulk_form(visit: Visit) -> Response[Any]:
    """What to change of the sheets that the address selects."""
    query = visit.request.query_params.dict()
    return _form(visit, query, [name for name in visit.query_all("champ") if name in BULK_FIELDS])


def _form(
    visit: Visit,
    query: Mapping[str, Any],
    names: list[str],
    typed: FormData | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response[Any]:
    selection = [(name, value) for name, values in query.items() if name in SELECTING for value in values if value]
    names = list(dict.fromkeys(names))
    held = selection_query(query)
    page = BulkFormPage(
        total=count_datasets(visit.session, read_selection(visit.session, query, on=visit.today)),
        selection=selection,
        addable=sorted(((one, bulk_label(one)) for one in BULK_FIELDS if one not in names), key=lambda one: one[1]),
        fields=[POST_FIELDS[name] if name in POSTS else FORM_FIELDS[name] for name in names],
        field_labels={name: bulk_label(name) for name in names},
        operations={name: _operations(name) for name in names},
        chosen={name: (typed.first(f"operation-{name}") if typed else "") or _operations(name)[0][0] for name in names},
        values={name: _typed(name, typed) for name in names},
        choices={**form_choices(visit.session, None), **_people(visit, names)} if names else {},
        errors=errors or {},
        labels={name: bulk_label(name) for name in errors or {}},
        reason=typed.first("reason") if typed else "",
        back=f"/jeux?{held}" if held else "/jeux",
    )
    refused = HTTP_422_UNPROCESSABLE_ENTITY if errors else 200
    return visit.page("datasets/bulk_form.html", page, status=refused)


def _people(visit: Visit, names: list[str]) -> dict[str, list[tuple[str, str]]]:
    """Who may be given a post, for each that is asked for."""
    posts = [name for name in names if name in POSTS]
    known = find_people(visit.session, visit.visitor.reach(APPOINT)) if posts else []
    return dict.fromkeys(posts, choices_of(known))


def _operations(name: str) -> list[tuple[str, str]]:
    kinds = list(BulkOperation) if name in LISTS else [BulkOperation.SET, BulkOperation.EMPTY]
    if name in LISTS:
        # Of a list, what adds loses nothing: it comes first.
        kinds = [BulkOperation.ADD, BulkOperation.REMOVE, BulkOperation.SET, BulkOperation.EMPTY]
    return [(str(one), operation_label(name, one)) for one in kinds]


def _typed(name: str, data: FormData | None) -> Any:
    """A value as it was typed: lists a line or a tick each."""
    if data is None:
        return [] if name in LISTS else ""
    if name in LISTS_BY_LINE:
        return [line.strip() for line in data.first(name).splitlines() if line.strip()]
    return [one for one in data.all(name) if one] if name in LISTS else data.first(name).strip()


@route("POST", "/jeux/modifier-ensemble", RECORD)
def preview(visit: Visit) -> Response[Any]:
    """Keeps what the edit would do to each sheet, to be looked at."""
    data = visit.form_data()
    query = {name: data.all(f"de-{name}") for name in SELECTING if data.has(f"de-{name}")}
    names = [name for name in data.all("champ") if name in BULK_FIELDS]
    if not names:
        return _form(visit, query, names, data, {"champ": _("Choisissez au moins un champ à modifier.")})
    edits = [
        {"field": name, "operation": data.first(f"operation-{name}"), "value": _typed(name, data)} for name in names
    ]
    read = parse_values(BulkEditForm, {"edits": edits, "reason": data.first("reason") or None}, today=visit.today)
    if isinstance(read, Rejected):
        return _form(visit, query, names, data, {"reason": next(iter(read.errors.values()))})
    reach = visit.visitor.reach(RECORD)
    own = visit.visitor.organisation_id
    try:
        made = preview_bulk_edit(
            visit.session,
            read_selection(visit.session, query, on=visit.today),
            read.form,
            organisation_id=own if own in reach else min(reach),
            writable=reach,
            appointable=visit.visitor.reach(APPOINT),
            account_id=visit.visitor.account_id,
            selection=selection_query(query),
            today=visit.today,
        )
    except Invalid as refusal:
        return _form(visit, query, names, data, refusal.by_field)
    return visit.go(f"{OWN}/{made.id}")


@route("GET", "/jeux/modifications", RECORD)
def show_bulk_edits(visit: Visit) -> Response[Any]:
    """The latest bulk edits."""
    edits = [(one.id, one.created_at, one.state.label, one.changed) for one in find_bulk_edits(visit.session)]
    return visit.page("datasets/bulk_edits.html", BulkEditsPage(edits))


def _bulk_of(visit: Visit, bulk_id: int) -> BulkEdit:
    """A bulk edit that the visitor may carry on: every sheet it changes is theirs to change."""
    bulk = get_bulk_edit(visit.session, bulk_id)
    for owner in sorted({bulk.organisation_id, *find_owners_of_changes(visit.session, bulk_id)}):
        visit.visitor.require(RECORD, owner)
    return bulk


def _run_of(visit: Visit, bulk: BulkEdit) -> JobRun | None:
    """The job that works on an edit, or that was asked and has not begun; else the one that failed."""
    kinds = [UNDO_JOB] if bulk.state is BulkState.UNDOING else [APPLY_JOB, UNDO_JOB]
    found = (find_run(visit.session, kind, str(bulk.id)) for kind in kinds)
    runs = [run for run in found if run is not None and run.state is not JobState.DONE]
    return min(runs, key=lambda run: run.state is JobState.FAILED, default=None)


def _is_working(run: JobRun | None) -> bool:
    return run is not None and run.state is not JobState.FAILED


def _work_of(bulk: BulkEdit, run: JobRun | None, *, is_over: bool) -> Progress:
    return progress_of(run, f"{OWN}/{bulk.id}/avancement", bulk.state.label, is_over=is_over)


@route("GET", "/jeux/modifications/{bulk_id:int}", RECORD)
def show_bulk(visit: Visit, bulk_id: int) -> Response[Any]:
    """What a bulk edit would do to each sheet, or did."""
    bulk = _bulk_of(visit, bulk_id)
    visit.agrees.update({name: bulk.state is state for name, state in _TOLD.items()})
    run = _run_of(visit, bulk)
    working = _is_working(run)
    outcome = next((one for one in BulkOutcome if one == visit.query("sort")), None)
    after = read_number(visit.query("apres")) or 0
    lines = find_bulk_lines(visit.session, bulk_id, outcome=outcome, after=after)
    more, lines = len(lines) > LINES_A_PAGE, lines[:LINES_A_PAGE]
    words = BulkWords(find_names(visit.session), _held_by(visit, bulk, lines))
    kept = [("sort", str(outcome))] if outcome else []
    page = BulkPage(
        id=bulk.id,
        state=str(bulk.state),
        state_label=bulk.state.label,
        created_at=bulk.created_at,
        reason=bulk.reason or "",
        said=[_say_edit(one, words) for one in bulk.edits],
        figures=_figures(bulk),
        findings=[
            WeighedView(
                one["policy_id"],
                words.names.policies.get(one["policy_id"], ""),
                one["resolved"],
                one["appeared"],
                one["turned"],
            )
            for one in bulk.findings.get("policies", ())
        ],
        is_judged=bool(bulk.findings),
        judged=int(bulk.findings.get("judged", 0)),
        lines=[_line(line, words) for line in lines],
        back=f"/jeux?{bulk.selection}" if bulk.selection else "/jeux",
        first_address=f"{OWN}/{bulk_id}?{urlencode(kept)}" if after else "",
        next_address=f"{OWN}/{bulk_id}?{urlencode([*kept, ('apres', lines[-1].id)])}" if more else "",
        is_working=working,
        work=_work_of(bulk, run, is_over=not working),
        failure=(run.message or "") if run is not None and not working else "",
        may_apply=not working and bool(bulk.changed) and bulk.state in {BulkState.PREVIEWED, BulkState.APPLYING},
        may_undo=not working and bulk.state in {BulkState.APPLIED, BulkState.APPLYING, BulkState.UNDOING},
        may_abandon=not working and bulk.state is BulkState.PREVIEWED,
    )
    return visit.page("datasets/bulk.html", page)


def _figures(bulk: BulkEdit) -> list[tuple[int, str, str]]:
    own = f"{OWN}/{bulk.id}?sort="
    changed = _("à modifier") if bulk.state is BulkState.PREVIEWED else _("modifiées")
    figures = [
        (bulk.changed, changed, own + BulkOutcome.CHANGE),
        (bulk.unchanged, _("sans changement"), own + BulkOutcome.UNCHANGED),
        (bulk.refused, _("refusées"), own + BulkOutcome.REFUSED),
    ]
    return [*figures, (bulk.kept, _("laissées telles quelles"), own + BulkOutcome.KEPT)] if bulk.kept else figures


def _held_by(visit: Visit, bulk: BulkEdit, lines: Sequence[BulkLine]) -> Mapping[int, Known]:
    """The persons that a bulk edit names: whom it appoints, and whom they replace on these sheets."""
    said = {edit["value"] for edit in bulk.edits if edit["field"] in POSTS}
    said |= {person for line in lines for pair in posts_of(line.changes).values() for person in pair}
    numbers = {int(one) for one in said if one}
    return find_known_among(visit.session, numbers) if numbers else {}


def _say_edit(edit: Mapping[str, Any], words: BulkWords) -> str:
    operation, field = BulkOperation(edit["operation"]), edit["field"]
    done = operation_label(field, operation)
    if operation is BulkOperation.EMPTY:
        return f"{bulk_label(field)}{_(' : ')}{done}"
    return f"{bulk_label(field)}{_(' : ')}{done} — {words.of(field, edit['value'])}"


def _line(line: BulkLine, words: BulkWords) -> BulkLineView:
    changes = [
        (bulk_label(name), words.of(name, before), words.of(name, after))
        for name, (before, after) in line.changes.items()
    ]
    done = line.outcome is BulkOutcome.CHANGE and line.applied_version is not None
    label = _("Remise comme avant") if line.is_undone else _("Modifiée") if done else line.outcome.label
    return BulkLineView(line.id, line.dataset_id, line.title, changes, str(line.outcome), label, line.refusal or "")


@route("GET", "/jeux/modifications/{bulk_id:int}/avancement", RECORD)
def show_bulk_progress(visit: Visit, bulk_id: int) -> Response[Any]:
    """The part of the page that shows how far the work is; over, it has the whole page read again."""
    bulk = _bulk_of(visit, bulk_id)
    run = _run_of(visit, bulk)
    return answer_progress(visit, _work_of(bulk, run, is_over=not _is_working(run)), f"{OWN}/{bulk_id}")


@route("POST", "/jeux/modifications/{bulk_id:int}/appliquer", RECORD)
def apply(visit: Visit, bulk_id: int) -> Response[Any]:
    """Writes what the preview showed: at once when it is short, else by a job."""
    bulk = _bulk_of(visit, bulk_id)
    if bulk.changed > AT_ONCE:
        return _by_job(visit, bulk, APPLY_JOB)
    apply_bulk_edit(lambda: nullcontext(visit.session), bulk_id)
    return visit.go(f"{OWN}/{bulk_id}", done="ensemble-fait")


@route("POST", "/jeux/modifications/{bulk_id:int}/defaire", RECORD)
def undo(visit: Visit, bulk_id: int) -> Response[Any]:
    """Brings the sheets back to what they were."""
    bulk = _bulk_of(visit, bulk_id)
    if bulk.changed > AT_ONCE:
        return _by_job(visit, bulk, UNDO_JOB)
    undo_bulk_edit(lambda: nullcontext(visit.session), bulk_id)
    return visit.go(f"{OWN}/{bulk_id}", done="ensemble-defait")


def _by_job(visit: Visit, bulk: BulkEdit, kind: str) -> Response[Any]:
    defer(
        visit.session,
        kind,
        key=str(bulk.id),
        organisation_id=bulk.organisation_id,
        actor=visit.actor,
        account_id=visit.visitor.account_id,
        arguments={"bulk_id": bulk.id},
        lock=f"datasets:bulk:{bulk.id}",
    )
    return visit.go(f"{OWN}/{bulk.id}")


@route("POST", "/jeux/modifications/{bulk_id:int}/abandonner", RECORD)
def abandon(visit: Visit, bulk_id: int) -> Response[Any]:
    """Sets a preview aside."""
    _bulk_of(visit, bulk_id)
    abandon_bulk_edit(visit.session, bulk_id)
    return visit.go(f"{OWN}/{bulk_id}", done="ensemble-abandonne")


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_bulk_form, preview, show_bulk_edits, show_bulk, show_bulk_progress, apply, undo, abandon,
)  # fmt: skip
