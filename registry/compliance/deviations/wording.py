"""An accepted deviation in words: how it reads on a day, and what the law says of it."""

from datetime import date

from registry.compliance.deviations.rules import Held, has_expired
from registry.compliance.deviations.vocabulary import DeviationState
from registry.compliance.vocabulary import Force
from registry.kernel.words import _
from registry.web.templating import say_day


def say_held(held: Held | None, today: date) -> str:
    """What is said beside a verdict; nothing where no deviation bears on it."""
    if held is None:
        return ""
    if held.state is DeviationState.ASKED:
        return _("Écart demandé, à décider")
    day = say_day(held.expires_on)
    said = _("Écart expiré le {day}") if held.has_expired(today) else _("Écart assumé jusqu’au {day}")
    return said.format(day=day)


def say_state(state: DeviationState, expires_on: date, today: date) -> str:
    """Where a deviation stands, in a word or two."""
    return _("Expiré") if has_expired(state, expires_on, today) else state.label


def tone_of(state: DeviationState, expires_on: date, today: date) -> str:
    """The sign that goes with it: what is accepted is never shown as compliant."""
    if state is DeviationState.ASKED:
        return "to-complete"
    if state is DeviationState.APPROVED:
        return "non-compliant" if has_expired(state, expires_on, today) else "not-followed"
    return "not-applicable"


def what_follows(force: Force | None) -> str:
    """What is left to do once nothing covers a finding any more, by what binds; `force` is empty where it is gone."""
    if force is Force.OBLIGATION:
        return _("le manquement est de nouveau à corriger")
    return _("la règle n’est toujours pas suivie") if force is not None else _("le constat demeure")


def what_stays(force: Force | None) -> str:
    """What a deviation leaves as it was, by what binds."""
    return _("le manquement reste compté") if force is Force.OBLIGATION else _("le constat reste compté")


def what_the_law_says(force: Force) -> str:
    """What an accepted deviation changes to what a policy finds, by what binds."""
    if force is Force.OBLIGATION:
        return _("Le droit ne permet pas d’y déroger : le manquement reste compté.")
    return _("Ce n’est pas une obligation : s’en écarter se dit, et le constat reste compté.")
