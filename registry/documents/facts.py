"""Which evidence holds on a day for each of some records, and until when, under the names the policies use."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from registry.compliance.explanation import VALUE_WORDS
from registry.documents.models import Evidence, EvidenceEdition, EvidenceLink
from registry.documents.rules import is_valid_on
from registry.documents.vocabulary import EvidenceKind, ProofSubject
from registry.ledger.as_of import find_rows

VALUE_WORDS["dataset.valid_evidence"] = lambda code: EvidenceKind(code).label


@dataclass(frozen=True)
class Proofs:
    """What the evidence linked to a record says: the kinds that hold on a day, and the day the first of all expires.

    Units: `expires_on` is the last day, of the editions in force; none where each holds for good.
    """

    kinds: tuple[str, ...] = ()
    expires_on: date | None = None


@dataclass(frozen=True)
class _Piece:
    """A piece of evidence linked to a record, whether an edition holds, and the last day of the one in force."""

    id: int
    kind: str
    holds: bool
    expires_on: date | None


def find_proofs(
    session: Session, kind: ProofSubject, ids: Sequence[int], *, on: date, until: datetime | None
) -> Mapping[int, Proofs]:
    """What the evidence linked to each record says, for those that have any."""
    return {
        number: Proofs(
            tuple(sorted({one.kind for one in pieces if one.holds})),
            min((one.expires_on for one in pieces if one.expires_on is not None), default=None),
        )
        for number, pieces in _find_linked(session, kind, ids, on=on, until=until).items()
    }


def find_valid_pieces(
    session: Session, kind: ProofSubject, ids: Iterable[int], *, on: date, until: datetime | None
) -> dict[int, frozenset[int]]:
    """For each record that has any, the pieces of evidence some edition of which holds on a day."""
    found = _find_linked(session, kind, ids, on=on, until=until)
    return {number: frozenset(one.id for one in pieces if one.holds) for number, pieces in found.items()}


def _find_linked(
    session: Session, kind: ProofSubject, ids: Iterable[int], *, on: date, until: datetime | None
) -> dict[int, list[_Piece]]:
    links = [
        row
        for row in find_rows(session, EvidenceLink, until=until, column="subject_id", among=ids)
        if row.subject_kind == kind and not row.annulled
    ]
    if not links:
        return {}
    pieces = {one.id: one for one in _read(session, {row.evidence_id for row in links}, on=on, until=until)}
    found: dict[int, list[_Piece]] = {}
    for row in links:
        if row.evidence_id in pieces:
            found.setdefault(row.subject_id, []).append(pieces[row.evidence_id])
    return found


def _read(session: Session, about: set[int], *, on: date, until: datetime | None) -> Iterator[_Piece]:
    """The pieces that stand, of these."""
    editions = find_rows(session, EvidenceEdition, until=until, column="evidence_id", among=about)
    holding = {row.evidence_id for row in editions if is_valid_on(row.issued_on, row.expires_on, on)}
    # What an earlier edition said of its end, a renewal replaced.
    ending = {(row.evidence_id, row.number): row.expires_on for row in editions}
    for row in find_rows(session, Evidence, until=until, column="id", among=about):
        if not row.annulled:
            yield _Piece(row.id, str(row.kind), row.id in holding, ending.get((row.id, row.editions)))
