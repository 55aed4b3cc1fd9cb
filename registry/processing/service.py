"""Every change to an activity: record, amend, annul. Each touches its subject, judged before the transaction ends."""

import uuid
from collections.abc import Callable, Collection, Mapping
from datetime import date

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.kernel.errors import Conflict, FieldError, Invalid, Stale
from registry.kernel.sort_keys import indexed_sort_key
from registry.kernel.words import _, mark
from registry.ledger.service import say, touch
from registry.platform.tables import set_those_that_differ
from registry.processing.activity_templates import ActivityTemplate
from registry.processing.forms import PERIOD_REVERSED, ActivityChange, ActivityForm, LinkedDatasetForm
from registry.processing.models import ActivityDataset, ProcessingActivity
from registry.processing.parts import write_parts
from registry.processing.queries import find_parts, find_standing, get_activity
from registry.processing.rules import wrong_beginning, wrong_ending
from registry.processing.vocabulary import ActivityStatus

ANNULLED = mark("Ce traitement est annulé : rétablissez-le avant de le modifier.")
CHANGED = mark("Ce traitement a été modifié entre-temps.")


def record_activity(
    session: Session, organisation_id: int, form: ActivityForm, *, template: ActivityTemplate | None = None
) -> ProcessingActivity:
    """A new activity in the record of a body, with what stands below it; `template` is the one it was copied from.

    Raises: Conflict when its record already has one of that reference; Invalid when its days
    contradict where it stands, a part is given twice or points to what the asker may not see.
    """
    _check_days(session, form.status, {"started_on": form.started_on, "ended_on": form.ended_on})
    say(session, "processing:activity:record")
    made = ProcessingActivity(
        organisation_id=organisation_id,
        reference=form.reference or f"urn:uuid:{uuid.uuid4()}",
        name_sort=indexed_sort_key(form.name),
        template=template.id if template else None,
        template_digest=template.digest if template else None,
        template_said=template.values if template else None,
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
    write_parts(session, made, form)
    session.flush()
    _touch(session, made)
    return made


def _touch(session: Session, activity: ProcessingActivity) -> None:
    """The activity is judged again, and with it the datasets it concerns or concerned: they draw a fact from it."""
    touch(session, "activity", activity.id)
    for linked in find_parts(session, ActivityDataset, activity.id):
        touch(session, "dataset", linked.dataset_id)


def amend_activity(
    session: Session, activity_id: int, form: ActivityChange, *, expected: int, reason: str | None = None
) -> ProcessingActivity:
    """Changes the fields given of an activity.

    Each kind of part that is given becomes exactly what is given.

    Raises: NotFound; Conflict when it is annulled; Stale when somebody changed it since version `expected`; Invalid
    when it would end before it begins, is said to run and begins later, a part is given twice or points to what the
    asker may not see.
    """
    activity = get_activity(session, activity_id, lock=True)
    _check_changeable(activity, expected)
    _check_period(session, activity, form)
    return _change(session, activity, form, reason)


def acknowledge_template(
    session: Session, activity_id: int, template: ActivityTemplate, taken: Collection[str], *, expected: int
) -> ProcessingActivity:
    """Says that somebody compared an activity with what its template says today, and takes up the fields `taken`.

    Raises: NotFound; Conflict when it is annulled; Stale when somebody changed it since version `expected`; Invalid
    when what the template says does not fit the rest of the sheet.
    """
    activity = get_activity(session, activity_id, lock=True)
    _check_changeable(activity, expected)
    values = template.form().model_dump(include=set(template.proposed & set(taken)))
    form = ActivityChange.model_validate(values)
    _check_period(session, activity, form)
    say(session, "processing:activity:acknowledge")
    activity.template_digest, activity.template_said = template.digest, template.values
    _set_fields(activity, form)
    return _written(session, activity)


def take_activity_back(
    session: Session, activity: ProcessingActivity, form: ActivityChange, *, reason: str
) -> ProcessingActivity:
    """Gives an activity back what it said before, as it said it: what is refused today was kept then.

    The row is locked by who asks.
    """
    return _change(session, activity, form, reason, known=True)


def _change(
    session: Session, activity: ProcessingActivity, form: ActivityChange, reason: str | None, *, known: bool = False
) -> ProcessingActivity:
    say(session, "processing:activity:amend", reason)
    below = write_parts(session, activity, form, known=known)
    if not _set_fields(activity, form) and below:
        # Its version is what `If-Match` compares: a change below an activity is a change of it.
        activity.version = activity.version + 1
    return _written(session, activity)


def _set_fields(activity: ProcessingActivity, form: ActivityChange) -> bool:
    """Sets the fields given that differ; says whether any did."""
    differs = set_those_that_differ(activity, **form.given())
    if differs:
        activity.name_sort = indexed_sort_key(activity.name)
    return differs


def _written(session: Session, activity: ProcessingActivity) -> ProcessingActivity:
    session.flush()
    session.refresh(activity)
    _touch(session, activity)
    return activity


def _check_changeable(activity: ProcessingActivity, expected: int) -> None:
    if activity.version != expected:
        raise Stale(_(CHANGED), activity.version)
    if activity.annulled:
        raise Conflict(_(ANNULLED))


def _check_period(session: Session, activity: ProcessingActivity, form: ActivityChange) -> None:
    """What is given alone is held against what the activity has: the ends of its period, where it stands."""
    given = form.given()
    start, end = (given.get(name, getattr(activity, name)) for name in ("started_on", "ended_on"))
    if start and end and end < start:
        field = "ended_on" if "ended_on" in given else "started_on"
        raise Invalid(_(PERIOD_REVERSED), (FieldError(field, _(PERIOD_REVERSED)),))
    days = {"started_on": start, "ended_on": end}
    touched = days if "status" in given else {name: day for name, day in days.items() if name in given}
    _check_days(session, given.get("status", activity.status), touched, given)


def _check_days(
    session: Session, status: ActivityStatus, days: Mapping[str, date | None], given: Collection[str] | None = None
) -> None:
    """The ends of a period against where the activity stands, each said on its field, or on the state if it came alone.

    Raises: Invalid.
    """
    today, checks = session.info["today"](), {"started_on": wrong_beginning, "ended_on": wrong_ending}
    for name, day in days.items():
        if wrong := checks[name](status, day, today):
            raise Invalid(wrong, (FieldError(name if given is None or name in given else "status", wrong),))


def attach_dataset(session: Session, activity_id: int, dataset_id: int) -> ProcessingActivity:
    """Says that an activity concerns a dataset, all its fields; one it concerns already stays as it is.

    Raises: NotFound; Conflict when it is annulled; Invalid when the asker may not see the dataset.
    """
    return _with_datasets(session, activity_id, lambda linked: [*linked, LinkedDatasetForm(dataset_id=dataset_id)])


def detach_dataset(session: Session, activity_id: int, dataset_id: int) -> ProcessingActivity:
    """Says that an activity does not concern a dataset.

    Raises: NotFound; Conflict when it is annulled.
    """
    return _with_datasets(session, activity_id, lambda linked: [one for one in linked if one.dataset_id != dataset_id])


def _with_datasets(
    session: Session,
    activity_id: int,
    change: Callable[[list[LinkedDatasetForm]], list[LinkedDatasetForm]],
) -> ProcessingActivity:
    activity = get_activity(session, activity_id, lock=True)
    standing = find_standing(session, ActivityDataset, activity_id)
    wanted = {
        one.dataset_id: one for one in reversed(change([LinkedDatasetForm.model_validate(row) for row in standing]))
    }
    form = ActivityChange(datasets=list(reversed(wanted.values())))
    return amend_activity(session, activity_id, form, expected=activity.version)


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
    return _written(session, activity)
