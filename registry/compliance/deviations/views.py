"""What goes out about accepted deviations: the views that the templates receive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.compliance.deviations.models import AcceptedDeviation
from registry.compliance.deviations.rules import has_expired
from registry.compliance.deviations.vocabulary import DeviationState
from registry.compliance.deviations.wording import say_state, tone_of, what_follows
from registry.compliance.policy import Policy
from registry.kernel.permissions import Role
from registry.kernel.words import _, mark
from registry.web.templating import say_day

DEVIATION_LABELS = {
    "reason": mark("Pourquoi ce n’est pas corrigé"),
    "compensation": mark("Ce qui compense en attendant"),
    "expires_on": mark("Jusqu’au (compris)"),
    "answer": mark("Décision"),
    "decision_reason": mark("Motif de la décision"),
    "version": mark("Version"),
}


@dataclass(frozen=True)
class DeviationLine:
    """A deviation in a list."""

    id: int
    subject: str
    subject_address: str
    organisation: str
    policy_id: str
    policy: str
    force: str
    tone: str
    state: str
    asked: str
    expires_on: date
    goes_on: bool
    may_decide: bool


@dataclass(frozen=True)
class DeviationsPage:
    """The deviations within the reader's rights: what waits for an answer first."""

    rows: Sequence[DeviationLine]
    figures: Sequence[tuple[int, str, str, str]]
    facets: Sequence[Mapping[str, Any]]
    narrowed: bool
    first_address: str
    next_address: str
    may_ask: bool


@dataclass(frozen=True)
class About:
    """The finding that a deviation is about, in words; without `policy`, the catalogue holds that rule no more."""

    subject: str
    subject_address: str
    organisation: str
    policy_id: str
    policy: str = ""
    force: str = ""
    severity: str = ""
    article: str = ""
    address: str | None = None
    remedy: str = ""
    law: str = ""


@dataclass(frozen=True)
class AskPage:
    """The form by which a deviation is asked for."""

    about: About
    period: int
    subject_kind: str
    subject_id: int
    longest: str
    replaces: str
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]


@dataclass(frozen=True)
class DeviationPage:
    """One deviation: what was asked, what was answered, and what the reader may do about it."""

    id: int
    version: int
    about: About
    tone: str
    state: str
    said: Sequence[tuple[str, str]]
    steps: Sequence[tuple[date, str, str]]
    may_decide: bool
    own: bool
    may_withdraw: bool
    withdraws: bool
    ask_again: str
    waiting: str
    longest: str
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    answers: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class WithdrawPage:
    """The question asked before a deviation is withdrawn: why; `reason` is what was typed so far."""

    id: int
    version: int
    title: str
    approved: bool
    then: str
    error: str
    reason: str


def ask_address(kind: str, subject_id: int, policy_id: str, period: int) -> str:
    """Where a deviation is asked for, on what a policy says of a subject."""
    said = f"/conformite/ecarts/nouveau?genre={kind}&fiche={subject_id}&regle={policy_id}"
    return f"{said}&annee={period}" if period else said


def deviation_line(
    row: AcceptedDeviation, policy: Policy | None, today: date, *, subject: tuple[str, str], organisation: str,
    may_decide: bool,
) -> DeviationLine:  # fmt: skip
    """A deviation in words; `subject` is what it is about, and where that stands; no `policy` where it is gone."""
    return DeviationLine(
        id=row.id, subject=subject[0], subject_address=subject[1], organisation=organisation, policy_id=row.policy_id,
        policy=policy.name() if policy else "", force=policy.force.label if policy else "",
        tone=tone_of(row.state, row.expires_on, today),
        state=say_state(row.state, row.expires_on, today),
        asked=f"{say_day(row.asked_on)}, {row.asked_as.label}",
        expires_on=row.expires_on, goes_on=row.state.is_open, may_decide=may_decide,
    )  # fmt: skip


def steps_of(row: AcceptedDeviation, policy: Policy | None, today: date) -> list[tuple[date, str, str]]:
    """What happened to a deviation: on which day, what and by which role, and the reason that was given.

    There is no `policy` once the catalogue holds it no more.
    """
    steps = [(row.asked_on, _by(_("Demandé"), row.asked_as), "")]
    if row.decided_on is not None:
        refused = row.state is DeviationState.REFUSED
        steps.append(
            (row.decided_on, _by(_("Refusé") if refused else _("Approuvé"), row.decided_as), row.decision_reason or "")
        )
    if has_expired(row.state, row.expires_on, today):
        then = what_follows(policy.force if policy is not None else None)
        steps.append((row.expires_on, _("Expiré : {then}").format(then=then), ""))
    if row.ended_on is not None:
        steps.append((row.ended_on, _ended(row, policy), row.ended_reason or ""))
    return steps


def _by(what: str, role: Role | None) -> str:
    return f"{what} — {role.label}" if role is not None else what


def _ended(row: AcceptedDeviation, policy: Policy | None) -> str:
    if row.state is DeviationState.WITHDRAWN:
        return _("Demande retirée") if row.decided_on is None else _("Écart levé")
    if row.state is DeviationState.REPLACED:
        return _("Remplacé par un écart approuvé ensuite")
    if policy is None:
        return _("Plus nécessaire : la règle n’est plus au catalogue")
    return _("Plus nécessaire : la règle est respectée, ou ne porte plus sur cette fiche")
