"""Issuing a document: gathered in one snapshot, sealed, rendered apart, kept with all that made it."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.accounts.queries import find_actor_names
from registry.kernel.errors import Conflict, Invalid, Unavailable
from registry.kernel.issuing import COMMUNICABLE_RECORD, Gathered, Moment, Subject
from registry.kernel.permissions import Role
from registry.kernel.words import _
from registry.ledger.queries import end_of_day, get_head, get_horizon
from registry.ledger.service import say, seal, touch
from registry.ledger.vocabulary import Head
from registry.platform.database import Acting, transaction
from registry.platform.files import FileStore
from registry.platform.home import Home
from registry.reporting.approval import DRAFT, Approval, Observation, Signature, with_approval
from registry.reporting.comparing import compare
from registry.reporting.discovery import Report as Declared
from registry.reporting.discovery import get_report
from registry.reporting.libraries import pdf_available
from registry.reporting.models import IssuedDocument
from registry.reporting.queries import (
    find_annotations,
    find_document_of_run,
    find_final_of,
    find_previous,
    get_document,
    get_head_covering,
)
from registry.reporting.rendering import Workroom, best_medium, open_workroom, render
from registry.reporting.sources import Source, get_source
from registry.reporting.vocabulary import DocumentState, Medium, RenderedDocument

Report = Callable[[int, int, str], None]
EARLIEST = date(2000, 1, 1)
_RUNS_LOCK = 72_036_111
AT_ONCE = 2
"""How many volumes are rendered side by side: each takes a processor, and up to half a gigabyte."""
_OF_VOLUMES = 90
"""How much of the bar of progress the volumes fill. Units: percent."""
SEAL_PATIENCE = 60.0
"""Seconds a document waits for a long write that holds the sealing back."""


@dataclass(frozen=True)
class Snapshot:
    """What a document says, and the number below which its snapshot sees every transaction that had ended."""

    moment: Moment
    gathered: Gathered
    sees_below: int


@dataclass(frozen=True)
class Issued:
    """An issued document, and what to tell whoever asked for it."""

    document: IssuedDocument
    medium: Medium
    canonical_sha256: str
    csv_sha256: str
    notice: str
    volumes: tuple[IssuedDocument, ...] = ()

    def write(self, output: Path, files: FileStore) -> list[Path]:
        """Writes the document to a file, its volumes beside it; without PDF, the page with its JSON and CSV twins."""
        written = self._write(output, files)
        for number, volume in enumerate(self.volumes, 1):
            path = output.with_name(f"{output.stem}-{number:02}{self.medium.suffix}")
            path.write_bytes(files.read(volume.document_sha256))
            written.append(path)
        return written

    def _write(self, output: Path, files: FileStore) -> list[Path]:
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
    subject: Subject,
    as_of: date | None,
    acting: Acting,
    info: Mapping[str, Any],
    report: Report,
    author: str | None = None,
    job_run_id: int | None = None,
) -> Issued:
    """Issues a report on a subject, as of a day (today when none is given), and enters it in the register.

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
    declared, source = get_report(report_id), get_source(info["sources"], report_id)
    report(0, 100, _("Lecture des faits"))
    medium = best_medium()
    with open_workroom(medium, home=home.settings.root) as workroom:
        seen = _gather(home, source, subject, _moment(day, today, info["time_zone"]), acting, info)
        _wait_for_seal(home, acting, seen.sees_below, report)
        with transaction(home.jobs, acting) as session:
            until = seen.moment.until
            head = get_head(session) if until is None else get_head_covering(session, until)
            issued_at: datetime = session.execute(select(func.now())).scalar_one()
            gathered = _beside_previous(session, home.files, declared, seen.gathered, day)
        issue = _Issue(home, declared, seen.moment, head, issued_at, today, acting, author, info)
        return _issue(issue, gathered, workroom, report=report, job_run_id=job_run_id)


def _moment(day: date, today: date, time_zone: str) -> Moment:
    """The ledger is read up to the end of a past day, and not at all for today, whose facts stand in the tables."""
    return Moment(as_of=day, known_on=day, law_of=day, until=None if day >= today else end_of_day(day, time_zone))


def _beside_previous(session: Session, files: FileStore, declared: Declared, gathered: Gathered, day: date) -> Gathered:
    """What a document says, with what changed since the one before it, where its report says that."""
    before = find_previous(session, declared.id, gathered.kind, gathered.number, day) if declared.compared else None
    if before is None:
        return gathered
    since = {
        "document": before.id,
        "as_of": before.as_of,
        "approved": before.state is DocumentState.FINAL,
        "canonical_sha256": before.canonical_sha256,
        "changes": compare(json.loads(files.read(before.canonical_sha256)), gathered.values),
    }
    return replace(gathered, values={**gathered.values, "since": since})


