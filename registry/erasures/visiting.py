"""What pages and the API ask of erasures alike: whom, within which organisations, and the job that does it."""

from collections.abc import Collection

from registry.erasures.forms import ErasureForm
from registry.erasures.jobs import ERASE_JOB
from registry.erasures.models import Erasure
from registry.erasures.queries import get_person
from registry.erasures.service import ask_erasure, refuse_oneself
from registry.kernel.permissions import Permission
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
    """Asks for an erasure and for the job that does it, in one transaction.

    Raises: NotFound; Forbidden; Conflict; Invalid.
    """
    person = person_for(visit, person_id)
    refuse_oneself(person.id, visit.visitor.person_id)
    asked = ask_erasure(
        visit.session,
        person.id,
        form,
        within=visit.visitor.reach(ERASE),
        today=visit.today,
        files=visit.premises.home.files,
        shown=shown,
    )
    return asked, start(visit, asked)


def start(visit: Visit, erasure: Erasure) -> JobRun:
    """The job of an erasure; one that failed is asked for again."""
    return defer(
        visit.session, ERASE_JOB, key=str(erasure.id), organisation_id=erasure.organisation_id, actor=visit.actor,
        account_id=visit.visitor.account_id, arguments={"erasure_id": erasure.id},
    )  # fmt: skip
