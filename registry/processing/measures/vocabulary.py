"""The closed lists of protective measures."""

from registry.kernel.words import Labelled, mark


class ProtectiveKind(Labelled):
    """What a measure acts on (GDPR art. 25 and 32)."""

    ORGANISATION = "organisation", mark("Organisation, procédure")
    AWARENESS = "awareness", mark("Formation, sensibilisation")
    ACCESS = "access", mark("Accès et habilitations")
    ENCRYPTION = "encryption", mark("Chiffrement, pseudonymisation")
    CONTINUITY = "continuity", mark("Sauvegarde, reprise")
    TRACING = "tracing", mark("Journaux, contrôle")
    PREMISES = "premises", mark("Locaux, matériel")
    CONTRACT = "contract", mark("Contrat, prestataire")
    INFORMATION = "information", mark("Information et droits des personnes")
    MINIMISATION = "minimisation", mark("Minimisation, durée")


class MeasureState(Labelled):
    """Where a measure stands."""

    PLANNED = "planned", mark("Prévue")
    UNDER_WAY = "under-way", mark("En cours")
    DONE = "done", mark("Faite")
    DROPPED = "dropped", mark("Abandonnée")

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self in {MeasureState.PLANNED, MeasureState.UNDER_WAY}
