"""The closed lists of legal texts, with their French labels."""

from registry.kernel.words import Labelled, mark


class TextNature(Labelled):
    """What kind of text holds an article."""

    CODE = "code", mark("Code")
    LAW = "law", mark("Loi")
    ORDINANCE = "ordinance", mark("Ordonnance")
    DECREE = "decree", mark("Décret")
    ORDER = "order", mark("Arrêté")
    UNION_REGULATION = "union-regulation", mark("Règlement de l’Union européenne")
    OTHER = "other", mark("Autre texte")

    @property
    def is_in_legi(self) -> bool:
        """Whether the LEGI base holds it: the texts of the Union are elsewhere."""
        return self is not TextNature.UNION_REGULATION


class ArticleState(Labelled):
    """What the LEGI base says of a version of an article."""

    IN_FORCE = "in-force", mark("En vigueur")
    TO_COME = "to-come", mark("À venir")
    TO_BE_REPEALED = "to-be-repealed", mark("En vigueur, abrogation à venir")
    AMENDED = "amended", mark("Remplacée par une autre")
    STILLBORN = "stillborn", mark("Remplacée avant d’entrer en vigueur")
    REPEALED = "repealed", mark("Abrogée")
    TRANSFERRED = "transferred", mark("Transférée")
    ANNULLED = "annulled", mark("Annulée")
    LAPSED = "lapsed", mark("Périmée")
    OTHER = "other", mark("Autre état")


class LegalSource(Labelled):
    """The file of the LEGI base an article was read from."""

    NPM_PACKAGE = "npm-package", mark("Paquet npm @socialgouv/legi-data")
    DILA_FILE = "dila-file", mark("Fichier LEGI de la DILA")


class WatchStatus(Labelled):
    """Where a change of law stands once somebody has seen it."""

    SPOTTED = "spotted", mark("Repérée")
    STUDIED = "studied", mark("Étudiée")
    DONE = "done", mark("Traitée")
    SET_ASIDE = "set-aside", mark("Écartée")

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self in {WatchStatus.SPOTTED, WatchStatus.STUDIED}
