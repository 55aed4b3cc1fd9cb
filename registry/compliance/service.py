"""Judging subjects and keeping what was found."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.compliance.engine import Engine, Reading, engine_of
from registry.compliance.evaluation import Assessment, assess
from registry.compliance.models import Finding, PolicyText
from registry.compliance.vocabulary import SubjectKind

BATCH = 500


@dataclass(frozen=True)
class Judged:
    """What the policies say of one subject."""

    kind: SubjectKind
    subject_id: int
    organisation_id: int
    row: Any
    assessments: tuple[Assessment, ...]


def judge(
    session: Session, kind: SubjectKind, ids: Sequence[int], reading: Reading, engine: Engine | None = None
) -> Iterable[Judged]:
    """Judges subjects on a day of facts under the law of a day, without keeping anything."""
    engine = engine or engine_of(session)
    subject = engine.subjects[kind]
    for start in range(0, len(ids), BATCH):
        bound = subject.bind(session, ids[start : start + BATCH], on=reading.on, until=reading.until)
        for subject_id, (row, facts) in bound.items():
            if row.annulled:
                assessments: tuple[Assessment, ...] = ()
            else:
                assessments = tuple(assess(engine.catalogue, kind, facts, today=reading.on, law_of=reading.law_of))
            owner = subject_id if kind is SubjectKind.ORGANISATION else row.organisation_id
            yield Judged(kind, subject_id, owner, row, assessments)


def evaluate(session: Session, kind: SubjectKind, ids: Iterable[int], *, today: date) -> int:
    """Judges subjects by today's facts and law, and keeps the findings that changed. Returns how many did."""
    engine = engine_of(session)
    wanted = sorted(set(ids))
    changed = 0
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        judged = list(judge(session, kind, batch, Reading(on=today, until=None, law_of=today), engine))
        changed += _keep(session, kind, batch, judged, today)
    return changed


def settle(session: Session, touched: Mapping[str, set[int]]) -> None:
    """Judges what a transaction touched, and what draws its facts from it."""
    engine = engine_of(session)
    today: date = session.info["today"]()
    wanted = {SubjectKind(kind): set(ids) for kind, ids in touched.items()}
    for kind, find in engine.dependents.items():
        if kind in wanted:
            dependent, ids = find(session, wanted[kind])
            wanted[dependent] = wanted.get(dependent, set()) | ids
    for kind, ids in wanted.items():
        evaluate(session, kind, ids, today=today)


def _keep(session: Session, kind: SubjectKind, ids: Sequence[int], judged: Sequence[Judged], today: date) -> int:
    current = {
        (row.subject_id, row.policy_id, row.period): row
        for row in session.execute(
            select(
                col(Finding.id), col(Finding.subject_id), col(Finding.policy_id), col(Finding.period),
                col(Finding.version_digest), col(Finding.verdict), col(Finding.turns_on), col(Finding.turns_into),
                col(Finding.missing), col(Finding.facts), col(Finding.organisation_id),
            ).where(
                col(Finding.subject_kind) == kind,
                col(Finding.subject_id).in_(list(ids)),
                col(Finding.until).is_(None),
            )
        )
    }  # fmt: skip
    stored = {row.version_digest for row in current.values()}
    fresh: list[dict[str, Any]] = []
    closed: list[int] = []
    texts: dict[str, Assessment] = {}
    for subject in judged:
        for assessment in subject.assessments:
            key = (subject.subject_id, assessment.policy.id, assessment.period or 0)
            values = _columns(subject, assessment)
            before = current.pop(key, None)
            if before is not None:
                if _reads_the_same(before, values, today):
                    continue
                closed.append(before.id)
            fresh.append(values)
            if assessment.version.digest not in stored:
                texts[assessment.version.digest] = assessment
    closed += [row.id for row in current.values()]
    if closed:
        session.execute(update(Finding).where(col(Finding.id).in_(closed)).values(until=func.now()))
    if fresh:
        if texts:
            _store_texts(session, texts)
        # Without nulls written out, rows are grouped by which columns they fill: two statements for each subject.
        session.execute(insert(Finding), fresh, execution_options={"render_nulls": True})
    return len(closed) + len(fresh)


_COMPARED = ("organisation_id", "version_digest", "missing", "facts")
_TURNING = ("verdict", "turns_on", "turns_into")


def _reads_the_same(before: Any, values: Mapping[str, Any], today: date) -> bool:
    """Whether a kept finding already says, on this day, what was just found: one that turned by itself does."""
    if any(getattr(before, name) != values[name] for name in _COMPARED):
        return False
    if before.turns_on is not None and before.turns_on <= today:
        return bool(values["verdict"] == before.turns_into and values["turns_on"] is None)
    return all(getattr(before, name) == values[name] for name in _TURNING)


def _columns(subject: Judged, assessment: Assessment) -> dict[str, Any]:
    return {
        "organisation_id": subject.organisation_id,
        "subject_kind": subject.kind,
        "subject_id": subject.subject_id,
        "policy_id": assessment.policy.id,
        "version_digest": assessment.version.digest,
        "period": assessment.period or 0,
        "verdict": assessment.verdict,
        "turns_on": assessment.turns_on,
        "turns_into": assessment.turns_into,
        "facts": plain_facts(assessment.facts_used),
        "missing": list(assessment.missing),
        "unknown_half": assessment.unknown_half,
    }


def plain_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as JSON keeps them: dates as ISO text, lists as lists."""
    return {
        name: value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, tuple) else value
        for name, value in sorted(facts.items())
    }


def _store_texts(session: Session, assessments: Mapping[str, Assessment]) -> None:
    """Keeps the text of each policy version a finding rests on, by its hash: a past finding can be replayed."""
    known = session.execute(select(col(PolicyText.digest)).where(col(PolicyText.digest).in_(list(assessments))))
    for digest in set(assessments) - set(known.scalars()):
        one = assessments[digest]
        text = {"policy": one.policy.stored(), "version": one.version.stored()}
        session.execute(
            insert(PolicyText)
            .values(
                digest=digest,
                policy_id=one.policy.id,
                text=json.dumps(text, ensure_ascii=False, sort_keys=True),
                stored_at=func.now(),
            )
            .on_conflict_do_nothing()
        )
