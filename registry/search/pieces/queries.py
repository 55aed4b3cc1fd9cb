"""Every SELECT about the pieces of contracts and their texts, within what the asker may read."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, exists, or_, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.contracts.clauses.models import Amendment
from registry.documents.models import Evidence, EvidenceEdition, EvidenceLink
from registry.documents.vocabulary import SEARCHED, ProofSubject
from registry.platform.models import StoredFile
from registry.search.pieces.models import PieceText
from registry.search.pieces.rules import Sought


@dataclass(frozen=True)
class ContractPiece:
    """A piece of a contract, or of one of its amendments: its last edition, the file, what was read of it."""

    evidence: Evidence
    edition: EvidenceEdition
    file: StoredFile
    amendment_number: int | None
    text: PieceText | None


@dataclass(frozen=True)
class Hit:
    """A page that bears what is looked for, and the piece of the contract it is a page of."""

    contract_id: int
    contract: str
    amendment_number: int | None
    evidence_id: int
    title: str
    edition_id: int
    number: int
    has_pages: bool
    words: str


@dataclass(frozen=True)
class Hits:
    """Some of the pages that answer, best first; `total` counts all of them."""

    total: int
    hits: Sequence[Hit]


_LAST_EDITION = and_(
    col(EvidenceEdition.evidence_id) == col(Evidence.id), col(EvidenceEdition.number) == col(Evidence.editions)
)


def find_pieces(session: Session, contract_id: int, reach: Collection[int]) -> list[ContractPiece]:
    """The pieces of a contract and of its amendments, those of the contract first, then by amendment."""
    query = (
        select(Evidence, EvidenceEdition, StoredFile, col(Amendment.number), PieceText)
        .join(EvidenceLink, col(EvidenceLink.evidence_id) == col(Evidence.id))
        .join(EvidenceEdition, _LAST_EDITION)
        .join(StoredFile, col(StoredFile.id) == col(EvidenceEdition.file_id))
        .outerjoin(
            Amendment,
            and_(
                col(EvidenceLink.subject_kind) == ProofSubject.AMENDMENT,
                col(Amendment.id) == col(EvidenceLink.subject_id), ~col(Amendment.annulled),
            ),
        )
        .outerjoin(PieceText, col(PieceText.file_id) == col(StoredFile.id))
        .where(
            ~col(Evidence.annulled), ~col(EvidenceLink.annulled), col(EvidenceLink.organisation_id).in_(list(reach)),
            or_(
                and_(
                    col(EvidenceLink.subject_kind) == ProofSubject.CONTRACT,
                    col(EvidenceLink.subject_id) == contract_id,
                ),
                col(Amendment.contract_id) == contract_id,
            ),
        )
        .order_by(col(Amendment.number).nulls_first(), col(Evidence.id))
    )  # fmt: skip
    found: dict[int, ContractPiece] = {}
    for row in session.execute(query):
        found.setdefault(row[0].id, ContractPiece(*row))
    return list(found.values())


# A piece that proves something of a contract and of its amendment is one piece of it.
_HITS = text(
    "WITH piece AS ("
    " SELECT DISTINCT ON (c.id, v.id) c.id AS contract_id, c.object AS contract, a.number AS amendment_number,"
    "  v.id AS evidence_id, v.title, e.id AS edition_id, e.file_id"
    " FROM evidence_link l JOIN evidence v ON v.id = l.evidence_id AND NOT v.annulled"
    " JOIN evidence_edition e ON e.evidence_id = v.id AND e.number = v.editions"
    " LEFT JOIN amendment a ON l.subject_kind = 'amendment' AND a.id = l.subject_id AND NOT a.annulled"
    " JOIN contract c ON c.id = CASE l.subject_kind WHEN 'contract' THEN l.subject_id ELSE a.contract_id END"
    "  AND (NOT c.annulled OR c.id = CAST(:contract AS bigint))"
    " WHERE l.subject_kind IN ('contract', 'amendment') AND NOT l.annulled"
    "  AND l.organisation_id = ANY (CAST(:reach AS bigint[]))"
    "  AND (CAST(:contract AS bigint) IS NULL OR c.id = CAST(:contract AS bigint))"
    " ORDER BY c.id, v.id, a.number NULLS FIRST)"
    " SELECT piece.contract_id, piece.contract, piece.amendment_number, piece.evidence_id, piece.title,"
    "  piece.edition_id, p.number, t.has_pages, p.words, count(*) OVER () AS total"
    " FROM pages_bearing(:asked, CAST(:files AS bigint[])) b JOIN piece_page p ON p.id = b.page_id"
    " JOIN piece_text t ON t.file_id = p.file_id JOIN piece ON piece.file_id = p.file_id"
    " ORDER BY b.rank DESC, piece.contract_id, piece.evidence_id, p.number LIMIT :limit OFFSET :offset"
)


def find_hits(
    session: Session, sought: Sought, reach: Collection[int], *, limit: int, offset: int = 0,
    contract_id: int | None = None, files: Collection[int] | None = None,
) -> Hits:  # fmt: skip
    """The pages of pieces that bear what is looked for, best first: of one contract and its `files`, or of all.

    Contracts and amendments set aside are left out, save the one contract that is asked about.
    """
    if not sought.parts or files == []:
        return Hits(0, [])
    given: dict[str, Any] = {
        "asked": sought.question(), "reach": list(reach), "contract": contract_id,
        "files": None if files is None else list(files), "limit": limit, "offset": offset,
    }  # fmt: skip
    rows = session.execute(_HITS, given).all()
    return Hits(rows[0].total if rows else 0, [Hit(*row[:-1]) for row in rows])


def is_searched(session: Session, evidence_id: int) -> bool:
    """Whether a document is a piece of a contract or of an amendment, so that its text is read."""
    links = exists().where(
        col(EvidenceLink.evidence_id) == evidence_id, ~col(EvidenceLink.annulled),
        col(EvidenceLink.subject_kind).in_(sorted(SEARCHED)),
    )  # fmt: skip
    return bool(session.execute(select(links)).scalar_one())


def find_texts(session: Session, file_ids: Collection[int]) -> dict[int, PieceText]:
    """What was read of these files, by file."""
    rows = session.execute(select(PieceText).where(col(PieceText.file_id).in_(list(file_ids)))).scalars()
    return {row.file_id: row for row in rows}


def find_files_to_read(session: Session, *, limit: int) -> list[tuple[int, int]]:
    """Files of pieces of contracts of which nothing was read, with the body that keeps them."""
    query = (
        select(col(EvidenceEdition.file_id), col(EvidenceEdition.organisation_id))
        .distinct()
        .join(Evidence, _LAST_EDITION)
        .join(EvidenceLink, col(EvidenceLink.evidence_id) == col(Evidence.id))
        .where(
            col(EvidenceLink.subject_kind).in_(sorted(SEARCHED)), ~col(EvidenceLink.annulled),
            ~exists().where(col(PieceText.file_id) == col(EvidenceEdition.file_id)),
        )
        .order_by(col(EvidenceEdition.file_id))
        .limit(limit)
    )  # fmt: skip
    return [(row.file_id, row.organisation_id) for row in session.execute(query)]
