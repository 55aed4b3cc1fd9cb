"""The pages of documents: the register, asking for one, following the job, downloading."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY
from sqlalchemy.orm import Session

from registry.kernel.errors import Invalid, NotFound, Refusal
from registry.kernel.issuing import Subject
from registry.kernel.words import _, current_locale, mark
from registry.organisations.queries import find_organisations
from registry.platform.models import JobState
from registry.reporting.discovery import find_reports, get_report
from registry.reporting.forms import IssueForm
from registry.reporting.libraries import pdf_available
from registry.reporting.models import IssuedDocument
from registry.reporting.queries import Waiting, count_by_state, find_documents_page
from registry.reporting.sources import Source, sources_of
from registry.reporting.views import DocumentLine, DocumentsPage, job_page
from registry.reporting.visiting import (
    FINISH_JOB,
    ISSUE,
    ISSUE_JOB,
    READ,
    TONES,
    answered_by,
    ask_document,
    part_of,
    readable,
    run_for,
    who_approves,
)
from registry.reporting.vocabulary import DocumentState, Medium
from registry.web.forms import Rejected, read_number
from registry.web.scripts import asked_by_script
from registry.web.visits import NOTICES, Visit, route

NOTICES["document-emis"] = mark("Le document est émis et inscrit au registre des documents.")
_SUBJECTS = {"organisation": mark("{name}"), "bodies": mark("{name}, et chacun de ses organismes dans son volume")}
"""What is asked of an organisation: itself with its services, or with the bodies below it."""
SHOWN = 50
_MINE = "a-approuver"
"""The documents that wait for the visitor's own answer."""
_ABOVE_OTHERS = mark("{name} (la conformité compte aussi les organismes qui en dépendent)")
"""How a body with others below it is called: a report of compliance counts them, a record is its own alone."""


def _line(visit: Visit, document: IssuedDocument, answered: Mapping[str, frozenset[int]]) -> DocumentLine:
    waits = document.state is DocumentState.DRAFT and document.asked_by != visit.visitor.account_id
    return DocumentLine(
        state=document.state.label,
        tone=TONES[document.state],
        may_answer=waits and document.organisation_id in answered.get(document.report_id, ()),
        id=document.id,
        title=document.title,
        as_of=document.as_of,
        issued_at=document.issued_at,
        seal_no=document.seal_no,
        document_sha256=document.document_sha256,
        is_pdf=document.media_type == Medium.PDF.media_type,
    )


def _scopes(visit: Visit, asked: Sequence[Source]) -> list[tuple[str, str]]:
    """The organisations a document may be asked of, by the kind of subject they make."""
    reach, bodies = visit.visitor.reach(ISSUE), find_organisations(visit.session)
    offered = {(subject, kind) for one in asked for subject, kinds in one.offered.items() for kind in kinds}
    above = {number for body in bodies if body.kind.is_legal_person for number in body.lineage if number != body.id}
    called = {
        ("organisation", body.id): _ABOVE_OTHERS for body in bodies if body.id in above and body.kind.is_legal_person
    }
    return [
        (f"{subject}:{body.id}", _(called.get((subject, body.id), words)).format(name=body.name))
        for body in bodies
        for subject, words in _SUBJECTS.items()
        if body.id in reach and (subject, body.kind) in offered
    ]


def _of_own_sheet(session: Session, asked: Sequence[Source], scope: str) -> list[tuple[str, str]]:
    """The record whose own sheet proposed a document on it, by its name, if the asker sees it."""
    kind, _colon, said = scope.partition(":")
    called, number = next((one.records[kind] for one in asked if kind in one.records), None), read_number(said)
    if called is None or number is None:
        return []
    try:
        return [(scope, called(session, Subject(kind, number)))]
    except NotFound:
        return []


def _approval(visit: Visit, report_id: str, scope: str) -> Sequence[str]:
    """Before one asks for a document that somebody else must approve: that it is a draft first, and who may."""
    source = sources_of(visit.session).get(report_id)
    if source is None or not get_report(report_id).approval:
        return ()
    first = _(
        "Ce document est d’abord émis comme projet : il ne vaut rien tant que quelqu’un d’autre ne l’a pas approuvé."
    )
    try:
        owner = source.keeper(visit.session, Subject.read(scope))
    except (Refusal, ValueError):
        return (first,)
    return first, who_approves(visit, report_id, owner, asker=visit.visitor.account_id)