@dataclass(frozen=True)
class _Issue:
    """What all the documents issued together share."""

    home: Home
    declared: Declared
    moment: Moment
    head: Head
    issued_at: datetime
    today: date
    acting: Acting
    author: str | None
    info: Mapping[str, Any]

    def twin(self, gathered: Gathered, volumes: Sequence[RenderedDocument] = ()) -> bytes:
        """The canonical twin of one of them; the first tells of its volumes as they were made."""
        values = {
            **gathered.values,
            "issued_on": self.today,
            "author": self.author or gathered.values["authority"]["name"],
            "seal": {"number": self.head.seal_no, "root": self.head.root or "0" * 64},
        }
        if volumes:
            lines = zip(gathered.values["volumes"], volumes, strict=True)
            values["volumes"] = [{**line, "sha256": made.sha256, "pages": made.pages} for line, made in lines]
        module = self.declared.content
        twin = module.to_canonical(module.from_sample(values))
        return with_approval(twin, DRAFT) if self.declared.approval else twin

    def render(self, twin: bytes, medium: Medium, **more: Any) -> RenderedDocument:
        """One of them, rendered."""
        at = self.issued_at.astimezone(UTC).replace(microsecond=0)
        return render(self.declared, twin, medium=medium, issued_at=at, home=self.home.settings.root, **more)

    def row(self, gathered: Gathered, made: RenderedDocument, job_run_id: int | None) -> IssuedDocument:
        """One of them, as the register of issued documents holds it: its files are kept first."""
        files = self.home.files
        files.keep(made.canonical)
        return IssuedDocument(
            organisation_id=gathered.organisation_id, report_id=self.declared.id,
            title=f"{self.declared.title('fr')} — {gathered.label}",
            subject_kind=gathered.kind, subject_id=gathered.number,
            as_of=self.moment.as_of, known_on=self.moment.known_on, law_of=self.moment.law_of,
            seal_no=self.head.seal_no, ledger_root=self.head.root, canonical_sha256=made.canonical_sha256,
            template_sha256=made.template_sha256, document_sha256=files.keep(made.data),
            media_type=made.medium.media_type, csv_sha256=files.keep(made.table), versions=made.versions,
            issued_at=self.issued_at, issued_by=self.author or self.acting.actor, job_run_id=job_run_id,
            state=DocumentState.DRAFT if self.declared.approval else DocumentState.ISSUED,
            asked_by=self.acting.account_id,
        )  # fmt: skip


