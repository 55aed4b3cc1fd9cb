"""The closed list of what may be decided about a rule, and the longest reason."""

from registry.kernel.words import Labelled, mark


class PolicyDecisionKind(Labelled):
    """What is decided: whether a rule written here judges, and whether a jurist answers for a version's text."""

    ADOPTED = "adopted", mark("Adoptée")
    WITHDRAWN = "withdrawn", mark("Retirée")
    VALIDATED = "validated", mark("Validée")
    UNVALIDATED = "unvalidated", mark("Remise à valider")

    @property
    def is_of_validation(self) -> bool:
        """Whether it bears on one version's text, and not on the rule."""
        return self in {PolicyDecisionKind.VALIDATED, PolicyDecisionKind.UNVALIDATED}
