"""Judging subjects and keeping what was found."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.compliance.catalogue import Catalogue
from registry.compliance.deviations.service import close_unneeded
from registry.compliance.engine import Engine, Reading, engine_at, engine_of
from registry.compliance.evaluation import Assessment, Known, assess, assess_version, with_count
from registry.compliance.models import PolicyText
from registry.compliance.policy import Policy, PolicyVersion
from registry.compliance.vocabulary import SubjectKind, Verdict
from registry.kernel.words import _
from registry.ledger.service import OWED, PEOPLE
from registry.platform.jobs import defer
from registry.web.templating import say_day

BATCH = 500
MOST_AT_ONCE = 300
"""Subjects that draw on what a change touched, judged within it; more are left to a job it asks for."""
EVALUATE_JOB = "compliance:evaluate"
JUDGED_AT = "judged_at"
"""Under this name in a session, the moment at which findings are said to be made: the loader of the demonstration, who
plays a year, gives it as it gives the ledger its own; everybody else makes them now."""


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
    engine = engine or engine_at(session, reading.until)
    subject = engine.subjects[kind]
    for start in range(0, len(ids), BATCH):
        bound = subject.bind(session, ids[start : start + BATCH], on=reading.on, until=reading.until)
        known: Known = engine.catalogue.recalled(reading.on, reading.law_of)
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
                told: Mapping[str, Any] = facts
                if engine.catalogue.compiled(version).counts_findings:
                    told = with_count(engine.catalogue, policy.subject, facts, today=today)
                yield assess_version(engine.catalogue, policy, version, told, today=today).verdict


_JUDGING = text(
    "SELECT count(pg_advisory_xact_lock(hashtextextended('judging:' || :kind || ':' || id, 0))),"
    " policy_revision_held() AS revision"
    " FROM (SELECT id FROM unnest(CAST(:ids AS bigint[])) AS id ORDER BY id) AS subjects"
)
"""One judges a subject at a time, to the end of the transaction, and reads its facts only then: of two that touch
it at once, the second sees what the first wrote. Taken in order, after the rows themselves, so none waits in a circle.

Nothing is decided about rules from then to the end: whoever judges does so by all that was decided before, and what is
decided next waits, so that the job it asks for finds every subject.
"""


def hold_judging(session: Session, kind: SubjectKind, ids: Sequence[int]) -> None:
    """Lets nobody else judge these subjects, nor decide about a policy, to the end of the transaction.

    What is judged from then on is judged by the policies that stand now, whatever this transaction read before.
    """
    session.info["revision"] = session.execute(_JUDGING, {"kind": str(kind), "ids": list(ids)}).one().revision


def evaluate(session: Session, kind: SubjectKind, ids: Iterable[int], *, today: date) -> int:
    """Judges subjects by today's facts and law, and keeps the findings that changed. Returns how many did."""
    wanted = sorted(set(ids))
    changed = 0
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        hold_judging(session, kind, batch)
        engine = engine_of(session)
        judged = list(judge(session, kind, batch, Reading(on=today, until=None, law_of=today), engine))
        changed += _keep(session, kind, batch, judged, today)
    return changed


def settle(session: Session, touched: Mapping[str, set[int]]) -> None:
    """Judges what a transaction touched, and what draws its facts from it.

    What is touched may be no subject of policies itself (a contract, people): only what draws on it is judged.
    """
    engine = engine_of(session)
    today: date = session.info["today"]()
    wanted = {kind: set(touched[kind]) for kind in engine.subjects if kind in touched}
    for kind, finds in engine.dependents.items():
        for find in finds if kind in touched else ():
            dependent, ids = find(session, set(touched[kind]))
            afar = ids if len(ids) > MOST_AT_ONCE and kind == SubjectKind.ORGANISATION else set()
            if kind in {PEOPLE, OWED}:
                afar = ids - set(session.execute(_JUDGED_HERE, {"ids": sorted(ids)}).scalars())
            if afar:
                leave_to_the_worker(session, dependent, afar, min(touched[kind]))
            wanted[dependent] = wanted.get(dependent, set()) | (ids - afar)
    # Always in the same order: see _JUDGING.
    for kind in engine.subjects:
        if kind in wanted:
            evaluate(session, kind, wanted[kind], today=today)


_JUDGED_HERE = text(
    "SELECT id FROM unnest(CAST(:ids AS bigint[])) AS id"
    " WHERE current_user <> 'beffroi_app' OR id = ANY (acting_writes())"
)
"""The bodies of which the web role may keep findings: whoever acts for a part of a body does not see all of it."""
_ASKING = text(
    "SELECT pg_current_xact_id()::text AS number, current_setting('beffroi.actor') AS actor,"
    " nullif(current_setting('beffroi.account', true), '')::bigint AS account_id"
)
"""Who acts, as the database was told: on a page, the sign-in told it."""


