"""Judging subjects and keeping what was found."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, BigInteger, any_, func, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.compliance.engine import Engine, Reading, engine_of
from registry.compliance.evaluation import Assessment, Known, assess, assess_version
from registry.compliance.models import Finding, PolicyText
from registry.compliance.policy import Policy, PolicyVersion
from registry.compliance.vocabulary import SubjectKind, Verdict
from registry.platform.jobs import defer

BATCH = 500
MOST_AT_ONCE = 300
"""Subjects that draw on what a change touched, judged within it; more are left to a job it asks for."""
EVALUATE_JOB = "compliance:evaluate"


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
        known: Known = {}
        for subject_id, (row, facts) in bound.items():
            assessments: tuple[Assessment, ...] = ()
            if subject.concerns(row):
                said = assess(engine.catalogue, kind, facts, today=reading.on, law_of=reading.law_of, known=known)
                assessments = tuple(said)
            owner = subject_id if kind is SubjectKind.ORGANISATION else row.organisation_id
            yield Judged(kind, subject_id, owner, row, assessments)


def try_version(
    session: Session, policy: Policy, version: PolicyVersion, ids: Sequence[int], *, today: date
) -> Iterable[Verdict]:
    """What one version of a policy, in force or not, would say today of each of these subjects."""
    engine = engine_of(session)
    subject = engine.subjects[policy.subject]
    for start in range(0, len(ids), BATCH):
        bound = subject.bind(session, ids[start : start + BATCH], on=today, until=None)
        for row, facts in bound.values():
            if subject.concerns(row):
                yield assess_version(engine.catalogue, policy, version, facts, today=today).verdict


_JUDGING = text(
    "SELECT count(pg_advisory_xact_lock(hashtextextended('judging:' || :kind || ':' || id, 0)))"
    " FROM (SELECT id FROM unnest(CAST(:ids AS bigint[])) AS id ORDER BY id) AS subjects"
)
"""One judges a subject at a time, to the end of the transaction, and reads its facts only then: of two that touch
it at once, the second sees what the first wrote. Taken in order, after the rows themselves, so none waits in a circle.
"""


def evaluate(session: Session, kind: SubjectKind, ids: Iterable[int], *, today: date) -> int:
    """Judges subjects by today's facts and law, and keeps the findings that changed. Returns how many did."""
    engine = engine_of(session)
    wanted = sorted(set(ids))
    changed = 0
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        session.execute(_JUDGING, {"kind": str(kind), "ids": batch})
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
            if len(ids) > MOST_AT_ONCE:
                _leave_to_the_worker(session, dependent, ids, min(wanted[kind]))
            else:
                wanted[dependent] = wanted.get(dependent, set()) | ids
    # Always in the same order: see _JUDGING.
    for kind in SubjectKind:
        if kind in wanted:
            evaluate(session, kind, wanted[kind], today=today)


_ASKING = text(
    "SELECT pg_current_xact_id()::text AS number, current_setting('beffroi.actor') AS actor,"
    " nullif(current_setting('beffroi.account', true), '')::bigint AS account_id"
)
"""Who acts, as the database was told: on a page, the sign-in told it."""


def _leave_to_the_worker(session: Session, kind: SubjectKind, ids: set[int], organisation_id: int) -> None:
    asking = session.execute(_ASKING).one()
    defer(
        session,
        EVALUATE_JOB,
        key=f"{organisation_id}:{asking.number}",
        organisation_id=organisation_id,
        actor=asking.actor,
        account_id=asking.account_id,
        arguments={"kind": str(kind), "ids": sorted(ids)},
    )


_KEEPING = text(
    "INSERT INTO finding (organisation_id, subject_kind, subject_id, policy_id, version_digest, period,"
    " verdict, turns_on, turns_into, facts, missing, unknown_half)"
    " SELECT organisation_id, subject_kind, subject_id, policy_id, version_digest, period,"
    " verdict, turns_on, turns_into, facts, missing, unknown_half"
    " FROM jsonb_populate_recordset(NULL::finding, CAST(:rows AS jsonb))"
)
"""Thousands of findings come as one value: bound one by one, they cost more than judging them."""


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
                col(Finding.subject_id) == any_(literal(list(ids), ARRAY(BigInteger))),
                col(Finding.until).is_(None),
            )
        )
    }  # fmt: skip
    stored = {row.version_digest for row in current.values()}
    fresh: list[dict[str, Any]] = []
    closed: list[int] = []
    texts: dict[str, Assessment] = {}
    # What is said of many subjects alike is one assessment.
    alike: dict[int, dict[str, Any]] = {}
    for subject in judged:
        of_it: dict[str, Any] = {
            "organisation_id": subject.organisation_id, "subject_kind": kind, "subject_id": subject.subject_id,
        }  # fmt: skip
        for assessment in subject.assessments:
            key = (subject.subject_id, assessment.policy.id, assessment.period or 0)
            said = alike.get(id(assessment))
            if said is None:
                said = alike[id(assessment)] = _columns(assessment)
            values = of_it | said
            before = current.pop(key, None)
            if before is not None:
                if _reads_the_same(before, values, today):
                    continue
                closed.append(before.id)
            fresh.append(values)
            if values["version_digest"] not in stored:
                texts[values["version_digest"]] = assessment
    closed += [row.id for row in current.values()]
    if closed:
        session.execute(update(Finding).where(col(Finding.id).in_(closed)).values(until=func.now()))
    if fresh:
        if texts:
            _store_texts(session, texts)
        session.execute(_KEEPING, {"rows": json.dumps(fresh, default=date.isoformat)})
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


def _columns(assessment: Assessment) -> dict[str, Any]:
    return {
        "policy_id": assessment.policy.id,
        "version_digest": assessment.policy.digest_of(assessment.version),
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
    # In order: of two that keep the same texts at once, neither waits for what the other holds.
    for digest in sorted(set(assessments) - set(known.scalars())):
        one = assessments[digest]
        session.execute(
            insert(PolicyText)
            .values(
                digest=digest,
                policy_id=one.policy.id,
                text=json.dumps(one.policy.text_of(one.version), ensure_ascii=False, sort_keys=True),
                stored_at=func.now(),
            )
            .on_conflict_do_nothing()
        )
