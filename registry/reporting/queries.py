"""Every SELECT about issued documents."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Date,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    cast,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.kernel.errors import NotFound
from registry.kernel.words import _
from registry.ledger.models import LedgerEntry, LedgerRoot, LedgerSeal
from registry.ledger.vocabulary import Head
from registry.reporting.models import DocumentAnnotation, IssuedDocument
from registry.reporting.vocabulary import DocumentState

STANDING = frozenset({DocumentState.ISSUED, DocumentState.FINAL})
"""What holds as a document of the body: no draft does."""
Readable = Sequence[tuple[Collection[str], Collection[int]]]
"""Reports, and the organisations whose documents of these reports may be read."""


@dataclass(frozen=True)
class Waiting:
    """Whose approval is awaited: an account, and the drafts it may answer, by report and organisation."""

    account_id: int
    answered: Readable


def _waits(mine: Waiting) -> ColumnElement[bool]:
    """That a document waits for somebody, who did not ask for it."""
    return and_(
        col(IssuedDocument.state) == DocumentState.DRAFT,
        _within(mine.answered),
        col(IssuedDocument.asked_by).is_distinct_from(mine.account_id),
    )


def _narrowed(query: Select[Any], states: Collection[DocumentState], mine: Waiting | None) -> Select[Any]:
    if states:
        query = query.where(col(IssuedDocument.state).in_(states))
    return query if mine is None else query.where(_waits(mine))


def _within(readable: Readable) -> ColumnElement[bool]:
    return or_(
        false(),
        *(
            and_(col(IssuedDocument.report_id).in_(reports), col(IssuedDocument.organisation_id).in_(organisations))
            for reports, organisations in readable
        ),
    )


def _documents(readable: Readable | None) -> Select[IssuedDocument]:
    query = select(IssuedDocument).order_by(col(IssuedDocument.id).desc())
    return query if readable is None else query.where(_within(readable))


def get_document(
    session: Session, document_id: int, readable: Readable | None, *, lock: bool = False
) -> IssuedDocument:
    """One issued document within the asker's rights; one locked is changed by nobody else meanwhile.

    Raises: NotFound.
    """
    query = _documents(readable).where(col(IssuedDocument.id) == document_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound(_("Ce document n’existe pas, ou vos droits ne vous le montrent pas."))
    return found


def find_documents(session: Session, readable: Readable | None = None, limit: int = 100) -> Sequence[IssuedDocument]:
    """The documents issued within the asker's rights, latest first; the machine itself (None) reads them all."""
    return session.execute(_documents(readable).limit(limit)).scalars().all()


def find_documents_page(
    session: Session,
    readable: Readable,
    *,
    before: int | None,
    limit: int,
    states: Collection[DocumentState] = (),
    mine: Waiting | None = None,
) -> Sequence[IssuedDocument]:
    """The documents issued before a number within the asker's rights, the latest first."""
    query = _narrowed(_documents(readable), states, mine).limit(limit)
    if before is not None:
        query = query.where(col(IssuedDocument.id) < before)
    return session.execute(query).scalars().all()


def count_documents(session: Session, readable: Readable, states: Collection[DocumentState] = ()) -> int:
    """How many documents were issued within the asker's rights."""
    query = _narrowed(select(func.count()).select_from(IssuedDocument).where(_within(readable)), states, None)
    return int(session.execute(query).scalar_one())


def count_by_state(session: Session, readable: Readable, mine: Waiting) -> tuple[Counter[DocumentState], int]:
    """How many documents of the asker's rights stand where, and how many of them the asker may approve."""
    query = select(col(IssuedDocument.state), func.count(), func.count().filter(_waits(mine)))
    rows = session.execute(query.where(_within(readable)).group_by(col(IssuedDocument.state))).all()
    return Counter({state: number for state, number, _own in rows}), sum(own for _state, _number, own in rows)


def find_newer_draft(session: Session, document: IssuedDocument) -> int | None:
    """The number of a later draft of the same report on the same subject, if there is one."""
    query = select(func.max(col(IssuedDocument.id))).where(
        col(IssuedDocument.report_id) == document.report_id,
        col(IssuedDocument.subject_kind) == document.subject_kind,
        col(IssuedDocument.subject_id) == document.subject_id,
        col(IssuedDocument.id) > document.id,
        col(IssuedDocument.draft_id).is_(None),
    )
    return session.execute(query).scalar_one()


def find_final_of(session: Session, draft_id: int) -> IssuedDocument | None:
    """The final document of a draft, once it is issued."""
    return session.execute(
        select(IssuedDocument).where(col(IssuedDocument.draft_id) == draft_id)
    ).scalar_one_or_none()  # fmt: skip


