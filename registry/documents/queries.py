"""Every SELECT about evidence: one is read by whoever may read a record it proves something of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, false, func, or_, select, tuple_
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.documents.models import Evidence, EvidenceEdition, EvidenceLink
from registry.documents.rules import SOON
from registry.documents.vocabulary import EvidenceKind, ProofSubject, Standing
from registry.kernel.errors import NotFound
from registry.kernel.words import _
from registry.platform.models import StoredFile

_NEVER = date(9999, 12, 31)


@dataclass(frozen=True)
class Reach:
    """What the asker may read: for each kind of record, the organisations; and those for which they keep evidence."""

    subjects: Mapping[ProofSubject, frozenset[int]]
    keeps: frozenset[int]


@dataclass(frozen=True)
class EvidenceFilter:
    """What a list of evidence is narrowed to."""

    kinds: frozenset[EvidenceKind] = field(default_factory=frozenset)
    standings: frozenset[Standing] = field(default_factory=frozenset)
    annulled: bool = False


@dataclass(frozen=True)
class Kept:
    """A piece of evidence with its last edition and that edition's file."""

    evidence: Evidence
    edition: EvidenceEdition
    file: StoredFile


def _may_read(reach: Reach) -> ColumnElement[bool]:
    linked = (col(EvidenceLink.evidence_id) == col(Evidence.id), ~col(EvidenceLink.annulled))
    alike: dict[frozenset[int], list[ProofSubject]] = {}
    for kind, ids in reach.subjects.items():
        if ids:
            alike.setdefault(ids, []).append(kind)
    through = [
        and_(col(EvidenceLink.subject_kind).in_(kinds), col(EvidenceLink.organisation_id).in_(ids))
        for ids, kinds in alike.items()
    ]
    return or_(
        exists().where(*linked, or_(false(), *through)),
        and_(col(Evidence.organisation_id).in_(reach.keeps), ~exists().where(*linked)),
    )


def _kept(reach: Reach) -> Select[*tuple[Any, ...]]:
    return (
        select(Evidence, EvidenceEdition, StoredFile)
        .join(
            EvidenceEdition,
            and_(
                col(EvidenceEdition.evidence_id) == col(Evidence.id),
                col(EvidenceEdition.number) == col(Evidence.editions),
            ),
        )
        .join(StoredFile, col(StoredFile.id) == col(EvidenceEdition.file_id))
        .where(_may_read(reach))
    )


def _stands(standing: Standing, today: date) -> ColumnElement[bool]:
    expires, soon = col(EvidenceEdition.expires_on), today + SOON
    return {
        Standing.LASTING: expires.is_(None),
        Standing.EXPIRED: expires < today,
        Standing.SOON: expires.between(today, soon),
        Standing.CURRENT: expires > soon,
    }[standing]


def _narrowed(query: Select[*tuple[Any, ...]], asked: EvidenceFilter, today: date) -> Select[*tuple[Any, ...]]:
    query = query.where(col(Evidence.annulled) == asked.annulled)
    if asked.kinds:
        query = query.where(col(Evidence.kind).in_(sorted(asked.kinds)))
    if asked.standings:
        query = query.where(or_(*(_stands(one, today) for one in sorted(asked.standings))))
    return query


def find_evidence_page(
    session: Session,
    reach: Reach,
    asked: EvidenceFilter,
    *,
    today: date,
    after: tuple[date, int] | None = None,
    limit: int = 50,
) -> list[Kept]:
    """The evidence that follows a place, what expires first coming first, what never expires last."""
    order = (func.coalesce(col(EvidenceEdition.expires_on), _NEVER), col(Evidence.id))
    query = _narrowed(_kept(reach), asked, today)
    if after is not None:
        query = query.where(tuple_(*order) > after)
    return [Kept(*row) for row in session.execute(query.order_by(*order).limit(limit))]


def place_of(kept: Kept) -> tuple[date, int]:
    """Where a piece of evidence stands in its list."""
    return kept.edition.expires_on or _NEVER, kept.evidence.id


def count_evidence(session: Session, reach: Reach, asked: EvidenceFilter, *, today: date) -> int:
    """How much evidence a list holds."""
    query = _narrowed(_kept(reach), asked, today).with_only_columns(func.count(), maintain_column_froms=True)
    return int(session.execute(query).scalar_one())


def count_by_standing(session: Session, reach: Reach, *, today: date) -> dict[Standing, int]:
    """How much evidence stands where, annulled evidence left out."""
    query = _narrowed(_kept(reach), EvidenceFilter(), today).with_only_columns(
        *(func.count().filter(_stands(one, today)).label(one.name) for one in Standing), maintain_column_froms=True
    )
    row = session.execute(query).one()
    return {one: int(getattr(row, one.name)) for one in Standing}