def _page(visit: Visit, values: Mapping[str, str], errors: Mapping[str, str], status: int = 200) -> Response[Any]:
    reach = visit.visitor.reach(ISSUE)
    named, scope = values.get("report", ""), values.get("scope", "")
    asked = [
        one
        for one in sources_of(visit.session).values()
        if (one.offered or one.report_id == named) and visit.visitor.may(one.permission)
    ]
    sources = {one.report_id for one in asked}
    available, within = pdf_available(), readable(visit)
    answered = answered_by(visit.visitor)
    mine = Waiting(visit.visitor.account_id, [([name], bodies) for name, bodies in answered.items()])
    tally, own = count_by_state(visit.session, within, mine)
    said = set(visit.query_all("etat"))
    states = [one for one in DocumentState if one in said]
    before = read_number(visit.query("avant"))
    rows = find_documents_page(
        visit.session, within, before=before, limit=SHOWN + 1, states=states, mine=mine if _MINE in said else None
    )
    more, rows = len(rows) > SHOWN, rows[:SHOWN]
    here = urlencode([("etat", one) for one in (*((_MINE,) if _MINE in said else ()), *states)])
    page = DocumentsPage(
        rows=[_line(visit, document, answered) for document in rows],
        facets=[
            {
                "name": "etat",
                "label": _("État"),
                "values": [
                    *([(_MINE, f"{_('À approuver par moi')} ({own})", _MINE in said)] if own or _MINE in said else []),
                    *(
                        (str(one), f"{one.label} ({tally[one]})", one in said)
                        for one in DocumentState
                        if tally[one] or one in said
                    ),
                ],
            }
        ],
        waiting=own,
        narrowed=bool(here),
        first_address=f"/documents{'?' if here else ''}{here}" if before else "",
        next_address=f"/documents?{here}{'&' if here else ''}avant={rows[-1].id}" if more else "",
        may_issue=bool(reach and sources),
        approval=_approval(visit, named, scope),
        reports=[
            (declared.id, declared.title(current_locale())) for declared in find_reports() if declared.id in sources
        ],
        scopes=_scopes(visit, asked)
        + _of_own_sheet(visit.session, [one for one in asked if one.report_id == named], scope),
        values=values,
        errors=errors,
        pdf_notice="" if available.ok else f"{available.reason} {available.apt_line}",
    )
    return visit.page("reporting/documents.html", page, status=status)


@route("GET", "/documents", READ)
def show_documents(visit: Visit) -> Response[Any]:
    """The register of issued documents."""
    return _page(visit, {"report": visit.query("report"), "scope": visit.query("scope")}, {})


@route("POST", "/documents", ISSUE)
def issue(visit: Visit) -> Response[Any]:
    """Asks for a document; the page then follows the job."""
    read = visit.form(IssueForm)
    if isinstance(read, Rejected):
        return _page(
            visit, {name: str(value) for name, value in read.values.items()}, read.errors,
            HTTP_422_UNPROCESSABLE_ENTITY,
        )  # fmt: skip
    form = read.form
    try:
        run = ask_document(visit, form)
    except Invalid as refusal:
        values = {"report": form.report, "scope": form.scope, "as_of": form.as_of.isoformat() if form.as_of else ""}
        errors = refusal.by_field if refusal.errors else {"scope": refusal.message}
        return _page(visit, values, errors, HTTP_422_UNPROCESSABLE_ENTITY)
    return visit.go(f"/travaux/{run.id}")


@route("GET", "/travaux/{run_id:int}", READ)
def show_job(visit: Visit, run_id: int) -> Response[Any]:
    """How far a job is; the page asks again until it is over. Its asker sees it, and whoever may do the same."""
    run = run_for(visit, run_id)
    address = label = ""
    if run.state is JobState.DONE and run.result:
        address, label = str(run.result.get("address", "")), str(run.result.get("label", ""))
    title = JOB_TITLES.get(run.kind, mark("Travail en cours"))
    page = job_page(run, _(title), address, label)
    partial = asked_by_script(visit.request)
    return visit.page("reporting/_job.html" if partial else "reporting/job.html", page)


JOB_TITLES = {
    FINISH_JOB: mark("Émission d’une version finale"),
    ISSUE_JOB: mark("Émission d’un document"),
    "compliance:simulation:run": mark("Simulation"),
    "erasures:person:erase": mark("Effacement d’une personne"),
    "exchange:import:apply": mark("Application d’un import"),
    "exchange:import:undo": mark("Annulation d’un import"),
}


@route("GET", "/documents/{document_id:int}/{part:str}", READ)
def download(visit: Visit, document_id: int, part: str) -> Response[Any]:
    """The issued document, or one of its twins, byte for byte as it was issued."""
    return part_of(visit, document_id, part)


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_documents, issue, show_job, download)
