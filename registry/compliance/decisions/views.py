"""What the pages of decisions about rules receive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.legal.views import OfficialTexts


@dataclass(frozen=True)
class AdoptPage:
    """A draft to adopt once it was tried: what it is, what follows, and the reason that is asked for.

    `refusal` says why it may not be adopted as it stands; no form is shown then.
    """

    simulation_id: int
    title: str
    marks: Sequence[str]
    tried: str
    follows: Sequence[str]
    refusal: str
    draft: str
    values: Mapping[str, str]
    errors: Mapping[str, str]


@dataclass(frozen=True)
class WithdrawPolicyPage:
    """A rule to withdraw, and what follows."""

    policy_id: str
    title: str
    follows: str
    values: Mapping[str, str]
    errors: Mapping[str, str]


@dataclass(frozen=True)
class ValidationPage:
    """The text of a version, to be validated or validated again: as `validation` says it stands."""

    policy_id: str
    title: str
    force: str
    severity: str
    validation: str
    is_validated: bool
    digest: str
    plain: str
    condition: str
    remedy: str
    article: str
    address: str | None
    note: str
    days: str
    evidence: str
    official: OfficialTexts
    values: Mapping[str, Any]
    errors: Mapping[str, str]
