"""Every SELECT about findings. A verdict is read with today's date: it turns by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.compliance.models import Finding
from registry.compliance.vocabulary import SubjectKind, Verdict


def verdict_on(today: date) -> ColumnElement[Any]:
    """The verdict as it reads on a day: what it turns into, once its day has come."""
    return case(
        (col(Finding.turns_on) <= today, col(Finding.turns_into)),
        else_=col(Finding.verdict),
    )


@dataclass(frozen=True)
class Found:
    """A finding as it reads on a day."""

    id: int
    subject_kind: SubjectKind
    subject_id: int
    organisation_id: int
    policy_id: str
    version_digest: str
    period: int
    verdict: Verdict
    turns_on: date | None
    facts: dict[str, Any]
    missing: tuple[str, ...]
    unknown_half: str | None
    since: Any


def find_findings(
    session: Session,
    today: date,
    *,
    kind: SubjectKind | None = None,
    subject_id: int | None = None,
    organisation_ids: frozenset[int] | None = None,
    policy_id: str | None = None,
    verdict: Verdict | None = None,
    after: int = 0,
    limit: int | None = None,
) -> list[Found]:
    """The findings in force, as they read today."""
    read = verdict_on(today).label("read")
    query = select(Finding, read).where(col(Finding.until).is_(None))
    if kind is not None:
        query = query.where(col(Finding.subject_kind) == kind)
    if subject_id is not None:
        query = query.where(col(Finding.subject_id) == subject_id)
    if organisation_ids is not None:
        query = query.where(col(Finding.organisation_id).in_(list(organisation_ids)))
    if policy_id is not None:
        query = query.where(col(Finding.policy_id) == policy_id)
    if verdict is not None:
        query = query.where(verdict_on(today) == verdict)
    if after:
        query = query.where(col(Finding.id) > after)
    query = query.order_by(col(Finding.id)).limit(limit)
    return [_found(row.Finding, Verdict(row.read)) for row in session.execute(query)]


def _found(row: Finding, verdict: Verdict) -> Found:
    return Found(
        id=row.id,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        organisation_id=row.organisation_id,
        policy_id=row.policy_id,
        version_digest=row.version_digest,
        period=row.period,
        verdict=verdict,
        turns_on=row.turns_on,
        facts=row.facts,
        missing=tuple(row.missing),
        unknown_half=row.unknown_half,
        since=row.since,
    )


def count_by_verdict(
    session: Session, today: date, *, kind: SubjectKind, ids: Sequence[int]
) -> dict[int, dict[Verdict, int]]:
    """For each of these subjects, how many findings read each verdict today."""
    read = verdict_on(today).label("read")
    rows = session.execute(
        select(col(Finding.subject_id), read, func.count().label("number"))
        .where(
            col(Finding.subject_kind) == kind,
            col(Finding.subject_id).in_(list(ids)),
            col(Finding.until).is_(None),
        )
        .group_by(col(Finding.subject_id), read)
    )
    counts: dict[int, dict[Verdict, int]] = {}
    for row in rows:
        counts.setdefault(row.subject_id, {})[Verdict(row.read)] = row.number
    return counts


def count_all(session: Session, today: date) -> list[tuple[str, Verdict, int]]:
    """For each policy, how many findings within the asker's rights read each verdict today."""
    read = verdict_on(today).label("read")
    rows = session.execute(
        select(col(Finding.policy_id), read, func.count().label("number"))
        .where(col(Finding.until).is_(None))
        .group_by(col(Finding.policy_id), read)
        .order_by(col(Finding.policy_id))
    )
    return [(row.policy_id, Verdict(row.read), row.number) for row in rows]


def find_history(session: Session, kind: SubjectKind, subject_id: int, policy_id: str) -> list[Finding]:
    """Every finding a policy ever made on a subject, latest first."""
    return list(
        session.execute(
            select(Finding)
            .where(
                col(Finding.subject_kind) == kind,
                col(Finding.subject_id) == subject_id,
                col(Finding.policy_id) == policy_id,
            )
            .order_by(col(Finding.since).desc(), col(Finding.id).desc())
        ).scalars()
    )
