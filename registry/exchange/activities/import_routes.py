"""The pages of imports of records: bring a file in, choose what is taken of it, undo it."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY

from registry.exchange.activities.forms import RecordImportForm
from registry.exchange.activities.import_queries import (
    count_lines_of,
    find_lines_of,
    find_record_imports,
    get_record_import,
)
from registry.exchange.activities.models import RecordImport, RecordImportLine
from registry.exchange.activities.reading import LIMITS, read_record
from registry.exchange.activities.service import abandon_record, apply_record, preview_record, undo_record
from registry.exchange.activities.views import (
    RecordImportPage,
    RecordImportsPage,
    count_kept,
    figures_of,
    layout_label,
    line_view,
    may_take_any,
    remark_view,
    row_view,
)
from registry.exchange.models import ImportState
from registry.kernel.errors import Invalid, Refusal
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.organisations.holding import BODIES
from registry.organisations.queries import find_organisations
from registry.processing.past_routes import named_of
from registry.processing.wording import POINTING
from registry.web.forms import read_number
from registry.web.uploads import Receiving
from registry.web.visits import NOTICES, Rejected, Visit, route

RECORD = Permission.PROCESSING_ACTIVITY_RECORD
OWN = "/traitements/imports"
RECORD_FILE = Receiving(
    limit=LIMITS.file_bytes,
    refusal=mark("Ce fichier dépasse {limit} Mio, bien plus qu’un registre : gardez la seule feuille des traitements."),
)
NOTICES.update(
    {
        "registre-importe": mark("L’import est appliqué. Il peut être défait tant que rien n’a changé."),
        "registre-defait": mark("L’import est défait : chaque fiche est redevenue ce qu’elle était."),
        "registre-defait-en-partie": mark(
            "L’import est défait, mais pas en entier : des fiches changées depuis sont restées telles quelles, comme "
            "leur nombre et leurs lignes le disent ci-dessous."
        ),
        "registre-abandonne": mark("L’import est abandonné : rien n’a été écrit."),
    }
)
_TOLD = {
    "registre-importe": ImportState.APPLIED, "registre-defait": ImportState.UNDONE,
    "registre-defait-en-partie": ImportState.UNDONE,
    "registre-abandonne": ImportState.ABANDONED,
}  # fmt: skip


def _names(visit: Visit) -> dict[int, str]:
    return {body.id: body.name for body in find_organisations(visit.session)}


def _list(visit: Visit, chosen: str, errors: Mapping[str, str], status: int = HTTP_200_OK) -> Response[Any]:
    reach, bodies = visit.visitor.reach(RECORD), find_organisations(visit.session)
    names = {body.id: body.name for body in bodies}
    made = find_record_imports(visit.session, reach)
    counts = count_lines_of(visit.session, [one.id for one in made]) if made else {}
    page = RecordImportsPage(
        rows=[row_view(one, counts[one.id], names.get(one.organisation_id, "")) for one in made],
        organisations=[(str(body.id), body.name) for body in bodies if body.id in reach and body.kind in BODIES],
        chosen=chosen,
        errors=errors,
        limit=LIMITS.file_bytes,
    )
    return visit.page("exchange/record_imports.html", page, status=status)


@route("GET", OWN, RECORD)
def show_record_imports(visit: Visit) -> Response[Any]:
    """The latest imports of records, and the form to bring one in."""
    return _list(visit, visit.query("organisation") or str(visit.visitor.organisation_id), {})


@route("POST", OWN, RECORD, upload=RECORD_FILE)
def bring_record_in(visit: Visit) -> Response[Any]:
    """Reads a file and shows what it would do; nothing is written of it."""
    read = visit.form(RecordImportForm)
    chosen = visit.form_data().first("organisation_id")
    file = visit.upload.file if visit.upload is not None else None
    errors = dict(read.errors) if isinstance(read, Rejected) else {}
    organisation_id = read_number(chosen)
    if organisation_id is None or not visit.visitor.may(RECORD, organisation_id):
        errors["organisation_id"] = _("Choisissez une organisation pour laquelle vous tenez le registre.")
    if file is None:
        errors["file"] = _("Choisissez un fichier : un registre en CSV, XLSX ou ODS.")
    if errors or file is None or organisation_id is None:
        return _list(visit, chosen, errors, HTTP_422_UNPROCESSABLE_ENTITY)
    try:
        made = preview_record(
            visit.session,
            read_record(file.path, name=file.name, zone=ZoneInfo(visit.premises.info["time_zone"])),
            organisation_id=organisation_id,
            writable=visit.visitor.reach(RECORD),
            account_id=visit.visitor.account_id,
            source_name=file.name,
        )
    except Refusal as refusal:
        return _list(visit, chosen, {"file": refusal.message}, HTTP_422_UNPROCESSABLE_ENTITY)
    return visit.go(f"{OWN}/{made.id}")


def import_of(visit: Visit, import_id: int) -> RecordImport:
    """An import that the visitor may carry on.

    Raises: NotFound, Forbidden.
    """
    found = get_record_import(visit.session, import_id)
    visit.visitor.require(RECORD, found.organisation_id)
    return found


def _pointed(lines: Sequence[RecordImportLine]) -> dict[str, set[int]]:
    """The numbers that the changes of these lines point to, by kind."""
    return {
        kind: {row[column] for line in lines for row in _rows_of(line.changes.get(kind, ()))}
        for kind, column in POINTING.items()
    }


def _rows_of(pair: Sequence[Any]) -> list[Mapping[str, Any]]:
    return [row for side in pair if isinstance(side, list) for row in side if isinstance(row, dict)]


def _page(visit: Visit, made: RecordImport, error: str = "", status: int = HTTP_200_OK) -> Response[Any]:
    lines, names = find_lines_of(visit.session, made.id), _names(visit)
    named = named_of(visit.session, _pointed(lines))
    page = RecordImportPage(
        id=made.id,
        source_name=made.source_name,
        organisation_name=names.get(made.organisation_id, ""),
        layout=layout_label(made.layout),
        state=str(made.state),
        state_label=made.state.label,
        created_at=made.created_at,
        remarks=[remark_view(one) for one in made.told.get("remarks", ())],
        left=[(header, count, example) for header, count, example in made.told.get("left", ())],
        figures=figures_of(lines, made.state),
        lines=[line_view(line, made.state, names.get(line.organisation_id, ""), named) for line in lines],
        error=error,
        may_apply=made.state is ImportState.PREVIEWED and may_take_any(lines),
        may_undo=made.state is ImportState.APPLIED,
        may_abandon=made.state is ImportState.PREVIEWED,
    )
    return visit.page("exchange/record_import.html", page, status=status)


@route("GET", f"{OWN}/{{import_id:int}}", RECORD)
def show_record_import(visit: Visit, import_id: int) -> Response[Any]:
    """What an import would do to each activity, or did."""
    made = import_of(visit, import_id)
    visit.agrees.update({name: made.state is state for name, state in _TOLD.items()})
    return _page(visit, made)


@route("POST", f"{OWN}/{{import_id:int}}/appliquer", RECORD)
def apply_record_import(visit: Visit, import_id: int) -> Response[Any]:
    """Writes the activities that were chosen."""
    made = import_of(visit, import_id)
    taken = {number for one in visit.form_data().all("take") if (number := read_number(one)) is not None}
    try:
        apply_record(visit.session, import_id, visit.visitor.reach(RECORD), taken)
    except Invalid as refusal:
        return _page(visit, made, refusal.message, HTTP_422_UNPROCESSABLE_ENTITY)
    return visit.go(f"{OWN}/{import_id}", done="registre-importe")


@route("POST", f"{OWN}/{{import_id:int}}/defaire", RECORD)
def undo_record_import(visit: Visit, import_id: int) -> Response[Any]:
    """Brings each activity of an import back to what it was."""
    import_of(visit, import_id)
    undo_record(visit.session, import_id, visit.visitor.reach(RECORD))
    kept = count_kept(find_lines_of(visit.session, import_id))
    return visit.go(f"{OWN}/{import_id}", done="registre-defait-en-partie" if kept else "registre-defait")


@route("POST", f"{OWN}/{{import_id:int}}/abandonner", RECORD)
def abandon_record_import(visit: Visit, import_id: int) -> Response[Any]:
    """Sets a preview aside."""
    import_of(visit, import_id)
    abandon_record(visit.session, import_id)
    return visit.go(f"{OWN}/{import_id}", done="registre-abandonne")


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_record_imports, bring_record_in, show_record_import, apply_record_import, undo_record_import,
    abandon_record_import,
)  # fmt: skip
