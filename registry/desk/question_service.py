"""Every change to a question: asking, answering, closing, opening again."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.datasets.layout import SHOWN
from registry.datasets.systems.forms import SystemForm
from registry.desk.forms import MessageForm, QuestionForm
from registry.desk.models import Question, QuestionMessage
from registry.desk.question_queries import find_in_post, get_question, get_sheet
from registry.desk.rules import who_answers
from registry.desk.vocabulary import QuestionState, QuestionSubject
from registry.kernel.errors import Conflict, FieldError, Invalid
from registry.kernel.words import _
from registry.ledger.service import say

FIELDS = {
    QuestionSubject.DATASET: (
        "title", *SHOWN, "contact_person_id", "information_system_id", "distributions", "fields", "sources",
    ),
    QuestionSubject.SYSTEM: tuple(name for name in SystemForm.model_fields if name != "declared_absent"),
}  # fmt: skip
"""What may be asked about on each kind of sheet, besides the whole of it."""


def ask_question(session: Session, form: QuestionForm, *, by: int, today: date) -> Question:
    """Asks a question about a sheet; it goes to who answers for it today.

    Raises: NotFound when the sheet is out of sight; Conflict when it is annulled; Invalid when it has no such field.
    """
    organisation_id, _name, annulled = get_sheet(session, form.subject_kind, form.subject_id)
    if annulled:
        raise Conflict(_("Cette fiche est annulée : plus personne ne répond de ce qu’elle dit."))
    if form.field is not None and form.field not in FIELDS[form.subject_kind]:
        message = _("Cette fiche n’a pas de champ « {name} ».").format(name=form.field)
        raise Invalid(message, (FieldError("field", message),))
    answering = who_answers(
        form.addressee,
        find_in_post(session, form.subject_kind, form.subject_id, organisation_id, form.addressee, today),
    )
    say(session, "desk:question:ask")
    made = Question(
        organisation_id=organisation_id, subject_kind=form.subject_kind, subject_id=form.subject_id,
        field=form.field, addressee=form.addressee, asked_by=by,
        asked_to=answering.person_id if answering else None, asked_as=answering.role if answering else None,
    )  # fmt: skip
    session.add(made)
    session.flush()
    _write(session, made, form.text, by)
    return made


def _write(session: Session, question: Question, text: str, by: int) -> None:
    session.add(
        QuestionMessage(
            organisation_id=question.organisation_id, question_id=question.id, account_id=by, text=text
        )
    )  # fmt: skip
    session.flush()


def _move(session: Session, question: Question, state: QuestionState) -> None:
    question.state = state
    question.moved_at = session.execute(select(func.now())).scalar_one()
    session.flush()


def answer_question(session: Session, question_id: int, form: MessageForm, *, by: int) -> Question:
    """Adds a message to the thread: from anybody else it is an answer, from who asked it waits for one again.

    Raises: NotFound; Conflict when the question is closed.
    """
    found = get_question(session, question_id, lock=True)
    if found.state is QuestionState.CLOSED:
        raise Conflict(_("Cette question est close : rouvrez-la pour y répondre."))
    say(session, "desk:question:answer")
    _write(session, found, form.text, by)
    _move(session, found, QuestionState.OPEN if by == found.asked_by else QuestionState.ANSWERED)
    return found


def close_question(session: Session, question_id: int) -> Question:
    """Closes a question: it leaves both desks and stays with the sheet.

    Raises: NotFound; Conflict when it is closed already.
    """
    found = get_question(session, question_id, lock=True)
    if found.state is QuestionState.CLOSED:
        raise Conflict(_("Cette question est déjà close."))
    say(session, "desk:question:close")
    _move(session, found, QuestionState.CLOSED)
    return found


def reopen_question(session: Session, question_id: int) -> Question:
    """Opens a closed question again: it waits for an answer.

    Raises: NotFound; Conflict when it is not closed.
    """
    found = get_question(session, question_id, lock=True)
    if found.state is not QuestionState.CLOSED:
        raise Conflict(_("Cette question n’est pas close."))
    say(session, "desk:question:reopen")
    _move(session, found, QuestionState.OPEN)
    return found
