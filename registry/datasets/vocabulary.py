"""The closed lists of a dataset's sheet, with their French labels."""

from collections.abc import Mapping
from typing import Any

from registry.compliance.vocabulary import Principle, Stake
from registry.kernel.words import Labelled, mark


class AccessRights(Labelled):
    """Who may have the data (EU access-right list, the three values DCAT-AP uses)."""

    PUBLIC = "public", mark("Ouvert à tous")
    RESTRICTED = "restricted", mark("Accès restreint")
    NON_PUBLIC = "non-public", mark("Non public")


class PersonalData(Labelled):
    """What personal data a dataset holds, from none to what the law protects most."""

    NONE = "none", mark("Aucune donnée personnelle")
    ANONYMISED = "anonymised", mark("Anonymisées")
    PSEUDONYMISED = "pseudonymised", mark("Pseudonymisées")
    PERSONAL = "personal", mark("Données personnelles")
    SPECIAL_CATEGORY = "special-category", mark("Données sensibles (RGPD art. 9)")
    OFFENCES = "offences", mark("Infractions et condamnations (RGPD art. 10)")
    NIR = "nir", mark("Numéro de sécurité sociale (NIR)")


class PublicationGround(Labelled):
    """What allows personal data to be put online (CRPA L312-1-2)."""

    CONSENT = "consent", mark("Consentement des personnes")
    LAW = "law", mark("Texte de loi ou de règlement")
    D312_1_3 = "d312-1-3", mark("Catégorie de l’article D312-1-3 du CRPA")


class PublicationDecision(Labelled):
    """What was decided of putting a dataset online (CRPA L312-1-1)."""

    PUBLISH = "publish", mark("Publier")
    PUBLISH_ONCE_TREATED = "publish-once-treated", mark("Publier après traitement")
    NOT_PUBLISH = "not-publish", mark("Ne pas publier")


class PublicationRefusal(Labelled):
    """What allows not to put a dataset online; only the last is no exception of the law."""

    L311_2 = "l311-2", mark("Document inachevé ou préparatoire (CRPA L311-2)")
    L311_4 = "l311-4", mark("Propriété littéraire ou artistique (CRPA L311-4)")
    L311_5 = "l311-5", mark("Sécurité, procédures, autres secrets (CRPA L311-5)")
    L311_6 = "l311-6", mark("Vie privée, secret médical ou des affaires (CRPA L311-6)")
    L312_1_1 = "l312-1-1", mark("Autorité sous les seuils, ou base déjà diffusée (CRPA L312-1-1)")
    L312_1_2 = "l312-1-2", mark("Données personnelles qu’on ne sait pas anonymiser (CRPA L312-1-2)")
    ARCHIVES = "archives", mark("Archives issues de la sélection (CRPA L312-1-2)")
    STATISTICAL_SECRECY = "statistical-secrecy", mark("Secret statistique (loi 51-711, art. 6)")
    OTHER = "other", mark("Autre raison, hors de la loi")


class FeeGround(Labelled):
    """Which of the two cases of law allows a fee for reuse (CRPA L324-1 and L324-2)."""

    L324_1 = "l324-1", mark("Missions à financer par des recettes propres (CRPA L324-1)")
    L324_2 = "l324-2", mark("Numérisation de fonds culturels (CRPA L324-2)")


class DatasetUse(Labelled):
    """What a dataset serves: work on people needs their names, a study of them does not (GDPR art. 25)."""

    OPERATION = "operation", mark("Gérer un service")
    ANALYSIS = "analysis", mark("Étudier, mesurer")
    ARCHIVE = "archive", mark("Archives")


class MeasureSource(Labelled):
    """Where measures of people’s presence and moves come from."""

    MOBILE_NETWORK = "mobile-network", mark("Réseau de téléphonie mobile")
    SENSORS = "sensors", mark("Capteurs")
    SURVEY = "survey", mark("Enquête")
    REGISTER = "register", mark("Registre ou fichier de gestion")
    OTHER = "other", mark("Autre")


