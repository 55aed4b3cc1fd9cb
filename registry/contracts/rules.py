"""What the dates of a contract say, whatever the day it is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.contracts.vocabulary import ContractState, GdprRole
from registry.kernel.dates import plus_months
from registry.kernel.words import _, mark

ENDING_MONTHS = 12
"""Units: months before its end from which a contract is said to end soon: the time an exit takes to prepare."""
_ODD = {
    "start": mark("Ce contrat commence avant d’être signé : vérifiez les deux dates."),
    "role": mark("Le rôle de chaque partie au titre du RGPD reste à dire."),
    "alone": mark("Un responsable conjoint ne peut être seul : dites qui l’est avec lui (RGPD art. 26)."),
    "nobody": mark("Un sous-traitant agit pour un responsable : dites lequel (RGPD art. 28)."),
}


def disorders(contract: Any) -> dict[str, str]:
    """What of the dates of a contract does not follow the rest: a sentence for each field at fault."""
    found, signed, ends = dict[str, str](), contract.signed_on, contract.ends_on
    if signed is not None and contract.consulted_on is not None and signed < contract.consulted_on:
        found["signed_on"] = _("Ce contrat serait signé avant d’être mis en consultation.")
    if ends is not None and any(one is not None and ends < one for one in (contract.starts_on, signed)):
        found["ends_on"] = _("Ce contrat finirait avant de commencer : vérifiez les dates.")
    until = contract.renewed_until
    if until is not None and (not contract.tacit_renewal or ends is None):
        found["renewed_until"] = _("Seul un contrat à tacite reconduction, qui a un terme, se reconduit.")
    elif until is not None and until < ends:
        found["renewed_until"] = _("Ce contrat serait reconduit avant son terme : vérifiez les dates.")
    return found


@dataclass(frozen=True)
class Term:
    """The days of a contract: its first and its last, both in it; whether it then renews itself, until when at most."""

    starts_on: date | None = None
    ends_on: date | None = None
    tacit_renewal: bool | None = None
    renewed_until: date | None = None

    def is_renewed(self, day: date) -> bool:
        """Whether its term is passed and it goes on all the same."""
        over = self.ends_on is not None and self.ends_on < day
        return over and bool(self.tacit_renewal) and (self.renewed_until is None or day <= self.renewed_until)

    @property
    def binds_until(self) -> date | None:
        """The day after which nothing binds any more, all renewals allowed for; None where no term is known.

        The calendar's last where it renews itself and nobody says until when.
        """
        if self.ends_on is None or not self.tacit_renewal:
            return self.ends_on
        return self.renewed_until or date.max

    def last_on(self, day: date) -> date | None:
        """Its last day as one knows it on a day: of one renewed, the last it may be renewed until, where it is said."""
        return self.renewed_until if self.is_renewed(day) else self.ends_on


def term_of(contract: Any) -> Term:
    """The days of a contract, from its row."""
    return Term(contract.starts_on, contract.ends_on, contract.tacit_renewal, contract.renewed_until)


def state_on(term: Term, day: date) -> ContractState:
    """Where a contract stands; its first and its last day are both in it."""
    last = term.last_on(day)
    if last is not None and last < day:
        return ContractState.ENDED
    if term.starts_on is None:
        return ContractState.UNDATED
    if day < term.starts_on:
        return ContractState.COMING
    if last is not None and last <= plus_months(day, ENDING_MONTHS):
        return ContractState.ENDING
    return ContractState.RENEWED if term.is_renewed(day) else ContractState.RUNNING


def oddities(signed_on: date | None, starts_on: date | None, roles: Sequence[GdprRole | None]) -> list[str]:
    """What does not hold together in a contract, in sentences; nothing of it is refused."""
    found = []
    if signed_on is not None and starts_on is not None and starts_on < signed_on:
        found.append("start")
    if roles and None in roles:
        found.append("role")
    if roles.count(GdprRole.JOINT_CONTROLLER) == 1 and None not in roles:
        found.append("alone")
    acting = {GdprRole.PROCESSOR, GdprRole.SUB_PROCESSOR} & set(roles)
    answering = {GdprRole.CONTROLLER, GdprRole.JOINT_CONTROLLER} & set(roles)
    if acting and not answering and None not in roles:
        found.append("nobody")
    return [_(_ODD[one]) for one in found]
