"""The pages of documents: the register, asking for one, following the job, downloading."""

import secrets
from collections.abc import Mapping
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from registry.datasets.queries import get_dataset
from registry.kernel.errors import NotFound
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.organisations.queries import find_organisations, get_organisation
from registry.organisations.vocabulary import OrganisationKind
from registry.platform.jobs import defer, find_under_way, get_run
from registry.platform.models import JobState
from registry.reporting.forms import IssueForm
from registry.reporting.gathering import scope_kind
from registry.reporting.libraries import pdf_available
from registry.reporting.models import IssuedDocument
from registry.reporting.queries import find_documents, get_document
from registry.reporting.service import EARLIEST
from registry.reporting.views import DocumentLine, DocumentsPage, job_page
from registry.reporting.vocabulary import Medium, ScopeKind
from registry.web.forms import Rejected
from registry.web.visits import NOTICES, Visit, route

READ, ISSUE = Permission.REPORTING_DOCUMENT_READ, Permission.REPORTING_DOCUMENT_ISSUE
ISSUE_JOB = "reporting:document:issue"
NOTICES["document-emis"] = mark("Le document est émis et inscrit au registre des documents.")
_JUDGED = {
    OrganisationKind.INTERCOMMUNAL_AUTHORITY, OrganisationKind.COMMUNE, OrganisationKind.DEPARTMENT,
    OrganisationKind.SERVICE,
}  # fmt: skip


def _line(document: IssuedDocument) -> DocumentLine:
    return DocumentLine(
        id=document.id,
        title=document.title,
        as_of=document.as_of,
        issued_at=document.issued_at,
        seal_no=document.seal_no,
        document_sha256=document.document_sha256,
        is_pdf=document.media_type == Medium.PDF.media_type,
    )


def _page(visit: Visit, values: Mapping[str, str], errors: Mapping[str, str], status: int = 200) -> Response[Any]:
    reach = visit.visitor.reach(ISSUE)
    available = pdf_available()
    page = DocumentsPage(
        rows=[_line(document) for document in find_documents(visit.session)],
        may_issue=bool(reach),
        scopes=[
            (f"organisation:{body.id}", body.name)
            for body in find_organisations(visit.session)
            if body.id in reach and body.kind in _JUDGED
        ],
        values=values,
        errors=errors,
        pdf_notice="" if available.ok else f"{available.reason} {available.apt_line}",
    )
    return visit.page("reporting/documents.html", page, status=status)


@route("GET", "/documents", READ)
def show_documents(visit: Visit) -> Response[Any]:
    """The register of issued documents."""
    return _page(visit, {"scope": visit.query("scope")}, {})


@route("POST", "/documents", ISSUE)
def issue(visit: Visit) -> Response[Any]:
    """Asks for a compliance report; the page then follows the job."""
    read = visit.form(IssueForm)
    if isinstance(read, Rejected):
        return _page(
            visit, {name: str(value) for name, value in read.values.items()}, read.errors,
            HTTP_422_UNPROCESSABLE_ENTITY,
        )  # fmt: skip
    form = read.form
    day = form.as_of or visit.today
    if not EARLIEST <= day <= visit.today:
        errors = {"as_of": _("Choisissez aujourd’hui ou un jour passé, depuis {year}.").format(year=EARLIEST.year)}
        return _page(visit, {"scope": form.scope, "as_of": day.isoformat()}, errors, HTTP_422_UNPROCESSABLE_ENTITY)
    if form.is_dataset:
        kind, owner = ScopeKind.DATASET, get_dataset(visit.session, form.subject_id).organisation_id
    else:
        body = get_organisation(visit.session, form.subject_id)
        kind, owner = scope_kind(body.kind), body.id
    visit.visitor.require(ISSUE, owner)
    # Asked for twice by one person (a double click), it is issued once; once issued, it may be asked for anew.
    asked = f"{visit.visitor.account_id}:{form.scope}:{day}"
    run = find_under_way(visit.session, ISSUE_JOB, asked) or defer(
        visit.session,
        ISSUE_JOB,
        key=f"{asked}:{secrets.token_hex(8)}",
        organisation_id=owner,
        actor=visit.actor,
        account_id=visit.visitor.account_id,
        arguments={
            "report": "compliance",
            "kind": str(kind),
            "subject_id": form.subject_id,
            "as_of": day.isoformat(),
        },
    )
    return visit.go(f"/travaux/{run.id}")


@route("GET", "/travaux/{run_id:int}", READ)
def show_job(visit: Visit, run_id: int) -> Response[Any]:
    """How far a job is; the page asks again until it is over. Its asker sees it, and whoever may do the same."""
    run = get_run(visit.session, run_id)
    right = JOB_RIGHTS.get(run.kind)
    if run.account_id != visit.visitor.account_id and (
        right is None or not visit.visitor.may(right, run.organisation_id)
    ):
        # What a job says of itself quotes what it works on: an import's message, the file's own lines.
        raise NotFound(_("Ce travail n’existe pas, ou vos droits ne vous le montrent pas."))
    address = label = ""
    if run.state is JobState.DONE and run.result:
        address, label = str(run.result.get("address", "")), str(run.result.get("label", ""))
    title = JOB_TITLES.get(run.kind, mark("Travail en cours"))
    page = job_page(run, _(title), address, label)
    partial = visit.request.headers.get("hx-request") == "true"
    return visit.page("reporting/_job.html" if partial else "reporting/job.html", page)


JOB_RIGHTS = {
    ISSUE_JOB: Permission.REPORTING_DOCUMENT_ISSUE,
    "exchange:import:read": Permission.EXCHANGE_IMPORT_READ,
    "exchange:import:apply": Permission.EXCHANGE_IMPORT_READ,
    "exchange:import:undo": Permission.EXCHANGE_IMPORT_READ,
}
"""Who follows a job besides its asker, by kind; a kind that is not here is followed by its asker alone."""

JOB_TITLES = {
    ISSUE_JOB: mark("Émission d’un rapport de conformité"),
    "exchange:import:apply": mark("Application d’un import"),
    "exchange:import:undo": mark("Annulation d’un import"),
}


def _file(visit: Visit, digest: str, media_type: str, name: str) -> Response[Any]:
    content = visit.premises.home.files.read(digest)
    disposition = f'attachment; filename="{name}"'
    return Response(content, media_type=media_type, headers={"Content-Disposition": disposition, "ETag": f'"{digest}"'})


@route("GET", "/documents/{document_id:int}/{part:str}", READ)
def download(visit: Visit, document_id: int, part: str) -> Response[Any]:
    """The issued document, or one of its twins, byte for byte as it was issued."""
    document = get_document(visit.session, document_id)
    is_pdf = document.media_type == Medium.PDF.media_type
    parts = {
        "document": (document.document_sha256, document.media_type, ".pdf" if is_pdf else ".html"),
        "json": (document.canonical_sha256, "application/json", ".json"),
        "csv": (document.csv_sha256, "text/csv; charset=utf-8", ".csv"),
    }
    if part not in parts:
        raise NotFound(_("Ce document n’a que trois parties : document, json et csv."))
    digest, media_type, suffix = parts[part]
    return _file(visit, digest, media_type, f"{document.report_id}-{document.as_of}-{document.id}{suffix}")


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_documents, issue, show_job, download)
