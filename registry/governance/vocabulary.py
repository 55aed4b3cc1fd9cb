"""The closed lists of governance."""

from registry.kernel.words import Labelled, mark


class BodyScope(Labelled):
    """Whom a body gathers: our own services, or the partners of the territory."""

    INTERNAL = "internal", mark("Interne : gestion de la donnée")
    EXTERNAL = "external", mark("Externe : partenaires du territoire")


class BodyKind(Labelled):
    """What a body does."""

    STEERING = "steering", mark("Comité de pilotage")
    TECHNICAL = "technical", mark("Comité technique")
    NETWORK = "network", mark("Réseau des référents")
    ASSEMBLY = "assembly", mark("Conseil ou assemblée")
    WORKING_GROUP = "working-group", mark("Groupe de travail")


class ActionState(Labelled):
    """Where an action of the plan stands."""

    PLANNED = "planned", mark("Prévue")
    UNDER_WAY = "under-way", mark("En cours")
    DONE = "done", mark("Faite")
    DROPPED = "dropped", mark("Abandonnée")

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self in {ActionState.PLANNED, ActionState.UNDER_WAY}


class AttendanceState(Labelled):
    """What is known of somebody at a training session."""

    ENROLLED = "enrolled", mark("Inscription")
    ATTENDED = "attended", mark("Présence")
    MISSED = "missed", mark("Absence")
