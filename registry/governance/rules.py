"""When an action contradicts itself, and whether it is late: pure functions of values."""

from datetime import date

from registry.governance.vocabulary import ActionState
from registry.kernel.words import _


def contradiction(state: ActionState, done_on: date | None, dropped_reason: str | None) -> tuple[str, str] | None:
    """The field and the sentence of what contradicts the state of an action, if anything does."""
    if state is ActionState.DROPPED and not dropped_reason:
        return "dropped_reason", _("Dites pourquoi cette action est abandonnée.")
    if state is ActionState.DONE and done_on is None:
        return "done_on", _("Dites quel jour cette action a été faite.")
    if state is not ActionState.DONE and done_on is not None:
        return "state", _("Une action qui a un jour de fin est faite : choisissez cet état.")
    return None


def is_late(state: ActionState, due_on: date | None, today: date) -> bool:
    """Whether an action is still to be done after its day."""
    return state.is_open and due_on is not None and due_on < today
