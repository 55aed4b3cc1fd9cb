"""Every change to evidence. Each touches the records it proves something of: what depends on them is judged again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.compliance.vocabulary import SubjectKind
from registry.documents.forms import EditionForm, EvidenceChange, EvidenceForm, LinkForm
from registry.documents.models import Evidence, EvidenceEdition, EvidenceLink
from registry.documents.queries import find_links, get_link, lock_evidence, reread_evidence
from registry.documents.subjects import get_proved
from registry.documents.vocabulary import SEARCHED, FileType
from registry.kernel.errors import Conflict, Stale
from registry.kernel.words import _
from registry.ledger.service import say, touch
from registry.platform.database import acting_in
from registry.platform.jobs import defer
from registry.platform.models import StoredFile

READ_JOB = "documents:text:read"
"""Reads the text of a file, for those who look for words in it."""
_JUDGED = frozenset(str(kind) for kind in SubjectKind)


@dataclass(frozen=True)
class ReceivedFile:
    """A file that the store already keeps.

    Units: `size` in bytes; `sha256` in hexadecimal; `name` as its sender called it, without folders.
    """

    sha256: str
    size: int
    kind: FileType
    name: str


def record_evidence(session: Session, organisation_id: int, form: EvidenceForm, file: ReceivedFile) -> Evidence:
    """A new piece of evidence, kept by an organisation, linked at once where the form names a record.

    Raises: NotFound when the record is not there; Conflict when it is annulled.
    """
    say(session, "documents:evidence:record")
    made = Evidence(organisation_id=organisation_id, kind=form.kind, title=form.title)
    session.add(made)
    session.flush()
    _add_edition(session, made, 1, form, file)
    if form.subject_kind is not None and form.subject_id is not None:
        link = LinkForm(subject_kind=form.subject_kind, subject_id=form.subject_id, proves=form.proves)
        _link(session, made, link)
    session.refresh(made)
    return made


def renew_evidence(
    session: Session, evidence_id: int, form: EditionForm, file: ReceivedFile, *, expected: int
) -> Evidence:
    """A new edition of the same evidence; the earlier ones and their files stay.

    Raises: NotFound; Stale; Conflict when it is annulled.
    """
    evidence = _standing(session, evidence_id, expected)
    say(session, "documents:evidence:renew")
    evidence.editions += 1
    session.flush()
    _add_edition(session, evidence, evidence.editions, form, file)
    session.refresh(evidence)
    _touch(session, evidence.id)
    if any(link.subject_kind in SEARCHED for link in find_links(session, [evidence.id])):
        _have_read(session, evidence)
    return evidence


def amend_evidence(session: Session, evidence_id: int, form: EvidenceChange, *, expected: int) -> Evidence:
    """Changes the title or the kind of a piece of evidence.

    Raises: NotFound; Stale; Conflict when it is annulled.
    """
    evidence = _standing(session, evidence_id, expected)
    say(session, "documents:evidence:amend")
    for name, value in form.model_dump(exclude_none=True).items():
        if getattr(evidence, name) != value:
            setattr(evidence, name, value)
    session.flush()
    session.refresh(evidence)
    _touch(session, evidence.id)
    return evidence


def set_evidence_aside(
    session: Session, evidence_id: int, *, expected: int, reason: str, annulled: bool
) -> Evidence:  # fmt: skip
    """Annuls a piece of evidence kept by mistake, or brings it back, with a reason; nothing is deleted.

    Raises: NotFound; Stale.
    """
    evidence = lock_evidence(session, evidence_id)
    _check_version(evidence, expected)
    say(session, "documents:evidence:annul" if annulled else "documents:evidence:restore", reason)
    evidence.annulled = annulled
    session.flush()
    session.refresh(evidence)
    _touch(session, evidence.id)
    return evidence


def link_evidence(session: Session, evidence_id: int, form: LinkForm) -> EvidenceLink:
    """Says what a piece of evidence proves of one more record.

    Raises: NotFound; Conflict when the evidence or the record is annulled, or when it is linked there already.
    """
    evidence = reread_evidence(session, evidence_id)
    if evidence.annulled:
        raise _annulled()
    say(session, "documents:evidence:link")
    return _link(session, evidence, form)


def unlink_evidence(session: Session, link_id: int, *, reason: str) -> EvidenceLink:
    """Says that a piece of evidence no longer proves anything of a record; the link stays in the ledger.

    Raises: NotFound.
    """
    link = get_link(session, link_id)
    say(session, "documents:evidence:unlink", reason)
    link.annulled = True
    session.flush()
    session.refresh(link)
    _judge_again(session, link)
    return link


def _link(session: Session, evidence: Evidence, form: LinkForm) -> EvidenceLink:
    proved = get_proved(session, form.subject_kind, form.subject_id)
    if proved.annulled:
        raise Conflict(_("La fiche « {name} » est annulée : elle ne reçoit plus de preuve.").format(name=proved.name))
    made = EvidenceLink(organisation_id=proved.organisation_id, evidence_id=evidence.id, **form.model_dump())
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError as error:
        raise Conflict(
            _("Cette preuve est déjà reliée à « {name} ».").format(name=proved.name)
        ) from error  # fmt: skip
    _judge_again(session, made)
    if made.subject_kind in SEARCHED:
        _have_read(session, evidence)
    return made


def _have_read(session: Session, evidence: Evidence) -> None:
    """Has the worker read the text of the last edition."""
    query = select(col(EvidenceEdition.file_id), col(EvidenceEdition.organisation_id))
    last = col(EvidenceEdition.evidence_id) == evidence.id, col(EvidenceEdition.number) == evidence.editions
    file_id, organisation_id = session.execute(query.where(*last)).one()
    ask_reading(session, file_id, organisation_id)


def ask_reading(session: Session, file_id: int, organisation_id: int, *, after: datetime | None = None) -> None:
    """Has the worker read the text of a file that an organisation keeps, unless it has.

    `after` is the moment of a reading that failed, which this one follows: asked twice, it runs once.
    """
    asking = acting_in(session)
    defer(
        session, READ_JOB, key=str(file_id) if after is None else f"{file_id} after {after.isoformat()}",
        lock=f"{READ_JOB}:{file_id}", organisation_id=organisation_id, actor=asking.actor,
        account_id=asking.account_id, arguments={"file_id": file_id},
    )  # fmt: skip


def _add_edition(session: Session, evidence: Evidence, number: int, form: EditionForm, file: ReceivedFile) -> None:
    file_id = note_file(
        session, evidence.organisation_id, sha256=file.sha256, size=file.size, name=file.name,
        media_type=file.kind.media_type,
    )  # fmt: skip
    session.add(
        EvidenceEdition(
            organisation_id=evidence.organisation_id, evidence_id=evidence.id, number=number, file_id=file_id,
            issued_by=form.issued_by, issued_on=form.issued_on, expires_on=form.expires_on,
        )
    )  # fmt: skip
    session.flush()


def note_file(session: Session, organisation_id: int, *, sha256: str, size: int, name: str, media_type: str) -> int:
    """The number of the row of a file that an organisation keeps, made where there is none yet.

    Units: `size` in bytes; `sha256` in hexadecimal.
    """
    # The same bytes may be of what this account is not shown: their row is found all the same, and used.
    kept = select(func.kept_file(organisation_id, sha256))
    file_id: int | None = session.execute(kept).scalar_one()
    if file_id is None:
        values = {
            "organisation_id": organisation_id, "sha256": sha256, "size": size, "name": name,
            "media_type": media_type, "version": 1,
        }  # fmt: skip
        session.execute(insert(StoredFile).values(values).on_conflict_do_nothing())
        file_id = int(session.execute(kept).scalar_one())
    return file_id


def _standing(session: Session, evidence_id: int, expected: int) -> Evidence:
    evidence = lock_evidence(session, evidence_id)
    _check_version(evidence, expected)
    if evidence.annulled:
        raise _annulled()
    return evidence


def _check_version(evidence: Evidence, expected: int) -> None:
    if evidence.version != expected:
        raise Stale(_("Cette preuve a été modifiée entre-temps."), evidence.version)


def _annulled() -> Conflict:
    return Conflict(_("Cette preuve est annulée : rétablissez-la d’abord."))


def _touch(session: Session, evidence_id: int) -> None:
    for link in find_links(session, [evidence_id]):
        _judge_again(session, link)


def _judge_again(session: Session, link: EvidenceLink) -> None:
    """The record is judged again, where policies speak of its kind."""
    if str(link.subject_kind) in _JUDGED:
        touch(session, str(link.subject_kind), link.subject_id)
