"""The JSON API of issued documents, and of the jobs that make them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_202_ACCEPTED
from pydantic import Field

from registry.kernel.permissions import Role
from registry.kernel.words import _, mark
from registry.platform.models import JobRun, JobState
from registry.reporting.forms import IssueForm
from registry.reporting.models import IssuedDocument
from registry.reporting.queries import count_documents, find_documents_page
from registry.reporting.visiting import ISSUE, READ, ask_document, document_for, part_of, readable, run_for
from registry.reporting.vocabulary import DocumentState, Medium, Workbook, Writing
from registry.web.calls import ApiCall, PageQuestions
from registry.web.visits import Visit, route

TAG = mark("Documents")
FILES = (*(form.media_type for form in (*Medium, *Workbook, *Writing)), "application/json", "text/csv")
_LABELS = {
    "report": mark("Le document voulu : compliance, record-of-processing…"),
    "scope": mark("Ce dont parle le rapport : organisation:NUMÉRO ou dataset:NUMÉRO"),
    "as_of": mark("Le jour dont parle le rapport ; aujourd’hui si rien n’est dit"),
    "document_sha256": mark("L’empreinte SHA-256 du document"),
    "seal_no": mark("Jusqu’où le registre des écritures était scellé"),
    "address": mark("L’adresse de ce qui a été fait, une fois le travail terminé"),
    "message": mark("Pourquoi le travail a échoué"),
    "state": mark("Où en est le document : émis, projet, renvoyé, approuvé, remplacé, final"),
    "draft_id": mark("Le projet dont un document final est issu"),
    "decided_as": mark("Le rôle qui a approuvé ou renvoyé"),
    "decided_on": mark("Le jour de cette réponse"),
    "decision_reason": mark("Le motif de cette réponse"),
    "section": mark("La partie du document, par son ancre ; vide : tout le document"),
    "text": mark("L’annotation"),
    "written_as": mark("Le rôle qui a annoté"),
    "written_on": mark("Le jour de l’annotation"),
    "author_id": mark("Le compte qui a annoté"),
    "set_aside": mark("Si l’annotation est écartée"),
    "answer": mark("La réponse : approved ou sent-back"),
    "reason": mark("Le motif, nécessaire pour renvoyer"),
    "earlier": mark("Le plus ancien des deux rapports ; vide tant qu’aucun autre n’est émis sur ce sujet"),
    "later": mark("Le plus récent des deux rapports"),
    "change": mark("Ce qu’est devenu le constat : aggravé, apparu, désormais rempli, allégé, ne se pose plus"),
    "before": mark("Le constat du plus ancien ; vide s’il n’en dit rien"),
    "after": mark("Le constat du plus récent ; vide s’il n’en dit rien"),
    "rule_changed": mark("Si le texte de la règle a changé entre les deux"),
}


def label_of(name: str) -> str:
    """A field's name in the reader's language, or nothing."""
    return _(_LABELS[name]) if name in _LABELS else ""


def about(says: str, **more: Any) -> ApiCall:
    """What the document tells of a call of this room."""
    return ApiCall(**{"tag": TAG, "says": says, "labels": label_of, **more})


@dataclass(frozen=True)
class DocumentBody:
    """An issued document; its parts are `document`, `json`, `csv`, `xlsx` and `ods`."""

    id: int
    version: int
    organisation_id: int
    report_id: str
    title: str
    subject_kind: str
    subject_id: int
    as_of: date
    issued_at: datetime
    seal_no: int
    media_type: str
    document_sha256: str
    canonical_sha256: str
    csv_sha256: str
    state: DocumentState
    draft_id: int | None
    decided_as: Role | None
    decided_on: date | None
    decision_reason: str | None


@dataclass(frozen=True)
class DocumentsBody:
    """A page of issued documents, the latest first."""

    total: int
    documents: list[DocumentBody]
    next: str | None


@dataclass(frozen=True)
class JobBody:
    """A job and how far it is."""

    id: int
    kind: str
    state: JobState
    step: str | None
    progress: int
    total: int
    message: str | None
    address: str | None


class DocumentQuestions(PageQuestions):
    """What the list of documents is narrowed to."""

    state: Annotated[
        DocumentState, Field(description=mark("Où en est le document : draft attend une approbation."))
    ] | None = None  # fmt: skip


def document_body(document: IssuedDocument) -> DocumentBody:
    """A document as the API tells it."""
    return DocumentBody(**{name: getattr(document, name) for name in DocumentBody.__dataclass_fields__})


def _job(run: JobRun) -> JobBody:
    document = (run.result or {}).get("document_id")
    address = f"/api/v1/documents/{document}" if document else (run.result or {}).get("address")
    return JobBody(run.id, run.kind, run.state, run.step, run.progress, run.total, run.message, address)


@route(
    "GET", "/api/v1/documents", READ,
    about=about(mark("Les documents émis dans vos droits, le dernier d’abord."), asks=DocumentQuestions),
)  # fmt: skip
def list_documents(visit: Visit) -> Response[DocumentsBody]:
    """The documents issued within the asker's rights, the latest first."""
    asked = visit.asked(DocumentQuestions)
    (before,) = asked.place(int) or (None,)
    within = readable(visit)
    states = [asked.state] if asked.state else []
    rows = find_documents_page(visit.session, within, before=before, limit=asked.limit + 1, states=states)
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    following = asked.following((rows[-1].id,) if more else None)
    return visit.answer(
        DocumentsBody(count_documents(visit.session, within, states), [document_body(row) for row in rows], following)
    )


@route(
    "POST", "/api/v1/documents", ISSUE, takes=IssueForm,
    about=about(
        mark("Demande un document ; le travail se suit à l’adresse que donne Location."),
        status=202, located=True, example={"report": "compliance", "scope": "organisation:1", "as_of": "2026-11-24"},
    ),
)  # fmt: skip
def ask_for_document(visit: Visit) -> Response[JobBody]:
    """Asks for a document."""
    run = ask_document(visit, visit.given(IssueForm))
    visit.headers["Location"] = f"/api/v1/jobs/{run.id}"
    return visit.answer(_job(run), status=HTTP_202_ACCEPTED)


@route(
    "GET", "/api/v1/documents/{document_id:int}", READ,
    about=about(mark("Un document émis : de quoi il parle, quand, et ses empreintes.")),
)  # fmt: skip
def read_document(visit: Visit, document_id: int) -> Response[DocumentBody]:
    """One issued document."""
    return visit.answer(document_body(document_for(visit, document_id)))


@route(
    "GET", "/api/v1/documents/{document_id:int}/{part:str}", READ,
    about=about(mark("Le document, son texte (docx, odt), ses données (json) ou ses tableaux (csv, xlsx, ods)."),
                media_types=FILES, among={"part": ("document", "json", "csv", *Workbook, *Writing)}),
)  # fmt: skip
def read_part(visit: Visit, document_id: int, part: str) -> Response[bytes]:
    """The document, or one of its twins, byte for byte as it was issued."""
    return part_of(visit, document_id, part)


@route(
    "GET", "/api/v1/jobs/{run_id:int}", READ,
    about=about(mark("Un travail demandé : où il en est, et l’adresse de ce qu’il a fait.")),
)  # fmt: skip
def read_job(visit: Visit, run_id: int) -> Response[JobBody]:
    """How far a job is."""
    return visit.answer(_job(run_for(visit, run_id)))


HANDLERS: tuple[HTTPRouteHandler, ...] = (list_documents, ask_for_document, read_document, read_part, read_job)
