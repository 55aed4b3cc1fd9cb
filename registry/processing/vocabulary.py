"""The closed lists of the record of processing, with their French labels."""

from collections.abc import Mapping
from typing import Any

from registry.datasets.vocabulary import FinalDisposition
from registry.kernel.words import Labelled, mark


class ProcessingRole(Labelled):
    """As what a body processes: for itself, with others, or for others (GDPR art. 4 (7) and (8), 26, 28)."""

    CONTROLLER = "controller", mark("Responsable de traitement")
    JOINT_CONTROLLER = "joint-controller", mark("Responsable conjoint")
    PROCESSOR = "processor", mark("Sous-traitant, pour le compte d’autrui")


class ActivityStatus(Labelled):
    """Where an activity stands: what has not begun and what is over stay in the record."""

    DRAFT = "draft", mark("En projet")
    ACTIVE = "active", mark("En cours")
    SUSPENDED = "suspended", mark("Suspendu")
    ENDED = "ended", mark("Terminé")


class LawfulBasis(Labelled):
    """What makes processing lawful (GDPR art. 6 §1, a to f)."""

    CONSENT = "consent", mark("Consentement (art. 6 §1 a)")
    CONTRACT = "contract", mark("Contrat (art. 6 §1 b)")
    LEGAL_OBLIGATION = "legal-obligation", mark("Obligation légale (art. 6 §1 c)")
    VITAL_INTERESTS = "vital-interests", mark("Sauvegarde des intérêts vitaux (art. 6 §1 d)")
    PUBLIC_TASK = "public-task", mark("Mission d’intérêt public (art. 6 §1 e)")
    LEGITIMATE_INTERESTS = "legitimate-interests", mark("Intérêt légitime (art. 6 §1 f)")

    @property
    def rests_on_law(self) -> bool:
        """Whether the law of the Union or of France must found it (art. 6 §3)."""
        return self in {LawfulBasis.LEGAL_OBLIGATION, LawfulBasis.PUBLIC_TASK}


class Article9Condition(Labelled):
    """What lifts the ban on processing special categories of data (GDPR art. 9 §2, a to j)."""

    EXPLICIT_CONSENT = "explicit-consent", mark("Consentement explicite (art. 9 §2 a)")
    EMPLOYMENT = "employment", mark("Droit du travail et de la protection sociale (art. 9 §2 b)")
    VITAL_INTERESTS = "vital-interests", mark("Intérêts vitaux d’une personne hors d’état de consentir (art. 9 §2 c)")
    MEMBERS = "members", mark("Membres d’un organisme politique, religieux ou syndical (art. 9 §2 d)")
    MADE_PUBLIC = "made-public", mark("Données rendues publiques par la personne (art. 9 §2 e)")
    LEGAL_CLAIMS = "legal-claims", mark("Défense d’un droit en justice (art. 9 §2 f)")
    PUBLIC_INTEREST = "public-interest", mark("Motif d’intérêt public important (art. 9 §2 g)")
    CARE = "care", mark("Soins, médecine du travail, prise en charge sociale (art. 9 §2 h)")
    PUBLIC_HEALTH = "public-health", mark("Santé publique (art. 9 §2 i)")
    ARCHIVES = "archives", mark("Archives, recherche ou statistique (art. 9 §2 j)")

    @property
    def rests_on_law(self) -> bool:
        """Whether a text of law must allow it: points b, g, h, i and j."""
        return self in {
            Article9Condition.EMPLOYMENT,
            Article9Condition.PUBLIC_INTEREST,
            Article9Condition.CARE,
            Article9Condition.PUBLIC_HEALTH,
            Article9Condition.ARCHIVES,
        }


class Compatibility(Labelled):
    """What allows a further use of data: the comparison with the first purpose, or what stands for it (art. 6 §4)."""

    COMPATIBLE = "compatible", mark("Compatible avec la finalité d’origine")
    CONSENT = "consent", mark("La personne y consent")
    LAW = "law", mark("Un texte le permet")
    ARCHIVES_RESEARCH_STATISTICS = (
        "archives-research-statistics",
        mark("Archives d’intérêt public, recherche, statistique"),
    )
    INCOMPATIBLE = "incompatible", mark("Incompatible")


