"""The values a compliance report is made of, and what follows from them.

Counts of obligations and counts of good practices are never added together: not following a good practice
breaks no law.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from pydantic import model_validator
from pydantic.dataclasses import dataclass

from registry.compliance.deviations.rules import has_expired
from registry.compliance.deviations.vocabulary import DeviationState
from registry.compliance.vocabulary import Evidence, Force, Severity, Verdict

from . import words
from .entries import (
    STRICT,
    Authority,
    Body,
    Counts,
    DatasetLine,
    Deviation,
    Finding,
    MissingFact,
    OrganisationLine,
    PolicyLine,
    Scope,
    Seal,
    Since,
    SystemLine,
    WaitingLine,
)

PRINTED_FINDINGS = 400
"""How many findings of one rule are printed; the twins hold them all."""
NAMED_SUBJECTS = 60
"""How many subjects of one group are named; the twins name them all."""
PRINTED_DATASETS = 500
"""How many datasets the annex prints; the twins hold them all."""
PRINTED_SYSTEMS = 200
"""How many information systems the annex prints; the twins hold them all."""
PRINTED_DEVIATIONS = 200
"""How many deviations are printed; the twins hold them all."""
PRIORITIES = 3

PRACTICES = (Force.RECOMMENDATION, Force.GOOD_PRACTICE)
"""What it is good to do and no law asks for."""
_TO_ACT_ON = (Verdict.NON_COMPLIANT, Verdict.TO_COMPLETE)
_GRAVEST_FIRST = (Severity.BLOCKING, Severity.MAJOR, Severity.MINOR)


@dataclass(frozen=True)
class DeviationLine:
    """A deviation with the finding it annotates, the rule of that, and where it stands on the day of the report."""

    deviation: Deviation
    finding: Finding
    policy: PolicyLine
    standing: str
    expired: bool

    @property
    def is_asked(self) -> bool:
        """Whether it waits for a decision."""
        return self.deviation.state is DeviationState.ASKED

    @property
    def holds(self) -> bool:
        """Whether it was approved and its last day is not past."""
        return not self.is_asked and not self.expired


@dataclass(frozen=True)
class Rate:
    """A share as its two counts, with the sentence that says what it is a share of."""

    part: int
    whole: int
    definition: str


@dataclass(frozen=True)
class Summary:
    """The figures of the page for directors; each follows from the lines of the report."""

    datasets: int
    datasets_without_owner: int
    by_force: Mapping[Force, Counts]
    breaches_by_severity: Mapping[Severity, int]
    conformity: Rate
    knowledge: Rate
    practice: Rate

    @property
    def breaches(self) -> int:
        """How many times an obligation is not met."""
        return sum(self.breaches_by_severity.values())


@dataclass(frozen=True)
class FindingGroup:
    """Findings of one rule that say the very same of several subjects: printed once, with their names.

    `subjects` are names by organisation, in the order of the findings; `unnamed` counts those left out;
    `since` is the earliest day.
    """

    first: Finding
    subjects: Mapping[str, tuple[str, ...]]
    count: int
    unnamed: int
    since: date


@dataclass(frozen=True)
class MissingLine:
    """A fact that keeps obligations from being judged, and how many findings wait for it."""

    label: str
    where: str
    findings: int


@dataclass(frozen=True)
class PrintedPolicy:
    """A rule with the findings printed under it, gravest first, and how many only the twins hold."""

    line: PolicyLine
    findings: tuple[Finding, ...]
    left_out: int

    @property
    def groups(self) -> tuple[FindingGroup, ...]:
        """The printed findings, those that say the same together."""
        alike: dict[object, list[Finding]] = {}
        for one in self.findings:
            same = (
                one.verdict, one.known, _labels(one.missing), one.owed_by, one.deadline, one.period, one.deviations
            )  # fmt: skip
            alike.setdefault(same, []).append(one)
        return tuple(_group(findings) for findings in alike.values())


@dataclass(frozen=True)
class ForceSection:
    """The rules of one force, in the order of their breaches."""

    force: Force
    title: str
    counts: Counts
    policies: tuple[PrintedPolicy, ...]

    @property
    def to_act_on(self) -> tuple[PrintedPolicy, ...]:
        """The rules under which something is owed."""
        return tuple(policy for policy in self.policies if policy.findings)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ComplianceReport:
    """The whole content of a compliance report.

    Facts are those of `as_of`, as recorded by the end of `known_on`, under the law of `law_of`. `author` is
    a role. `findings` holds at least every finding that calls for action.
    """

    authority: Authority
    body: Body | None = None
    scope: Scope
    as_of: date
    known_on: date
    law_of: date
    issued_on: date
    author: str
    demonstration: bool
    seal: Seal
    policies: tuple[PolicyLine, ...]
    waiting: tuple[WaitingLine, ...] = ()
    findings: tuple[Finding, ...]
    organisations: tuple[OrganisationLine, ...]
    datasets: tuple[DatasetLine, ...]
    systems: tuple[SystemLine, ...] = ()
    since: Since | None = None

    @model_validator(mode="after")
    def _knows_every_rule(self) -> "ComplianceReport":
        unknown = {finding.policy_id for finding in self.findings} - {line.id for line in self.policies}
        if unknown:
            raise ValueError(f"findings of rules the report does not describe: {', '.join(sorted(unknown))}")
        return self

    @property
    def summary(self) -> Summary:
        """The figures of the page for directors."""
        by_force = {force: _sum(line.counts for line in self.policies if line.force is force) for force in Force}
        law = by_force[Force.OBLIGATION]
        practice = _sum(by_force[force] for force in PRACTICES)
        obligations = [line for line in self.policies if line.force is Force.OBLIGATION]
        return Summary(
            datasets=len(self.datasets),
            datasets_without_owner=sum(line.owner is None for line in self.datasets),
            by_force={force: counts for force, counts in by_force.items() if any(counts.each)},
            breaches_by_severity={
                severity: sum(line.counts.non_compliant for line in obligations if line.severity is severity)
                for severity in _GRAVEST_FIRST
            },
            conformity=Rate(law.compliant, law.judged, _CONFORMITY),
            knowledge=Rate(law.judged, law.applicable, _KNOWLEDGE),
            practice=Rate(practice.compliant, practice.judged, _PRACTICE),
        )

    @property
    def sections(self) -> tuple[ForceSection, ...]:
        """The rules by force, obligations first, each with the findings that call for action."""
        kept: dict[str, list[Finding]] = {line.id: [] for line in self.policies}
        for finding in self.findings:
            if finding.verdict in _TO_ACT_ON:
                kept[finding.policy_id].append(finding)
        sections = []
        for force in Force:
            lines = sorted((line for line in self.policies if line.force is force), key=_by_breach)
            if lines:
                printed = tuple(_printed(line, kept[line.id]) for line in lines)
                sections.append(
                    ForceSection(force, words.force_title(force), _sum(line.counts for line in lines), printed)
                )
        return tuple(sections)

    @property
    def deviations(self) -> tuple[DeviationLine, ...]:
        """The deviations on the findings of this report: those to decide, then expired, then those that hold."""
        policies = {line.id: line for line in self.policies}
        lines = [
            DeviationLine(
                deviation=one, finding=finding, policy=policies[finding.policy_id],
                standing=words.deviation_word(one.state, one.expires_on, self.as_of),
                expired=has_expired(one.state, one.expires_on, self.as_of),
            )
            for finding in self.findings
            for one in finding.deviations
        ]  # fmt: skip
        return tuple(sorted(lines, key=_by_standing))

    @property
    def printed_deviations(self) -> tuple[DeviationLine, ...]:
        """The deviations of the chapter."""
        return self.deviations[:PRINTED_DEVIATIONS]

    @property
    def accepted_breaches(self) -> int:
        """How many breaches of an obligation a deviation covers on the day: they are counted all the same."""
        return sum(
            line.policy.force is Force.OBLIGATION and line.finding.verdict is Verdict.NON_COMPLIANT and line.holds
            for line in self.deviations
        )

    @property
    def organisations_judged(self) -> int:
        """How many organisations the rules were applied to."""
        return sum(line.judged for line in self.organisations)

    @property
    def activities(self) -> int:
        """How many processing activities the rules were applied to."""
        return sum(line.activities for line in self.organisations)

    @property
    def obligations(self) -> Counts:
        """The verdicts of every rule that binds in law."""
        return _sum(line.counts for line in self.policies if line.force is Force.OBLIGATION)

    @property
    def priorities(self) -> tuple[PolicyLine, ...]:
        """The obligations most gravely and most often breached."""
        breached = [line for line in self.policies if line.force is Force.OBLIGATION and line.counts.non_compliant]
        return tuple(sorted(breached, key=_by_breach)[:PRIORITIES])

    @property
    def to_fill_first(self) -> tuple[MissingLine, ...]:
        """The facts that keep the most obligations from being judged."""
        forces = {line.id: line.force for line in self.policies}
        waiting = Counter(
            (fact.label, fact.where)
            for finding in self.findings
            if finding.verdict is Verdict.TO_COMPLETE and forces[finding.policy_id] is Force.OBLIGATION
            for fact in finding.missing
        )
        ordered = sorted(waiting.items(), key=lambda one: (-one[1], one[0]))
        return tuple(MissingLine(label, where, count) for (label, where), count in ordered[:PRIORITIES])

    @property
    def printed_datasets(self) -> tuple[DatasetLine, ...]:
        """The datasets of the annex."""
        return self.datasets[:PRINTED_DATASETS]

    @property
    def printed_systems(self) -> tuple[SystemLine, ...]:
        """The information systems of the annex."""
        return self.systems[:PRINTED_SYSTEMS]

    @property
    def under_review(self) -> int:
        """How many rules no legal staff has validated."""
        return sum(line.validated_on is None for line in self.policies)

    @property
    def evidences(self) -> tuple[Evidence, ...]:
        """The levels of evidence on which the rules of this report rest, strongest first."""
        used = {line.evidence for line in self.policies}
        return tuple(evidence for evidence in Evidence if evidence in used)


_CONFORMITY = "Part des contrôles conformes parmi ceux, tirés d’une obligation, que le registre a pu trancher."
_KNOWLEDGE = "Part des contrôles applicables, tirés d’une obligation, que le registre a assez d’éléments pour trancher."
_PRACTICE = "Part des recommandations et bonnes pratiques suivies parmi celles que le registre a pu constater."


def _sum(counts: Iterable[Counts]) -> Counts:
    return sum(counts, start=Counts())


def _by_breach(line: PolicyLine) -> tuple[bool, int, int, int, str]:
    counts = line.counts
    gravity = _GRAVEST_FIRST.index(line.severity)
    return (not counts.non_compliant, gravity, -counts.non_compliant, -counts.to_complete, line.title)


def _by_standing(line: DeviationLine) -> tuple[int, date, int]:
    place = 0 if line.is_asked else 1 if line.expired else 2
    return (place, line.deviation.expires_on, line.deviation.id)


def _by_urgency(finding: Finding) -> tuple[int, date, str, str]:
    return (
        _TO_ACT_ON.index(finding.verdict),
        finding.deadline or date.max,
        _sort_key(finding.organisation),
        _sort_key(finding.subject),
    )


def _sort_key(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()


def _labels(missing: tuple[MissingFact, ...]) -> tuple[tuple[str, str, int], ...]:
    """Missing facts without the address of the subject's own page."""
    return tuple((fact.label, fact.where, fact.choice) for fact in missing)


def _group(findings: list[Finding]) -> FindingGroup:
    named: dict[str, list[str]] = {}
    for one in findings[:NAMED_SUBJECTS]:
        named.setdefault(one.organisation, []).append(one.subject)
    return FindingGroup(
        first=findings[0],
        subjects={body: tuple(names) for body, names in named.items()},
        count=len(findings),
        unnamed=max(0, len(findings) - NAMED_SUBJECTS),
        since=min(one.since for one in findings),
    )


def _printed(line: PolicyLine, findings: list[Finding]) -> PrintedPolicy:
    ordered = sorted(findings, key=_by_urgency)
    printed = tuple(ordered[:PRINTED_FINDINGS])
    return PrintedPolicy(line, printed, len(ordered) - len(printed))
