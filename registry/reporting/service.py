"""Issuing a document: gathered in one snapshot, sealed, rendered apart, kept with all that made it."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text

from registry.kernel.errors import Invalid, Unavailable
from registry.kernel.words import _
from registry.ledger.queries import get_head, get_horizon
from registry.ledger.service import say, seal
from registry.platform.database import Acting, transaction
from registry.platform.files import FileStore
from registry.platform.home import Home
from registry.reporting.discovery import Report as Declared
from registry.reporting.discovery import get_report
from registry.reporting.gathering import Scoped, gather, get_scope, until_of
from registry.reporting.libraries import pdf_available
from registry.reporting.models import IssuedDocument
from registry.reporting.queries import find_document_of_run, get_head_covering
from registry.reporting.rendering import Workroom, best_medium, open_workroom, render
from registry.reporting.vocabulary import Medium, Progress, RenderedDocument, ScopeKind

Report = Callable[[int, int, str], None]
EARLIEST = date(2000, 1, 1)
_RUNS_LOCK = 72_036_111
SEAL_PATIENCE = 60.0
"""Seconds a document waits for a long write that holds the sealing back."""


@dataclass(frozen=True)
class Gathered:
    """What a document says, and the number below which its snapshot sees every transaction that had ended."""

    kind: ScopeKind
    subject_id: int
    scoped: Scoped
    values: Mapping[str, Any]
    sees_below: int


@dataclass(frozen=True)
class Issued:
    """An issued document, and what to tell whoever asked for it."""

    document: IssuedDocument
    medium: Medium
    canonical_sha256: str
    csv_sha256: str
    notice: str

    def write(self, output: Path, files: FileStore) -> list[Path]:
        """Writes the document to a file; without PDF, the page with its JSON and CSV twins beside it."""
        if self.medium is Medium.PDF:
            output.write_bytes(files.read(self.document.document_sha256))
            return [output]
        page = output.with_suffix(Medium.PAGE.suffix)
        page.write_bytes(files.read(self.document.document_sha256))
        twin, table = output.with_suffix(".json"), output.with_suffix(".csv")
        twin.write_bytes(files.read(self.canonical_sha256))
        table.write_bytes(files.read(self.csv_sha256))
        return [page, twin, table]


def issue_report(
    home: Home,
    report_id: str,
    *,
    kind: ScopeKind,
    subject_id: int,
    as_of: date | None,
    acting: Acting,
    info: Mapping[str, Any],
    report: Report,
    author: str | None = None,
    job_run_id: int | None = None,
) -> Issued:
    """Issues a report on a scope, as of a day (today when none is given), and enters it in the register.

    A job done again issues nothing new: the document it had issued is returned.
    Raises: NotFound, Invalid, RenderingFailed.
    """
    if job_run_id is not None:
        with transaction(home.jobs, acting) as session:
            known = find_document_of_run(session, job_run_id)
        if known is not None:
            return _issued(known)
    today: date = info["today"]()
    day = as_of or today
    if not EARLIEST <= day <= today:
        raise Invalid(_("Un rapport parle d’un jour passé ou d’aujourd’hui, pas du {day}.").format(day=day))
    declared = get_report(report_id)
    report(0, 100, _("Lecture des faits"))
    medium = best_medium()
    with open_workroom(medium, home=home.settings.root) as workroom:
        gathered = _gather(home, kind, subject_id, day, today, acting, info)
        _wait_for_seal(home, acting, gathered.sees_below, report)
        return _issue(home, declared, gathered, workroom, day=day, today=today, acting=acting, info=info,
                      report=report, author=author, job_run_id=job_run_id)  # fmt: skip


def _issue(
    home: Home,
    declared: Declared,
    gathered: Gathered,
    workroom: Workroom,
    *,
    day: date,
    today: date,
    acting: Acting,
    info: Mapping[str, Any],
    report: Report,
    author: str | None,
    job_run_id: int | None,
) -> Issued:
    scoped = gathered.scoped
    with transaction(home.jobs, acting) as session:
        until = until_of(day, today, info["time_zone"])
        head = get_head_covering(session, until) if until is not None else get_head(session)
        issued_at: datetime = session.execute(select(func.now())).scalar_one()
    content = declared.content.from_sample(
        {
            **gathered.values,
            "issued_on": today,
            "author": author or gathered.values["authority"]["name"],
            "seal": {"number": head.seal_no, "root": head.root or "0" * 64},
        }
    )
    made = render(
        declared,
        declared.content.to_canonical(content),
        medium=workroom.medium,
        issued_at=issued_at.astimezone(UTC).replace(microsecond=0),
        home=home.settings.root,
        workroom=workroom,
        on_progress=lambda progress: _tell(report, progress),
    )
    title = f"{declared.title('fr')} — {scoped.label}"
    document = _keep(
        home, acting, made, title, scoped,
        report_id=declared.id, subject_kind=str(gathered.kind), subject_id=gathered.subject_id,
        as_of=day, known_on=day, law_of=day, seal_no=head.seal_no, ledger_root=head.root, issued_at=issued_at,
        issued_by=author or acting.actor, job_run_id=job_run_id,
    )  # fmt: skip
    report(100, 100, _("Document émis"))
    return _issued(document)


def _issued(document: IssuedDocument) -> Issued:
    available = pdf_available()
    notice = (
        ""
        if available.ok
        else _("{reason} Pour le PDF : {line}").format(reason=available.reason, line=available.apt_line)
    )
    return Issued(document, _medium_of(document), document.canonical_sha256, document.csv_sha256, notice)


def _medium_of(document: IssuedDocument) -> Medium:
    return Medium.PDF if document.media_type == Medium.PDF.media_type else Medium.PAGE


def _tell(report: Report, progress: Progress) -> None:
    report(progress.percent, 100, progress.step.label)


def _gather(
    home: Home,
    kind: ScopeKind,
    subject_id: int,
    day: date,
    today: date,
    acting: Acting,
    info: Mapping[str, Any],
) -> Gathered:
    """Everything the document says, from one snapshot of the database."""
    engine = home.jobs.execution_options(isolation_level="REPEATABLE READ")
    until = until_of(day, today, info["time_zone"])
    with transaction(engine, acting, **info) as session:
        scoped = get_scope(session, kind, subject_id, until=until)
        values = gather(session, scoped, as_of=day, known_on=day, until=until, law_of=day)
        below = session.execute(text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")).scalar_one()
        return Gathered(kind, subject_id, scoped, values, int(below))


def _wait_for_seal(home: Home, acting: Acting, sees_below: int, report: Report) -> None:
    """Seals until every row that the facts' snapshot saw bears its number.

    A transaction that began earlier and still writes holds the sealing back: it is waited for.
    Raises: Unavailable when it does not end.
    """
    patience = time.monotonic() + SEAL_PATIENCE
    while True:
        with transaction(home.jobs, acting) as session:
            seal(session)
            if get_horizon(session) >= sees_below:
                return
        if time.monotonic() > patience:
            raise Unavailable(
                _("Une écriture en cours retient le scellement du registre : réessayez dans quelques minutes.")
            )
        report(1, 100, _("Attente du scellement"))
        time.sleep(0.2)


def _keep(
    home: Home,
    acting: Acting,
    made: RenderedDocument,
    title: str,
    scoped: Scoped,
    *,
    job_run_id: int | None,
    **known: Any,
) -> IssuedDocument:
    document_sha256 = home.files.keep(made.data)
    home.files.keep(made.canonical)
    csv_sha256 = home.files.keep(made.table)
    with transaction(home.jobs, acting) as session:
        if job_run_id is not None:
            # A worker taken for dead may be issuing too: of the two, the second finds what the first issued.
            session.execute(select(func.pg_advisory_xact_lock(_RUNS_LOCK, func.hashtext(str(job_run_id)))))
            issued = find_document_of_run(session, job_run_id)
            if issued is not None:
                return issued
        say(session, "reporting:document:issue")
        document = IssuedDocument(
            organisation_id=scoped.organisation_id,
            title=title,
            canonical_sha256=made.canonical_sha256,
            template_sha256=made.template_sha256,
            document_sha256=document_sha256,
            media_type=made.medium.media_type,
            csv_sha256=csv_sha256,
            versions=made.versions,
            job_run_id=job_run_id,
            **known,
        )
        session.add(document)
        session.flush()
        session.refresh(document)
        return document


def render_again(home: Home, document: IssuedDocument) -> RenderedDocument:
    """The document rendered anew from its canonical twin: the same bytes on the same versions."""
    return render(
        get_report(document.report_id),
        home.files.read(document.canonical_sha256),
        medium=_medium_of(document),
        issued_at=document.issued_at.astimezone(UTC).replace(microsecond=0),
        home=home.settings.root,
    )