class DataOrigin(Labelled):
    """Where the data comes from (GDPR art. 13, or 14 where not from the person)."""

    PERSONS = "persons", mark("Les personnes elles-mêmes")
    OBSERVED = "observed", mark("Observées ou mesurées (caméras, journaux, capteurs)")
    ADMINISTRATION = "administration", mark("Une autre administration")
    THIRD_PARTY = "third-party", mark("Un tiers, un partenaire, un proche")
    PUBLIC_SOURCE = "public-source", mark("Une source ouverte à tous")
    DERIVED = "derived", mark("D’autres données, par croisement ou calcul")


class AutomatedDecision(Labelled):
    """How far decisions about persons rest on an algorithm (GDPR art. 22; law 78-17 art. 47; CRPA L311-3-1)."""

    NONE = "none", mark("Aucune décision fondée sur un algorithme")
    ASSISTED = "assisted", mark("Décision fondée en partie sur un algorithme")
    SOLE = "sole", mark("Décision entièrement automatisée")


class RecipientKind(Labelled):
    """Who receives the data (GDPR art. 4 (9), 13 §1 e, 30 §1 d)."""

    INTERNAL = "internal", mark("Service de la collectivité")
    PROCESSOR = "processor", mark("Sous-traitant")
    ADMINISTRATION = "administration", mark("Autre administration")
    PARTNER = "partner", mark("Partenaire ou délégataire")
    OTHER = "other", mark("Autre tiers")
    PUBLIC = "public", mark("Public")


class TransferSafeguard(Labelled):
    """What allows data to leave the European Economic Area (GDPR art. 45 to 49)."""

    ADEQUACY = "adequacy", mark("Décision d’adéquation (art. 45)")
    PUBLIC_BODIES = "public-bodies", mark("Instrument entre autorités publiques (art. 46 §2 a)")
    CORPORATE_RULES = "corporate-rules", mark("Règles d’entreprise contraignantes (art. 46 §2 b et 47)")
    STANDARD_CLAUSES = "standard-clauses", mark("Clauses types de la Commission (art. 46 §2 c)")
    AUTHORITY_CLAUSES = "authority-clauses", mark("Clauses types d’une autorité de contrôle (art. 46 §2 d)")
    CODE_OF_CONDUCT = "code-of-conduct", mark("Code de conduite approuvé (art. 46 §2 e)")
    CERTIFICATION = "certification", mark("Certification approuvée (art. 46 §2 f)")
    AUTHORISED = "authorised", mark("Clauses ou arrangement autorisés par la CNIL (art. 46 §3)")
    DEROGATION = "derogation", mark("Dérogation pour une situation particulière (art. 49)")


class PersonsRight(Labelled):
    """What a person may ask about data on them (GDPR art. 7 and 15 to 22)."""

    ACCESS = "access", mark("Accès (art. 15)")
    RECTIFICATION = "rectification", mark("Rectification (art. 16)")
    ERASURE = "erasure", mark("Effacement (art. 17)")
    RESTRICTION = "restriction", mark("Limitation (art. 18)")
    PORTABILITY = "portability", mark("Portabilité (art. 20)")
    OBJECTION = "objection", mark("Opposition (art. 21)")
    WITHDRAWAL = "withdrawal", mark("Retrait du consentement (art. 7 §3)")
    HUMAN_REVIEW = "human-review", mark("Intervention humaine (art. 22 §3)")


ONE_OF: Mapping[str, Any] = {
    "role": ProcessingRole,
    "status": ActivityStatus,
    "lawful_basis": LawfulBasis,
    "automated_decision": AutomatedDecision,
}
SOME_OF: Mapping[str, Any] = {"article9_conditions": Article9Condition, "data_origins": DataOrigin}
"""The closed list behind each field of an activity that takes one value of it, or several."""
OF_A_PART: Mapping[str, Any] = {
    "final_disposition": FinalDisposition,
    "kind": RecipientKind,
    "safeguard": TransferSafeguard,
    "right": PersonsRight,
}
"""The closed list behind each field of what stands below an activity."""
