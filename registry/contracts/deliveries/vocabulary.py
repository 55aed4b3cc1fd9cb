"""The closed lists of deliveries, with their French labels."""

from registry.kernel.words import Labelled, mark


class DeliveryChannel(Labelled):
    """How something that a contract has delivered came."""

    UPLOAD = "upload", mark("Fichier déposé au registre")
    API = "api", mark("Fichier reçu par l’API")
    LINK = "link", mark("Fichier déposé par le titulaire, par son lien")
    MAIL = "mail", mark("Courriel")
    PAPER = "paper", mark("Papier ou courrier")
    HANDED_OVER = "handed-over", mark("Remise en mains propres, sur un support")
    ELSEWHERE = "elsewhere", mark("Déposé ailleurs (plateforme, entrepôt)")


class ReceiptAnswer(Labelled):
    """What whoever awaited a delivery answered to what came.

    One receipt of a delivery is accepted at most, and counts: one accepted before it is followed by it.
    """

    WAITING = "waiting", mark("Attend une réponse")
    ACCEPTED = "accepted", mark("Acceptée")
    REFUSED = "refused", mark("Refusée")
    FOLLOWED = "followed", mark("Acceptée, suivie d’une autre")


class PenaltyDecision(Labelled):
    """What was decided of the penalty of a late delivery."""

    APPLIED = "applied", mark("Pénalité appliquée")
    REMITTED = "remitted", mark("Pénalité remise")


class DeliveryState(Labelled):
    """Where a delivery stands on a day."""

    WAITING = "waiting", mark("Reçue, attend votre réponse")
    LATE = "late", mark("En retard")
    DUE = "due", mark("Attendue")
    UNDATED = "undated", mark("Sans échéance")
    LATE_ACCEPTED = "late-accepted", mark("Acceptée, arrivée en retard")
    ACCEPTED = "accepted", mark("Acceptée")
