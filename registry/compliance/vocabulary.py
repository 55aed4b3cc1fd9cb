"""The closed lists of the engine, with their French labels."""

from registry.kernel.words import Labelled, mark


class SubjectKind(Labelled):
    """What a policy speaks of. Policies may already speak of what no room records: they wait for it."""

    DATASET = "dataset", mark("Jeu de données")
    ORGANISATION = "organisation", mark("Organisation")
    SYSTEM = "system", mark("Système d’information")
    ACTIVITY = "activity", mark("Traitement de données personnelles")
    BREACH = "breach", mark("Violation de données")
    REQUEST = "request", mark("Demande reçue")
    CONTRACT = "contract", mark("Contrat ou convention")
    AMENDMENT = "amendment", mark("Avenant")
    DELIVERY = "delivery", mark("Remise due par un contrat")
    PARTNER = "partner", mark("Partenaire")


class Verdict(Labelled):
    """What a policy says of a subject on a day."""

    COMPLIANT = "compliant", mark("Conforme")
    NON_COMPLIANT = "non-compliant", mark("Non conforme")
    TO_COMPLETE = "to-complete", mark("À compléter")
    NOT_APPLICABLE = "not-applicable", mark("Sans objet")


class Force(Labelled):
    """How a policy binds. Only an obligation can be breached in law."""

    OBLIGATION = "obligation", mark("Obligation")
    RECOMMENDATION = "recommendation", mark("Recommandation")
    GOOD_PRACTICE = "good-practice", mark("Bonne pratique")
    WATCH = "watch", mark("Veille")


class Severity(Labelled):
    """How grave a breach is: a blocking one stops the dataset's next move."""

    BLOCKING = "blocking", mark("Bloquante")
    MAJOR = "major", mark("Majeure")
    MINOR = "minor", mark("Mineure")


class Evidence(Labelled):
    """On what reading a policy rests, from the strongest to the weakest."""

    TEXT_READ = "text-read", mark("Texte lu")
    DOCTRINE_READ = "doctrine-read", mark("Doctrine lue")
    SECONDARY = "secondary", mark("Source secondaire")
    CODE_READ = "code-read", mark("Repris d’un logiciel public")
    INTERVIEW = "interview", mark("Entretien")
    MEMORY = "memory", mark("De mémoire, non vérifié")


class Stake(Labelled):
    """The six stakes of data governance the authority named."""

    LEGAL = "legal", mark("Juridique")
    ETHICAL = "ethical", mark("Éthique")
    TECHNICAL = "technical", mark("Technique")
    MANAGERIAL = "managerial", mark("Managérial")
    DEMOCRATIC = "democratic", mark("Démocratique")
    POLITICAL = "political", mark("Politique")


class Principle(Labelled):
    """The three principles of the authority's data governance."""

    SOVEREIGNTY = "sovereignty", mark("Souveraineté")
    FRUGALITY = "frugality", mark("Sobriété")
    ACCULTURATION = "acculturation", mark("Acculturation")


class VersionStatus(Labelled):
    """Whether a version of a policy binds."""

    PROPOSED = "proposed", mark("En projet")
    IN_FORCE = "in-force", mark("En vigueur")
    REPEALED = "repealed", mark("Abrogée")


class FactType(Labelled):
    """The types a fact may have; no list of records: what needs one is a computed fact with a name."""

    BOOLEAN = "boolean", mark("oui ou non")
    ENUM = "enum", mark("valeur d’une liste")
    STRING = "string", mark("texte")
    INTEGER = "integer", mark("nombre entier")
    DOUBLE = "double", mark("nombre")
    DATE = "date", mark("date")
    STRINGS = "strings", mark("liste")


class Holding(Labelled):
    """Whether a deviation bears on a finding today."""

    NONE = "none", mark("Sans écart")
    ASKED = "asked", mark("Écart demandé")
    ACCEPTED = "accepted", mark("Écart assumé")
    EXPIRED = "expired", mark("Écart expiré")


class UnknownHalf(Labelled):
    """Which half of a policy cannot be decided."""

    WHEN = "when", mark("On ne sait pas encore si la règle s’applique")
    REQUIRE = "require", mark("On ne sait pas encore si l’exigence est remplie")
