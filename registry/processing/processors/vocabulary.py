"""The closed lists of processors: the eight points a contract settles, where each stands, who authorised others."""

from registry.kernel.words import Labelled, mark


class Article28Point(Labelled):
    """What the contract of a processor must settle (GDPR art. 28 §3, a to h)."""

    INSTRUCTIONS = "a", mark("Agir sur instruction documentée, transferts compris")
    CONFIDENTIALITY = "b", mark("Engager les personnes autorisées à la confidentialité")
    SECURITY = "c", mark("Prendre les mesures de sécurité de l’article 32")
    SUB_PROCESSORS = "d", mark("Respecter les conditions de la sous-traitance ultérieure")
    PERSONS_RIGHTS = "e", mark("Aider à répondre aux demandes des personnes")
    ASSISTANCE = "f", mark("Aider pour la sécurité, les violations et les AIPD (art. 32 à 36)")
    END = "g", mark("Effacer ou rendre les données à la fin")
    AUDIT = "h", mark("Prouver qu’il respecte l’article 28 et accepter les audits")


class PointState(Labelled):
    """Whether a contract settles a point."""

    PRESENT = "present", mark("Présent")
    ABSENT = "absent", mark("Absent")
    TO_CHECK = "to-check", mark("À vérifier")


class SubProcessorAuthorisation(Labelled):
    """How the controller authorised others to work below a processor (GDPR art. 28 §2)."""

    SPECIFIC = "specific", mark("Spécifique : chacun autorisé par écrit")
    GENERAL = "general", mark("Générale, écrite : changements annoncés, opposition possible")
    NONE = "none", mark("Aucune autorisation écrite")

    @property
    def is_given(self) -> bool:
        """Whether others may work below the processor."""
        return self is not SubProcessorAuthorisation.NONE
