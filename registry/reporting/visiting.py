"""What pages and the API ask of documents alike: to issue one, and one of its parts."""

import secrets
from datetime import date
from hashlib import sha256
from importlib import import_module
from pathlib import Path

from litestar import Response

from registry.accounts.queries import find_holders, knows_every_holder
from registry.kernel.errors import FieldError, Invalid, NotFound
from registry.kernel.permissions import Permission, Role, permissions_of, roles_with
from registry.kernel.words import _
from registry.platform.jobs import defer, find_under_way, get_run
from registry.platform.models import JobRun
from registry.reporting.discovery import find_reports, get_report
from registry.reporting.forms import IssueForm
from registry.reporting.models import IssuedDocument
from registry.reporting.order import Order
from registry.reporting.queries import STANDING, Readable, find_others_of_subject, find_previous, get_document
from registry.reporting.service import EARLIEST
from registry.reporting.sources import get_source, sources_of
from registry.reporting.vocabulary import DocumentState, Medium, Workbook, Writing
from registry.reporting.workbooks import draw_up
from registry.web.visitors import Visitor
from registry.web.visits import Visit

READ, ISSUE = Permission.REPORTING_DOCUMENT_READ, Permission.REPORTING_DOCUMENT_ISSUE
APPROVE = Permission.REPORTING_DOCUMENT_APPROVE
ISSUE_JOB, FINISH_JOB = "reporting:document:issue", "reporting:document:finish"
JOB_RIGHTS = {
    FINISH_JOB: Permission.REPORTING_DOCUMENT_APPROVE,
    ISSUE_JOB: Permission.REPORTING_DOCUMENT_ISSUE,
    "compliance:simulation:run": Permission.COMPLIANCE_SIMULATION_RUN,
    "erasures:person:erase": Permission.ERASURES_RECEIPT_READ,
    "exchange:import:read": Permission.EXCHANGE_IMPORT_READ,
    "exchange:import:apply": Permission.EXCHANGE_IMPORT_READ,
    "exchange:import:undo": Permission.EXCHANGE_IMPORT_READ,
}
"""Who follows a job besides its asker, by kind; a kind that is not here is followed by its asker alone."""


TONES = {
    DocumentState.ISSUED: "compliant",
    DocumentState.DRAFT: "to-complete",
    DocumentState.SENT_BACK: "non-compliant",
    DocumentState.APPROVED: "to-complete",
    DocumentState.SUPERSEDED: "not-applicable",
    DocumentState.FINAL: "compliant",
}
"""The tone in which each state of a document is shown."""


def ask_document(visit: Visit, form: IssueForm) -> JobRun:
    """Asks for a document: asked for twice by one person (a double click), it is issued once.

    Raises: Invalid for a day to come, or before the registry can tell; NotFound; Forbidden.
    """
    day = form.as_of or visit.today
    if not EARLIEST <= day <= visit.today:
        message = _("Choisissez aujourd’hui ou un jour passé, depuis {year}.").format(year=EARLIEST.year)
        raise Invalid(message, (FieldError("as_of", message),))
    source = get_source(sources_of(visit.session), form.report)
    owner = source.keeper(visit.session, form.subject)
    for permission in (ISSUE, source.permission):
        visit.visitor.require(permission, owner)
    # Once issued, it may be asked for anew.
    asked = f"{visit.visitor.account_id}:{form.report}:{form.scope}:{day}"
    return find_under_way(visit.session, ISSUE_JOB, asked) or defer(
        visit.session,
        ISSUE_JOB,
        key=f"{asked}:{secrets.token_hex(8)}",
        organisation_id=owner,
        actor=visit.actor,
        account_id=visit.visitor.account_id,
        arguments={"report": form.report, "subject": form.scope, "as_of": day.isoformat()},
    )


