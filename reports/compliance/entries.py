"""The entries that a compliance report lists, as its twin holds them: rules, findings, deviations, who and what."""

from datetime import date, timedelta
from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from registry.compliance.deviations.vocabulary import DeviationState
from registry.compliance.vocabulary import Evidence, Force, Severity, SubjectKind, Verdict
from registry.organisations.vocabulary import OrganisationKind
from registry.reporting.comparing import by_rule
from registry.reporting.vocabulary import Change, ScopeKind

STRICT = ConfigDict(extra="forbid")
_Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Count = Annotated[int, Field(ge=0)]
NAMED_CHANGES = 30
"""How many subjects are named that one rule changed alike for; the twins name them all."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Counts:
    """How many subjects received each verdict."""

    compliant: _Count = 0
    non_compliant: _Count = 0
    to_complete: _Count = 0
    not_applicable: _Count = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            compliant=self.compliant + other.compliant,
            non_compliant=self.non_compliant + other.non_compliant,
            to_complete=self.to_complete + other.to_complete,
            not_applicable=self.not_applicable + other.not_applicable,
        )

    @property
    def judged(self) -> int:
        """Applicable and answered."""
        return self.compliant + self.non_compliant

    @property
    def applicable(self) -> int:
        """Answered, or still to be."""
        return self.judged + self.to_complete

    @property
    def each(self) -> tuple[int, int, int, int]:
        """In the order of the verdicts."""
        return (self.compliant, self.non_compliant, self.to_complete, self.not_applicable)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Authority:
    """The authority the register belongs to."""

    name: str
    siren: Annotated[str, Field(pattern=r"^\d{9}$")]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Body:
    """A legal person a report is about, which is not the authority that keeps the register: a commune."""

    name: str
    siren: Annotated[str, Field(pattern=r"^\d{9}$")] | None = None
    kind: OrganisationKind


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Scope:
    """The part of the register that was looked at."""

    kind: ScopeKind
    label: str


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Seal:
    """The last seal of the ledger on the day of the facts."""

    number: int
    root: _Digest


@dataclass(frozen=True, kw_only=True, config=STRICT)
class PolicyLine:
    """A rule as it was applied, and how many subjects received each verdict under it.

    `text` is the code or law its article belongs to, `plain` what it asks as anybody says it, `asks` its condition in
    words, `note` what the reading of the register leaves out. `validated_as` is the role of
    who validated it, where that was not the legal service.
    """

    id: str
    title: str
    force: Force
    severity: Severity
    text: str = ""
    article: str
    article_url: str | None = None
    evidence: Evidence
    in_force_since: date | None = None
    validated_on: date | None = None
    validated_as: str = ""
    digest: _Digest
    remedy: str
    plain: str = ""
    asks: str = ""
    note: str = ""
    counts: Counts


@dataclass(frozen=True, kw_only=True, config=STRICT)
class WaitingLine:
    """A rule in force that judged nobody: `awaited` says what the register does not hold yet."""

    id: str
    title: str
    force: Force
    text: str = ""
    article: str
    article_url: str | None = None
    awaited: str


@dataclass(frozen=True, kw_only=True, config=STRICT)
class KnownFact:
    """What the register knew of a subject, in words."""

    label: str
    value: str


@dataclass(frozen=True, kw_only=True, config=STRICT)
class MissingFact:
    """What the register did not know, and where it is filled in; any one of the same `choice`, from 1, would do."""

    label: str
    where: str
    address: str | None = None
    choice: int = 0


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Deviation:
    """A deviation asked for, or approved, on a finding: it annotates it, and takes it out of no count.

    `asked_as` and `decided_as` are roles; `expires_on` is the last day on which it holds.
    """

    id: int
    state: DeviationState
    reason: str
    compensation: str
    asked_on: date
    asked_as: str
    expires_on: date
    decided_on: date | None = None
    decided_as: str = ""
    decision_reason: str = ""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Finding:
    """What a rule says of one subject. `period` is the year of a yearly duty.

    `deadline` is the first day past the time the rule leaves: one to come, or the one since when it is breached.
    """

    policy_id: str
    subject_kind: SubjectKind
    subject_id: str
    subject: str
    organisation: str
    verdict: Verdict
    known: tuple[KnownFact, ...] = ()
    missing: tuple[MissingFact, ...] = ()
    owed_by: tuple[str, ...] = ()
    since: date
    deadline: date | None = None
    period: int | None = None
    deviations: tuple[Deviation, ...] = ()

    @property
    def last_day(self) -> date | None:
        """The last day of the time the rule leaves, or left."""
        return self.deadline - timedelta(days=1) if self.deadline is not None else None

    @property
    def lacks(self) -> str:
        """What is missing in one line: what is needed, then each choice."""
        choices: dict[int, list[str]] = {}
        for fact in self.missing:
            choices.setdefault(fact.choice, []).append(fact.label)
        needed = choices.pop(0, [])
        return " ; ".join([*needed, *(" ou ".join(labels) for labels in choices.values())])


@dataclass(frozen=True, kw_only=True, config=STRICT)
class OrganisationLine:
    """An organisation of the scope, with what was found of it, of its datasets, its systems and its processing.

    `judged` is false for one the law does not address itself: a service, of which only what it answers for is judged.
    """

    label: str
    kind: str
    judged: bool = True
    datasets: _Count
    systems: _Count = 0
    activities: _Count = 0
    law: Counts
    practice: Counts


@dataclass(frozen=True, kw_only=True, config=STRICT)
class DatasetLine:
    """A dataset of the scope; `owner` is a role, absent while nobody is appointed."""

    id: str
    label: str
    organisation: str
    owner: str | None = None
    personal_data: str
    law: Counts
    practice: Counts


@dataclass(frozen=True, kw_only=True, config=STRICT)
class SystemLine:
    """An information system of the scope, and the country it is hosted in, in words."""

    id: str
    label: str
    organisation: str
    host_country: str
    law: Counts
    practice: Counts


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ChangeLine:
    """A finding that changed since the report before; no verdict where that report, or this one, has no such finding.

    `rule_changed` says that the rule itself is no longer the same text.
    """

    change: Change
    policy_id: str
    title: str
    force: Force
    subject: str
    organisation: str
    period: int | None = None
    before: Verdict | None = None
    after: Verdict | None = None
    rule_changed: bool = False


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Since:
    """The report before this one on the same scope, by its number and the hash of its twin, and what changed since."""

    document: int
    as_of: date
    approved: bool
    canonical_sha256: _Digest
    changes: tuple[ChangeLine, ...]

    def of(self, change: Change) -> tuple[ChangeLine, ...]:
        """The findings that so changed."""
        return tuple(line for line in self.changes if line.change is change)

    def by_rule(self, change: Change) -> tuple["ChangedRule", ...]:
        """The findings that so changed, those that a rule says alike together."""
        return tuple(ChangedRule(tuple(lines)) for lines in by_rule(self.of(change)))


@dataclass(frozen=True)
class ChangedRule:
    """Subjects of which a rule said one thing and now says another."""

    lines: tuple[ChangeLine, ...]

    @property
    def named(self) -> str:
        """The subjects, as many as are printed."""
        return " ; ".join(line.subject for line in self.lines[:NAMED_CHANGES])

    @property
    def unnamed(self) -> int:
        """How many more there are."""
        return max(0, len(self.lines) - NAMED_CHANGES)
