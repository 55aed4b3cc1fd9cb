"""Asking for an erasure: who may be erased, by whom, and what was shown to whoever asks."""

from collections.abc import Collection
from datetime import date

from sqlalchemy.orm import Session

from registry.erasures.forms import ErasureForm
from registry.erasures.keeping import find_kept_evidence, find_naming_documents
from registry.erasures.models import Erasure
from registry.erasures.queries import (
    find_erasure_of,
    find_obstacles,
    find_passages,
    get_person,
    is_erased,
    look_for,
    open_requests_kept,
)
from registry.erasures.rules import Identity, Sought
from registry.erasures.vocabulary import ErasureState
from registry.kernel.errors import Conflict, FieldError, Forbidden, Invalid
from registry.kernel.words import _
from registry.ledger.service import say
from registry.organisations.models import Person
from registry.platform.files import FileStore


def refuse_oneself(person_id: int, own_person_id: int | None) -> None:
    """Refuses that somebody erases themselves: nobody would be left to answer for it.

    Raises: Forbidden.
    """
    if person_id == own_person_id:
        raise Forbidden(
            _("Vous ne pouvez pas vous effacer vous-même : demandez-le à un autre DPO, ou à l’administrateur.")
        )


def refuse_erased(session: Session, person: Person) -> None:
    """Refuses somebody who was erased already.

    Raises: Conflict.
    """
    done = find_erasure_of(session, person.id)
    if is_erased(session, person.id) or (done is not None and done.state is not ErasureState.ASKED):
        raise Conflict(_("Cette personne est déjà effacée : son reçu dit ce qui l’a été et ce qui reste."))


def ask_erasure(
    session: Session,
    person_id: int,
    form: ErasureForm,
    *,
    within: Collection[int],
    today: date,
    files: FileStore,
    shown: Collection[str] | None = None,
) -> Erasure:
    """Records that a person is to be erased, with what was chosen; a job, or the command, then does it.

    `shown` are the codes of the passages that a page showed, where one did.

    Raises: NotFound; Conflict when somebody was erased already, or something must be done before; Invalid when the
    reason names the person, when more passages name them than were shown, or when what
    stays has no ground.
    """
    person = get_person(session, person_id, lock=True)
    refuse_erased(session, person)
    identity, sought, _namesakes = look_for(session, person, form.words)
    if obstacles := find_obstacles(session, person, sought, within, today):
        raise Conflict(" ".join(one.sentence for one in obstacles))
    _refuse_wrong(form, identity, sought)
    passages = find_passages(session, sought, within)
    known = {one.code for one in passages}
    if shown is not None and not known <= set(shown):
        raise _wrong(
            "keep", _("D’autres passages nomment cette personne depuis que la page est ouverte : relisez la liste.")
        )
    if form.exception is None and _goes_on_naming(session, files, person_id, sought, within):
        raise _wrong(
            "exception",
            _(
                "Des documents, des preuves ou des champs nomment encore cette personne : dites sur quel motif de "
                "l’article 17 §3 ils restent."
            ),
        )
    say(session, "erasures:person:ask", form.reason)
    asked = find_erasure_of(session, person_id) or Erasure(
        organisation_id=person.organisation_id, person_id=person_id, ground=form.ground, reason=form.reason, choices={}
    )
    asked.ground, asked.exception, asked.reason = form.ground, form.exception, form.reason
    asked.backups_until = form.backups_until
    asked.choices = {
        "words": sorted(set(form.words)), "keep": sorted(set(form.keep) & known), "within": sorted(within),
    }  # fmt: skip
    # What the answer to the demand already says: the job that erases says the rest.
    asked.kept = open_requests_kept(session, person_id, within)
    session.add(asked)
    session.flush()
    return asked


def _refuse_wrong(form: ErasureForm, identity: Identity, sought: Sought) -> None:
    """Refuses words that the name does not have, and a reason that would keep the name."""
    if any(place >= len(identity.words) for place in form.words):
        raise _wrong("words", _("Ce nom a moins de mots que cela : choisissez dans la liste."))
    if sought.find(form.reason):
        raise _wrong(
            "reason", _("Ne nommez pas la personne dans le motif : le reçu reste, et ne doit plus dire qui elle était.")
        )


def _goes_on_naming(
    session: Session, files: FileStore, person_id: int, sought: Sought, within: Collection[int]
) -> bool:
    """Whether something that an erasure never touches names the person."""
    return bool(
        find_naming_documents(session, files, sought, within)
        or find_passages(session, sought, within, fixed=True)
        or find_kept_evidence(session, files, person_id, sought, within).naming
    )


def _wrong(field: str, message: str) -> Invalid:
    return Invalid(message, (FieldError(field, message),))