def get_evidence(session: Session, evidence_id: int, reach: Reach) -> Kept:
    """One piece of evidence with its last edition.

    Raises: NotFound.
    """
    row = session.execute(_kept(reach).where(col(Evidence.id) == evidence_id)).one_or_none()
    if row is None:
        raise NotFound(_("Cette preuve n’existe pas, ou vos droits ne vous la montrent pas."))
    return Kept(*row)


def reread_evidence(session: Session, evidence_id: int) -> Evidence:
    """A piece of evidence that something is said of; whether the asker may read it was checked before.

    Raises: NotFound.
    """
    found = session.get(Evidence, evidence_id)
    if found is None:
        raise NotFound(_("Cette preuve n’existe pas, ou vos droits ne vous la montrent pas."))
    return found


def lock_evidence(session: Session, evidence_id: int) -> Evidence:
    """A piece of evidence about to change: nobody else changes it meanwhile.

    Raises: NotFound.
    """
    query = select(Evidence).where(col(Evidence.id) == evidence_id).with_for_update()
    found = session.execute(query.execution_options(populate_existing=True)).scalar_one_or_none()
    if found is None:
        raise NotFound(_("Cette preuve n’existe pas, ou vos droits ne vous la montrent pas."))
    return found


def find_editions(session: Session, evidence_id: int) -> list[tuple[EvidenceEdition, StoredFile]]:
    """Every edition of a piece of evidence with its file, the last first."""
    rows = session.execute(
        select(EvidenceEdition, StoredFile)
        .join(StoredFile, col(StoredFile.id) == col(EvidenceEdition.file_id))
        .where(col(EvidenceEdition.evidence_id) == evidence_id)
        .order_by(col(EvidenceEdition.number).desc())
    )
    return [(edition, file) for edition, file in rows]


def get_edition(session: Session, evidence_id: int, edition_id: int) -> tuple[EvidenceEdition, StoredFile]:
    """One edition of a piece of evidence, with its file.

    Raises: NotFound.
    """
    found = next((one for one in find_editions(session, evidence_id) if one[0].id == edition_id), None)
    if found is None:
        raise NotFound(_("Cette preuve n’a pas cette édition."))
    return found


def find_links(session: Session, evidence_ids: Iterable[int]) -> list[EvidenceLink]:
    """What these pieces of evidence prove, as far as the asker may read the records."""
    query = select(EvidenceLink).where(
        col(EvidenceLink.evidence_id).in_(list(evidence_ids)), ~col(EvidenceLink.annulled)
    )
    return list(session.execute(query.order_by(col(EvidenceLink.id))).scalars())


def get_link(session: Session, link_id: int) -> EvidenceLink:
    """One link that stands.

    Raises: NotFound.
    """
    found = session.get(EvidenceLink, link_id)
    if found is None or found.annulled:
        raise NotFound(_("Ce lien n’existe pas, ou il a déjà été retiré."))
    return found


# Written once: every sheet asks for it, and writing a query costs more than running it.
_EVIDENCE_ON = (
    select(Evidence, EvidenceEdition, EvidenceLink)
    .join(EvidenceLink, col(EvidenceLink.evidence_id) == col(Evidence.id))
    .join(
        EvidenceEdition,
        and_(
            col(EvidenceEdition.evidence_id) == col(Evidence.id),
            col(EvidenceEdition.number) == col(Evidence.editions),
        ),
    )
    .where(
        col(EvidenceLink.subject_kind) == bindparam("kind", type_=EvidenceLink.__table__.c.subject_kind.type),  # type: ignore[attr-defined]
        col(EvidenceLink.subject_id) == bindparam("subject"),
        ~col(EvidenceLink.annulled),
        ~col(Evidence.annulled),
    )
    .order_by(func.coalesce(col(EvidenceEdition.expires_on), _NEVER), col(Evidence.id))
)


def find_evidence_on(
    session: Session, kind: ProofSubject, subject_id: int
) -> Sequence[tuple[Evidence, EvidenceEdition, EvidenceLink]]:
    """The evidence linked to one record, with its last edition, what expires first coming first."""
    rows = session.execute(_EVIDENCE_ON, {"kind": kind, "subject": subject_id})
    return [(evidence, edition, link) for evidence, edition, link in rows]


def find_same_content(session: Session, sha256: str, reach: Reach) -> list[tuple[int, str]]:
    """The evidence in force whose last edition is these very bytes, as far as the asker may read it: number, title."""
    query = _kept(reach).where(col(StoredFile.sha256) == sha256, ~col(Evidence.annulled))
    return [(row[0].id, row[0].title) for row in session.execute(query.order_by(col(Evidence.id)))]


def find_titles(session: Session, reach: Reach, organisation_ids: Iterable[int]) -> list[tuple[int, str]]:
    """The evidence that some organisations keep, by title: number and title."""
    query = select(col(Evidence.id), col(Evidence.title)).where(
        col(Evidence.organisation_id).in_(list(organisation_ids)), ~col(Evidence.annulled), _may_read(reach)
    )
    return [(row.id, row.title) for row in session.execute(query.order_by(col(Evidence.title), col(Evidence.id)))]
