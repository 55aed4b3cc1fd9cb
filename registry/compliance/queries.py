"""Every SELECT about findings. A verdict is read with today's date: it turns by itself."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    case,
    false,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from registry.compliance.deviations.models import AcceptedDeviation
from registry.compliance.deviations.rules import Held
from registry.compliance.deviations.vocabulary import DeviationState
from registry.compliance.models import Finding, PolicyText
from registry.compliance.policy import Policy, read_text
from registry.compliance.vocabulary import Holding, SubjectKind, Verdict

_TODAY: ColumnElement[Any] = bindparam("today", type_=Date())


def verdict_on(today: date | ColumnElement[Any], of: type[Finding] = Finding) -> ColumnElement[Any]:
    """The verdict as it reads on a day: what it turns into, once its day has come."""
    return case(
        (col(of.turns_on) <= today, col(of.turns_into)),
        else_=col(of.verdict),
    )


GRAVEST_FIRST = {Verdict.NON_COMPLIANT: 0, Verdict.TO_COMPLETE: 1, Verdict.COMPLIANT: 2, Verdict.NOT_APPLICABLE: 3}


def _place(of: type[Finding]) -> tuple[ColumnElement[Any], Any]:
    """Where a finding stands in a list that shows the gravest first."""
    return case(GRAVEST_FIRST, value=verdict_on(_TODAY, of)), col(of.id)


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
    turns_into: Verdict | None
    facts: dict[str, Any]
    missing: tuple[str, ...]
    unknown_half: str | None
    since: Any
    deviation: Held | None = None


_READ = tuple(
    col(getattr(Finding, name)) for name in Found.__dataclass_fields__ if name not in {"verdict", "deviation"}
)
"""Column by column: half the work of keeping each finding as a record that nobody will change."""


def find_findings(
    session: Session,
    today: date,
    *,
    kind: SubjectKind | None = None,
    subject_id: int | None = None,
    organisation_ids: frozenset[int] | None = None,
    policy_id: str | None = None,
    policy_ids: frozenset[str] | None = None,
    verdict: Verdict | None = None,
    ids: Collection[int] | None = None,
    gravest_first: bool = False,
    after: int = 0,
    limit: int | None = None,
) -> list[Found]:
    """The findings in force, as they read today; `after` is the number of the last one already shown."""
    asked = {
        "kind": kind,
        "subject_id": subject_id,
        "organisation_ids": None if organisation_ids is None else sorted(organisation_ids),
        "policy_id": policy_id,
        "policy_ids": None if policy_ids is None else sorted(policy_ids),
        "verdict": verdict,
        "ids": None if ids is None else list(ids),
        "after_gravest" if gravest_first else "after": after or None,
        "limit": limit,
    }
    given = {name: value for name, value in asked.items() if value is not None}
    rows = session.execute(_findings(frozenset(given), gravest_first), {"today": today, **given})
    return [_found(row, Verdict(row.read), _held(row, today)) for row in rows]


def find_findings_then(session: Session, on: date, *, kind: SubjectKind, subject_id: int, at: datetime) -> list[Found]:
    """The findings that were kept of a subject just before an instant, as they read on a day."""
    rows = session.execute(
        select(*_READ, verdict_on(on).label("read"))
        .where(
            col(Finding.subject_kind) == kind,
            col(Finding.subject_id) == subject_id,
            col(Finding.since) < at,
            or_(col(Finding.until).is_(None), col(Finding.until) >= at),
        )
        .order_by(col(Finding.id))
    )
    return [_found(row, Verdict(row.read)) for row in rows]


def of_subjects(subjects: Collection[tuple[SubjectKind, int]]) -> ColumnElement[bool]:
    """Whether a finding is on one of these subjects."""
    numbers: dict[SubjectKind, list[int]] = {}
    for kind, number in subjects:
        numbers.setdefault(kind, []).append(number)
    return or_(
        false(),
        *(
            and_(col(Finding.subject_kind) == kind, col(Finding.subject_id).in_(ids))
            for kind, ids in sorted(numbers.items())
        ),
    )


ACCEPTED, ASKED = aliased(AcceptedDeviation), aliased(AcceptedDeviation)
_HELD: tuple[ColumnElement[Any], ...] = (
    *(col(getattr(ACCEPTED, name)).label(f"accepted_{name}") for name in ("id", "expires_on")),
    *(col(getattr(ASKED, name)).label(f"asked_{name}") for name in ("id", "expires_on")),
)


def holding(today: date | ColumnElement[Any]) -> ColumnElement[Any]:
    """Which deviation bears on a finding on a day, of those `with_deviations` joins: a value of `Holding`."""
    return case(
        # One asked for waits for a decision, also while an earlier one runs.
        (col(ASKED.id).is_not(None), Holding.ASKED),
        (col(ACCEPTED.expires_on) >= today, Holding.ACCEPTED),
        (col(ACCEPTED.id).is_not(None), Holding.EXPIRED),
        else_=Holding.NONE,
    )


def with_deviations(query: Select[Any]) -> Select[Any]:
    """Findings with the deviation asked for and the one approved that bear on them, if any."""
    return query.outerjoin(ACCEPTED, bears_on(ACCEPTED, DeviationState.APPROVED)).outerjoin(
        ASKED, bears_on(ASKED, DeviationState.ASKED)
    )


def bears_on(deviation: type[AcceptedDeviation], state: DeviationState) -> ColumnElement[bool]:
    """Whether a deviation that stands so is about what a finding says: there is one at most."""
    return and_(
        col(deviation.subject_id) == col(Finding.subject_id),
        col(deviation.subject_kind) == col(Finding.subject_kind),
        col(deviation.policy_id) == col(Finding.policy_id),
        col(deviation.period) == col(Finding.period),
        col(deviation.state) == state,
    )


_SHOWN: type[Finding] = aliased(Finding)
_NARROWED: Mapping[str, ColumnElement[bool]] = {
    "kind": col(Finding.subject_kind) == bindparam("kind"),
    "subject_id": col(Finding.subject_id) == bindparam("subject_id"),
    "organisation_ids": col(Finding.organisation_id).in_(bindparam("organisation_ids", expanding=True)),
    "policy_id": col(Finding.policy_id) == bindparam("policy_id"),
    "policy_ids": col(Finding.policy_id).in_(bindparam("policy_ids", expanding=True)),
    "verdict": verdict_on(_TODAY) == bindparam("verdict"),
    "ids": col(Finding.id) == any_(bindparam("ids", type_=ARRAY(BigInteger))),
    "after": col(Finding.id) > bindparam("after"),
    "after_gravest": tuple_(*_place(Finding))
    > select(*_place(_SHOWN)).where(col(_SHOWN.id) == bindparam("after_gravest")).scalar_subquery(),
}


@lru_cache(maxsize=128)
def _findings(given: frozenset[str], gravest_first: bool) -> Select[Any]:
    """Written once for each way of narrowing: every sheet asks for it, and writing it costs more than running it."""
    query = with_deviations(select(*_READ, verdict_on(_TODAY).label("read"), *_HELD)).where(
        col(Finding.until).is_(None), *(condition for name, condition in _NARROWED.items() if name in given)
    )
    query = query.order_by(*(_place(Finding) if gravest_first else (col(Finding.id),)))
    return query.limit(bindparam("limit", type_=Integer())) if "limit" in given else query


def _held(row: Any, today: date) -> Held | None:
    """The deviation to tell of: the one that holds, else the one asked for, else the one that has expired."""
    approved, asked = (
        Held(number, state, day) if number is not None else None
        for number, state, day in (
            (row.accepted_id, DeviationState.APPROVED, row.accepted_expires_on),
            (row.asked_id, DeviationState.ASKED, row.asked_expires_on),
        )
    )
    return approved if approved is not None and approved.is_accepted(today) else asked or approved


def _found(row: Any, verdict: Verdict, deviation: Held | None = None) -> Found:
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
        turns_into=row.turns_into,
        facts=row.facts,
        missing=tuple(row.missing),
        unknown_half=row.unknown_half,
        since=row.since,
        deviation=deviation,
    )


def having_gravest(
    kind: SubjectKind, today: date, verdicts: Collection[Verdict], policy_ids: Collection[str] = ()
) -> Select[int]:
    """The subjects the gravest of whose findings reads one of these verdicts today, by these policies or by all."""
    rank = func.min(case(GRAVEST_FIRST, value=verdict_on(today)))
    query = select(col(Finding.subject_id)).where(col(Finding.subject_kind) == kind, col(Finding.until).is_(None))
    if policy_ids:
        query = query.where(col(Finding.policy_id).in_(sorted(policy_ids)))
    return query.group_by(col(Finding.subject_id)).having(rank.in_([GRAVEST_FIRST[one] for one in verdicts]))


def turning_by(kind: SubjectKind, today: date, last: date) -> Select[int]:
    """The subjects of which a finding that does not say so today reads as a breach by a day to come."""
    return select(col(Finding.subject_id)).where(
        col(Finding.subject_kind) == kind,
        col(Finding.until).is_(None),
        col(Finding.turns_into) == Verdict.NON_COMPLIANT,
        col(Finding.turns_on) > today,
        col(Finding.turns_on) <= last,
    )


Key = tuple[str, int, str, int]
"""What one finding succeeds another on: kind and number of the subject, policy, period."""


@dataclass(frozen=True)
class Standing:
    """How a finding reads on a day, and the civil day since when it has read so without a break.

    `before` is how it read until then, where it was judged.
    """

    verdict: Verdict
    day: date
    before: Verdict | None = None


# Written once: every sheet asks for it.
_STANDING = (
    select(
        col(Finding.subject_id), col(Finding.policy_id), col(Finding.period), col(Finding.verdict),
        col(Finding.turns_on), col(Finding.turns_into), col(Finding.since), col(Finding.until),
    )
    .where(
        col(Finding.subject_kind) == bindparam("kind"),
        col(Finding.subject_id) == any_(bindparam("ids", type_=ARRAY(BigInteger))),
    )
    .order_by(col(Finding.since).desc(), col(Finding.id).desc())
)  # fmt: skip


def find_standing(
    session: Session, kind: SubjectKind, ids: Sequence[int], on: date, *, until: datetime | None = None
) -> dict[Key, Standing]:
    """Since when each finding on these subjects reads as it does on a day, whatever facts changed meanwhile.

    `until=None` reads from the findings in force; an instant from those that were in force just before it.
    Days are those of the authority's time zone.
    """
    query = _STANDING if until is None else _STANDING.where(col(Finding.since) < until)
    zone = ZoneInfo(session.info["time_zone"])
    lines: dict[Key, list[Any]] = {}
    for row in session.execute(query, {"kind": kind, "ids": list(ids)}):
        lines.setdefault((kind, row.subject_id, row.policy_id, row.period), []).append(row)
    return {
        key: _standing(rows, on, zone)
        for key, rows in lines.items()
        if rows[0].until is None or (until is not None and rows[0].until >= until)
    }


def _standing(rows: Sequence[Any], on: date, zone: ZoneInfo) -> Standing:
    """Goes back from the latest finding while the verdict stays and each takes over where the one before stopped."""
    reading: Verdict | None = None
    day = last = on
    begun: datetime | None = None
    for row in rows:
        if row.until == row.since:
            continue  # Replaced in the transaction that made it: nobody ever read it.
        if begun is not None and row.until != begun:
            break
        turned = row.turns_on is not None and row.turns_on <= last
        said = Verdict(row.turns_into if turned else row.verdict)
        if reading is not None and said is not reading:
            return Standing(reading, min(day, on), said)
        reading, begun = said, row.since
        day = last = row.since.astimezone(zone).date()
        if turned and row.verdict is not said:
            return Standing(said, max(row.turns_on, day), Verdict(row.verdict))
    assert reading is not None  # noqa: S101 -- the latest row is in force.
    return Standing(reading, min(day, on))


def find_judged(session: Session, kind: SubjectKind) -> Sequence[int]:
    """The subjects of a kind that bear a finding in force."""
    query = select(col(Finding.subject_id)).where(col(Finding.subject_kind) == kind, col(Finding.until).is_(None))
    return session.execute(query.distinct()).scalars().all()


def find_texts(session: Session, digests: Collection[str]) -> dict[str, Policy]:
    """The policies of these texts that were kept, each with its only version, by digest."""
    if not digests:
        return {}
    rows = session.execute(
        select(col(PolicyText.digest), col(PolicyText.text)).where(col(PolicyText.digest).in_(sorted(digests)))
    )
    return {row.digest: read_text(row.text) for row in rows}


Counted = dict[int, dict[Verdict, int]]
"""For each subject, how many findings read each verdict."""


def count_by_verdict(
    session: Session, today: date, *, kind: SubjectKind, ids: Sequence[int], binding: Collection[str]
) -> tuple[Counted, Counted]:
    """How many findings on these subjects read each verdict today: of the policies that bind in law, and of the rest.

    `binding` are the numbers of the policies that bind: a practice left undone is never counted as a breach.
    """
    rows = session.execute(_by_verdict(), {"today": today, "kind": kind, "ids": list(ids), "binding": sorted(binding)})
    law: Counted = {}
    practice: Counted = {}
    for row in rows:
        (law if row.binds else practice).setdefault(row.subject_id, {})[Verdict(row.read)] = row.number
    return law, practice


@lru_cache(maxsize=1)
def _by_verdict() -> Select[Any]:
    """Written once: every list asks for it."""
    read = verdict_on(_TODAY).label("read")
    binds = (col(Finding.policy_id) == any_(bindparam("binding", type_=ARRAY(Text)))).label("binds")
    return (
        select(col(Finding.subject_id), binds, read, func.count().label("number"))
        .where(
            col(Finding.subject_kind) == bindparam("kind"),
            col(Finding.subject_id) == any_(bindparam("ids", type_=ARRAY(BigInteger))),
            col(Finding.until).is_(None),
        )
        .group_by(col(Finding.subject_id), binds, read)
    )


def count_all(session: Session, today: date) -> list[tuple[str, Verdict, int]]:
    """For each policy, how many findings within the asker's rights read each verdict today."""
    read = verdict_on(today).label("read")
    query = select(col(Finding.policy_id), read, func.count().label("number")).where(col(Finding.until).is_(None))
    rows = session.execute(query.group_by(col(Finding.policy_id), read).order_by(col(Finding.policy_id)))
    return [(row.policy_id, Verdict(row.read), row.number) for row in rows]


def count_judged(session: Session, today: date) -> dict[str, int]:
    """How many subjects within the asker's rights each policy judges, those it does not concern left out."""
    rows = session.execute(
        select(col(Finding.policy_id), func.count(func.distinct(col(Finding.subject_id))).label("number"))
        .where(col(Finding.until).is_(None), verdict_on(today) != Verdict.NOT_APPLICABLE)
        .group_by(col(Finding.policy_id))
    )
    return {row.policy_id: row.number for row in rows}


def count_by_body(
    session: Session, today: date, *, policy_ids: frozenset[str], organisation_ids: frozenset[int]
) -> dict[int, Counter[Verdict]]:
    """For each of these organisations, how many findings of these policies read each verdict today."""
    read = verdict_on(today).label("read")
    rows = session.execute(
        select(col(Finding.organisation_id), read, func.count().label("number"))
        .where(
            col(Finding.until).is_(None),
            col(Finding.policy_id).in_(policy_ids),
            col(Finding.organisation_id).in_(organisation_ids),
        )
        .group_by(col(Finding.organisation_id), read)
    )
    counts: dict[int, Counter[Verdict]] = {}
    for row in rows:
        counts.setdefault(row.organisation_id, Counter())[Verdict(row.read)] = row.number
    return counts


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
