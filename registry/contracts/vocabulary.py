"""The closed lists of contracts, with their French labels."""

from registry.kernel.words import Labelled, mark


class ContractKind(Labelled):
    """What a contract is in law.

    Law: CCP L1121-1, L1121-3, L1111-1; CGCT L1411-1.
    """

    DSP = "dsp", mark("Délégation de service public")
    CONCESSION = "concession", mark("Autre concession")
    PUBLIC_CONTRACT = "public-contract", mark("Marché public")
    AGREEMENT = "agreement", mark("Convention")
    PARTICULAR_AGREEMENT = "particular-agreement", mark("Convention particulière")
    PROTOCOL = "protocol", mark("Protocole")
    PROCESSING_AGREEMENT = "processing-agreement", mark("Accord de sous-traitance de données (RGPD art. 28)")
    OTHER = "other", mark("Autre contrat")


class PublicService(Labelled):
    """The public service a contract is about."""

    WATER = "water", mark("Eau potable")
    SANITATION = "sanitation", mark("Assainissement")
    TRANSPORT = "transport", mark("Transports et mobilités")
    WASTE = "waste", mark("Déchets")
    HEATING = "heating", mark("Chauffage urbain")
    ENERGY = "energy", mark("Électricité, gaz, éclairage public")
    PARKING = "parking", mark("Stationnement")
    DIGITAL = "digital", mark("Réseaux et services numériques")
    CATERING = "catering", mark("Restauration collective")
    CHILDHOOD = "childhood", mark("Petite enfance, périscolaire")
    CULTURE_AND_SPORT = "culture-and-sport", mark("Équipements culturels, sportifs ou touristiques")
    FUNERAL = "funeral", mark("Cimetières et crématorium")
    SOCIAL = "social", mark("Action sociale")
    ADMINISTRATION = "administration", mark("Moyens de l’administration")
    OTHER = "other", mark("Autre service public")


class PartySide(Labelled):
    """What a party is in a contract."""

    GRANTOR = "grantor", mark("Autorité concédante, acheteur")
    HOLDER = "holder", mark("Titulaire, délégataire")
    CO_HOLDER = "co-holder", mark("Cotraitant")
    SUBCONTRACTOR = "subcontractor", mark("Sous-traitant du marché")
    PARTNER = "partner", mark("Partenaire")


class GdprRole(Labelled):
    """What a party is to the personal data the contract has it handle.

    Law: GDPR art. 4 (7) and (8), 26, 28.
    """

    CONTROLLER = "controller", mark("Responsable de traitement")
    JOINT_CONTROLLER = "joint-controller", mark("Responsable conjoint")
    PROCESSOR = "processor", mark("Sous-traitant (RGPD)")
    SUB_PROCESSOR = "sub-processor", mark("Sous-traitant ultérieur")
    NONE = "none", mark("Aucun rôle : pas de données personnelles")


class ContractState(Labelled):
    """Where a contract stands on a day, by its dates alone."""

    UNDATED = "undated", mark("Dates à compléter")
    COMING = "coming", mark("À venir")
    RUNNING = "running", mark("En cours")
    RENEWED = "renewed", mark("Reconduit tacitement")
    ENDING = "ending", mark("Finit dans l’année")
    ENDED = "ended", mark("Terminé")


class Waiver(Labelled):
    """What an operator is spared supplying.

    Law: CCP L3131-3.
    """

    NONE = "none", mark("Aucune dispense")
    PART = "part", mark("Dispense partielle")
    WHOLE = "whole", mark("Dispense totale")


class PartnerLeave(Labelled):
    """What an agreement says of a use of a partner's data."""

    ALLOWED = "allowed", mark("Permis par la convention")
    ON_AGREEMENT = "on-agreement", mark("Sur accord du partenaire")
    FORBIDDEN = "forbidden", mark("Interdit par la convention")


class ExclusivityKind(Labelled):
    """On what ground a contract grants exclusivity on public information.

    Law: CRPA L325-2 to L325-4.
    """

    GENERAL = "general", mark("Exclusivité ordinaire")
    CULTURAL_DIGITISATION = "cultural-digitisation", mark("Numérisation de ressources culturelles")
    BETWEEN_PUBLIC_BODIES = "between-public-bodies", mark("Accord entre personnes publiques")


class Delivered(Labelled):
    """What a contract has its holder hand over.

    Law: CCP L3131-2; CGCT L1411-13.
    """

    DATA = "data", mark("Données livrées")
    OPERATING_DOCUMENT = "operating-document", mark("Document d’exploitation")
    REPORT = "report", mark("Rapport remis")
    OTHER = "other", mark("Autre remise")