def find_others_of_subject(
    session: Session, document: IssuedDocument, readable: Readable, number: int | None = None, limit: int = 50
) -> Sequence[IssuedDocument]:
    """The other documents of one report on one subject, within the asker's rights, the latest first; or this one."""
    same = (
        col(IssuedDocument.report_id) == document.report_id,
        col(IssuedDocument.subject_kind) == document.subject_kind,
        col(IssuedDocument.subject_id) == document.subject_id,
        col(IssuedDocument.id) != document.id,
        # A final document says what its own draft says.
        col(IssuedDocument.draft_id).is_distinct_from(document.id),
        col(IssuedDocument.id).is_distinct_from(document.draft_id),
    )
    query = _documents(readable).where(*same)
    if number is not None:
        query = query.where(col(IssuedDocument.id) == number)
    return session.execute(query.limit(limit)).scalars().all()


def find_issued_about(
    session: Session, readable: Readable, subject_kind: str, subject_id: int, limit: int = 10
) -> Sequence[IssuedDocument]:
    """The documents about a record within the asker's rights, the latest first, without drafts that others replaced."""
    query = _documents(readable).where(
        col(IssuedDocument.subject_kind) == subject_kind,
        col(IssuedDocument.subject_id) == subject_id,
        col(IssuedDocument.state) != DocumentState.SUPERSEDED,
    )
    return session.execute(query.limit(limit)).scalars().all()


def find_previous(
    session: Session, report_id: str, subject_kind: str, subject_id: int, on: date, before: int | None = None
) -> IssuedDocument | None:
    """What a report on a subject, as of a day, comes after: the last final document, else the last not sent back.

    `before` is its number, once it has one: a final document does not come after its own draft.
    """
    query = select(IssuedDocument).where(
        col(IssuedDocument.report_id) == report_id,
        col(IssuedDocument.subject_kind) == subject_kind,
        col(IssuedDocument.subject_id) == subject_id,
        col(IssuedDocument.as_of) <= on,
        col(IssuedDocument.state) != DocumentState.SENT_BACK,
    )
    if before is not None:
        own = select(col(IssuedDocument.draft_id)).where(col(IssuedDocument.id) == before).scalar_subquery()
        query = query.where(
            col(IssuedDocument.id) < before, col(IssuedDocument.id).is_distinct_from(own)
        )  # fmt: skip
    order = (
        (col(IssuedDocument.state) == DocumentState.FINAL).desc(),
        col(IssuedDocument.as_of).desc(),
        col(IssuedDocument.id).desc(),
    )
    return session.execute(query.order_by(*order).limit(1)).scalar_one_or_none()


def find_annotations(session: Session, document_id: int) -> Sequence[DocumentAnnotation]:
    """What was noted on a document, in the order it was written, what was set aside included."""
    query = select(DocumentAnnotation).where(col(DocumentAnnotation.document_id) == document_id)
    return session.execute(query.order_by(col(DocumentAnnotation.id))).scalars().all()


def get_annotation(session: Session, document_id: int, annotation_id: int) -> DocumentAnnotation:
    """One annotation of a document.

    Raises: NotFound.
    """
    found = session.get(DocumentAnnotation, annotation_id)
    if found is None or found.document_id != document_id:
        raise NotFound(_("Cette annotation n’existe pas sur ce document."))
    return found


def find_document_of_run(session: Session, job_run_id: int) -> IssuedDocument | None:
    """The document that a job has issued already, if it has."""
    query = select(IssuedDocument).where(col(IssuedDocument.job_run_id) == job_run_id)
    return session.execute(query).scalar_one_or_none()


def find_last_issued(session: Session, report_id: str, organisation_ids: Collection[int], on: date) -> dict[int, date]:
    """The civil day on which each of these organisations last issued a report, on a day or before it."""
    asked = {"zone": session.info["time_zone"], "report": report_id, "ids": list(organisation_ids), "on": on}
    return {row.organisation_id: row.day for row in session.execute(_LAST_ISSUED, asked)}


_DAY = cast(func.timezone(bindparam("zone", type_=Text()), col(IssuedDocument.issued_at)), Date)
# Written once: each organisation that is judged asks for it.
_LAST_ISSUED = (
    select(col(IssuedDocument.organisation_id), func.max(_DAY).label("day"))
    .where(
        col(IssuedDocument.organisation_id) == any_(bindparam("ids", type_=ARRAY(BigInteger))),
        col(IssuedDocument.report_id) == bindparam("report"),
        col(IssuedDocument.state).in_(tuple(STANDING)),
        bindparam("on", type_=Date()) >= _DAY,
    )
    .group_by(col(IssuedDocument.organisation_id))
)


def get_head_covering(session: Session, until: datetime) -> Head:
    """The first root that covers every entry recorded before an instant, even if it was cut after it."""
    last = (
        select(func.max(col(LedgerSeal.seal_no)))
        .join(LedgerEntry, col(LedgerEntry.id) == col(LedgerSeal.entry_id))
        .where(col(LedgerEntry.recorded_at) < until)
    ).scalar_subquery()
    row = session.execute(
        select(col(LedgerRoot.tree_size), col(LedgerRoot.root), col(LedgerRoot.sealed_at))
        .where(col(LedgerRoot.tree_size) >= last)
        .order_by(col(LedgerRoot.tree_size))
        .limit(1)
    ).one_or_none()
    return Head(row.tree_size, row.root.hex(), row.sealed_at) if row else Head(0, "", None)
