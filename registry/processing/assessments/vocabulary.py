"""The closed lists of impact assessments, with their French labels."""

from registry.kernel.words import Labelled, _, mark


class Need(Labelled):
    """Whether a processing activity needs an impact assessment. Decided by `rules.decide` alone, stored nowhere."""

    REQUIRED = "required", mark("AIPD requise")
    RECOMMENDED = "recommended", mark("AIPD recommandée")
    NOT_REQUIRED = "not-required", mark("AIPD non requise")
    EXEMPT = "exempt", mark("Dispensé d’AIPD")
    TO_COMPLETE = "to-complete", mark("À compléter")


class Question(Labelled):
    """What is asked of a processing beside the criteria, to know whether an assessment is due."""

    REQUIRED_LIST = "required-list", mark("Le traitement est-il dans la liste des AIPD requises de la CNIL ?")
    EXEMPT_LIST = "exempt-list", mark("Le traitement est-il dans la liste des dispenses de la CNIL ?")
    LAW_ASSESSED = "law-assessed", mark("La loi qui fonde le traitement a-t-elle déjà fait l’objet de l’analyse ?")


class RevisionState(Labelled):
    """Where a revision of an assessment stands; once decided, it never changes."""

    DRAFT = "draft", mark("En cours de rédaction")
    SUBMITTED = "submitted", mark("Soumise à validation")
    VALIDATED = "validated", mark("Validée")
    REFUSED = "refused", mark("Refusée")

    @property
    def is_decided(self) -> bool:
        """Whether the controller has answered: the revision is frozen."""
        return self in {RevisionState.VALIDATED, RevisionState.REFUSED}


class RiskKind(Labelled):
    """The three events feared for personal data."""

    ILLEGITIMATE_ACCESS = "illegitimate-access", mark("Accès illégitime à des données")
    UNWANTED_CHANGE = "unwanted-change", mark("Modification non désirée de données")
    DISAPPEARANCE = "disappearance", mark("Disparition de données")

    @property
    def short(self) -> str:
        """The event in the few words a map has room for."""
        return _(_SHORT[self])


_SHORT = {
    RiskKind.ILLEGITIMATE_ACCESS: mark("Accès"),
    RiskKind.UNWANTED_CHANGE: mark("Modification"),
    RiskKind.DISAPPEARANCE: mark("Disparition"),
}


class RiskLevel(Labelled):
    """The four levels of the CNIL's scale, for severity as for likelihood."""

    NEGLIGIBLE = "negligible", mark("Négligeable")
    LIMITED = "limited", mark("Limitée")
    IMPORTANT = "important", mark("Importante")
    MAXIMAL = "maximal", mark("Maximale")

    @property
    def rank(self) -> int:
        """Its place on the scale, from 1 to 4."""
        return list(RiskLevel).index(self) + 1


class RiskBand(Labelled):
    """What a severity and a likelihood make together."""

    LOW = "low", mark("Risque faible")
    SIGNIFICANT = "significant", mark("Risque à surveiller")
    HIGH = "high", mark("Risque élevé")


class MeasureKind(Labelled):
    """What a measure acts on."""

    DATA = "data", mark("Les données elles-mêmes (minimisation, chiffrement, cloisonnement)")
    SYSTEM = "system", mark("Le système (accès, traces, sauvegardes)")
    ORGANISATION = "organisation", mark("L’organisation (procédures, formation, contrats)")
    RIGHTS = "rights", mark("Les droits des personnes (information, recours)")


class DpoOpinion(Labelled):
    """What the data protection officer advised (art. 35 §2)."""

    FAVOURABLE = "favourable", mark("Favorable")
    RESERVATIONS = "reservations", mark("Favorable avec réserves")
    UNFAVOURABLE = "unfavourable", mark("Défavorable")


class PeopleAsked(Labelled):
    """Whether the views of the persons concerned, or of who represents them, were sought (art. 35 §9)."""

    SOUGHT = "sought", mark("Leur avis a été recueilli")
    NOT_SOUGHT = "not-sought", mark("Leur avis n’a pas été demandé")


class CnilAnswer(Labelled):
    """What the CNIL answered to a prior consultation (art. 36 §2)."""

    NO_REMARK = "no-remark", mark("Sans observation")
    ADVICE = "advice", mark("Avis écrit, avec des demandes")
    OPPOSED = "opposed", mark("Le traitement violerait le RGPD")


class ReviewState(Labelled):
    """Whether a validated assessment is to be read again (art. 35 §11)."""

    FRESH = "fresh", mark("À jour")
    SOON = "soon", mark("À réexaminer bientôt")
    LATE = "late", mark("À réexaminer")