class ClauseAct(Labelled):
    """What an instrument does to a clause."""

    ADDS = "adds", mark("Ajoute")
    REPLACES = "replaces", mark("Remplace")
    ENDS = "ends", mark("Supprime")


class Doubt(Labelled):
    """What does not hold together in the clauses of a contract."""

    UNSIGNED = "unsigned", mark("Clause d’un acte qui n’est pas signé")
    BEFORE_CONTRACT = "before-contract", mark("Avenant signé avant son contrat")
    BEFORE_SIGNATURE = "before-signature", mark("Clause qui s’appliquerait avant la signature du contrat")
    AFTER_END = "after-end", mark("Clause qui commence quand plus rien ne lie")
    SAME_DAY = "same-day", mark("Plusieurs saisies disent cette clause pour le même jour")
    OF_NOTHING = "of-nothing", mark("Change ou supprime une clause qui n’est pas au contrat ce jour-là")
    OVERLAP = "overlap", mark("Deux clauses du même genre pour les mêmes jours")
    GAP = "gap", mark("Jours sans cette clause")


class AgainstLaw(Labelled):
    """How a clause in force stands to what the law gives by itself, where that matters."""

    CONTRARY = "contrary", mark("À lever")
    BELOW = "below", mark("En deçà du socle")
    LAWFUL = "lawful", mark("À négocier")
    UNKNOWN = "unknown", mark("À regarder")


class Clash(Labelled):
    """What several contracts, or several clauses, say of one dataset that cannot all be followed."""

    DIFFERENT = "different", mark("Deux clauses disent autre chose")
    STRICTER = "stricter", mark("Une clause est plus stricte que l’autre")
    BANNED = "banned", mark("Une clause interdit ce qu’une autre prévoit")
    NOT_PASSED_ON = "not-passed-on", mark("Une clause interdit de transmettre, une autre met en ligne")
    EXCLUSIVE = "exclusive", mark("Une exclusivité et une mise en ligne")
    WAIVED = "waived", mark("Une dispense et une remise due")
    TWICE = "twice", mark("Deux contrats font remettre le même jeu")


class AmendmentProgress(Labelled):
    """Where an amendment stands before it is signed."""

    ASKED = "asked", mark("Demandé au titulaire")
    NEGOTIATED = "negotiated", mark("En négociation")
    GIVEN_UP = "given-up", mark("Abandonné")


class ClausePerformance(Labelled):
    """How a clause is kept by whom it binds, as somebody who looked says it."""

    PERFORMED = "performed", mark("Exécutée")
    PARTLY = "partly", mark("Partiellement exécutée")
    BREACHED = "breached", mark("Violée")
    WAIVED = "waived", mark("Levée par une dispense")


class ClauseState(Labelled):
    """Where a clause stands on a day: by what is signed and what was seen of its performance."""

    ABSENT = "absent", mark("Absente")
    ASKED = "asked", mark("Demandée")
    NEGOTIATED = "negotiated", mark("En négociation")
    SIGNED = "signed", mark("Signée, pas encore applicable")
    IN_FORCE = "in-force", mark("En vigueur")
    PERFORMED = "performed", mark("Exécutée")
    PARTLY = "partly", mark("Partiellement exécutée")
    BREACHED = "breached", mark("Violée")
    WAIVED = "waived", mark("Levée par une dispense")
    TO_COMPLETE = "to-complete", mark("À compléter")
    ENDED = "ended", mark("Éteinte")


class Ownership(Labelled):
    """What becomes of the databases at the end of a contract.

    Law: CCP L3132-4.
    """

    RETURN = "return", mark("Biens de retour : à la collectivité")
    TAKEOVER = "takeover", mark("Biens de reprise : la collectivité peut les reprendre")
    HOLDERS_OWN = "holders-own", mark("Biens propres du titulaire")


class CapPeriod(Labelled):
    """What the cap of a penalty is counted over."""

    DELIVERY = "delivery", mark("Par livraison")
    YEAR = "year", mark("Par année civile")
    CONTRACT = "contract", mark("Pour tout le contrat")


class PenaltyStart(Labelled):
    """From when a penalty runs, as its clause says."""

    DUE_DAY = "due-day", mark("De plein droit dès l’échéance")
    AFTER_NOTICE = "after-notice", mark("Après une mise en demeure restée sans effet")


class Publisher(Labelled):
    """Who puts the data on line."""

    AUTHORITY = "authority", mark("La collectivité")
    HOLDER = "holder", mark("Le titulaire")