def run_for(visit: Visit, run_id: int) -> JobRun:
    """A job, for its asker and for whoever may do the same.

    Raises: NotFound.
    """
    run = get_run(visit.session, run_id)
    rights = _rights_on(visit, run)
    if run.account_id != visit.visitor.account_id and not (
        rights and all(visit.visitor.may(right, run.organisation_id) for right in rights)
    ):
        # What a job says of itself quotes what it works on: an import's message, the file's own lines.
        raise NotFound(_("Ce travail n’existe pas, ou vos droits ne vous le montrent pas."))
    return run


def _rights_on(visit: Visit, run: JobRun) -> set[Permission]:
    """What one must be allowed to follow somebody else's job: of a document, to read what it is about as well."""
    if run.kind not in JOB_RIGHTS:
        return set()
    source = sources_of(visit.session).get(str(run.arguments.get("report")))
    return {JOB_RIGHTS[run.kind], *([source.permission] if source is not None else [])}


def readable(visit: Visit) -> Readable:
    """Of which reports the visitor may read the documents, and on which organisations."""
    asked: dict[Permission, list[str]] = {}
    for report_id, source in sources_of(visit.session).items():
        asked.setdefault(source.permission, []).append(report_id)
    return [(reports, visit.visitor.reach(permission)) for permission, reports in asked.items()]


def answered_by(who: Visitor) -> dict[str, frozenset[int]]:
    """On which organisations somebody may answer the drafts of each report: by a role that the report names."""
    reach = who.reach(APPROVE)
    return {
        one.id: reach & frozenset().union(*(who.grants.get(role, frozenset()) for role in one.approval))
        for one in find_reports()
        if one.approval
    }


def approver_role(who: Visitor, document: IssuedDocument) -> Role | None:
    """The narrowest role by which somebody may answer a draft, of those its report names; none where none does."""
    if not who.may(APPROVE, document.organisation_id):
        return None
    held = [
        (len(permissions_of(role)), role)
        for role in get_report(document.report_id).approval
        if document.organisation_id in who.grants.get(role, frozenset())
    ]
    return min(held)[1] if held else None


def who_approves(visit: Visit, report_id: str, organisation_id: int, *, asker: int | None) -> str:
    """Who may approve a draft that somebody asks for, by name; and what to do where nobody else may.

    `asker` is the account that asks, or asked, for it: never the one that approves.
    """
    approval = get_report(report_id).approval
    able = find_holders(visit.session, approval, organisation_id, but=asker or 0)
    roles = ", ".join(role.label for role in approval)
    if able:
        return _("Qui peut l’approuver ({roles}) : {names}.").format(
            roles=roles, names=", ".join(one.name for one in able)
        )
    if not knows_every_holder(visit.session, approval, organisation_id):
        # A role granted above is not shown to who reads a body below alone: that nobody has it would be a guess.
        return _(
            "Qui peut l’approuver : une autre personne que celle qui l’émet, qui a ce rôle ({roles}) sur cette "
            "organisation ou au-dessus. Vos droits ne vous montrent pas qui : demandez-le à votre administrateur."
        ).format(roles=roles)
    if (
        asker == visit.visitor.account_id
        and visit.visitor.reach(APPROVE)
        and organisation_id in answered_by(visit.visitor).get(report_id, ())
    ):
        others = ", ".join(role.label for role in roles_with(ISSUE) if role not in approval)
        return _(
            "Personne d’autre que vous n’a ce rôle ({roles}) sur cette organisation. Demandez à quelqu’un d’autre "
            "({others}) de l’émettre, et vous l’approuverez ; ou demandez à votre administrateur de donner ce rôle à "
            "une autre personne."
        ).format(roles=roles, others=others)
    return _(
        "Personne n’a ce rôle ({roles}) sur cette organisation : demandez à votre administrateur de le donner à une "
        "autre personne que celle qui l’émet."
    ).format(roles=roles)


def document_for(visit: Visit, document_id: int) -> IssuedDocument:
    """An issued document that the visitor may read.

    Raises: NotFound.
    """
    return get_document(visit.session, document_id, readable(visit))


