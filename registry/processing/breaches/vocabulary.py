"""The closed lists of personal data breaches."""

from registry.kernel.words import Labelled, mark


class BreachNature(Labelled):
    """What of the data was broken; a breach may be of several natures."""

    CONFIDENTIALITY = "confidentiality", mark("Confidentialité : vues ou prises par qui ne devait pas")
    INTEGRITY = "integrity", mark("Intégrité : modifiées à tort")
    AVAILABILITY = "availability", mark("Disponibilité : perdues ou inaccessibles")


class BreachSource(Labelled):
    """Who or what made the breach known."""

    AGENT = "agent", mark("Un agent")
    PROCESSOR = "processor", mark("Un sous-traitant")
    PERSON_CONCERNED = "person-concerned", mark("Une personne concernée")
    MONITORING = "monitoring", mark("La surveillance technique")
    AUTHORITY = "authority", mark("Une autorité (CNIL, ANSSI, police)")
    THIRD_PARTY = "third-party", mark("Un tiers, la presse")


class BreachCause(Labelled):
    """What the breach comes from."""

    INTERNAL_ACCIDENT = "internal-accident", mark("Erreur ou accident, en interne")
    INTERNAL_MALICE = "internal-malice", mark("Acte malveillant, en interne")
    EXTERNAL_ACCIDENT = "external-accident", mark("Erreur ou accident, chez un tiers")
    EXTERNAL_MALICE = "external-malice", mark("Acte malveillant, de l’extérieur")
    UNKNOWN = "unknown", mark("Pas encore connue")


class BreachRisk(Labelled):
    """The risk for the rights and freedoms of people: it decides who must be told."""

    UNLIKELY = "unlikely", mark("Risque improbable")
    LIKELY = "likely", mark("Risque")
    HIGH = "high", mark("Risque élevé")


class NotificationPhase(Labelled):
    """Whether a notification to the CNIL is the first, says all at once, or completes one."""

    INITIAL = "initial", mark("Initiale, à compléter")
    COMPLEMENTARY = "complementary", mark("Complémentaire")
    COMPLETE = "complete", mark("Complète en une fois")


class InformingExemption(Labelled):
    """Why people need not be told one by one of a breach of high risk."""

    PROTECTED = "protected", mark("Données rendues incompréhensibles, chiffrées par exemple (34 §3 a)")
    MITIGATED = "mitigated", mark("Mesures prises depuis : le risque élevé ne se réalisera plus (34 §3 b)")
    DISPROPORTIONATE = "disproportionate", mark("Effort disproportionné : communication publique à la place (34 §3 c)")
    DECREE = "decree", mark("Traitement listé par décret (loi 78-17, art. 58 II)")
