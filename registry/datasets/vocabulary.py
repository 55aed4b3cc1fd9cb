"""The closed lists of a dataset's sheet, with their French labels."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from registry.compliance.vocabulary import Principle, Stake
from registry.kernel.words import _, mark


class AccessRights(StrEnum):
    """Who may have the data (EU access-right list, the three values DCAT-AP uses)."""

    PUBLIC = "public"
    RESTRICTED = "restricted"
    NON_PUBLIC = "non-public"

    @property
    def label(self) -> str:
        """The access level in the reader's language."""
        return _(_ACCESS_LABELS[self])


_ACCESS_LABELS = {
    AccessRights.PUBLIC: mark("Ouvert à tous"),
    AccessRights.RESTRICTED: mark("Accès restreint"),
    AccessRights.NON_PUBLIC: mark("Non public"),
}


class PersonalData(StrEnum):
    """What personal data a dataset holds, from none to what the law protects most."""

    NONE = "none"
    ANONYMISED = "anonymised"
    PSEUDONYMISED = "pseudonymised"
    PERSONAL = "personal"
    SPECIAL_CATEGORY = "special-category"
    OFFENCES = "offences"
    NIR = "nir"

    @property
    def label(self) -> str:
        """The status in the reader's language."""
        return _(_PERSONAL_LABELS[self])


_PERSONAL_LABELS = {
    PersonalData.NONE: mark("Aucune donnée personnelle"),
    PersonalData.ANONYMISED: mark("Anonymisées"),
    PersonalData.PSEUDONYMISED: mark("Pseudonymisées"),
    PersonalData.PERSONAL: mark("Données personnelles"),
    PersonalData.SPECIAL_CATEGORY: mark("Données sensibles (RGPD art. 9)"),
    PersonalData.OFFENCES: mark("Infractions et condamnations (RGPD art. 10)"),
    PersonalData.NIR: mark("Numéro de sécurité sociale (NIR)"),
}


class PublicationGround(StrEnum):
    """What allows personal data to be put online (CRPA L312-1-2)."""

    CONSENT = "consent"
    LAW = "law"
    D312_1_3 = "d312-1-3"

    @property
    def label(self) -> str:
        """The ground in the reader's language."""
        return _(_GROUND_LABELS[self])


_GROUND_LABELS = {
    PublicationGround.CONSENT: mark("Consentement des personnes"),
    PublicationGround.LAW: mark("Texte de loi ou de règlement"),
    PublicationGround.D312_1_3: mark("Catégorie de l’article D312-1-3 du CRPA"),
}


class Nature(StrEnum):
    """Whether a law names this very kind of dataset."""

    OTHER = "other"
    SUBSIDIES = "subsidies"
    LOCAL_ADDRESS_BASE = "local-address-base"
    ELECTION_REGISTER = "election-register"
    VIDEO_PROTECTION = "video-protection"
    MOBILITY = "mobility"

    @property
    def label(self) -> str:
        """The nature in the reader's language."""
        return _(_NATURE_LABELS[self])


_NATURE_LABELS = {
    Nature.OTHER: mark("Autre"),
    Nature.SUBSIDIES: mark("Subventions versées"),
    Nature.LOCAL_ADDRESS_BASE: mark("Base adresse locale"),
    Nature.ELECTION_REGISTER: mark("Liste électorale"),
    Nature.VIDEO_PROTECTION: mark("Vidéoprotection"),
    Nature.MOBILITY: mark("Mobilité"),
}


class Origin(StrEnum):
    """Where the data comes from."""

    PRODUCED = "produced"
    OPERATOR = "operator"
    PARTNER = "partner"
    DERIVED = "derived"

    @property
    def label(self) -> str:
        """The origin in the reader's language."""
        return _(_ORIGIN_LABELS[self])


_ORIGIN_LABELS = {
    Origin.PRODUCED: mark("Produit par la collectivité"),
    Origin.OPERATOR: mark("Reçu d’un délégataire"),
    Origin.PARTNER: mark("Reçu d’un partenaire"),
    Origin.DERIVED: mark("Obtenu par croisement"),
}


class Stage(StrEnum):
    """Where a dataset stands from collection to disposal."""

    IDENTIFIED = "identified"
    COLLECTED = "collected"
    QUALIFIED = "qualified"
    DOCUMENTED = "documented"
    CLEARED = "cleared"
    PUBLISHED = "published"
    UNDER_REVISION = "under-revision"
    ARCHIVED = "archived"
    DISPOSED = "disposed"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The stage in the reader's language."""
        return _(_STAGE_LABELS[self])


