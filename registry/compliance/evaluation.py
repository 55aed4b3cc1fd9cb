"""Judging one subject: facts in, verdicts out. Unknown is not absent, and logic has three values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import structlog

from registry.compliance.catalogue import BLOCKING_FINDINGS, PRESENT, Catalogue, Compiled, Part, as_stamp
from registry.compliance.policy import Policy, PolicyError, PolicyVersion
from registry.compliance.vocabulary import FactType, Force, Severity, SubjectKind, UnknownHalf, Verdict
from registry.kernel.dates import plus_days

log = structlog.get_logger(__name__)
_UNKNOWN = re.compile(r'No value with name "([^"]+)" found in Activation')


class Defect(RuntimeError):
    """A condition failed for another reason than an unknown fact: a defect of ours, never « unknown »."""


@dataclass(frozen=True)
class Assessment:
    """What a policy version says of a subject on a day.

    `turns_on` is the first day on which it reads `turns_into` with nothing else changed. `missing` names
    the facts that could change the verdict; `unknown_half` the half of the policy that is undecided.
    """

    policy: Policy
    version: PolicyVersion
    verdict: Verdict
    facts_used: dict[str, Any]
    missing: tuple[str, ...] = ()
    unknown_half: UnknownHalf | None = None
    turns_on: date | None = None
    turns_into: Verdict | None = None
    period: int | None = None

    def read_on(self, day: date) -> Verdict:
        """The verdict as it reads on a later day, with nothing else changed."""
        if self.turns_on is not None and self.turns_into is not None and day >= self.turns_on:
            return self.turns_into
        return self.verdict


Known = dict[tuple[Any, ...], Assessment]
"""What was found of the subjects before: a policy says the same of all those with the same facts."""


def assess(
    catalogue: Catalogue,
    kind: SubjectKind,
    facts: Mapping[str, Any],
    *,
    today: date,
    law_of: date,
    known: Known | None = None,
) -> list[Assessment]:
    """What each policy in force on a day says of a subject with these facts.

    `known` remembers what was found, for subjects judged on the same days.
    Raises: Defect.
    """
    known = {} if known is None else known
    whole = {**catalogue.unbound, **facts}
    said: list[Assessment] = []
    counting: list[tuple[int, Policy, PolicyVersion, Compiled]] = []
    for place, (policy, version, compiled) in enumerate(catalogue.compiled_in_force(kind, law_of)):
        if compiled.counts_findings:
            counting.append((place, policy, version, compiled))
            continue
        said.append(_recall(catalogue, (kind, place), policy, version, compiled, facts, whole, today, known))
    if counting:
        counted = {BLOCKING_FINDINGS: sum(map(is_blocking, said))}
        facts, whole = {**facts, **counted}, {**whole, **counted}
        for place, policy, version, compiled in counting:
            said.append(_recall(catalogue, (kind, place), policy, version, compiled, facts, whole, today, known))
    return said


def with_count(
    catalogue: Catalogue, kind: SubjectKind, facts: Mapping[str, Any], *, today: date, known: Known | None = None
) -> Mapping[str, Any]:
    """These facts with how many blocking findings the policies of today make of them, for a version judged alone."""
    said = assess(catalogue, kind, facts, today=today, law_of=today, known=known)
    return {**facts, BLOCKING_FINDINGS: sum(map(is_blocking, said))}


def is_blocking(said: Assessment) -> bool:
    """Whether a finding is a breach of law of the gravest kind."""
    policy = said.policy
    return (
        said.verdict is Verdict.NON_COMPLIANT
        and policy.force is Force.OBLIGATION
        and policy.severity is Severity.BLOCKING
    )


def _recall(
    catalogue: Catalogue,
    place: tuple[SubjectKind, int],
    policy: Policy,
    version: PolicyVersion,
    compiled: Compiled,
    facts: Mapping[str, Any],
    whole: Mapping[str, Any],
    today: date,
    known: Known,
) -> Assessment:
    key = *place, compiled.values_of(whole)
    found = known.get(key)
    if found is None:
        activation = catalogue.environment.Activation(bind(catalogue, facts, compiled))
        found = known[key] = _assess_one(policy, version, compiled, activation, facts, today)
    return found


def assess_version(
    catalogue: Catalogue, policy: Policy, version: PolicyVersion, facts: Mapping[str, Any], *, today: date
) -> Assessment:
    """What one version says, whether or not it is in force."""
    compiled = catalogue.compiled(version)
    activation = catalogue.environment.Activation(bind(catalogue, facts, compiled))
    return _assess_one(policy, version, compiled, activation, facts, today)


def bind(catalogue: Catalogue, facts: Mapping[str, Any], compiled: Compiled) -> dict[str, Any]:
    """What a version asks about, as an activation holds it: days as midnight UTC, lists as lists, and code lists."""
    values: dict[str, Any] = {name: catalogue.bindings[name] for name in compiled.lists}
    for name in compiled.names:
        if name not in facts:
            continue
        value = facts[name]
        if isinstance(value, date) and not isinstance(value, datetime):
            values[name] = as_stamp(value)
        elif isinstance(value, tuple):
            values[name] = list(value)
        else:
            values[name] = value
    return values


def value_of(part: Part, activation: Any) -> Any:
    """What a part evaluates to, or None while a fact it needs is unknown."""
    said = part.program.eval(activation)
    value = said.value()
    if (isinstance(value, str) and said.type().name() == "ERROR") or said.type().name() == "UNKNOWN":
        unbound = _UNKNOWN.search(str(value))
        if unbound is not None and unbound.group(1) in part.facts:
            return None
        raise Defect(f"{part.node.kind}: {value}")
    return value


def _assess_one(
    policy: Policy,
    version: PolicyVersion,
    compiled: Compiled,
    activation: Any,
    facts: Mapping[str, Any],
    today: date,
) -> Assessment:
    try:
        return _decide(policy, version, compiled, activation, facts, today)
    except Defect as defect:
        log.error("policy defect", policy=policy.id, version=version.digest, problem=str(defect))  # noqa: TRY400
        raise Defect(f"{policy.id}: {defect}") from defect


def _decide(
    policy: Policy,
    version: PolicyVersion,
    compiled: Compiled,
    activation: Any,
    facts: Mapping[str, Any],
    today: date,
) -> Assessment:
    used = _used(compiled, facts)
    if compiled.when is not None:
        applies = value_of(compiled.when, activation)
        if applies is False:
            return Assessment(policy, version, Verdict.NOT_APPLICABLE, used)
        if applies is None:
            missing = _missing(compiled.when, activation, facts)
            return Assessment(policy, version, Verdict.TO_COMPLETE, used, missing, UnknownHalf.WHEN)
    met = value_of(compiled.require, activation)
    if met is True:
        return _still_met(policy, version, compiled, activation, facts, today, used)
    missing = _missing(compiled.require, activation, facts) if met is None else ()
    half = UnknownHalf.REQUIRE if met is None else None
    if compiled.deadline is None:
        verdict = Verdict.TO_COMPLETE if met is None else Verdict.NON_COMPLIANT
        return Assessment(policy, version, verdict, used, missing, half)
    last = value_of(compiled.deadline, activation)
    if last is None:
        missing += tuple(n for n in _missing(compiled.deadline, activation, facts) if n not in missing)
        return Assessment(policy, version, Verdict.TO_COMPLETE, used, missing, UnknownHalf.REQUIRE)
    if met is None and version.unknown_waits:
        return Assessment(policy, version, Verdict.TO_COMPLETE, used, missing, half)
    turns_on = plus_days(last.date(), 1)
    if today >= turns_on:
        return Assessment(policy, version, Verdict.NON_COMPLIANT, used, missing, half)
    return Assessment(
        policy,
        version,
        Verdict.TO_COMPLETE,
        used,
        missing,
        half or UnknownHalf.REQUIRE,
        turns_on,
        Verdict.NON_COMPLIANT,
    )


def _still_met(
    policy: Policy,
    version: PolicyVersion,
    compiled: Compiled,
    activation: Any,
    facts: Mapping[str, Any],
    today: date,
    used: dict[str, Any],
) -> Assessment:
    """A met requirement, until the day it no longer is."""
    if compiled.valid_until is None:
        return Assessment(policy, version, Verdict.COMPLIANT, used)
    last = value_of(compiled.valid_until, activation)
    if last is None:
        missing = _missing(compiled.valid_until, activation, facts)
        return Assessment(policy, version, Verdict.TO_COMPLETE, used, missing, UnknownHalf.REQUIRE)
    if last.date() == date.max:
        # The calendar's last day is how a fact says that nothing ends it.
        return Assessment(policy, version, Verdict.COMPLIANT, used)
    turns_on = plus_days(last.date(), 1)
    if today >= turns_on:
        return Assessment(policy, version, Verdict.NON_COMPLIANT, used)
    return Assessment(policy, version, Verdict.COMPLIANT, used, turns_on=turns_on, turns_into=Verdict.NON_COMPLIANT)


def as_day(catalogue: Catalogue, name: str, value: Any) -> Any:
    """A fact's value as the engine takes it: a finding keeps its facts as JSON, which has no days."""
    declared = catalogue.facts.get(name)
    is_day = declared is not None and declared.type is FactType.DATE and isinstance(value, str)
    return date.fromisoformat(value[:10]) if is_day else value