def _issue(issue: _Issue, gathered: Gathered, workroom: Workroom, *, report: Report, job_run_id: int | None) -> Issued:
    if issue.declared.approval and gathered.volumes:
        # The first names each volume by its hash: approved, it would name drafts.
        raise Invalid(_("Un document qui s’approuve s’émet sans volumes : demandez-le pour un seul organisme."))
    volumes = _press_volumes(issue, gathered.volumes, workroom.medium, report)
    begun = _OF_VOLUMES if volumes else 0
    made = issue.render(
        issue.twin(gathered, volumes),
        workroom.medium,
        workroom=workroom,
        on_progress=lambda said: report(begun + said.percent * (100 - begun) // 100, 100, said.step.label),
    )
    rows = [issue.row(one, volume, None) for one, volume in zip(gathered.volumes, volumes, strict=True)]
    document = _keep(issue, issue.row(gathered, made, job_run_id), rows)
    report(100, 100, _("Document émis"))
    return _issued(document, rows)


def _press_volumes(
    issue: _Issue, volumes: Sequence[Gathered], medium: Medium, report: Report
) -> list[RenderedDocument]:
    """The volumes, rendered side by side: what one whole document of them would take of memory, no machine has."""
    made: list[RenderedDocument] = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            for volume in pool.map(lambda one: issue.render(issue.twin(one), medium), volumes):
                made.append(volume)
                step = _("Volume {number} sur {total}").format(number=len(made), total=len(volumes))
                report(_OF_VOLUMES * len(made) // len(volumes), 100, step)
        finally:
            # Where one fails, or whoever asked went away, those that have not begun never do.
            pool.shutdown(wait=False, cancel_futures=True)
    return made


def _issued(document: IssuedDocument, volumes: Sequence[IssuedDocument] = ()) -> Issued:
    available = pdf_available()
    notice = (
        ""
        if available.ok
        else _("{reason} Pour le PDF : {line}").format(reason=available.reason, line=available.apt_line)
    )
    medium = _medium_of(document)
    return Issued(document, medium, document.canonical_sha256, document.csv_sha256, notice, tuple(volumes))


def _medium_of(document: IssuedDocument) -> Medium:
    return Medium.PDF if document.media_type == Medium.PDF.media_type else Medium.PAGE


def _gather(
    home: Home,
    source: Source,
    subject: Subject,
    moment: Moment,
    acting: Acting,
    info: Mapping[str, Any],
) -> Snapshot:
    """Everything the document says, from one snapshot of the database."""
    engine = home.jobs.execution_options(isolation_level="REPEATABLE READ")
    with transaction(engine, acting, **info) as session:
        gathered = source.gather(session, subject, moment)
        below = session.execute(text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")).scalar_one()
        return Snapshot(moment, gathered, int(below))


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


def _keep(issue: _Issue, document: IssuedDocument, volumes: Sequence[IssuedDocument]) -> IssuedDocument:
    """Enters a document and its volumes in the register, all or none; what rests on them is judged again."""
    with transaction(issue.home.jobs, issue.acting, **issue.info) as session:
        if document.job_run_id is not None:
            # A worker taken for dead may be issuing too: of the two, the second finds what the first issued.
            run = str(document.job_run_id)
            session.execute(select(func.pg_advisory_xact_lock(_RUNS_LOCK, func.hashtext(run))))
            issued = find_document_of_run(session, document.job_run_id)
            if issued is not None:
                return issued
        say(session, "reporting:document:issue")
        rows = [document, *volumes]
        session.add_all(rows)
        session.flush()
        for row in rows:
            session.refresh(row)
            if row.report_id == COMMUNICABLE_RECORD:
                touch(session, "organisation", row.organisation_id)
        if document.state is DocumentState.DRAFT:
            supersede_drafts(session, document)
        return document


def issue_final(
    home: Home, draft_id: int, *, acting: Acting, info: Mapping[str, Any], report: Report, job_run_id: int
) -> Issued:
    """Issues the final document of an approved draft: the same content, signed, with what was noted on it.

    A job done again issues nothing new.
    Raises: NotFound, Conflict when nobody approved it, RenderingFailed.
    """
    with transaction(home.jobs, acting, **info) as session:
        draft, known = get_document(session, draft_id, None), find_final_of(session, draft_id)
        if known is not None:
            return _issued(known)
        if draft.state is not DocumentState.APPROVED:
            raise Conflict(_("Ce projet n’est pas approuvé : aucune version finale n’en est émise."))
        approval = _signed(session, draft)
        issued_at: datetime = session.execute(select(func.now())).scalar_one()
    report(0, 100, _("Lecture du projet approuvé"))
    declared, medium = get_report(draft.report_id), _medium_of(draft)
    made = render(
        declared,
        with_approval(home.files.read(draft.canonical_sha256), approval),
        medium=medium,
        issued_at=issued_at.astimezone(UTC).replace(microsecond=0),
        home=home.settings.root,
        on_progress=lambda said: report(said.percent, 100, said.step.label),
    )
    home.files.keep(made.canonical)
    label = draft.title.removeprefix(f"{declared.title('fr')} — ")
    same = ("organisation_id", "report_id", "subject_kind", "subject_id", "as_of", "known_on", "law_of",
            "seal_no", "ledger_root", "issued_by", "asked_by")  # fmt: skip
    final = IssuedDocument(
        **{name: getattr(draft, name) for name in same},
        title=f"{declared.final_title('fr')} — {label}",
        canonical_sha256=made.canonical_sha256, template_sha256=made.template_sha256,
        document_sha256=home.files.keep(made.data), media_type=made.medium.media_type,
        csv_sha256=home.files.keep(made.table), versions=made.versions, issued_at=issued_at, job_run_id=job_run_id,
        state=DocumentState.FINAL, draft_id=draft.id,
    )  # fmt: skip
    with transaction(home.jobs, acting, **info) as session:
        locked = get_document(session, draft_id, None, lock=True)
        known = find_final_of(session, draft_id)
        if known is not None:
            # A worker taken for dead may have issued it meanwhile.
            return _issued(known)
        say(session, "reporting:document:finish")
        session.add(final)
        session.flush()
        session.refresh(final)
        locked.state = DocumentState.SUPERSEDED
        if final.report_id == COMMUNICABLE_RECORD:
            touch(session, "organisation", final.organisation_id)
    report(100, 100, _("Version finale émise"))
    return _issued(final)


def _signed(session: Session, draft: IssuedDocument) -> Approval:
    """Who approved a draft, as their account says, and what was noted on it."""
    role, actor = cast(Role, draft.decided_as), f"account:{draft.decided_by}"
    return Approval(
        signature=Signature(
            role=role.label, name=find_actor_names(session, {actor})[actor], on=cast(date, draft.decided_on),
            draft=draft.id, draft_sha256=draft.canonical_sha256, reason=draft.decision_reason or "",
        ),
        observations=tuple(
            Observation(section=one.section, text=one.text, written_as=one.written_as.label, written_on=one.written_on)
            for one in find_annotations(session, draft.id)
            if not one.set_aside
        ),
    )  # fmt: skip


def supersede_drafts(session: Session, latest: IssuedDocument) -> None:
    """Only the latest draft of a report on a subject waits for an approval."""
    session.execute(
        update(IssuedDocument)
        .where(
            col(IssuedDocument.report_id) == latest.report_id,
            col(IssuedDocument.subject_kind) == latest.subject_kind,
            col(IssuedDocument.subject_id) == latest.subject_id,
            col(IssuedDocument.state) == DocumentState.DRAFT,
            col(IssuedDocument.id) < latest.id,
        )
        .values(state=DocumentState.SUPERSEDED)
        .execution_options(synchronize_session=False)
    )


def render_again(home: Home, document: IssuedDocument) -> RenderedDocument:
    """The document rendered anew from its canonical twin: the same bytes on the same versions."""
    return render(
        get_report(document.report_id),
        home.files.read(document.canonical_sha256),
        medium=_medium_of(document),
        issued_at=document.issued_at.astimezone(UTC).replace(microsecond=0),
        home=home.settings.root,
    )