_STAGE_LABELS = {
    Stage.IDENTIFIED: mark("Identifié"),
    Stage.COLLECTED: mark("Collecté"),
    Stage.QUALIFIED: mark("Qualifié"),
    Stage.DOCUMENTED: mark("Documenté"),
    Stage.CLEARED: mark("Autorisé"),
    Stage.PUBLISHED: mark("Publié"),
    Stage.UNDER_REVISION: mark("En révision"),
    Stage.ARCHIVED: mark("Archivé"),
    Stage.DISPOSED: mark("Éliminé"),
    Stage.WITHDRAWN: mark("Retiré"),
}


class Availability(StrEnum):
    """How long a distribution is meant to stay (DCAT-AP planned availability)."""

    TEMPORARY = "temporary"
    EXPERIMENTAL = "experimental"
    AVAILABLE = "available"
    STABLE = "stable"

    @property
    def label(self) -> str:
        """The planned availability in the reader's language."""
        return _(_AVAILABILITY_LABELS[self])


_AVAILABILITY_LABELS = {
    Availability.TEMPORARY: mark("Temporaire"),
    Availability.EXPERIMENTAL: mark("Expérimentale"),
    Availability.AVAILABLE: mark("Disponible"),
    Availability.STABLE: mark("Stable"),
}


class Sensitivity(StrEnum):
    """How much harm a leak would do, whoever the data is about (loi 2024-449, art. 31, for the last)."""

    ORDINARY = "ordinary"
    SENSITIVE = "sensitive"
    PARTICULAR = "particular"

    @property
    def label(self) -> str:
        """The sensitivity in the reader's language."""
        return _(_SENSITIVITY_LABELS[self])


_SENSITIVITY_LABELS = {
    Sensitivity.ORDINARY: mark("Ordinaire"),
    Sensitivity.SENSITIVE: mark("Sensible"),
    Sensitivity.PARTICULAR: mark("D’une sensibilité particulière (loi SREN, art. 31)"),
}


class StatisticalSecrecy(StrEnum):
    """What the statistical secret leaves out of a dataset (loi 51-711, art. 6), from nothing to everything."""

    NONE = "none"
    AGGREGATES = "aggregates"
    CONFIDENTIAL = "confidential"

    @property
    def label(self) -> str:
        """What may leave, in the reader's language."""
        return _(_SECRECY_LABELS[self])


_SECRECY_LABELS = {
    StatisticalSecrecy.NONE: mark("Aucun secret statistique"),
    StatisticalSecrecy.AGGREGATES: mark("Seuls des agrégats peuvent sortir"),
    StatisticalSecrecy.CONFIDENTIAL: mark("Couvert par le secret statistique"),
}


class FinalDisposition(StrEnum):
    """What becomes of the data once it is no longer in use (code du patrimoine, R212-14)."""

    KEEP = "keep"
    SAMPLE = "sample"
    DISPOSE = "dispose"

    @property
    def label(self) -> str:
        """The final disposition in the reader's language."""
        return _(_DISPOSITION_LABELS[self])


_DISPOSITION_LABELS = {
    FinalDisposition.KEEP: mark("Conservation définitive"),
    FinalDisposition.SAMPLE: mark("Tri ou échantillon"),
    FinalDisposition.DISPOSE: mark("Élimination"),
}


class ThirdPartyRights(StrEnum):
    """Whether somebody else holds rights on the data (CRPA L321-2)."""

    NONE = "none"
    CLEARED = "cleared"
    HELD = "held"

    @property
    def label(self) -> str:
        """The state of third parties' rights in the reader's language."""
        return _(_RIGHTS_LABELS[self])


_RIGHTS_LABELS = {
    ThirdPartyRights.NONE: mark("Aucun droit de tiers"),
    ThirdPartyRights.CLEARED: mark("Accord obtenu des tiers"),
    ThirdPartyRights.HELD: mark("Droits de tiers, sans accord"),
}


class FieldEvidence(StrEnum):
    """Whether somebody says what a field holds, or a reading of the data suggests it."""

    ASSERTED = "asserted"
    DETECTED = "detected"

    @property
    def label(self) -> str:
        """The evidence in the reader's language."""
        return _(_EVIDENCE_LABELS[self])


_EVIDENCE_LABELS = {
    FieldEvidence.ASSERTED: mark("Déclaré"),
    FieldEvidence.DETECTED: mark("Détecté, à confirmer"),
}


class ListFacet(StrEnum):
    """What the list of datasets is narrowed and counted by; the value is its name in an address."""

    ORGANISATION = "organisation"
    VERDICT = "constat"
    POLICY = "regle"
    DEADLINE = "echeance"
    OWNER = "proprietaire"
    PERSONAL_DATA = "donnees"
    ACCESS_RIGHTS = "acces"
    STAGE = "etape"
    LICENCE = "licence"
    THEME = "theme"
    FREQUENCY = "frequence"
    FORMAT = "format"
    ORIGIN = "origine"
    NATURE = "nature"
    SYSTEM = "systeme"

    @property
    def label(self) -> str:
        """The facet in the reader's language."""
        return _(_FACET_LABELS[self])


