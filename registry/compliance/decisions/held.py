"""What was decided of rules, as every process holds it: values, ready to be asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from registry.compliance.decisions.vocabulary import PolicyDecisionKind
from registry.compliance.policy import Policy, PolicyVersion
from registry.kernel.permissions import Role


@dataclass(frozen=True)
class Decision:
    """One thing decided about a rule, as every process holds it (`PolicyDecision` says what each field is)."""

    id: int
    version: int
    kind: PolicyDecisionKind
    policy_id: str
    version_digest: str | None
    text: str | None
    reason: str | None
    run_id: int | None
    drafted_by: int | None
    decided_by: int
    decided_as: Role
    decided_on: date
    decided_at: datetime

    @property
    def validates(self) -> bool:
        """Whether a jurist answers for the text by it."""
        return self.kind is PolicyDecisionKind.VALIDATED


@dataclass(frozen=True)
class Validation:
    """Who answers for a version's text, and since when; without a decision, its file says so."""

    on: date
    role: Role | None
    decision: Decision | None = None


@dataclass(frozen=True)
class Adopted:
    """A rule that was adopted here one day, and its last text.

    It is `broken` where it cannot be followed: its text reads no more, or its number is now one of ours
    (`why_not_followed` says which, in the words of whoever asks).
    """

    last: Decision
    history: tuple[Decision, ...]
    policy: Policy | None
    broken: bool = False

    @property
    def stands(self) -> bool:
        """Whether it was not withdrawn."""
        return self.history[-1].kind is PolicyDecisionKind.ADOPTED

    @property
    def text(self) -> str:
        """The file of the rule, as it was adopted last."""
        return self.last.text or ""


@dataclass(frozen=True)
class Decided:
    """What was decided of rules, ready to be asked: the rules adopted by number, the validations by digest."""

    by_policy: Mapping[str, tuple[Decision, ...]]
    """Everything, the oldest first."""
    adopted: Mapping[str, Adopted]
    validations: Mapping[str, Decision]
    """The last thing decided of each version's text."""

    def validation_of(self, policy: Policy, version: PolicyVersion) -> Decision | None:
        """The last thing decided of a version's text, as it stands."""
        return self.validations.get(policy.digest_of(version))


NOTHING_DECIDED = Decided({}, {}, {})