class Nature(Labelled):
    """Whether a law names this very kind of dataset."""

    OTHER = "other", mark("Autre")
    SUBSIDIES = "subsidies", mark("Subventions versées")
    LOCAL_ADDRESS_BASE = "local-address-base", mark("Base adresse locale")
    ELECTION_REGISTER = "election-register", mark("Liste électorale")
    VIDEO_PROTECTION = "video-protection", mark("Vidéoprotection")
    MOBILITY = "mobility", mark("Mobilité")
    PUBLIC_CONTRACTS = "public-contracts", mark("Données essentielles des marchés")


OWED_NATURES: frozenset[str | None] = frozenset({Nature.SUBSIDIES, Nature.LOCAL_ADDRESS_BASE, Nature.PUBLIC_CONTRACTS})
"""What the law has a body publish whether or not it recorded it: policies OD-35 to OD-37 say of which body, since when.
"""


class Origin(Labelled):
    """Where the data comes from."""

    PRODUCED = "produced", mark("Produit par la collectivité")
    OPERATOR = "operator", mark("Reçu d’un délégataire")
    PARTNER = "partner", mark("Reçu d’un partenaire")
    DERIVED = "derived", mark("Obtenu par croisement")


class Stage(Labelled):
    """Where a dataset stands from collection to disposal."""

    IDENTIFIED = "identified", mark("Identifié")
    COLLECTED = "collected", mark("Collecté")
    QUALIFIED = "qualified", mark("Qualifié")
    DOCUMENTED = "documented", mark("Documenté")
    CLEARED = "cleared", mark("Autorisé")
    PUBLISHED = "published", mark("Publié")
    UNDER_REVISION = "under-revision", mark("En révision")
    ARCHIVED = "archived", mark("Archivé")
    DISPOSED = "disposed", mark("Éliminé")
    WITHDRAWN = "withdrawn", mark("Retiré")


class Availability(Labelled):
    """How long a distribution is meant to stay (DCAT-AP planned availability)."""

    TEMPORARY = "temporary", mark("Temporaire")
    EXPERIMENTAL = "experimental", mark("Expérimentale")
    AVAILABLE = "available", mark("Disponible")
    STABLE = "stable", mark("Stable")


class Sensitivity(Labelled):
    """How much harm a leak would do, whoever the data is about (loi 2024-449, art. 31, for the last)."""

    ORDINARY = "ordinary", mark("Ordinaire")
    SENSITIVE = "sensitive", mark("Sensible")
    PARTICULAR = "particular", mark("D’une sensibilité particulière (loi SREN, art. 31)")


class StatisticalSecrecy(Labelled):
    """What the statistical secret leaves out of a dataset (loi 51-711, art. 6), from nothing to everything."""

    NONE = "none", mark("Aucun secret statistique")
    AGGREGATES = "aggregates", mark("Seuls des agrégats peuvent sortir")
    CONFIDENTIAL = "confidential", mark("Couvert par le secret statistique")


class FinalDisposition(Labelled):
    """What becomes of the data once it is no longer in use (code du patrimoine, R212-14)."""

    KEEP = "keep", mark("Conservation définitive")
    SAMPLE = "sample", mark("Tri ou échantillon")
    DISPOSE = "dispose", mark("Élimination")


class ThirdPartyRights(Labelled):
    """Whether somebody else holds rights on the data (CRPA L321-2)."""

    NONE = "none", mark("Aucun droit de tiers")
    CLEARED = "cleared", mark("Accord obtenu des tiers")
    HELD = "held", mark("Droits de tiers, sans accord")


class FieldEvidence(Labelled):
    """Whether somebody says what a field holds, or a reading of the data suggests it."""

    ASSERTED = "asserted", mark("Déclaré")
    DETECTED = "detected", mark("Détecté, à confirmer")


