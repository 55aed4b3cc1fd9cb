"""Which thresholds of law an organisation meets, as pure functions of values."""

from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject, OrganisationKind

STAFF_FOR_ONLINE_PUBLICATION = 50
INHABITANTS_FOR_ONLINE_PUBLICATION = 3_500
INHABITANTS_FOR_PRADA = 10_000

_TERRITORIAL_COLLECTIVITIES = frozenset({OrganisationKind.COMMUNE})
_PUBLIC_BODIES = frozenset({OrganisationKind.INTERCOMMUNAL_AUTHORITY, OrganisationKind.COMMUNE})


def is_subject_to_online_publication(
    kind: OrganisationKind, population: int | None, staff_fte: float | None
) -> bool | None:
    """Whether a body must put its documents online; unknown (None) while a figure that matters is.

    Units: inhabitants (total population); full-time equivalents.
    Law: CRPA L312-1-1 and D312-1-1-1: not below 50 agents, whatever the body; nor, for a *collectivité
    territoriale*, below 3,500 inhabitants. An EPCI is not one: the inhabitants' threshold is not its own.
    """
    if kind not in _PUBLIC_BODIES:
        return False
    enough_staff = None if staff_fte is None else staff_fte >= STAFF_FOR_ONLINE_PUBLICATION
    if kind in _TERRITORIAL_COLLECTIVITIES:
        populous = None if population is None else population >= INHABITANTS_FOR_ONLINE_PUBLICATION
    else:
        populous = True
    if enough_staff is False or populous is False:
        return False
    if enough_staff is None or populous is None:
        return None
    return True


def may_owe_a_prada(kind: OrganisationKind, population: int | None) -> bool:
    """Whether a body must have a person responsible for access to documents, or may have to for all we know.

    Units: inhabitants (total population).
    Law: CRPA L330-1 and R330-2: communes and EPCI of 10,000 inhabitants and more.
    """
    return kind in _PUBLIC_BODIES and (population is None or population >= INHABITANTS_FOR_PRADA)


def roles_expected(subject: AppointmentSubject, kind: OrganisationKind | None = None) -> tuple[AppointmentRole, ...]:
    """The roles that somebody must hold on a subject; `kind` says which organisation it is.

    A service acts for the body above it, whose delegate and PRADA are its own; nobody of ours answers for an operator.
    """
    if subject is AppointmentSubject.DATASET:
        return AppointmentRole.OWNER, AppointmentRole.STEWARD
    if subject is AppointmentSubject.SYSTEM:
        return (AppointmentRole.OWNER,)
    if kind in _PUBLIC_BODIES:
        return AppointmentRole.STEWARD, AppointmentRole.DPO, AppointmentRole.PRADA
    return (AppointmentRole.STEWARD,) if kind in {OrganisationKind.DEPARTMENT, OrganisationKind.SERVICE} else ()
