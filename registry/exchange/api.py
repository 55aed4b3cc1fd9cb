"""The JSON API of imports: bring a file or an address in, look at what it would do, apply it, undo it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_202_ACCEPTED
from pydantic import Field

from registry.exchange.forms import AddressImportForm, ApplyForm, FileImportForm, ImportForm, NothingForm
from registry.exchange.jobs import APPLY, UNDO
from registry.exchange.models import ImportAction, ImportBatch, ImportLine, ImportState
from registry.exchange.queries import count_batches, find_account, find_batches_page, find_lines
from registry.exchange.views import AnomalyView, anomaly_view
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
)
from registry.kernel.errors import FieldError, Invalid, Stale
from registry.kernel.words import _, mark
from registry.platform.models import JobState
from registry.web.calls import ApiCall, PageQuestions
from registry.web.uploads import CATALOGUE_FILE, UploadedFile
from registry.web.visits import Rejected, Visit, route

TAG = mark("Imports")
_LABELS = {
    "organisation_id": mark("L’organisation pour qui le fichier est importé"),
    "address": mark("L’adresse du fichier ou du portail"),
    "public": mark("Vrai si le catalogue est celui d’un portail ouvert à tous"),
    "file": mark("Le fichier, 50 Mio au plus"),
    "overwrite_edits": mark("Vrai pour remplacer aussi ce qui a été corrigé à la main depuis le dernier import"),
    "state": mark("Où en est l’import"),
    "working": mark("Vrai tant qu’un travail est en cours : relisez l’import dans un instant"),
    "refusal": mark("Pourquoi le fichier ne peut pas être lu"),
    "failure": mark("Pourquoi le travail a échoué"),
    "summary": mark("Les nombres de fiches, par ce qui en est fait"),
    "may": mark("Ce qui peut être demandé maintenant"),
}


def label_of(name: str) -> str:
    """A field’s name in the reader’s language, or nothing."""
    return _(_LABELS[name]) if name in _LABELS else ""


def about(says: str, **more: Any) -> ApiCall:
    """What the document tells of a call of this room."""
    return ApiCall(**{"tag": TAG, "says": says, "labels": label_of, **more})


@dataclass(frozen=True)
class ImportLineBody:
    """An import in the list."""

    id: int
    version: int
    organisation_id: int
    source_name: str
    source_format: str
    state: ImportState
    created_at: datetime


@dataclass(frozen=True)
class ImportsBody:
    """A page of imports, the latest first."""

    total: int
    imports: list[ImportLineBody]
    next: str | None


@dataclass(frozen=True)
class AnomalyBody:
    """One thing wrong or doubtful, in words."""

    severity: str
    subject: str
    path: str
    message: str


@dataclass(frozen=True)
class ImportBody(ImportLineBody):
    """An import: where it stands, what it would do or did, and what may be asked of it now."""

    working: bool
    step: str
    progress: int
    total: int
    refusal: str
    failure: str
    summary: dict[str, int]
    anomalies: list[AnomalyBody]
    may: list[str]


@dataclass(frozen=True)
class RecordBody:
    """One record of the file: what becomes of it and what was wrong."""

    line_no: int
    identifier: str
    title: str
    action: ImportAction
    dataset_id: int | None
    changed_fields: list[str]
    anomalies: list[AnomalyBody]
    applied: bool


@dataclass(frozen=True)
class RecordsBody:
    """A page of the records of an import, in the file’s order."""

    records: list[RecordBody]
    next: str | None


class ImportQuestions(PageQuestions):
    """What the list of imports is narrowed to: nothing yet."""


class RecordQuestions(PageQuestions):
    """What the records of an import are narrowed to."""

    action: ImportAction | None = Field(default=None, description=mark("Ce qui est fait de la fiche."))


def _line(batch: ImportBatch) -> dict[str, Any]:
    return {name: getattr(batch, name) for name in ImportLineBody.__dataclass_fields__}


def _anomaly(view: AnomalyView) -> AnomalyBody:
    return AnomalyBody(view.severity, view.subject, view.path, view.message)


def _body(visit: Visit, batch: ImportBatch) -> ImportBody:
    run = run_of(visit, batch)
    working = is_busy(visit, batch, run)
    account = find_account(visit.session, batch.id)
    told = account.content if account is not None else {}
    failed = run is not None and run.state is JobState.FAILED and not working
    may = {
        "application": may_ask(batch, APPLY),
        "undoing": may_ask(batch, UNDO),
        "reading": failed and batch.state is ImportState.READING,
        "abandonment": batch.state in NOT_BEGUN,
    }
    free = not working and visit.visitor.may(BRING_IN, batch.organisation_id)
    return ImportBody(
        **_line(batch),
        working=working,
        step=(run.step or "") if run is not None else "",
        progress=run.progress if run is not None else 0,
        total=run.total if run is not None else 0,
        refusal=str(told.get("refusal", "")),
        failure=(run.message or "") if run is not None and failed else "",
        summary={name: value for name, value in batch.summary.items() if type(value) is int},
        anomalies=[_anomaly(anomaly_view(one)) for one in told.get("anomalies", ())],
        may=[name for name, able in may.items() if able and free],
    )


@route("GET", "/api/v1/imports", SEE, about=about(mark("Les imports, le dernier d’abord."), asks=ImportQuestions))
def list_imports(visit: Visit) -> Response[ImportsBody]:
    """The imports within the asker’s rights, the latest first."""
    asked = visit.asked(ImportQuestions)
    (before,) = asked.place(int) or (None,)
    within = visit.visitor.reach(SEE)
    rows = find_batches_page(visit.session, within, before=before, limit=asked.limit + 1)
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    following = asked.following((rows[-1].id,) if more else None)
    lines = [ImportLineBody(**_line(row)) for row in rows]
    return visit.answer(ImportsBody(count_batches(visit.session, within), lines, following))


@route(
    "POST", "/api/v1/imports", BRING_IN, takes=AddressImportForm,
    about=about(
        mark("Fait lire une adresse : rien n’est écrit avant que l’aperçu soit appliqué."), status=202, located=True,
        example={"organisation_id": 1, "address": "https://donnees.exemple.fr/catalogue.ttl", "public": True},
    ),
)  # fmt: skip
def import_address(visit: Visit) -> Response[ImportBody]:
    """Asks for the reading of an address."""
    form = visit.given(AddressImportForm)
    visit.visitor.require(BRING_IN, form.organisation_id)
    return _received(visit, ImportForm(**form.model_dump()), None)


@route(
    "POST", "/api/v1/imports/files", BRING_IN, takes=FileImportForm, upload=CATALOGUE_FILE,
    about=about(
        mark("Fait lire un fichier : rien n’est écrit avant que l’aperçu soit appliqué."), status=202, located=True
    ),
)  # fmt: skip
def import_file(visit: Visit) -> Response[ImportBody]:
    """Receives a file and asks for its reading."""
    read = visit.form(ImportForm)
    if isinstance(read, Rejected):
        problems = tuple(FieldError(path, message) for path, message in read.errors.items())
        raise Invalid(_("Le formulaire ne convient pas."), problems)
    file = visit.upload.file if visit.upload is not None else None
    if file is None or read.form.address:
        message = _("Envoyez un fichier dans « file » ; une adresse s’envoie en JSON à /api/v1/imports.")
        raise Invalid(message, (FieldError("file", message),))
    visit.visitor.require(BRING_IN, read.form.organisation_id)
    if refusal := say_plainly_wrong(file):
        raise Invalid(refusal, (FieldError("file", refusal),))
    return _received(visit, read.form, file)


def _received(visit: Visit, form: ImportForm, file: UploadedFile | None) -> Response[ImportBody]:
    batch = bring_source(visit, form, file)
    visit.session.refresh(batch)
    visit.headers["Location"] = f"/api/v1/imports/{batch.id}"
    return visit.answer(_body(visit, batch), status=HTTP_202_ACCEPTED)


@route(
    "GET", "/api/v1/imports/{batch_id:int}", SEE,
    about=about(mark("Un import : où il en est, ce qu’il ferait ou a fait, ce qui peut en être demandé.")),
)  # fmt: skip
def read_import(visit: Visit, batch_id: int) -> Response[ImportBody]:
    """One import."""
    return visit.answer(_body(visit, batch_of(visit, batch_id, SEE)))


@route(
    "GET", "/api/v1/imports/{batch_id:int}/records", SEE,
    about=about(mark("L’aperçu d’un import, fiche par fiche, dans l’ordre du fichier."), asks=RecordQuestions),
)  # fmt: skip
def list_records(visit: Visit, batch_id: int) -> Response[RecordsBody]:
    """The records of an import, in the file’s order."""
    asked = visit.asked(RecordQuestions)
    batch = batch_of(visit, batch_id, SEE)
    (after,) = asked.place(int) or (0,)
    rows = find_lines(visit.session, batch.id, action=asked.action, after=after, limit=asked.limit)
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    following = asked.following((rows[-1].line_no,) if more else None)
    return visit.answer(RecordsBody([_record(row) for row in rows], following))


def _record(row: ImportLine) -> RecordBody:
    return RecordBody(
        row.line_no, row.identifier, row.title, row.action, row.dataset_id, sorted(row.changes),
        [_anomaly(anomaly_view(one)) for one in row.anomalies], row.applied,
    )  # fmt: skip


def _as_read(visit: Visit, batch_id: int) -> ImportBatch:
    """The import, as whoever asks read it.

    Raises: Stale when it went on meanwhile.
    """
    expected = visit.expected_version()
    batch = batch_of(visit, batch_id, BRING_IN)
    if batch.version != expected:
        raise Stale(_("Cet import a avancé entre-temps : relisez-le."), batch.version)
    return batch


@route(
    "POST", "/api/v1/imports/{batch_id:int}/application", BRING_IN, takes=ApplyForm,
    about=about(mark("Écrit ce que l’aperçu montre."), versioned=True, status=202, example={"overwrite_edits": False}),
)  # fmt: skip
def apply_preview(visit: Visit, batch_id: int) -> Response[ImportBody]:
    """Writes what the preview showed; asks for If-Match."""
    batch, given = _as_read(visit, batch_id), visit.given(ApplyForm)
    start(visit, batch, APPLY, **{OVERWRITE_EDITS: "1" if given.overwrite_edits else ""})
    return visit.answer(_body(visit, batch), status=HTTP_202_ACCEPTED)


@route(
    "POST", "/api/v1/imports/{batch_id:int}/undoing", BRING_IN, takes=NothingForm,
    about=about(
        mark("Reprend ce qu’un import a écrit ; ce qui a été corrigé depuis reste."), versioned=True, status=202
    ),
)  # fmt: skip
def undo_applied(visit: Visit, batch_id: int) -> Response[ImportBody]:
    """Takes back what an import wrote; asks for If-Match."""
    batch = _as_read(visit, batch_id)
    visit.given(NothingForm)
    start(visit, batch, UNDO)
    return visit.answer(_body(visit, batch), status=HTTP_202_ACCEPTED)


@route(
    "POST", "/api/v1/imports/{batch_id:int}/reading", BRING_IN, takes=NothingForm,
    about=about(mark("Relit un fichier dont la lecture a échoué."), versioned=True, status=202),
)  # fmt: skip
def read_once_more(visit: Visit, batch_id: int) -> Response[ImportBody]:
    """Reads a source again whose reading failed; asks for If-Match."""
    batch = _as_read(visit, batch_id)
    visit.given(NothingForm)
    read_source_again(visit, batch)
    return visit.answer(_body(visit, batch), status=HTTP_202_ACCEPTED)


@route(
    "POST", "/api/v1/imports/{batch_id:int}/abandonment", BRING_IN, takes=NothingForm,
    about=about(mark("Met un aperçu de côté sans rien écrire."), versioned=True),
)  # fmt: skip
def set_preview_aside(visit: Visit, batch_id: int) -> Response[ImportBody]:
    """Sets a preview aside; asks for If-Match."""
    batch = _as_read(visit, batch_id)
    visit.given(NothingForm)
    abandon_source(visit, batch)
    visit.session.refresh(batch)
    return visit.answer(_body(visit, batch))


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    list_imports, import_address, import_file, read_import, list_records, apply_preview, undo_applied,
    read_once_more, set_preview_aside,
)  # fmt: skip