def unmet(catalogue: Catalogue, version: PolicyVersion, facts: Mapping[str, Any]) -> list[Part]:
    """Of all that a version requires together, what is known not to be met; nothing where it requires one thing.

    Nothing either of a version that can no longer be evaluated.
    """
    try:
        compiled = catalogue.compiled(version)
    except PolicyError:
        return []
    parts = _together(compiled.require)
    if len(parts) < 2:
        return []
    read = {name: as_day(catalogue, name, value) for name, value in facts.items()}
    activation = catalogue.environment.Activation(bind(catalogue, read, compiled))
    return [part for part in parts if value_of(part, activation) is False]


def _together(part: Part) -> list[Part]:
    return [one for inner in part.parts for one in _together(inner)] if part.node.kind == "and" else [part]


def expired_on(catalogue: Catalogue, version: PolicyVersion, facts: Mapping[str, Any], *, today: date) -> date | None:
    """The first day past the time a version leaves, where that day has come: why what is not met is a breach.

    None for a version without such a time, while a fact is unknown, or where a fact is no longer declared.
    """
    day = _first_past(catalogue, version, facts)
    return day if day is not None and day <= today else None


def waits_past(found: Any, catalogue: Catalogue, version: PolicyVersion, facts: Mapping[str, Any]) -> date | None:
    """The first day past the time a version leaves, come or not, of a finding that waits for what nobody knows.

    `found` is a finding or an assessment. None for what turns by itself, and where it is not known whether the
    version applies.
    """
    waits = version.unknown_waits and found.verdict is Verdict.TO_COMPLETE and found.turns_on is None
    if not waits or found.unknown_half == UnknownHalf.WHEN:
        return None
    return _first_past(catalogue, version, facts)


