"""The pages of questions: asking one, its thread, answering, closing."""

from collections.abc import Mapping
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from registry.accounts.queries import find_actor_names
from registry.desk.asking import require_part, tell
from registry.desk.forms import MessageForm, QuestionForm
from registry.desk.models import Question
from registry.desk.question_queries import (
    find_in_post,
    find_messages,
    get_question,
    get_sheet,
)
from registry.desk.question_service import FIELDS, answer_question, ask_question, close_question, reopen_question
from registry.desk.rules import InPost, who_answers
from registry.desk.views import (
    SHEETS,
    MessageView,
    QuestionFormPage,
    QuestionPage,
    address_of_field,
    label_of_field,
)
from registry.desk.vocabulary import Addressee, QuestionState, QuestionSubject
from registry.kernel.errors import NotFound
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.organisations.queries import find_known, get_organisation
from registry.organisations.vocabulary import AppointmentRole
from registry.web.forms import Rejected, read_number
from registry.web.saving import Unsaved, save
from registry.web.visits import NOTICES, Visit, route

READ, ASK = Permission.DATASETS_SHEET_READ, Permission.DESK_QUESTION_ASK

NOTICES.update(
    {
        "question-posee": mark("Votre question est posée. La réponse apparaîtra sur votre bureau."),
        "reponse-envoyee": mark("Votre message est ajouté au fil."),
        "question-close": mark("La question est close. Elle reste avec la fiche."),
        "question-rouverte": mark("La question est rouverte : elle attend une réponse."),
    }
)


def _subject(said: str, number: str) -> tuple[QuestionSubject, int]:
    found = read_number(number)
    if said not in set(QuestionSubject) or found is None:
        raise NotFound(_("Cette fiche n’existe pas : posez votre question depuis une fiche."))
    return QuestionSubject(said), found


def _to_whom(visit: Visit, found: InPost | None, addressee: Addressee, organisation: str) -> str:
    """To whom a kind of question goes today, in words; where nobody is in post, says so."""
    if found is None:
        if addressee is Addressee.OWNER:
            return _("personne n’est désigné : elle ira à qui tient le registre de {organisation}").format(
                organisation=organisation
            )
        said = (
            _("aucun mandat de juriste : elle ira aux comptes qui ont ce rôle pour {organisation}")
            if addressee is Addressee.LEGAL
            else _("aucun mandat de délégué·e : elle ira aux comptes qui ont ce rôle pour {organisation}")
        )
        return said.format(organisation=organisation)
    known = find_known(visit.session, found.person_id)
    name = (known.name or known.email or "") if known else ""
    said = f"{name}, {found.role.label}" if name else found.role.label
    if found.distance and addressee is Addressee.OWNER:
        return _("personne n’est désigné sur cette fiche : elle ira à {who}, pour l’organisation").format(who=said)
    return said


def _form_page(
    visit: Visit, kind: QuestionSubject, subject_id: int, values: Mapping[str, str], errors: Mapping[str, str],
    status: int = 200,
) -> Response[Any]:  # fmt: skip
    organisation_id, name, _annulled = get_sheet(visit.session, kind, subject_id)
    organisation = get_organisation(visit.session, organisation_id).name
    addressees = []
    for one in Addressee:
        posts = find_in_post(visit.session, kind, subject_id, organisation_id, one, visit.today)
        addressees.append((str(one), f"{one.label} — {_to_whom(visit, who_answers(one, posts), one, organisation)}"))
    view = QuestionFormPage(
        subject_kind=str(kind), subject_id=subject_id, sheet=name, back=SHEETS[kind].format(id=subject_id),
        field=values.get("field", ""), fields=[(field, label_of_field(kind, field)) for field in FIELDS[kind]],
        addressee=values.get("addressee", "") or str(Addressee.OWNER), addressees=addressees,
        text=values.get("text", ""), errors=errors,
    )  # fmt: skip
    return visit.page("desk/question_form.html", view, status=status)


@route("GET", "/bureau/questions/nouvelle", ASK)
def show_new_question(visit: Visit) -> Response[Any]:
    """The form of a question about the sheet (and the field) that the address names."""
    kind, subject_id = _subject(visit.query("genre"), visit.query("fiche"))
    return _form_page(visit, kind, subject_id, {"field": visit.query("champ")}, {})


