"""What pages and the API ask of erasures alike: whom, within which organisations, and the job that does it."""

from collections.abc import Collection, Sequence

from registry.erasures.forms import ErasureForm
from registry.erasures.jobs import ERASE_JOB
from registry.erasures.models import Erasure
from registry.erasures.queries import alike_within, find_identity, get_person, look_for
from registry.erasures.service import ask_erasure, refuse_oneself
from registry.kernel.errors import FieldError, Invalid, Refusal
from registry.kernel.permissions import Permission
from registry.kernel.words import _
from registry.organisations.models import Person
from registry.platform.jobs import defer
from registry.platform.models import JobRun
from registry.web.visits import Visit

ERASE, READ = Permission.ERASURES_PERSON_ERASE, Permission.ERASURES_RECEIPT_READ


def person_for(visit: Visit, person_id: int) -> Person:
    """A person whom the visitor may erase.

    Raises: NotFound; Forbidden.
    """
    person = get_person(visit.session, person_id)
    visit.visitor.require(ERASE, person.organisation_id)
    return person


def ask(
    visit: Visit, person_id: int, form: ErasureForm, *, shown: Collection[str] | None = None
) -> tuple[Erasure, JobRun]:
    """Asks for an erasure and for the job that does it, in one transaction; so for those who are the same person.

    Raises: NotFound; Forbidden; Conflict; Invalid.
    """
    asked, alike = _asked(visit, person_id, form, shown), _alike(visit, person_id)
    run = start(visit, asked)
    for number in dict.fromkeys(form.also):
        if number not in alike:
            raise _refused(number, _("elle ne porte ni le même nom ni la même adresse, ou est déjà effacée."))
        words = form.words if _words_of(visit, number) == _words_of(visit, person_id) else []
        try:
            start(visit, _asked(visit, number, form.model_copy(update={"words": words}), shown))
        except Invalid as refusal:
            if any(problem.path == "keep" for problem in refusal.errors):
                told = _("d’autres passages la nomment que ceux de cette page : effacez-la depuis la sienne.")
                raise _refused(number, told) from refusal
            raise _refused(number, refusal.message) from refusal
        except Refusal as refusal:
            raise _refused(number, refusal.message) from refusal
    return asked, run


def _asked(visit: Visit, person_id: int, form: ErasureForm, shown: Collection[str] | None) -> Erasure:
    person = person_for(visit, person_id)
    refuse_oneself(person.id, visit.visitor.person_id)
    return ask_erasure(
        visit.session,
        person.id,
        form,
        within=visit.visitor.reach(ERASE),
        today=visit.today,
        files=visit.premises.home.files,
        shown=shown,
    )


def _alike(visit: Visit, person_id: int) -> Collection[int]:
    """The numbers of those whom the visitor may erase and who bear exactly the same name or address."""
    _identity, _sought, namesakes = look_for(visit.session, get_person(visit.session, person_id), ())
    return alike_within(visit.session, namesakes, visit.visitor.reach(ERASE))


def _words_of(visit: Visit, person_id: int) -> Sequence[str]:
    return find_identity(visit.session, get_person(visit.session, person_id)).words


def _refused(number: int, why: str) -> Invalid:
    message = _("Personne n° {number} : {why}").format(number=number, why=why)
    return Invalid(message, (FieldError("also", message),))


def start(visit: Visit, erasure: Erasure) -> JobRun:
    """The job of an erasure; one that failed is asked for again."""
    return defer(
        visit.session, ERASE_JOB, key=str(erasure.id), organisation_id=erasure.organisation_id, actor=visit.actor,
        account_id=visit.visitor.account_id, arguments={"erasure_id": erasure.id},
    )  # fmt: skip
