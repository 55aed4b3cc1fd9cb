"""The pages of one document: where it stands, its text beside what is noted on it, the answer to a draft."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_403_FORBIDDEN, HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY

from registry.accounts.queries import find_actor_names
from registry.kernel.errors import Conflict, Forbidden, Invalid, Stale
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.reporting.approvals.forms import AnnotationForm, ApprovalForm, SetAsideForm
from registry.reporting.approvals.showing import (
    annotate_one,
    annotation_lines,
    answer_one,
    is_stuck,
    reading_page,
    set_one_aside,
)
from registry.reporting.approvals.views import DocumentPage
from registry.reporting.discovery import get_report
from registry.reporting.models import IssuedDocument
from registry.reporting.panels import withdrawn_from
from registry.reporting.queries import find_final_of, get_document
from registry.reporting.visiting import APPROVE, ISSUE, READ, TONES, approver_role, document_for, who_approves
from registry.reporting.vocabulary import DocumentState, Medium, ScopeKind
from registry.web.forms import read_number
from registry.web.saving import Unsaved, save
from registry.web.templating import say_day
from registry.web.visits import NOTICES, Rejected, Visit, route

NOTICES.update(
    {
        "annotation-ajoutee": mark("L’annotation est enregistrée, à côté du projet."),
        "annotation-ecartee": mark("L’annotation est écartée : le document final ne la dira pas."),
        "annotation-reprise": mark("L’annotation est reprise : le document final la dira."),
        "projet-renvoye": mark("Le projet est renvoyé. Qui l’a émis en lira le motif à son bureau."),
    }
)


def _page(visit: Visit, document: IssuedDocument) -> DocumentPage:
    stuck = is_stuck(visit, document)
    # Who asked for it is led to it all the same: to read what is noted.
    answers = approver_role(visit.visitor, document) is not None
    final = find_final_of(visit.session, document.id) if document.state is DocumentState.SUPERSEDED else None
    again = urlencode({"report": document.report_id, "scope": _scope(document)})
    return DocumentPage(
        id=document.id, version=document.version, title=document.title, state=document.state.label,
        tone=TONES[document.state], facts=_facts(visit, document),
        sent_back=(document.decision_reason or "") if document.state is DocumentState.SENT_BACK else "",
        draft_address=f"/documents/{document.draft_id}" if document.draft_id else "",
        final_address=f"/documents/{final.id}" if final is not None else "",
        is_pdf=document.media_type == Medium.PDF.media_type, is_draft=document.state is DocumentState.DRAFT,
        may_review=answers and document.state is DocumentState.DRAFT, stuck=stuck and answers,
        whose=who_approves(visit, document.report_id, document.organisation_id, asker=document.asked_by)
        if document.state is DocumentState.DRAFT and not answers
        else "",
        annotations=annotation_lines(visit, document), compared=get_report(document.report_id).compared,
        issue_again=f"/documents?{again}"
        if document.state is DocumentState.SENT_BACK and visit.visitor.may(ISSUE, document.organisation_id)
        else "",
        withdrawn=withdrawn_from(visit, document.subject_id) if _claims(visit, document) else "",
        about=f"/livraisons/{document.subject_id}",
    )  # fmt: skip


def _claims(visit: Visit, document: IssuedDocument) -> bool:
    """Whether a document claims something of a delivery that the visitor may look at."""
    reads = visit.visitor.may(Permission.CONTRACTS_CONTRACT_READ, document.organisation_id)
    return reads and document.subject_kind == "delivery"


def _scope(document: IssuedDocument) -> str:
    """The subject as the form that issues a document asks for it: one of a body names the kind of body."""
    bodies = {ScopeKind.AUTHORITY, ScopeKind.DEPARTMENT, ScopeKind.COMMUNE}
    return f"{'organisation' if document.subject_kind in bodies else document.subject_kind}:{document.subject_id}"


def _facts(visit: Visit, document: IssuedDocument) -> list[tuple[str, str]]:
    # A final document is decided on its draft.
    decision = get_document(visit.session, document.draft_id, None) if document.draft_id else document
    decided = f"account:{decision.decided_by}" if decision.decided_by else ""
    names = find_actor_names(visit.session, {document.issued_by, *([decided] if decided else [])})
    said = [
        (_("Faits du"), say_day(document.as_of)), (_("Émis par"), names[document.issued_by]),
        (_("Sceau"), f"n° {document.seal_no}"), (_("Empreinte SHA-256"), document.document_sha256),
    ]  # fmt: skip
    if decided and decision.decided_as is not None and decision.decided_on is not None:
        label = _("Renvoyé par") if document.state is DocumentState.SENT_BACK else _("Approuvé par")
        said.append((label, f"{names[decided]} ({decision.decided_as.label}), {say_day(decision.decided_on)}"))
    return said


@route("GET", "/documents/{document_id:int}", READ)
def show_document(visit: Visit, document_id: int) -> Response[Any]:
    """One document: where it stands, and its parts."""
    return visit.page("reporting/document.html", _page(visit, document_for(visit, document_id)))


@route("GET", "/documents/{document_id:int}/relecture", READ)
def show_reading(visit: Visit, document_id: int) -> Response[Any]:
    """The text of a document beside its annotations, and the answer where it waits for one."""
    document = document_for(visit, document_id)
    return visit.page("reporting/reading.html", reading_page(visit, document, {}, {}, document.version))


@route("POST", "/documents/{document_id:int}/annotations", APPROVE)
def annotate_document(visit: Visit, document_id: int) -> Response[Any]:
    """Notes something on a draft."""
    read, typed = visit.form(AnnotationForm), _typed(visit)
    document = document_for(visit, document_id)
    visit.visitor.require(APPROVE, document.organisation_id)
    made = save(read, lambda form: annotate_one(visit, document_id, form))
    if isinstance(made, Unsaved):
        return _again(visit, document, typed, made.errors, made.status)
    return visit.go(f"/documents/{document_id}/relecture", done="annotation-ajoutee")


@route("POST", "/documents/{document_id:int}/annotations/{annotation_id:int}", APPROVE)
def set_aside(visit: Visit, document_id: int, annotation_id: int) -> Response[Any]:
    """Sets an annotation aside, or brings it back."""
    read = visit.form(SetAsideForm)
    if isinstance(read, Rejected):
        raise Invalid(_("Dites si l’annotation est écartée ou reprise : rouvrez la page, puis recommencez."))
    set_one_aside(visit, document_id, annotation_id, set_aside=read.form.set_aside)
    done = "annotation-ecartee" if read.form.set_aside else "annotation-reprise"
    return visit.go(f"/documents/{document_id}/relecture", done=done)


@route("POST", "/documents/{document_id:int}/decision", APPROVE)
def decide_document(visit: Visit, document_id: int) -> Response[Any]:
    """Approves a draft, or sends it back; when somebody else answered meanwhile, says so and keeps what was typed."""
    read, typed = visit.form(ApprovalForm), _typed(visit)
    document = document_for(visit, document_id)
    visit.visitor.require(APPROVE, document.organisation_id)
    if isinstance(read, Rejected):
        return _again(visit, document, typed, read.errors, HTTP_422_UNPROCESSABLE_ENTITY)
    try:
        answered, run = answer_one(
            visit, document_id, read.form, expected=read_number(visit.form_data().first("version")) or 0
        )
    except (Conflict, Stale, Forbidden) as refusal:
        status = HTTP_403_FORBIDDEN if isinstance(refusal, Forbidden) else HTTP_409_CONFLICT
        return _again(visit, document, typed, {"_": refusal.message}, status)
    return visit.go(f"/travaux/{run}") if run else visit.go(f"/documents/{answered.id}", done="projet-renvoye")


def _typed(visit: Visit) -> dict[str, str]:
    data = visit.form_data()
    return {name: data.first(name) for name in ("section", "text", "answer", "reason")}


def _again(
    visit: Visit, document: IssuedDocument, typed: dict[str, str], errors: Mapping[str, str], status: int
) -> Response[Any]:
    """The same page with what was typed; it keeps the version that was read."""
    version = read_number(visit.form_data().first("version")) or document.version
    return visit.page("reporting/reading.html", reading_page(visit, document, typed, errors, version), status=status)


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_document, show_reading, annotate_document, set_aside, decide_document,
)  # fmt: skip