@route("POST", "/bureau/questions/nouvelle", ASK)
def ask(visit: Visit) -> Response[Any]:
    """Asks a question; it goes to who answers for the sheet, by mail too where mail is set."""
    data = visit.form_data()
    kind, subject_id = _subject(data.first("subject_kind"), data.first("subject_id"))
    values = {name: data.first(name) for name in QuestionForm.model_fields}
    read = visit.form(QuestionForm)
    made = save(read, lambda form: ask_question(visit.session, form, by=visit.visitor.account_id, today=visit.today))
    if isinstance(made, Unsaved):
        return _form_page(visit, kind, subject_id, values, made.errors, made.status)
    answer = visit.go(f"/bureau/questions/{made.id}", done="question-posee")
    tell(visit, answer, made)
    return answer


def _thread(visit: Visit, question_id: int, text: str, errors: Mapping[str, str], status: int = 200) -> Response[Any]:
    found = get_question(visit.session, question_id)
    _organisation, name, _annulled = get_sheet(visit.session, found.subject_kind, found.subject_id)
    visit.agrees.update(
        dict.fromkeys(("question-posee", "question-rouverte"), found.state is not QuestionState.CLOSED)
        | {"question-close": found.state is QuestionState.CLOSED}
    )
    messages = find_messages(visit.session, question_id)
    names = find_actor_names(visit.session, {f"account:{one.account_id}" for one in messages})
    view = QuestionPage(
        id=found.id, sheet=name, sheet_address=SHEETS[found.subject_kind].format(id=found.subject_id),
        field=label_of_field(found.subject_kind, found.field),
        field_address=address_of_field(found.subject_kind, found.subject_id, found.field or ""),
        to=_addressed_to(visit, found), state=found.state.label, state_code=str(found.state),
        messages=[
            MessageView(
                names[f"account:{one.account_id}"], one.said_at, one.text, one.account_id == found.asked_by
            )
            for one in messages
        ],
        may_say=visit.visitor.may(ASK, found.organisation_id), text=text, errors=errors,
    )  # fmt: skip
    return visit.page("desk/question.html", view, status=status)


def _addressed_to(visit: Visit, question: Question) -> str:
    known = find_known(visit.session, question.asked_to) if question.asked_to else None
    name = (known.name or known.email or "") if known else ""
    role = AppointmentRole(question.asked_as).label if question.asked_as else question.addressee.label
    return f"{name}, {role}" if name else role


@route("GET", "/bureau/questions/{question_id:int}", READ)
def show_question(visit: Visit, question_id: int) -> Response[Any]:
    """A question and its thread, for whoever reads the sheet."""
    return _thread(visit, question_id, "", {})


@route("POST", "/bureau/questions/{question_id:int}/repondre", ASK)
def answer(visit: Visit, question_id: int) -> Response[Any]:
    """Adds a message to the thread."""
    visit.visitor.require(ASK, get_question(visit.session, question_id).organisation_id)
    read = visit.form(MessageForm)
    if isinstance(read, Rejected):
        text = visit.form_data().first("text")
        return _thread(visit, question_id, text, read.errors, HTTP_422_UNPROCESSABLE_ENTITY)
    found = answer_question(visit.session, question_id, read.form, by=visit.visitor.account_id)
    going = visit.go(f"/bureau/questions/{question_id}", done="reponse-envoyee")
    tell(visit, going, found)
    return going


@route("POST", "/bureau/questions/{question_id:int}/clore", ASK)
def close(visit: Visit, question_id: int) -> Response[Any]:
    """Closes a question."""
    require_part(visit, get_question(visit.session, question_id))
    close_question(visit.session, question_id)
    return visit.go(f"/bureau/questions/{question_id}", done="question-close")


@route("POST", "/bureau/questions/{question_id:int}/rouvrir", ASK)
def reopen(visit: Visit, question_id: int) -> Response[Any]:
    """Opens a closed question again."""
    require_part(visit, get_question(visit.session, question_id))
    reopen_question(visit.session, question_id)
    return visit.go(f"/bureau/questions/{question_id}", done="question-rouverte")


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_new_question, ask, show_question, answer, close, reopen)
