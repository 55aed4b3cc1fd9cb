"""Every change to a protective measure."""

from sqlalchemy.orm import Session

from registry.kernel.errors import Conflict, FieldError, Invalid, NotFound, Stale
from registry.kernel.words import _
from registry.ledger.service import say
from registry.platform.tables import set_those_that_differ
from registry.processing.measures.forms import ProtectiveMeasureForm
from registry.processing.measures.models import ProtectiveMeasure
from registry.processing.measures.queries import get_measure
from registry.processing.measures.vocabulary import MeasureState
from registry.processing.queries import get_activity


def record_measure(session: Session, organisation_id: int, form: ProtectiveMeasureForm) -> ProtectiveMeasure:
    """A new measure of a body.

    Raises: Invalid when its activity is none of that body, or it has an end and is not done.
    """
    _check_activity(session, organisation_id, form.activity_id)
    say(session, "processing:measure:record")
    made = ProtectiveMeasure(organisation_id=organisation_id, **form.model_dump())
    _check_coherent(made)
    session.add(made)
    session.flush()
    session.refresh(made)
    return made


def amend_measure(
    session: Session, measure_id: int, form: ProtectiveMeasureForm, *, expected: int
) -> ProtectiveMeasure:
    """Changes the fields given of a measure; the page gives them all.

    Raises: NotFound; Stale; Conflict when it is annulled; Invalid when its activity is none of its body, or it would
    have an end and not be done.
    """
    measure = _as_read(session, measure_id, expected)
    if measure.annulled:
        raise Conflict(_("Cette mesure est annulée : rétablissez-la avant de la modifier."))
    given = form.model_dump(include=form.model_fields_set)
    if given.get("activity_id") != measure.activity_id:
        _check_activity(session, measure.organisation_id, given.get("activity_id"))
    say(session, "processing:measure:amend")
    set_those_that_differ(measure, **given)
    _check_coherent(measure)
    session.flush()
    session.refresh(measure)
    return measure


def set_measure_aside(
    session: Session, measure_id: int, *, expected: int, reason: str, annulled: bool
) -> ProtectiveMeasure:  # fmt: skip
    """Annuls a measure recorded by mistake, or brings it back, with a reason; nothing is deleted.

    Raises: NotFound; Stale.
    """
    measure = _as_read(session, measure_id, expected)
    say(session, "processing:measure:annul" if annulled else "processing:measure:restore", reason)
    measure.annulled = annulled
    session.flush()
    session.refresh(measure)
    return measure


def _as_read(session: Session, measure_id: int, expected: int) -> ProtectiveMeasure:
    measure = get_measure(session, measure_id, lock=True)
    if measure.version != expected:
        raise Stale(_("Cette mesure a été modifiée entre-temps."), measure.version)
    return measure


def _check_coherent(measure: ProtectiveMeasure) -> None:
    if measure.done_on is not None and measure.state is not MeasureState.DONE:
        sentence = _("Une mesure qui a un jour de fin est faite : choisissez cet état.")
        raise Invalid(sentence, (FieldError("state", sentence),))


def _check_activity(session: Session, organisation_id: int, activity_id: int | None) -> None:
    if activity_id is None:
        return
    sentence = _("Ce traitement n’est pas au registre de cette organisation : choisissez-en un autre.")
    wrong = Invalid(sentence, (FieldError("activity_id", sentence),))
    try:
        activity = get_activity(session, activity_id)
    except NotFound as unknown:
        raise wrong from unknown
    if activity.organisation_id != organisation_id:
        raise wrong
