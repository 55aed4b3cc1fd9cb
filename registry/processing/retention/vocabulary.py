"""The closed lists of retention: units and events of a rule, where the data stands, why it is held."""

from registry.kernel.words import Labelled, mark


class RuleUnit(Labelled):
    """The unit a rule counts in (VITAM's RuleMeasurement)."""

    DAY = "day", mark("jour")
    MONTH = "month", mark("mois")
    YEAR = "year", mark("an")


class StartEvent(Labelled):
    """What a duration runs from."""

    CLOSURE = "closure", mark("Clôture du dossier")
    DECISION = "decision", mark("Décision prise")
    VALIDITY_END = "validity-end", mark("Fin de validité")
    CONTRACT_END = "contract-end", mark("Fin du contrat")
    PERFORMANCE_END = "performance-end", mark("Fin d’exécution du marché")
    LEASE_END = "lease-end", mark("Fin du bail")
    LOAN_END = "loan-end", mark("Fin du prêt")
    DISPOSAL = "disposal", mark("Cession ou réforme du bien")
    TERM_END = "term-end", mark("Fin du mandat")
    APPEALS_END = "appeals-end", mark("Extinction des recours")
    DEPARTURE = "departure", mark("Départ ou sortie de la personne")
    LAST_CONTACT = "last-contact", mark("Dernier contact avec la personne")
    BIRTH = "birth", mark("Naissance de la personne")
    DISSOLUTION = "dissolution", mark("Dissolution")
    COLLECTION = "collection", mark("Collecte de la donnée")
    OTHER = "other", mark("Autre événement, dit sur la fiche")


class Counting(Labelled):
    """From which day a duration is counted, once the event has come."""

    EVENT_DAY = "event-day", mark("Du jour de l’événement")
    YEAR_END = "year-end", mark("De la fin de l’année civile de l’événement")


class EventKnown(Labelled):
    """How the day of the event is known."""

    DATED = "dated", mark("Il est connu, le même pour tout le jeu")
    BY_RECORD = "by-record", mark("Il est propre à chaque enregistrement")
    TO_COME = "to-come", mark("Il n’a pas encore eu lieu")


class RetentionState(Labelled):
    """Where data stands between its use and what finally becomes of it."""

    DUE = "due", mark("Échue : sort final à appliquer")
    HELD = "held", mark("Gelée : rien ne s’élimine")
    INTERMEDIATE = "intermediate", mark("Archivage intermédiaire")
    ACTIVE = "active", mark("Utilité courante")
    KEPT = "kept", mark("Sans limite de durée")
    WAITING = "waiting", mark("L’événement n’a pas encore eu lieu")
    UNKNOWN = "unknown", mark("Échéance incalculable")
    OVER = "over", mark("Éliminée ou versée")
    UNSET = "unset", mark("Aucune durée fixée")


class HoldReason(Labelled):
    """Why nothing of a dataset may be disposed of for now."""

    LITIGATION = "litigation", mark("Contentieux ou précontentieux")
    REQUEST = "request", mark("Demande en cours (droits, communication)")
    AUDIT = "audit", mark("Contrôle ou enquête")
    HISTORICAL = "historical", mark("Intérêt historique à examiner")
    OTHER = "other", mark("Autre raison")


class SlipState(Labelled):
    """Where a slip of disposal stands."""

    PREPARED = "prepared", mark("Préparé, en attente du visa")
    WITHDRAWN = "withdrawn", mark("Retiré")


class RuleDomain(Labelled):
    """The matter a rule of the list is about."""

    ASSEMBLY = "assembly", mark("Assemblée et administration générale")
    LEGAL = "legal", mark("Affaires juridiques")
    PROPERTY = "property", mark("Patrimoine")
    FINANCE = "finance", mark("Finances")
    PROCUREMENT = "procurement", mark("Commande publique")
    STAFF = "staff", mark("Ressources humaines")
    CIVIL_STATUS = "civil-status", mark("État civil")
    ELECTIONS = "elections", mark("Élections")
    POLICE = "police", mark("Police municipale")
    PLANNING = "planning", mark("Urbanisme")
    NETWORKS = "networks", mark("Voirie et réseaux")
    CEMETERY = "cemetery", mark("Cimetière")
    CHILDHOOD = "childhood", mark("Enfance")
    SOCIAL = "social", mark("Action sociale")
    CULTURE = "culture", mark("Culture, sport et vie associative")
    OWN = "own", mark("Règles ajoutées par l’organisation")


class ImportOutcome(Labelled):
    """What taking a line of a file of rules does."""

    ADDED = "added", mark("À ajouter")
    CHANGED = "changed", mark("À modifier")
    SAME = "same", mark("Inchangée")
    REFUSED = "refused", mark("À corriger")
