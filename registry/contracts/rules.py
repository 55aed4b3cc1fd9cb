"""What the dates of a contract say, whatever the day it is read."""

from collections.abc import Sequence
from datetime import date

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


def state_on(starts_on: date | None, ends_on: date | None, day: date) -> ContractState:
    """Where a contract stands; its first and its last day are both in it."""
    if ends_on is not None and ends_on < day:
        return ContractState.ENDED
    if starts_on is None:
        return ContractState.UNDATED
    if day < starts_on:
        return ContractState.COMING
    ends_soon = ends_on is not None and ends_on <= plus_months(day, ENDING_MONTHS)
    return ContractState.ENDING if ends_soon else ContractState.RUNNING


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
