"""What another law would change of the verdicts of today: judged over many subjects in memory, nothing is kept."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from registry.compliance.catalogue import Catalogue, Compiled
from registry.compliance.engine import engine_of
from registry.compliance.evaluation import Known, assess_version, with_count
from registry.compliance.policy import Policy, PolicyVersion
from registry.compliance.service import BATCH
from registry.compliance.vocabulary import SubjectKind, Verdict


@dataclass(frozen=True)
class Rule:
    """A version of a policy that is tried, with the catalogue that compiled it."""

    catalogue: Catalogue
    policy: Policy
    version: PolicyVersion

    @cached_property
    def compiled(self) -> Compiled:
        """Its conditions, ready to be evaluated."""
        return self.catalogue.compiled(self.version)


@dataclass(frozen=True)
class Compared:
    """A policy as it binds and as it would: without a rule on one side, it is not there."""

    policy_id: str
    kind: SubjectKind
    before: Rule | None
    after: Rule | None

    @property
    def rules(self) -> tuple[Rule | None, Rule | None]:
        """As it binds, and as it would."""
        return self.before, self.after


Report = Callable[[int, int, str], None]
Key = tuple[int, SubjectKind, str, Verdict | None, Verdict | None]
"""Organisation, kind of subject, policy, verdict of today, verdict that would be."""


@dataclass
class Outcome:
    """Who would change verdict, each by its number; of the others, how many stay as they are, by body and policy."""

    subjects: int = 0
    changes: dict[Key, list[int]] = field(default_factory=dict)
    stays: Counter[tuple[int, str]] = field(default_factory=Counter)


def version_tried(policy: Policy, today: date) -> PolicyVersion:
    """The version of a draft that is tried: the one of today, else its last, as if it bound."""
    return next((one for one in policy.versions if one.applies_on(today)), policy.versions[-1])


def against_draft(catalogue: Catalogue, drafted: Catalogue, draft: Policy, *, today: date) -> list[Compared]:
    """A draft beside the policy of the same number that judges today, if there is one."""
    known = catalogue.find(draft.id)
    now = {policy.id: version for policy, version in catalogue.in_force(known.subject, today)} if known else {}
    before = Rule(catalogue, known, now[draft.id]) if known is not None and draft.id in now else None
    after = Rule(drafted, draft, version_tried(draft, today))
    if known is not None and before is not None and known.subject is not draft.subject:
        return [
            Compared(draft.id, known.subject, before, None),
            Compared(draft.id, draft.subject, None, after),
        ]
    return [Compared(draft.id, draft.subject, before, after)]


def against_day(catalogue: Catalogue, kinds: Iterable[SubjectKind], law_of: date, *, today: date) -> list[Compared]:
    """The policies whose version of a day is not the one of today; of the others, no verdict can change."""
    found = []
    for kind in kinds:
        now, then = (
            {policy.id: Rule(catalogue, policy, version) for policy, version in catalogue.in_force(kind, day)}
            for day in (today, law_of)
        )
        for policy_id in sorted(now.keys() | then.keys()):
            before, after = now.get(policy_id), then.get(policy_id)
            if before is None or after is None or before.version.digest != after.version.digest:
                found.append(Compared(policy_id, kind, before, after))
    return found


def simulate(
    session: Session,
    compared: Iterable[Compared],
    organisation_ids: frozenset[int],
    *,
    today: date,
    report: Report = lambda *_said: None,
) -> Outcome:
    """Judges by both laws, on the facts of today, every subject of these organisations that the policies speak of.

    Raises: Defect when a condition fails.
    """
    compared, engine, outcome = list(compared), engine_of(session), Outcome()
    wanted: dict[SubjectKind, list[Compared]] = {}
    for one in compared:
        wanted.setdefault(one.kind, []).append(one)
    numbers = {kind: engine.subjects[kind].everything(session, organisation_ids, None) for kind in wanted}
    counting = {one.kind for one in compared if any(rule and rule.compiled.counts_findings for rule in one.rules)}
    total, done = sum(map(len, numbers.values())), 0
    for kind, ids in numbers.items():
        subject = engine.subjects[kind]
        for start in range(0, len(ids), BATCH):
            bound = subject.bind(session, ids[start : start + BATCH], on=today, until=None)
            known: dict[Any, Verdict] = {}
            assessed: Known = {}
            for number, (row, facts) in bound.items():
                if subject.concerns(row):
                    owner = number if kind is SubjectKind.ORGANISATION else row.organisation_id
                    outcome.subjects += 1
                    counted: Mapping[str, Any] = facts
                    if kind in counting:
                        counted = with_count(engine.catalogue, kind, facts, today=today, known=assessed)
                    whole = {**engine.catalogue.unbound, **counted}
                    _compare(outcome, wanted[kind], owner, number, counted, whole, today, known)
            done += len(ids[start : start + BATCH])
            report(done, total, kind.label)
    return outcome


def _compare(
    outcome: Outcome,
    compared: Iterable[Compared],
    owner: int,
    number: int,
    facts: Mapping[str, Any],
    whole: Mapping[str, Any],
    today: date,
    known: dict[Any, Verdict],
) -> None:
    for one in compared:
        was, becomes = (_verdict(rule, facts, whole, today, known) for rule in one.rules)
        # Whom a rule does not concern sees it neither come nor go.
        if {was, becomes} <= {None, Verdict.NOT_APPLICABLE} or was is becomes:
            outcome.stays[owner, one.policy_id] += 1
        else:
            outcome.changes.setdefault((owner, one.kind, one.policy_id, was, becomes), []).append(number)


def _verdict(
    rule: Rule | None, facts: Mapping[str, Any], whole: Mapping[str, Any], today: date, known: dict[Any, Verdict]
) -> Verdict | None:
    """What a rule says of these facts: the same of all the subjects of a batch that are alike in what it asks."""
    if rule is None:
        return None
    key = id(rule), rule.compiled.values_of(whole)
    found = known.get(key)
    if found is None:
        found = known[key] = assess_version(rule.catalogue, rule.policy, rule.version, facts, today=today).verdict
    return found