def compared_for(visit: Visit, document_id: int) -> IssuedDocument:
    """A document that is compared to others of its report.

    Raises: NotFound.
    """
    document = document_for(visit, document_id)
    if not get_report(document.report_id).compared:
        raise NotFound(_("Ce document ne se compare à aucun autre : seuls les rapports de conformité le font."))
    return document


def beside(visit: Visit, document: IssuedDocument, number: int | None) -> IssuedDocument | None:
    """What a document is compared to: the one of this number, else the one it comes after, else the latest.

    Raises: NotFound for a number that is no other document of the same report on the same subject.
    """
    within = readable(visit)
    if number is not None:
        found = find_others_of_subject(visit.session, document, within, number)
        if not found:
            raise NotFound(_("Ce document n’est pas du même rapport sur le même sujet : choisissez-en un de la liste."))
        return found[0]
    before = find_previous(
        visit.session, document.report_id, document.subject_kind, document.subject_id, document.as_of, document.id
    )
    # The one before may be of a kind that the visitor is not shown.
    found = find_others_of_subject(visit.session, document, within, before.id) if before is not None else []
    return next(iter(found or find_others_of_subject(visit.session, document, within, limit=1)), None)


def order_in_time(document: IssuedDocument) -> tuple[date, int]:
    """What sorts documents of one subject: the day they speak of, then their number."""
    return document.as_of, document.id


def part_of(visit: Visit, document_id: int, part: str) -> Response[bytes]:
    """The issued document, or one of its twins, byte for byte as it was issued; or its tables, or its text to edit.

    Raises: NotFound.
    """
    document = document_for(visit, document_id)
    files = visit.premises.home.files
    if part in set(Workbook):
        form, twin = Workbook(part), files.read(document.canonical_sha256)
        data = draw_up(get_report(document.report_id), twin, form, issued_at=document.issued_at)
        return _file(document, f".{form}", form.media_type, sha256(data).hexdigest(), data)
    if part in set(Writing):
        # Loaded when first asked for: writing brings a library of fourteen mebibytes, which few processes ever need.
        module = import_module("registry.reporting." + ("writing" if part == Writing.DOCX else "open_writing"))
        written = module.write_out if part == Writing.DOCX else module.write_open
        data = written(get_report(document.report_id), files.read(document.canonical_sha256), order=order_of(document))
        return _file(document, f".{part}", Writing(part).media_type, sha256(data).hexdigest(), data)
    is_pdf = document.media_type == Medium.PDF.media_type
    parts = {
        "document": (document.document_sha256, document.media_type, ".pdf" if is_pdf else ".html"),
        "json": (document.canonical_sha256, "application/json", ".json"),
        "csv": (document.csv_sha256, "text/csv", ".csv"),
    }
    if part not in parts:
        raise NotFound(_("Ce document n’a que sept parties : document, docx, odt, json, csv, xlsx et ods."))
    digest, media_type, suffix = parts[part]
    return _file(document, suffix, media_type, digest, files.read(digest))


def order_of(document: IssuedDocument) -> Order:
    """What made a document, as its pages say it."""
    return Order(
        report_id=document.report_id, medium=Medium.PAGE, canonical_sha256=document.canonical_sha256,
        template_sha256=document.template_sha256, issued_at=document.issued_at, versions=document.versions,
        fonts=Path(), memory_mib=0,
    )  # fmt: skip


def _file(document: IssuedDocument, suffix: str, media_type: str, digest: str, data: bytes) -> Response[bytes]:
    draft = "-projet" if document.state not in STANDING else ""
    name = f"{document.report_id}-{document.as_of}-{document.id}{draft}{suffix}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "ETag": f'"{digest}"'}
    # The framework says the charset of a text: said here as well, it would stand twice.
    return Response(data, media_type=media_type.partition(";")[0], headers=headers)