def leave_to_the_worker(session: Session, kind: SubjectKind, ids: set[int], organisation_id: int) -> None:
    """Has these subjects judged once the transaction is over, by who sees them all, in the name of a body."""
    asking = session.execute(_ASKING).one()
    defer(
        session,
        EVALUATE_JOB,
        key=f"{organisation_id}:{asking.number}:{kind}",
        organisation_id=organisation_id,
        actor=asking.actor,
        account_id=asking.account_id,
        arguments={"kind": str(kind), "ids": sorted(ids)},
    )


_KEEPING = text(
    "INSERT INTO finding (subject_kind, organisation_id, subject_id, policy_id, version_digest, period,"
    " verdict, turns_on, turns_into, facts, missing, unknown_half, since)"
    " SELECT :kind, said.organisation_id, said.subject_id, found.policy_id, found.version_digest, found.period,"
    " found.verdict, found.turns_on, found.turns_into, found.facts, found.missing, found.unknown_half,"
    " coalesce(CAST(:at AS timestamptz), now())"
    " FROM unnest(CAST(:organisations AS bigint[]), CAST(:subjects AS bigint[]), CAST(:places AS int[]))"
    " WITH ORDINALITY AS said (organisation_id, subject_id, place, rank)"
    " JOIN (SELECT * FROM jsonb_populate_recordset(NULL::finding, CAST(:alike AS jsonb)) WITH ORDINALITY) AS found"
    " ON found.ordinality = said.place ORDER BY said.rank"
)
"""What is said of many subjects alike comes once, with the list of them: bound one by one, thousands of findings cost
more than judging them.
"""


_WITHDRAWING = text(
    "UPDATE finding SET until = coalesce(CAST(:at AS timestamptz), now()),"
    " until_xid = pg_current_xact_id()::text::bigint"
    " WHERE id = ANY (CAST(:ids AS bigint[]))"
)


_STANDING = text(
    "SELECT policy_id, period, version_digest, verdict, turns_on, turns_into, told,"
    " string_agg(concat_ws(' ', subject_id, id, organisation_id), ' ') AS of"
    " FROM (SELECT *, jsonb_build_array(facts, missing)::text AS told FROM finding"
    "  WHERE subject_kind = :kind AND subject_id = ANY (CAST(:ids AS bigint[])) AND until IS NULL) AS standing"
    " GROUP BY policy_id, period, version_digest, verdict, turns_on, turns_into, told"
)
"""What stands of these subjects. What is said of many alike comes once, with the numbers of each: to read a row for
each finding cost more than to judge.
"""


@dataclass(frozen=True, slots=True)
class _Stands:
    """A finding that stands: its number, whose it is, and what it says, as of others alike."""

    id: int
    organisation_id: int
    said: Any


def _keep(session: Session, kind: SubjectKind, ids: Sequence[int], judged: Sequence[Judged], today: date) -> int:
    every = session.execute(_STANDING, {"kind": str(kind), "ids": _array(ids)}).all()
    standing = _by_rule(every)
    stored = {said.version_digest for said in every}
    at: str | None = session.info.get(JUDGED_AT)
    fresh = _Fresh()
    same: dict[tuple[int, int], bool] = {}
    closed: list[int] = []
    settled: list[int] = []
    for subject in judged:
        places = fresh.places_of(subject)
        if not standing:
            fresh.add(subject, places)
            continue
        changed = []
        for place in places:
            values = fresh.said_at(place)
            before = standing.get((values["policy_id"], values["period"]), _NONE).pop(subject.subject_id, None)
            if before is not None:
                alike = place, id(before.said)
                if alike not in same:
                    same[alike] = _reads_the_same(before.said, values, today)
                if same[alike] and before.organisation_id == subject.organisation_id:
                    continue
                closed.append(before.id)
                if values["verdict"] not in _ASKING_FOR_SOMETHING and _asks_for_something(before.said, today):
                    settled.append(before.id)
            changed.append(place)
        fresh.add(subject, changed)
    catalogue = engine_of(session).catalogue
    gone = [one for left in standing.values() for one in left.values() if one.said.policy_id not in catalogue.lost]
    closed += [one.id for one in gone]
    if closed:
        session.execute(_WITHDRAWING, {"ids": closed, "at": at})
    if settled:
        close_unneeded(session, settled, today)
    _close_withdrawn(session, catalogue, [one for one in gone if _asks_for_something(one.said, today)], today)
    if fresh.subjects:
        _store_texts(session, fresh.texts(stored))
        session.execute(_KEEPING, {**fresh.rows(kind), "at": at})
    return len(closed) + len(fresh.subjects)


_NONE: dict[int, _Stands] = {}


def _by_rule(every: Sequence[Any]) -> dict[tuple[str, int], dict[int, _Stands]]:
    """What stands of each subject, by the rule and the period it is about."""
    found: dict[tuple[str, int], dict[int, _Stands]] = {}
    for said in every:
        of = found.setdefault((said.policy_id, said.period), {})
        numbers = map(int, said.of.split(" "))
        for subject_id, number, organisation_id in zip(numbers, numbers, numbers, strict=True):
            of[subject_id] = _Stands(number, organisation_id, said)
    return found


