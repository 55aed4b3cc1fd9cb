"""Kinds of organisation and roles of appointment."""

from enum import StrEnum

from registry.kernel.words import _, mark


class OrganisationKind(StrEnum):
    """What an organisation is to the authority."""

    INTERCOMMUNAL_AUTHORITY = "intercommunal-authority"
    COMMUNE = "commune"
    DEPARTMENT = "department"
    SERVICE = "service"
    OPERATOR = "operator"
    PARTNER = "partner"
    PROCESSOR = "processor"
    HOST = "host"
    STATE = "state"

    @property
    def label(self) -> str:
        """The kind in the reader's language."""
        return _(_KIND_LABELS[self])

    @property
    def is_legal_person(self) -> bool:
        """Whether the law addresses it by itself: a service acts for the authority above it."""
        return self not in {OrganisationKind.DEPARTMENT, OrganisationKind.SERVICE}


_KIND_LABELS = {
    OrganisationKind.INTERCOMMUNAL_AUTHORITY: mark("Établissement intercommunal"),
    OrganisationKind.COMMUNE: mark("Commune"),
    OrganisationKind.DEPARTMENT: mark("Direction"),
    OrganisationKind.SERVICE: mark("Service"),
    OrganisationKind.OPERATOR: mark("Délégataire ou exploitant"),
    OrganisationKind.PARTNER: mark("Partenaire"),
    OrganisationKind.PROCESSOR: mark("Sous-traitant"),
    OrganisationKind.HOST: mark("Hébergeur"),
    OrganisationKind.STATE: mark("État"),
}


class AppointmentRole(StrEnum):
    """What a person is appointed to do, on an organisation or on one record."""

    OWNER = "owner"
    STEWARD = "steward"
    DPO = "dpo"
    PRADA = "prada"
    LEGAL_REVIEWER = "legal-reviewer"
    ARCHIVIST = "archivist"
    ELECTED_DELEGATE = "elected-delegate"

    @property
    def label(self) -> str:
        """The role in the reader's language."""
        return _(_ROLE_LABELS[self])


_ROLE_LABELS = {
    AppointmentRole.OWNER: mark("Propriétaire"),
    AppointmentRole.STEWARD: mark("Référent·e données"),
    AppointmentRole.DPO: mark("Délégué·e à la protection des données"),
    AppointmentRole.PRADA: mark("Personne responsable de l’accès aux documents administratifs"),
    AppointmentRole.LEGAL_REVIEWER: mark("Juriste"),
    AppointmentRole.ARCHIVIST: mark("Archiviste"),
    AppointmentRole.ELECTED_DELEGATE: mark("Élu·e délégué·e"),
}


class AppointmentSubject(StrEnum):
    """What an appointment is on."""

    ORGANISATION = "organisation"
    DATASET = "dataset"
    SYSTEM = "system"

    @property
    def label(self) -> str:
        """The kind of subject in the reader's language."""
        return _(_SUBJECT_LABELS[self])


_SUBJECT_LABELS = {
    AppointmentSubject.ORGANISATION: mark("Organisation"),
    AppointmentSubject.DATASET: mark("Jeu de données"),
    AppointmentSubject.SYSTEM: mark("Système d’information"),
}
