"""Where a delay stands."""

from registry.kernel.words import Labelled, mark


class ClockState(Labelled):
    """Where a delay stands: it runs, is nearly over, is passed, or was ended in time or after."""

    OVERDUE = "overdue", mark("En retard")
    SOON = "soon", mark("Bientôt")
    RUNNING = "running", mark("En cours")
    LATE = "late", mark("Fait hors délai")
    MET = "met", mark("Fait dans le délai")
    NONE = "none", mark("Sans délai")