_FACET_LABELS = {
    ListFacet.ORGANISATION: mark("Organisation et ce qui en dépend"),
    ListFacet.VERDICT: mark("Constats"),
    ListFacet.POLICY: mark("Règle"),
    ListFacet.DEADLINE: mark("Échéance proche"),
    ListFacet.OWNER: mark("Propriétaire"),
    ListFacet.PERSONAL_DATA: mark("Données personnelles"),
    ListFacet.ACCESS_RIGHTS: mark("Niveau d’accès"),
    ListFacet.STAGE: mark("Étape"),
    ListFacet.LICENCE: mark("Licence"),
    ListFacet.THEME: mark("Thème"),
    ListFacet.FREQUENCY: mark("Fréquence de mise à jour"),
    ListFacet.FORMAT: mark("Format"),
    ListFacet.ORIGIN: mark("Origine"),
    ListFacet.NATURE: mark("Nature du jeu"),
    ListFacet.SYSTEM: mark("Système d’information"),
}


class OwnerState(StrEnum):
    """Whether somebody is appointed owner of a dataset."""

    WITH = "avec"
    WITHOUT = "sans"

    @property
    def label(self) -> str:
        """The state in the reader's language."""
        return _(_OWNER_LABELS[self])


_OWNER_LABELS = {OwnerState.WITH: mark("Désigné"), OwnerState.WITHOUT: mark("Sans propriétaire")}


class Horizon(StrEnum):
    """Within how many days a finding turns into a breach if nothing is done."""

    MONTH = "30"
    QUARTER = "90"
    YEAR = "365"

    @property
    def days(self) -> int:
        """The number of days."""
        return int(self)

    @property
    def label(self) -> str:
        """The horizon in the reader's language."""
        return _(_HORIZON_LABELS[self])


_HORIZON_LABELS = {
    Horizon.MONTH: mark("Dans les 30 jours"),
    Horizon.QUARTER: mark("Dans les 90 jours"),
    Horizon.YEAR: mark("Dans l’année"),
}


class BulkOperation(StrEnum):
    """What a bulk edit does with a field of each sheet."""

    SET = "set"
    ADD = "add"
    REMOVE = "remove"
    EMPTY = "empty"

    @property
    def label(self) -> str:
        """The operation in the reader's language."""
        return _(_OPERATION_LABELS[self])


_OPERATION_LABELS = {
    BulkOperation.SET: mark("Donner cette valeur"),
    BulkOperation.ADD: mark("Ajouter à la liste"),
    BulkOperation.REMOVE: mark("Retirer de la liste"),
    BulkOperation.EMPTY: mark("Vider le champ"),
}


class BulkState(StrEnum):
    """Where a bulk edit stands."""

    PREVIEWED = "previewed"
    APPLYING = "applying"
    APPLIED = "applied"
    UNDOING = "undoing"
    UNDONE = "undone"
    ABANDONED = "abandoned"

    @property
    def label(self) -> str:
        """The state in the reader's language."""
        return _(_BULK_LABELS[self])


_BULK_LABELS = {
    BulkState.PREVIEWED: mark("Aperçu prêt, rien n’est écrit"),
    BulkState.APPLYING: mark("Application en cours"),
    BulkState.APPLIED: mark("Appliquée"),
    BulkState.UNDOING: mark("En train d’être défaite"),
    BulkState.UNDONE: mark("Défaite"),
    BulkState.ABANDONED: mark("Abandonnée"),
}


class BulkOutcome(StrEnum):
    """What a bulk edit does with one sheet; `KEPT` is what undoing left as somebody made it since."""

    CHANGE = "change"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    KEPT = "kept"

    @property
    def label(self) -> str:
        """The outcome in the reader's language."""
        return _(_OUTCOME_LABELS[self])


_OUTCOME_LABELS = {
    BulkOutcome.CHANGE: mark("À modifier"),
    BulkOutcome.UNCHANGED: mark("Sans changement"),
    BulkOutcome.REFUSED: mark("Refusé"),
    BulkOutcome.KEPT: mark("Laissée telle quelle"),
}


class Outcome(StrEnum):
    """What became of one sheet among many sent together."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        """The outcome in the reader's language."""
        return _(_TOGETHER_LABELS[self])


_TOGETHER_LABELS = {
    Outcome.CREATED: mark("Créée"),
    Outcome.CHANGED: mark("Modifiée"),
    Outcome.UNCHANGED: mark("Inchangée"),
    Outcome.REFUSED: mark("Refusée"),
}


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
