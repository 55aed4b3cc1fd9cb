"""The closed lists of the life of a dataset."""

from registry.kernel.words import Labelled, mark


class RequestState(Labelled):
    """Where the request of a move stands."""

    WAITING = "waiting", mark("En attente de visa")
    MADE = "made", mark("Passage fait")
    REFUSED = "refused", mark("Refusée")
    WITHDRAWN = "withdrawn", mark("Retirée")


class WithdrawalGround(Labelled):
    """What the public is told of why a dataset left it: never the words written within."""

    PERSONAL_DATA = "personal-data", mark("Des données personnelles y figuraient")
    SECRET = "secret", mark("Un secret protégé par la loi y figurait")
    ERROR = "error", mark("Les données comportaient une erreur")
    REPLACED = "replaced", mark("Un autre jeu de données le remplace")
    NO_LONGER_HELD = "no-longer-held", mark("L’organisation ne tient plus ces données")
    OTHER = "other", mark("Un autre motif")


class VisaKind(Labelled):
    """Who endorses a move."""

    LEGAL = "legal", mark("Visa du service juridique")
    DPO = "dpo", mark("Visa du délégué à la protection des données")
    ARCHIVES = "archives", mark("Visa des archives départementales")


class RefusalPointState(Labelled):
    """What became of one point of a refusal."""

    OPEN = "open", mark("Attend une réponse")
    MENDED = "mended", mark("Corrigé")
    ANSWERED = "answered", mark("Répondu")


class VisaAnswer(Labelled):
    """What is answered to who asks for a visa."""

    GIVEN = "given", mark("Je donne mon visa")
    REFUSED = "refused", mark("Je refuse : la fiche revient à qui a demandé")


class KeptBack(Labelled):
    """Why the public does not read a dataset that was published.

    Law: CRPA L311-5, L311-6, L312-1-2; GDPR art. 6.
    """

    SECRET = (
        "secret",
        mark(
            "Le public ne voit pas ce jeu, bien qu’il soit publié : une réponse dit qu’un secret s’y trouve (CRPA, "
            "L311-5 et L311-6), et la décision de publier ne l’ôte pas. Revoyez la réponse ou la décision, ou "
            "retirez-le de la publication."
        ),
    )
    BASIS = (
        "basis",
        mark(
            "Le public ne voit pas ce jeu, bien qu’il soit publié : il contient des données personnelles, ou rien ne "
            "dit qu’il n’en contient pas, et aucun traitement du registre ne dit leur base légale (RGPD, art. 6 §1). "
            "Rattachez-le à un traitement qui la dit, ou retirez-le de la publication."
        ),
    )
    VISA = (
        "visa",
        mark(
            "Le public ne voit pas ce jeu, bien qu’il soit publié : il contient des données personnelles, ou rien ne "
            "dit qu’il n’en contient pas, et il a été publié sans le visa du délégué à la protection des données. "
            "Mettez-le en révision, puis demandez de nouveau sa publication."
        ),
    )