def _close_withdrawn(session: Session, catalogue: Catalogue, gone: Sequence[_Stands], today: date) -> None:
    """Ends the deviations on what no rule says any more; those from a rule withdrawn here are told why it was."""
    alike: dict[str | None, list[int]] = {}
    for one in gone:
        alike.setdefault(withdrawn_in_words(catalogue, one.said.policy_id), []).append(one.id)
    for why, numbers in alike.items():
        close_unneeded(session, numbers, today, why)


def withdrawn_in_words(catalogue: Catalogue, policy_id: str) -> str | None:
    """Why a rule that was adopted here judges no more, for who assumed a deviation from it; none where it was not."""
    adopted = catalogue.decided.adopted.get(policy_id)
    if adopted is None or adopted.stands:
        return None
    last = adopted.history[-1]
    return _("Règle retirée le {day} : {reason}").format(day=say_day(last.decided_on), reason=last.reason)


class _Fresh:
    """The findings to be kept: what they say, each thing once, and of which subjects."""

    def __init__(self) -> None:
        self.organisations: list[int] = []
        self.subjects: list[int] = []
        self.places: list[int] = []
        self._said: list[tuple[Assessment, dict[str, Any]]] = []
        self._places: dict[int, int] = {}

    def places_of(self, subject: Judged) -> list[int]:
        """Where each thing that is said of a subject stands among all that was said so far."""
        known = self._places
        return [known.get(id(one)) or self._meet(one) for one in subject.assessments]

    def _meet(self, assessment: Assessment) -> int:
        self._said.append((assessment, _columns(assessment)))
        place = self._places[id(assessment)] = len(self._said)
        return place

    def said_at(self, place: int) -> dict[str, Any]:
        """What stands at a place, as a finding keeps it."""
        return self._said[place - 1][1]

    def add(self, subject: Judged, places: Sequence[int]) -> None:
        """Has what stands at these places be kept of a subject."""
        self.organisations += [subject.organisation_id] * len(places)
        self.subjects += [subject.subject_id] * len(places)
        self.places += places

    def texts(self, stored: Collection[str]) -> dict[str, Assessment]:
        """One of the assessments of each policy version that is to be kept and was not met before."""
        kept = (self._said[place - 1] for place in set(self.places))
        return {said["version_digest"]: one for one, said in kept if said["version_digest"] not in stored}

    def rows(self, kind: SubjectKind) -> dict[str, Any]:
        """The findings as the database takes them; of what no subject is kept with, nothing is sent."""
        used = {place: rank for rank, place in enumerate(dict.fromkeys(self.places), 1)}
        alike = [self._said[place - 1][1] for place in used]
        return {
            "kind": str(kind),
            "organisations": _array(self.organisations),
            "subjects": _array(self.subjects),
            "places": _array(used[place] for place in self.places),
            "alike": json.dumps(alike, default=date.isoformat),
        }


def forget_transactions(session: Session) -> None:
    """After a restore on another server, whose transaction numbers mean nothing to these findings.

    A number that is yet to come here would say one day that a finding has just been made.
    """
    session.execute(
        text(
            "UPDATE finding SET since_xid = 0, until_xid = CASE WHEN until_xid IS NOT NULL THEN 0 END"
            " WHERE greatest(since_xid, until_xid) >= pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
        )
    )


def _array(numbers: Iterable[int]) -> str:
    """Numbers as the database reads an array of them: bound as a list, each would be looked at one by one."""
    return f"{{{','.join(map(str, numbers))}}}"


_ASKING_FOR_SOMETHING = frozenset({Verdict.NON_COMPLIANT, Verdict.TO_COMPLETE})
_TURNING = ("verdict", "turns_on", "turns_into")


def _reads_the_same(before: Any, values: Mapping[str, Any], today: date) -> bool:
    """Whether a kept finding already says, on this day, what was just found: one that turned by itself does."""
    if before.version_digest != values["version_digest"]:
        return False
    if json.loads(before.told) != [values["facts"], values["missing"]]:
        return False
    if before.turns_on is not None and before.turns_on <= today:
        return bool(values["verdict"] == before.turns_into and values["turns_on"] is None)
    return all(getattr(before, name) == values[name] for name in _TURNING)


def _asks_for_something(row: Any, today: date) -> bool:
    """Whether a kept finding reads, on this day, as a breach or as one that may turn out to be."""
    turned = row.turns_on is not None and row.turns_on <= today
    return Verdict(row.turns_into if turned else row.verdict) in _ASKING_FOR_SOMETHING


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
    if not assessments:
        return
    known = session.execute(select(col(PolicyText.digest)).where(col(PolicyText.digest).in_(list(assessments))))
    missing = {digest: assessments[digest] for digest in sorted(set(assessments) - set(known.scalars()))}
    if missing:
        # In order: of two that keep the same texts at once, neither waits for what the other holds.
        session.connection().execute(
            _KEEP_TEXT,
            [
                {
                    "digest": digest,
                    "policy_id": one.policy.id,
                    "text": json.dumps(one.policy.text_of(one.version), ensure_ascii=False, sort_keys=True),
                }
                for digest, one in missing.items()
            ],
        )


_KEEP_TEXT = insert(PolicyText).values(stored_at=func.now()).on_conflict_do_nothing()
