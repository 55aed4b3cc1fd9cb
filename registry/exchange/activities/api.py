"""The JSON API of imports of records: bring a file in, look at what it would do, apply it, undo it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED

from registry.exchange.activities.forms import RecordFileForm, RecordImportForm, TakingForm
from registry.exchange.activities.import_queries import find_lines_of
from registry.exchange.activities.import_routes import RECORD_FILE, import_of
from registry.exchange.activities.models import RecordImport, RecordImportLine
from registry.exchange.activities.reading import read_record
from registry.exchange.activities.service import abandon_record, apply_record, preview_record, undo_record
from registry.exchange.activities.views import remark_view
from registry.exchange.forms import NothingForm
from registry.exchange.models import ImportAction, ImportState
from registry.kernel.errors import FieldError, Invalid
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.web.calls import ApiCall
from registry.web.visits import Rejected, Visit, route

RECORD = Permission.PROCESSING_ACTIVITY_RECORD
OWN = "/api/v1/processing-activities/imports"
_LABELS = {
    "organisation_id": mark("L’organisation dont le registre reçoit les traitements"),
    "file": mark("Le registre en CSV, XLSX ou ODS, 20 Mio au plus"),
    "lines": mark("Les lignes de l’aperçu à écrire ; sans elles, toutes celles qui le peuvent"),
    "layout": mark("Comment le fichier est fait : own (un export d’ici), cnil, ou table"),
    "records": mark("Chaque traitement du fichier : ce qu’il en advient, ce qui change, ce qui ne va pas"),
}


def label_of(name: str) -> str:
    """A field’s name in the reader’s language, or nothing."""
    return _(_LABELS[name]) if name in _LABELS else ""


def about(says: str, **more: Any) -> ApiCall:
    """What the document tells of a call about imports of records."""
    return ApiCall(**{"tag": mark("Traitements"), "says": says, "labels": label_of, **more})


@dataclass(frozen=True)
class RecordRemarkBody:
    """One thing wrong or doubtful, in words."""

    severity: str
    column: str
    message: str


@dataclass(frozen=True)
class RecordLineBody:
    """One activity of a file: what becomes of it, which fields change, what was wrong."""

    line_no: int
    place: str
    name: str
    organisation_id: int
    action: ImportAction
    activity_id: int | None
    changed_fields: list[str]
    remarks: list[RecordRemarkBody]
    applied: bool
    undone: bool


@dataclass(frozen=True)
class RecordImportBody:
    """An import of a record, with each activity of its file."""

    id: int
    organisation_id: int
    source_name: str
    layout: str
    state: ImportState
    created_at: datetime
    remarks: list[RecordRemarkBody]
    records: list[RecordLineBody]


def _remark(said: dict[str, Any]) -> RecordRemarkBody:
    view = remark_view(said)
    return RecordRemarkBody(view.severity, view.column, view.message)


def _line(line: RecordImportLine) -> RecordLineBody:
    return RecordLineBody(
        line.line_no, line.place, line.name, line.organisation_id, line.action, line.activity_id, sorted(line.changes),
        [_remark(one) for one in line.remarks], line.applied_version is not None, line.is_undone,
    )  # fmt: skip


def _body(visit: Visit, made: RecordImport) -> RecordImportBody:
    return RecordImportBody(
        made.id, made.organisation_id, made.source_name, made.layout, made.state, made.created_at,
        [_remark(one) for one in made.told.get("remarks", ())],
        [_line(line) for line in find_lines_of(visit.session, made.id)],
    )  # fmt: skip


@route(
    "POST", OWN, RECORD, takes=RecordFileForm, upload=RECORD_FILE,
    about=about(
        mark("Lit un registre des traitements et dit ce qu’il ferait ; rien n’est écrit avant qu’il soit appliqué."),
        status=201, located=True,
    ),
)  # fmt: skip
def import_record(visit: Visit) -> Response[RecordImportBody]:
    """Receives a file and answers what it would do."""
    read = visit.form(RecordImportForm)
    if isinstance(read, Rejected):
        problems = tuple(FieldError(path, message) for path, message in read.errors.items())
        raise Invalid(_("Le formulaire ne convient pas."), problems)
    visit.visitor.require(RECORD, read.form.organisation_id)
    file = visit.upload.file if visit.upload is not None else None
    if file is None:
        message = _("Choisissez un fichier : un registre en CSV, XLSX ou ODS.")
        raise Invalid(message, (FieldError("file", message),))
    made = preview_record(
        visit.session,
        read_record(file.path, name=file.name, zone=ZoneInfo(visit.premises.info["time_zone"])),
        organisation_id=read.form.organisation_id,
        writable=visit.visitor.reach(RECORD),
        account_id=visit.visitor.account_id,
        source_name=file.name,
    )
    visit.headers["Location"] = f"{OWN}/{made.id}"
    return visit.answer(_body(visit, made), status=HTTP_201_CREATED)


@route(
    "GET", f"{OWN}/{{import_id:int}}", RECORD,
    about=about(mark("Un import de registre : ce qu’il ferait de chaque traitement, ou ce qu’il en a fait.")),
)  # fmt: skip
def read_record_import(visit: Visit, import_id: int) -> Response[RecordImportBody]:
    """One import of a record."""
    return visit.answer(_body(visit, import_of(visit, import_id)))


@route(
    "POST", f"{OWN}/{{import_id:int}}/application", RECORD, takes=TakingForm,
    about=about(mark("Écrit les lignes choisies de l’aperçu, d’un seul tenant."), example={"lines": [1, 2]}),
)  # fmt: skip
def apply_lines(visit: Visit, import_id: int) -> Response[RecordImportBody]:
    """Writes the activities that were chosen."""
    import_of(visit, import_id)
    lines = visit.given(TakingForm).lines
    made = apply_record(visit.session, import_id, visit.visitor.reach(RECORD), lines)
    visit.settle()
    return visit.answer(_body(visit, made))


@route(
    "POST", f"{OWN}/{{import_id:int}}/undoing", RECORD, takes=NothingForm,
    about=about(mark("Remet chaque traitement d’un import comme avant ; ce qui a changé depuis reste.")),
)  # fmt: skip
def undo_lines(visit: Visit, import_id: int) -> Response[RecordImportBody]:
    """Brings each activity back to what it was."""
    import_of(visit, import_id)
    visit.given(NothingForm)
    made = undo_record(visit.session, import_id, visit.visitor.reach(RECORD))
    visit.settle()
    return visit.answer(_body(visit, made))


@route(
    "POST", f"{OWN}/{{import_id:int}}/abandonment", RECORD, takes=NothingForm,
    about=about(mark("Met un aperçu de registre de côté sans rien écrire.")),
)  # fmt: skip
def abandon_lines(visit: Visit, import_id: int) -> Response[RecordImportBody]:
    """Sets a preview aside."""
    import_of(visit, import_id)
    visit.given(NothingForm)
    return visit.answer(_body(visit, abandon_record(visit.session, import_id)))


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    import_record, read_record_import, apply_lines, undo_lines, abandon_lines,
)  # fmt: skip
