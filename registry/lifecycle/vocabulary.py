"""The closed lists of the life of a dataset."""

from registry.kernel.words import Labelled, mark


class RequestState(Labelled):
    """Where the request of a move stands."""

    WAITING = "waiting", mark("En attente de visa")
    MADE = "made", mark("Passage fait")
    REFUSED = "refused", mark("Refusée")
    WITHDRAWN = "withdrawn", mark("Retirée")


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
