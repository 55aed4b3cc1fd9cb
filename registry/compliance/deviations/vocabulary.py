"""The closed lists of accepted deviations."""

from registry.kernel.words import Labelled, mark


class DeviationState(Labelled):
    """Where an accepted deviation stands; whether an approved one has expired is told by its day."""

    ASKED = "asked", mark("À décider")
    APPROVED = "approved", mark("Assumé")
    REFUSED = "refused", mark("Refusé")
    WITHDRAWN = "withdrawn", mark("Retiré")
    UNNEEDED = "unneeded", mark("Plus nécessaire")
    REPLACED = "replaced", mark("Remplacé par un autre")

    @property
    def is_open(self) -> bool:
        """Whether it still waits, or still holds until its day."""
        return self in {DeviationState.ASKED, DeviationState.APPROVED}


class Answer(Labelled):
    """What is answered to who asks for a deviation."""

    APPROVED = "approved", mark("J’approuve : l’écart est assumé jusqu’à son échéance")
    REFUSED = "refused", mark("Je refuse : ce que la règle demande est à faire")
