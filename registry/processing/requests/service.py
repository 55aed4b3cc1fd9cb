"""Every change to a request: each is said in the ledger, and its last day is counted once, here."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from registry.compliance.engine import engine_of
from registry.kernel.delays import Delay
from registry.kernel.errors import Conflict, FieldError, Invalid, Stale
from registry.kernel.words import _
from registry.ledger.service import say, touch
from registry.organisations.forms import PersonForm
from registry.organisations.queries import find_known
from registry.organisations.service import record_person
from registry.processing.requests.forms import AnswerForm, ExtensionForm, RequestChange, RequestForm
from registry.processing.requests.models import ReceivedRequest
from registry.processing.requests.queries import get_request
from registry.processing.requests.rules import (
    due_of,
    is_waiting,
    wrong_answer,
    wrong_extension,
    wrong_leaving,
    wrong_request,
)
from registry.processing.requests.vocabulary import RequestOutcome

_ASKER = frozenset({"requester_name", "requester_email"})
_STANDING = tuple(name for name in RequestForm.model_fields if name not in _ASKER)


def delays_of(session: Session) -> Mapping[str, Delay]:
    """The delays as the texts count them."""
    return engine_of(session).catalogue.delays


def record_request(session: Session, organisation_id: int, form: RequestForm) -> ReceivedRequest:
    """A new request; who asks becomes a person apart, never one already known: two may bear one name.

    Raises: Invalid, with one error a field.
    """
    values = _checked(session, form.model_dump(exclude=set(_ASKER)))
    asker = _record_asker(session, organisation_id, form.asker())
    say(session, "processing:request:record")
    made = ReceivedRequest(
        organisation_id=organisation_id, requester_id=asker, due_on=_due(session, values, None), **values
    )
    session.add(made)
    return _written(session, made)


def amend_request(session: Session, request_id: int, form: RequestChange, *, expected: int) -> ReceivedRequest:
    """Changes the fields given on a request; its last day is counted again. A name given replaces who asked.

    Raises: NotFound; Conflict when it is annulled; Stale when somebody changed it since version `expected`; Invalid.
    """
    request = _to_change(session, request_id, expected)
    given = form.model_dump(include=form.model_fields_set - _ASKER)
    values = _checked(session, {**{name: getattr(request, name) for name in _STANDING}, **given})
    if request.answered_on is not None and request.answered_on < values["received_on"]:
        _refuse({"received_on": _("La réponse est partie avant cette date : vérifiez la date de réception.")})
    if request.extended_on is not None and request.extended_on < values["received_on"]:
        _refuse({"received_on": _("La prolongation est notifiée avant cette date : vérifiez la date de réception.")})
    if request.outcome is RequestOutcome.LEFT and (wrong := wrong_leaving(values["regime"], request.unfounded_reasons)):
        _refuse({"regime": wrong["outcome"]})
    asker = _record_asker(session, request.organisation_id, _asker_of(session, request, form))
    say(session, "processing:request:amend")
    for name, value in values.items():
        if getattr(request, name) != value:
            setattr(request, name, value)
    if asker is not None:
        request.requester_id = asker
    request.due_on = _due(session, values, request.extended_on)
    return _written(session, request)


def extend_request(session: Session, request_id: int, form: ExtensionForm, *, expected: int) -> ReceivedRequest:
    """Notes that the asker was told of a longer delay, or corrects what was noted of it, for a reason.

    Notified too late, it is kept and extends nothing; what was noted before a correction stays in the ledger.

    Raises: NotFound; Conflict; Stale; Invalid, with one error a field.
    """
    request = _to_change(session, request_id, expected)
    _refuse(
        wrong_extension(
            request.regime, request.received_on, form.extended_on, already=request.extended_on, reason=form.reason,
            answered=not is_waiting(request),
        )
    )  # fmt: skip
    corrects = request.extended_on is not None
    say(session, "processing:request:correct" if corrects else "processing:request:extend", form.reason)
    request.extended_on, request.extension_reasons = form.extended_on, form.extension_reasons
    values = {"regime": request.regime, "received_on": request.received_on}
    request.due_on = _due(session, values, request.extended_on)
    return _written(session, request)


def answer_request(session: Session, request_id: int, form: AnswerForm, *, expected: int) -> ReceivedRequest:
    """Notes what was answered and when; noted again, it replaces what was said.

    Raises: NotFound; Conflict; Stale; Invalid, with one error a field.
    """
    request = _to_change(session, request_id, expected)
    values = form.model_dump()
    _refuse(wrong_answer(values, request.regime, request.received_on))
    say(session, "processing:request:answer")
    for name, value in values.items():
        setattr(request, name, value)
    return _written(session, request)


def set_request_aside(
    session: Session, request_id: int, *, expected: int, reason: str, annulled: bool
) -> ReceivedRequest:
    """Annuls a request recorded by mistake, or brings it back, with a reason; nothing is deleted.

    Raises: NotFound; Stale.
    """
    request = get_request(session, request_id, lock=True)
    if request.version != expected:
        raise Stale(_("Cette demande a été modifiée entre-temps."), request.version)
    say(session, "processing:request:annul" if annulled else "processing:request:restore", reason)
    request.annulled = annulled
    return _written(session, request)


def _to_change(session: Session, request_id: int, expected: int) -> ReceivedRequest:
    request = get_request(session, request_id, lock=True)
    if request.version != expected:
        raise Stale(_("Cette demande a été modifiée entre-temps."), request.version)
    if request.annulled:
        raise Conflict(_("Cette demande est annulée : rétablissez-la avant de la modifier."))
    return request


def _written(session: Session, request: ReceivedRequest) -> ReceivedRequest:
    session.flush()
    session.refresh(request)
    touch(session, "request", request.id)
    return request


def _asker_of(session: Session, request: ReceivedRequest, form: RequestChange) -> PersonForm | None:
    """Who asks, as the change says it: an address given alone is that of the person already named."""
    asker = form.asker()
    if asker is None or asker.name is not None or request.requester_id is None:
        return asker
    known = find_known(session, request.requester_id)
    return asker.model_copy(update={"name": known.name}) if known is not None else asker


def _record_asker(session: Session, organisation_id: int, asker: PersonForm | None) -> int | None:
    return record_person(session, organisation_id, asker, confided=True).id if asker is not None else None


def _due(session: Session, values: Mapping[str, Any], extended: date | None) -> date:
    return due_of(values["regime"], values["received_on"], extended, delays_of(session)).last


def _checked(session: Session, values: dict[str, Any]) -> dict[str, Any]:
    wrong = wrong_request(values)
    if values["in_charge_id"] is not None and find_known(session, values["in_charge_id"]) is None:
        wrong["in_charge_id"] = _("Cette personne n’existe pas, ou vos droits ne vous la montrent pas.")
    _refuse(wrong)
    return values


def _refuse(wrong: Mapping[str, str]) -> None:
    if wrong:
        problems = tuple(FieldError(name, sentence) for name, sentence in wrong.items())
        raise Invalid(_("La demande ne peut être enregistrée ainsi."), problems)
