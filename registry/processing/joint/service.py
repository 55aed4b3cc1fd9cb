"""Every change to an arrangement between joint controllers."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from registry.kernel.errors import Conflict, FieldError, Invalid, Stale
from registry.kernel.words import _
from registry.ledger.service import say, touch
from registry.platform.tables import set_those_that_differ
from registry.processing.joint.forms import ArrangementForm, JointControllerForm, ShareForm
from registry.processing.joint.models import JointArrangement, JointController, JointShare
from registry.processing.joint.queries import find_arrangement, find_controllers, find_shares
from registry.processing.models import ProcessingActivity
from registry.processing.queries import get_activity
from registry.processing.service import ANNULLED

_BELOW = frozenset({"controllers", "shares"})


def record_arrangement(
    session: Session, activity_id: int, form: ArrangementForm, *, expected: int
) -> JointArrangement:  # fmt: skip
    """Says what joint controllers agreed on an activity, which is judged again.

    Raises: NotFound; Conflict when the activity is annulled; Stale when somebody changed the arrangement since version
    `expected`, which is 0 where nobody said anything; Invalid when its days no longer follow each other.
    """
    activity = get_activity(session, activity_id, lock=True)
    if activity.annulled:
        raise Conflict(_(ANNULLED))
    row = find_arrangement(session, activity_id, lock=True)
    current = 0 if row is None else row.version
    if current != expected:
        raise Stale(_("Cet accord a été modifié entre-temps."), current)
    say(session, "processing:arrangement:record")
    values = form.model_dump(include=set(form.model_fields_set) - _BELOW)
    created = row is None
    if row is None:
        row = JointArrangement(organisation_id=activity.organisation_id, activity_id=activity_id, **values)
        session.add(row)
    differing = not created and set_those_that_differ(row, **values)
    _check_order(row)
    below = _set_controllers(session, activity, form.controllers) | _set_shares(session, activity, form.shares)
    if below and not created and not differing:
        row.version = row.version + 1
    session.flush()
    session.refresh(row)
    touch(session, "activity", activity_id)
    return row


def _check_order(row: JointArrangement) -> None:
    """The outline follows the agreement, whichever of the two days was there before."""
    shown, agreed = row.outline_published_on, row.agreed_on
    if shown is not None and agreed is not None and shown < agreed:
        sentence = _("Les grandes lignes seraient publiées avant l’accord.")
        raise Invalid(sentence, (FieldError("outline_published_on", sentence),))


def _set_controllers(
    session: Session, activity: ProcessingActivity, given: Sequence[JointControllerForm] | None
) -> bool:  # fmt: skip
    if given is None:
        return False
    held = {row.name: row for row in find_controllers(session, activity.id, all_rows=True)}
    changed = False
    for place, one in enumerate(given):
        row = held.pop(one.name, None)
        if row is None:
            session.add(
                JointController(
                    organisation_id=activity.organisation_id, activity_id=activity.id, name=one.name,
                    contact=one.contact, position=place + 1,
                )
            )  # fmt: skip
            changed = True
        else:
            changed |= set_those_that_differ(row, contact=one.contact, position=place + 1, annulled=False)
    for row in held.values():
        changed |= set_those_that_differ(row, annulled=True)
    return changed


def _set_shares(session: Session, activity: ProcessingActivity, given: Sequence[ShareForm] | None) -> bool:
    if given is None:
        return False
    held = {row.duty: row for row in find_shares(session, activity.id)}
    changed = False
    for one in given:
        row = held.get(one.duty)
        if row is not None:
            changed |= set_those_that_differ(row, answers=one.answers)
        elif one.answers is not None:
            session.add(
                JointShare(organisation_id=activity.organisation_id, activity_id=activity.id, **one.model_dump())
            )
            changed = True
    return changed
