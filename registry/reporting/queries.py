"""Every SELECT about issued documents."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

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
from registry.reporting.models import IssuedDocument

Readable = Sequence[tuple[Collection[str], Collection[int]]]
"""Reports, and the organisations whose documents of these reports may be read."""


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


def get_document(session: Session, document_id: int, readable: Readable) -> IssuedDocument:
    """One issued document within the asker's rights.

    Raises: NotFound.
    """
    found = session.execute(_documents(readable).where(col(IssuedDocument.id) == document_id)).scalar_one_or_none()
    if found is None:
        raise NotFound(_("Ce document n’existe pas, ou vos droits ne vous le montrent pas."))
    return found


def find_documents(session: Session, readable: Readable | None = None, limit: int = 100) -> Sequence[IssuedDocument]:
    """The documents issued within the asker's rights, latest first; the machine itself (None) reads them all."""
    return session.execute(_documents(readable).limit(limit)).scalars().all()


def find_documents_page(
    session: Session, readable: Readable, *, before: int | None, limit: int
) -> Sequence[IssuedDocument]:
    """The documents issued before a number within the asker's rights, the latest first."""
    query = _documents(readable).limit(limit)
    if before is not None:
        query = query.where(col(IssuedDocument.id) < before)
    return session.execute(query).scalars().all()


def count_documents(session: Session, readable: Readable) -> int:
    """How many documents were issued within the asker's rights."""
    query = select(func.count()).select_from(IssuedDocument).where(_within(readable))
    return session.execute(query).scalar_one()


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
