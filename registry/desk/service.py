"""Every change at a desk: putting a task off, handing it to somebody, taking it back."""

from datetime import date

from sqlalchemy.orm import Session

from registry.desk.forms import DelegationForm, SnoozeForm
from registry.desk.models import TaskArrangement
from registry.desk.queries import Task, find_arrangement, find_colleagues, get_arrangement, hold_task
from registry.desk.vocabulary import Arrangement, TaskKind
from registry.kernel.errors import Conflict, FieldError, Invalid
from registry.kernel.words import _
from registry.ledger.service import say


def snooze_task(session: Session, task: Task, form: SnoozeForm, *, by: int) -> TaskArrangement:
    """A task waits until a day, for who says so alone; whatever they had decided about it ends.

    Raises: Conflict when it waits for others already.
    """
    _check_own(task)
    return _arrange(session, task, by, Arrangement.SNOOZE, form.reason, until=form.until)


def delegate_task(session: Session, task: Task, form: DelegationForm, *, by: int) -> TaskArrangement:
    """Hands a task to somebody whose roles let them do it.

    Raises: Conflict when it cannot be handed over; Invalid when that person may not do it.
    """
    _check_own(task)
    if task.kind in {TaskKind.QUESTION, TaskKind.ANSWER}:
        raise Conflict(_("Une question se confie par une réponse : dites dans le fil qui peut y répondre."))
    if task.kind is TaskKind.DRAFT:
        raise Conflict(_("Un brouillon n’est qu’à vous : enregistrez la fiche pour qu’un autre la finisse."))
    among = find_colleagues(session, task.needs, task.organisation_id, but=by)
    if form.account_id not in {one.account_id for one in among}:
        message = _("Choisissez une personne de la liste : les autres n’ont pas le droit de faire cette tâche.")
        raise Invalid(message, (FieldError("account_id", message),))
    return _arrange(session, task, by, Arrangement.DELEGATION, form.reason, delegate_id=form.account_id)


def _check_own(task: Task) -> None:
    if task.waiting:
        raise Conflict(_("Cette tâche attend déjà la réponse de quelqu’un d’autre."))


def _arrange(
    session: Session, task: Task, by: int, kind: Arrangement, reason: str | None,
    *, until: date | None = None, delegate_id: int | None = None,
) -> TaskArrangement:  # fmt: skip
    say(session, "desk:task:snooze" if kind is Arrangement.SNOOZE else "desk:task:delegate")
    hold_task(session, by, task.key)
    before = find_arrangement(session, by, task.key)
    if before is not None:
        before.ended = True
        session.flush()
    made = TaskArrangement(
        organisation_id=task.organisation_id, account_id=by, task_key=task.key, kind=kind, until=until,
        delegate_id=delegate_id, reason=reason,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def resume_task(session: Session, arrangement_id: int, *, by: int) -> TaskArrangement:
    """A task comes back to who put it off or handed it over; who it was handed to may give it back.

    Raises: NotFound.
    """
    found = get_arrangement(session, arrangement_id, by)
    say(session, "desk:task:resume")
    found.ended = True
    session.flush()
    return found
