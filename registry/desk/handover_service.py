"""Handing over what somebody held, in one act, and reversing it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from registry.desk.forms import HandOverForm
from registry.desk.handover_queries import (
    Held,
    find_account_of,
    find_by_number,
    find_handed_tasks,
    find_held,
    find_open_questions,
    find_standing_appointment,
    get_handover,
)
from registry.desk.models import HandOver, Question, TaskArrangement
from registry.desk.queries import find_colleagues
from registry.desk.rules import DUTIES
from registry.desk.vocabulary import permission_of
from registry.kernel.errors import Conflict, FieldError, Invalid
from registry.kernel.words import _
from registry.ledger.service import say
from registry.organisations.forms import AppointmentForm
from registry.organisations.posts import give_post, take_back_posts


@dataclass(frozen=True)
class Holdings:
    """What somebody holds on some organisations: posts, questions that wait for them, tasks handed to them."""

    appointments: tuple[Held, ...]
    questions: tuple[Question, ...]
    tasks: tuple[TaskArrangement, ...]

    @property
    def codes(self) -> frozenset[str]:
        """Each part as the form names it."""
        return frozenset(
            (
                *(f"appointment:{one.id}" for one in self.appointments),
                *(f"question:{one.id}" for one in self.questions),
                *(f"delegation:{one.id}" for one in self.tasks),
            )
        )


def holdings_of(session: Session, person_id: int, today: date, *, within: frozenset[int]) -> Holdings:
    """What somebody holds on some organisations."""
    return Holdings(
        tuple(find_held(session, person_id, today, within=within)),
        tuple(find_open_questions(session, person_id, within=within)),
        tuple(find_handed_tasks(session, person_id, within=within)),
    )


def duties_of(holdings: Holdings, parts: Collection[str]) -> list[str]:
    """What the law asks of who gives these parts to somebody else, each duty once."""
    roles = {one.role for one in holdings.appointments if f"appointment:{one.id}" in parts}
    return [_(words) for role, words in DUTIES.items() if role in roles]


def hand_over(session: Session, person_id: int, holdings: Holdings, form: HandOverForm) -> HandOver:
    """Gives the parts ticked to a successor from a day: all or none; each is noted, to be reversed.

    A task handed to who leaves stays theirs where the successor's roles do not let them do it.

    Raises: Invalid when a part is not held, the successor cannot take it, or a duty it brings was not read; Conflict
    when a post is given already.
    """
    if form.person_id == person_id:
        raise _wrong("person_id", _("Choisissez quelqu’un d’autre : cette personne tient déjà tout cela."))
    if not set(form.parts) <= holdings.codes:
        raise _wrong("parts", _("Une partie n’est plus tenue par cette personne : vérifiez la liste et recommencez."))
    if not form.confirmed and duties_of(holdings, form.parts):
        raise _wrong("confirmed", _("Ce changement oblige à le déclarer : cochez la case une fois que vous l’avez lu."))
    moved = [
        _give_post(session, person_id, held, form)
        for held in holdings.appointments
        if f"appointment:{held.id}" in form.parts
    ]
    questions = [one for one in holdings.questions if f"question:{one.id}" in form.parts]
    tasks = [one for one in holdings.tasks if f"delegation:{one.id}" in form.parts]
    account_id, tasks = _takeable(session, tasks, form.person_id)
    if not (moved or questions or tasks):
        raise _wrong(
            "person_id",
            _(
                "Cette personne n’a le droit de faire aucune des tâches cochées : décochez-les, ou choisissez "
                "quelqu’un d’autre."
            ),
        )
    say(session, "desk:handover:record", form.reason)
    for question in questions:
        question.asked_to = form.person_id
        moved.append({"question": question.id, "organisation": question.organisation_id})
    for task in tasks:
        moved.append({
            "delegation": task.id, "before": task.delegate_id, "after": account_id,
            "organisation": task.organisation_id,
        })  # fmt: skip
        task.delegate_id = account_id
    made = HandOver(
        organisation_id=moved[0]["organisation"], from_person_id=person_id, to_person_id=form.person_id,
        since=form.since, moved=moved, reason=form.reason,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def _takeable(
    session: Session, tasks: list[TaskArrangement], person_id: int
) -> tuple[int | None, list[TaskArrangement]]:
    """The account of a successor, and those of some tasks that their roles let them do.

    Raises: Invalid when they have no account to do a task with.
    """
    if not tasks:
        return None, []
    account_id = find_account_of(session, person_id)
    if account_id is None:
        raise _wrong(
            "person_id",
            _("Cette personne n’a pas de compte : elle ne peut pas recevoir une tâche. Décochez les tâches."),
        )
    wanted = {(permission_of(one.task_key), one.organisation_id, one.account_id) for one in tasks}
    able = {
        each
        for each in wanted
        if account_id in {one.account_id for one in find_colleagues(session, each[0], each[1], but=each[2])}
    }
    return account_id, [
        one for one in tasks if (permission_of(one.task_key), one.organisation_id, one.account_id) in able
    ]


def bodies_of(made: HandOver) -> frozenset[int]:
    """The organisations on which something changed hands."""
    return frozenset((made.organisation_id, *(one["organisation"] for one in made.moved)))


def _wrong(field: str, message: str) -> Invalid:
    return Invalid(message, (FieldError(field, message),))


def _give_post(session: Session, person_id: int, held: Held, form: HandOverForm) -> dict[str, Any]:
    left = find_standing_appointment(session, held, form.since)
    if left is not None and left.person_id != person_id:
        raise Conflict(
            _(
                "Ce poste est déjà donné à quelqu’un d’autre à cette date : {post}. Décochez-le, ou choisissez un "
                "autre jour."
            ).format(post=f"{held.role.label} — {held.name}")
        )
    until = held.until if held.until is not None and held.until > form.since else None
    noted = give_post(
        session, held.organisation_id,
        AppointmentForm(
            person_id=form.person_id, role=held.role, subject_kind=held.subject_kind, subject_id=held.subject_id,
            since=form.since, until=until,
        ),
    )  # fmt: skip
    return {"organisation": held.organisation_id, **noted}


def undo_hand_over(session: Session, handover_id: int) -> HandOver:
    """Reverses a hand-over: posts, questions and tasks go back, as long as nobody changed them since.

    Raises: NotFound; Conflict when it was reversed already, or part of it has changed.
    """
    found = get_handover(session, handover_id)
    if found.undone:
        raise Conflict(_("Cette passation est déjà défaite."))
    say(session, "desk:handover:undo")
    if not take_back_posts(session, [one for one in found.moved if "appointment" in one]):
        raise Conflict(
            _("Un mandat de cette passation a changé depuis : elle ne se défait plus d’un coup, reprenez-le à part.")
        )
    for number, question in find_by_number(session, Question, _numbers(found, "question")).items():
        if question.asked_to == found.to_person_id and number:
            question.asked_to = found.from_person_id
    tasks = find_by_number(session, TaskArrangement, _numbers(found, "delegation"))
    for one in found.moved:
        task = tasks.get(one.get("delegation", 0))
        if task is not None and task.delegate_id == one["after"] and not task.ended:
            task.delegate_id = one["before"]
    found.undone = True
    session.flush()
    return found


def _numbers(made: HandOver, part: str) -> list[int]:
    return [one[part] for one in made.moved if part in one]
