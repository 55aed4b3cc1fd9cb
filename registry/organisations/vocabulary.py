"""Kinds of organisation and roles of appointment."""

from registry.kernel.words import Labelled, mark


class OrganisationKind(Labelled):
    """What an organisation is to the authority."""

    INTERCOMMUNAL_AUTHORITY = "intercommunal-authority", mark("Établissement intercommunal")
    COMMUNE = "commune", mark("Commune")
    DEPARTMENT = "department", mark("Direction")
    SERVICE = "service", mark("Service")
    OPERATOR = "operator", mark("Délégataire ou exploitant")
    PARTNER = "partner", mark("Partenaire")
    PROCESSOR = "processor", mark("Sous-traitant")
    HOST = "host", mark("Hébergeur")
    STATE = "state", mark("État")

    @property
    def is_legal_person(self) -> bool:
        """Whether the law addresses it by itself: a service acts for the authority above it."""
        return self not in {OrganisationKind.DEPARTMENT, OrganisationKind.SERVICE}

    @property
    def is_authority(self) -> bool:
        """Whether it is an authority, or a department or a service of one: whose agents keep sheets here."""
        return self in {
            OrganisationKind.INTERCOMMUNAL_AUTHORITY, OrganisationKind.COMMUNE, OrganisationKind.DEPARTMENT,
            OrganisationKind.SERVICE,
        }  # fmt: skip


class AppointmentRole(Labelled):
    """What a person is appointed to do, on an organisation or on one record."""

    OWNER = "owner", mark("Propriétaire")
    STEWARD = "steward", mark("Référent·e données")
    DPO = "dpo", mark("Délégué·e à la protection des données")
    PRADA = "prada", mark("Personne responsable de l’accès aux documents administratifs")
    LEGAL_REVIEWER = "legal-reviewer", mark("Juriste")
    ARCHIVIST = "archivist", mark("Archiviste")
    ELECTED_DELEGATE = "elected-delegate", mark("Élu·e délégué·e")


class AppointmentSubject(Labelled):
    """What an appointment is on."""

    ORGANISATION = "organisation", mark("Organisation")
    DATASET = "dataset", mark("Jeu de données")
    SYSTEM = "system", mark("Système d’information")