class SuggestionState(Labelled):
    """Where the suggestion that a field holds personal data stands: a person decides."""

    WAITING = "waiting", mark("À examiner")
    KEPT = "kept", mark("Retenue, à confirmer")
    CONFIRMED = "confirmed", mark("Confirmée")
    REFUSED = "refused", mark("Écartée")
    WITHDRAWN = "withdrawn", mark("N’est plus suggérée")


class ListFacet(Labelled):
    """What the list of datasets is narrowed and counted by; the value is its name in an address."""

    ORGANISATION = "organisation", mark("Organisation et ce qui en dépend")
    VERDICT = "constat", mark("Constats")
    POLICY = "regle", mark("Règle")
    DEADLINE = "echeance", mark("Échéance proche")
    OWNER = "proprietaire", mark("Propriétaire")
    PERSONAL_DATA = "donnees", mark("Données personnelles")
    ACCESS_RIGHTS = "acces", mark("Niveau d’accès")
    STAGE = "etape", mark("Étape")
    LICENCE = "licence", mark("Licence")
    THEME = "theme", mark("Thème")
    FREQUENCY = "frequence", mark("Fréquence de mise à jour")
    FORMAT = "format", mark("Format")
    ORIGIN = "origine", mark("Origine")
    NATURE = "nature", mark("Nature du jeu")
    SYSTEM = "systeme", mark("Système d’information")


class OwnerState(Labelled):
    """Whether somebody is appointed owner of a dataset."""

    WITH = "avec", mark("Désigné")
    WITHOUT = "sans", mark("Sans propriétaire")


class Horizon(Labelled):
    """Within how many days a finding turns into a breach if nothing is done."""

    MONTH = "30", mark("Dans les 30 jours")
    QUARTER = "90", mark("Dans les 90 jours")
    YEAR = "365", mark("Dans l’année")

    @property
    def days(self) -> int:
        """The number of days."""
        return int(self)


class BulkOperation(Labelled):
    """What a bulk edit does with a field of each sheet."""

    SET = "set", mark("Donner cette valeur")
    ADD = "add", mark("Ajouter à la liste")
    REMOVE = "remove", mark("Retirer de la liste")
    EMPTY = "empty", mark("Vider le champ")


class BulkState(Labelled):
    """Where a bulk edit stands."""

    PREVIEWED = "previewed", mark("Aperçu prêt, rien n’est écrit")
    APPLYING = "applying", mark("Application en cours")
    APPLIED = "applied", mark("Appliquée")
    UNDOING = "undoing", mark("En train d’être défaite")
    UNDONE = "undone", mark("Défaite")
    ABANDONED = "abandoned", mark("Abandonnée")


class BulkOutcome(Labelled):
    """What a bulk edit does with one sheet; `KEPT` is what undoing left as somebody made it since."""

    CHANGE = "change", mark("À modifier")
    UNCHANGED = "unchanged", mark("Sans changement")
    REFUSED = "refused", mark("Refusé")
    KEPT = "kept", mark("Laissée telle quelle")


class Outcome(Labelled):
    """What became of one sheet among many sent together."""

    CREATED = "created", mark("Créée")
    CHANGED = "changed", mark("Modifiée")
    UNCHANGED = "unchanged", mark("Inchangée")
    REFUSED = "refused", mark("Refusée")


ONE_OF: Mapping[str, Any] = {
    "access_rights": AccessRights,
    "nature": Nature,
    "origin": Origin,
    "personal_data": PersonalData,
    "publication_ground": PublicationGround,
    "sensitivity": Sensitivity,
    "statistical_secrecy": StatisticalSecrecy,
    "final_disposition": FinalDisposition,
    "third_party_rights": ThirdPartyRights,
}
SOME_OF: Mapping[str, Any] = {"stakes": Stake, "principles": Principle}
"""The closed list behind each field of a sheet that takes one value of it, or several."""
