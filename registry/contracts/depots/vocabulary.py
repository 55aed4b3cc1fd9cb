"""Where the link of an operator stands."""

from registry.kernel.words import Labelled, mark


class DepotState(Labelled):
    """Where a link stands on a day."""

    OPEN = "open", mark("En service")
    EXPIRED = "expired", mark("Expiré")
    REVOKED = "revoked", mark("Révoqué")
    LEFT = "left", mark("Fermé : n’est plus une partie qui livre")
    SET_ASIDE = "set-aside", mark("Fermé : contrat annulé")
