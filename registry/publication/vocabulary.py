"""The closed lists of publication: replies about secrets, what they conclude, what is decided."""

from registry.kernel.words import Labelled, mark


class SecretReply(Labelled):
    """What is answered to the question of a secret."""

    YES = "yes", mark("Oui")
    NO = "no", mark("Non")
    UNKNOWN = "unknown", mark("On ne sait pas encore")


class SecretRank(Labelled):
    """Whom a secret keeps a document from; « part » is no secret, but whether the rest may be given without them."""

    ALL = "all", mark("Communicable à personne")
    PERSON = "person", mark("Communicable à la personne concernée seulement")
    PART = "part", mark("Mentions que l’on peut ôter")


class SmallCountResult(Labelled):
    """What a check of a file says of groups of few people."""

    FOUND = "found", mark("Groupes trop petits")
    NONE = "none", mark("Aucun groupe trop petit")
    INCOMPLETE = "incomplete", mark("Vérification incomplète")


class Conclusion(Labelled):
    """To whom a dataset may be given, from the answers about its secrets."""

    TO_ALL = "to-all", mark("Communicable à tous")
    AFTER_REDACTION = "after-redaction", mark("Communicable après occultation")
    TO_PERSON = "to-person", mark("Communicable à la personne concernée seulement")
    TO_NOBODY = "to-nobody", mark("Non communicable")
    UNKNOWN = "unknown", mark("Pas encore établi")


class Outcome(Labelled):
    """What is decided of the publication of a dataset."""

    OPEN = "open", mark("Ouvert : publier tel quel")
    ONCE_TREATED = "once-treated", mark("Ouvert après occultation ou anonymisation")
    RESTRICTED = "restricted", mark("Accès restreint : ne pas publier, communiquer à qui y a droit")
    NOT_COMMUNICABLE = "not-communicable", mark("Non communicable : ne pas publier")

    @property
    def opens(self) -> bool:
        """Whether it lets the dataset be published."""
        return self in {Outcome.OPEN, Outcome.ONCE_TREATED}


class DecisionState(Labelled):
    """Whether a decision still holds."""

    CURRENT = "current", mark("En cours")
    REPLACED = "replaced", mark("Remplacée")
    TAKEN_DOWN = "taken-down", mark("Publication retirée")


class FieldFate(Labelled):
    """What becomes of a field when its dataset is published."""

    LEAVES = "leaves", mark("À ôter ou anonymiser")
    MAY_STAY = "may-stay", mark("Peut rester, sur le fondement dit")
    UNKNOWN = "unknown", mark("À examiner")
    STAYS = "stays", mark("Reste")


class FeeGround(Labelled):
    """The two cases in which the law lets the reuse of public information be charged for."""

    OWN_REVENUE = "l324-1", mark("Recettes propres qui couvrent les coûts (L324-1)")
    DIGITISED = "l324-2", mark("Fonds numérisés de bibliothèque, musée ou archives (L324-2)")


class Duty(Labelled):
    """Whether something obliges to publish a dataset."""

    APPLIES = "applies", mark("Oblige à publier")
    ABOVE = (
        "above",
        mark("La collectivité est au-dessus des seuils ; reste à dire si ce jeu est de ceux que l’article vise"),
    )
    NOT = "not", mark("Ne s’applique pas, à lire cette règle")
    UNKNOWN = "unknown", mark("On ne sait pas encore")