def _first_past(catalogue: Catalogue, version: PolicyVersion, facts: Mapping[str, Any]) -> date | None:
    try:
        compiled = catalogue.compiled(version)
    except PolicyError:
        return None
    read = {name: as_day(catalogue, name, value) for name, value in facts.items()}
    activation = catalogue.environment.Activation(bind(catalogue, read, compiled))
    part = compiled.valid_until if value_of(compiled.require, activation) is True else compiled.deadline
    last = value_of(part, activation) if part is not None else None
    return plus_days(last.date(), 1) if last is not None else None


def _missing(part: Part, activation: Any, facts: Mapping[str, Any]) -> tuple[str, ...]:
    """The unknown facts on which an undecided condition hangs: not those of a part already decided."""
    found: dict[str, None] = {}
    _collect(part, activation, facts, found)
    return tuple(found)


def _collect(part: Part, activation: Any, facts: Mapping[str, Any], found: dict[str, None]) -> None:
    if part.parts:
        for inner in part.parts:
            if value_of(inner, activation) is None:
                _collect(inner, activation, facts, found)
        return
    for name in sorted(part.facts):
        if name not in facts:
            found.setdefault(name.removesuffix(PRESENT))


def _used(compiled: Compiled, facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: facts[name] for name in compiled.names if name in facts}
