"""Every change to an activity: record, amend, annul. Each touches its subject, judged before the transaction ends."""

import uuid

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.kernel.errors import Conflict, FieldError, Invalid, Stale
from registry.kernel.sort_keys import indexed_sort_key
from registry.kernel.words import _, mark
from registry.ledger.service import say, touch
from registry.processing.forms import PERIOD_REVERSED, ActivityChange, ActivityForm
from registry.processing.models import ProcessingActivity
from registry.processing.queries import get_activity

ANNULLED = mark("Ce traitement est annulé : rétablissez-le avant de le modifier.")
CHANGED = mark("Ce traitement a été modifié entre-temps.")


def record_activity(session: Session, organisation_id: int, form: ActivityForm) -> ProcessingActivity:
    """A new activity in the record of a body.

    Raises: Conflict when its record already has one of that reference.
    """
    say(session, "processing:activity:record")
    made = ProcessingActivity(
        organisation_id=organisation_id,
        reference=form.reference or f"urn:uuid:{uuid.uuid4()}",
        name_sort=indexed_sort_key(form.name),
        **form.values(),
    )
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError as error:
        raise Conflict(
            _("Le registre de cette organisation a déjà un traitement de référence « {reference} ».").format(
                reference=made.reference
            )
        ) from error
    touch(session, "activity", made.id)
    return made


def amend_activity(
    session: Session, activity_id: int, form: ActivityChange, *, expected: int, reason: str | None = None
) -> ProcessingActivity:
    """Changes the fields given of an activity.

    Raises: NotFound; Conflict when it is annulled; Stale when somebody changed it since version `expected`; Invalid
    when it would end before it begins.
    """
    activity = get_activity(session, activity_id, lock=True)
    if activity.version != expected:
        raise Stale(_(CHANGED), activity.version)
    if activity.annulled:
        raise Conflict(_(ANNULLED))
    _check_period(activity, form)
    say(session, "processing:activity:amend", reason)
    for name, value in form.given().items():
        if getattr(activity, name) != value:
            setattr(activity, name, value)
    activity.name_sort = indexed_sort_key(activity.name)
    session.flush()
    session.refresh(activity)
    touch(session, "activity", activity.id)
    return activity


def _check_period(activity: ProcessingActivity, form: ActivityChange) -> None:
    """One end of the period given alone is held against the other, which the activity has."""
    given = form.given()
    start, end = (given.get(name, getattr(activity, name)) for name in ("started_on", "ended_on"))
    if start and end and end < start:
        field = "ended_on" if "ended_on" in given else "started_on"
        raise Invalid(_(PERIOD_REVERSED), (FieldError(field, _(PERIOD_REVERSED)),))


def set_activity_aside(
    session: Session, activity_id: int, *, expected: int, reason: str, annulled: bool
) -> ProcessingActivity:
    """Annuls an activity recorded by mistake, or brings it back, with a reason; nothing is deleted.

    Raises: NotFound; Stale.
    """
    activity = get_activity(session, activity_id, lock=True)
    if activity.version != expected:
        raise Stale(_(CHANGED), activity.version)
    say(session, "processing:activity:annul" if annulled else "processing:activity:restore", reason)
    activity.annulled = annulled
    session.flush()
    session.refresh(activity)
    touch(session, "activity", activity.id)
    return activity
