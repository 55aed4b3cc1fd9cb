"""Which evidence holds on a day for each of some records, under the names the policies use."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from registry.compliance.explanation import VALUE_WORDS
from registry.documents.models import Evidence, EvidenceEdition, EvidenceLink
from registry.documents.rules import is_valid_on
from registry.documents.vocabulary import EvidenceKind, ProofSubject
from registry.ledger.as_of import find_rows

VALUE_WORDS["dataset.valid_evidence"] = lambda code: EvidenceKind(code).label


def find_valid_kinds(
    session: Session, kind: ProofSubject, ids: Sequence[int], *, on: date, until: datetime | None
) -> dict[int, tuple[str, ...]]:
    """For each record that has any, the kinds of evidence some edition of which holds on a day, in one order."""
    found = _find_valid(session, kind, ids, on=on, until=until)
    return {number: tuple(sorted({str(one) for one in pieces.values()})) for number, pieces in found.items()}


def find_valid_pieces(
    session: Session, kind: ProofSubject, ids: Iterable[int], *, on: date, until: datetime | None
) -> dict[int, frozenset[int]]:
    """For each record that has any, the pieces of evidence some edition of which holds on a day."""
    found = _find_valid(session, kind, ids, on=on, until=until)
    return {number: frozenset(pieces) for number, pieces in found.items()}


def _find_valid(
    session: Session, kind: ProofSubject, ids: Iterable[int], *, on: date, until: datetime | None
) -> dict[int, dict[int, str]]:
    links = [
        row
        for row in find_rows(session, EvidenceLink, until=until, column="subject_id", among=ids)
        if row.subject_kind == kind and not row.annulled
    ]
    if not links:
        return {}
    about = {row.evidence_id for row in links}
    standing = {
        row.id: row.kind
        for row in find_rows(session, Evidence, until=until, column="id", among=about)
        if not row.annulled
    }
    editions = find_rows(session, EvidenceEdition, until=until, column="evidence_id", among=about)
    valid = {row.evidence_id for row in editions if is_valid_on(row.issued_on, row.expires_on, on)}
    found: dict[int, dict[int, str]] = {}
    for row in links:
        if row.evidence_id in standing and row.evidence_id in valid:
            found.setdefault(row.subject_id, {})[row.evidence_id] = standing[row.evidence_id]
    return found
