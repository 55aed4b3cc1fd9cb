"""Every change to the processors of activities and to the terms of each."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from registry.kernel.errors import Conflict, FieldError, Invalid, Stale
from registry.kernel.words import _
from registry.ledger.service import say, touch
from registry.organisations.models import Organisation
from registry.organisations.queries import find_readable
from registry.platform.tables import set_those_that_differ
from registry.processing.models import ProcessingActivity
from registry.processing.processors.forms import PointForm, ProcessorForm, ProcessorsForm, SubProcessorForm, TermsForm
from registry.processing.processors.models import ActivityProcessor, ProcessorPoint, ProcessorTerms, SubProcessor
from registry.processing.processors.queries import (
    ProcessorParty,
    find_activities_served,
    find_points,
    find_rows_of,
    find_standing_parties,
    find_sub_processors,
    find_terms,
    get_processor_party,
)
from registry.processing.queries import get_activity
from registry.processing.service import ANNULLED, CHANGED

_BELOW = frozenset({"points", "sub_processors"})


def set_processors(session: Session, activity_id: int, form: ProcessorsForm, *, expected: int) -> ProcessingActivity:
    """Makes the processors of an activity exactly those given; the activity is judged again.

    Raises: NotFound; Stale; Conflict when it is annulled; Invalid when a processor is no organisation the asker may
    know, or is not party to the contract said to govern it.
    """
    activity = get_activity(session, activity_id, lock=True)
    if activity.version != expected:
        raise Stale(_(CHANGED), activity.version)
    if activity.annulled:
        raise Conflict(_(ANNULLED))
    held = find_rows_of(session, activity_id)
    _check(session, form.processors, held)
    say(session, "processing:activity:amend")
    changed = False
    for place, one in enumerate(form.processors):
        values: dict[str, Any] = {
            "contract_id": one.contract_id,
            "task": one.task,
            "position": place + 1,
            "annulled": False,
        }
        row = held.pop(one.processor_id, None)
        if row is None:
            session.add(
                ActivityProcessor(
                    organisation_id=activity.organisation_id, activity_id=activity.id,
                    processor_id=one.processor_id, **values,
                )
            )  # fmt: skip
            changed = True
        else:
            changed |= set_those_that_differ(row, **values)
    for row in held.values():
        changed |= set_those_that_differ(row, annulled=True)
    if changed:
        # Its version is what `If-Match` compares: a change below an activity is a change of it.
        activity.version = activity.version + 1
    session.flush()
    session.refresh(activity)
    touch(session, "activity", activity.id)
    return activity


def _check(session: Session, given: Sequence[ProcessorForm], held: dict[int, ActivityProcessor]) -> None:
    """A foreign key sees every row: what the asker may not see is refused as what does not exist is."""
    standing = {number: row.contract_id for number, row in held.items() if not row.annulled}
    known = find_readable(session, Organisation, {one.processor_id for one in given})
    asked = {one.contract_id for one in given if one.contract_id is not None}
    parties = find_standing_parties(session, asked)
    for place, one in enumerate(given):
        if standing.get(one.processor_id, 0) == one.contract_id:
            continue
        if one.processor_id not in known and one.processor_id not in standing:
            raise _wrong(place, "processor_id", _("Cette organisation n’existe pas, ou vos droits la cachent."))
        if one.contract_id is not None and one.processor_id not in parties.get(one.contract_id, ()):
            sentence = _(
                "Cette organisation n’est pas partie à ce contrat : choisissez-en un autre, ou ajoutez-la d’abord sur "
                "la fiche du contrat."
            )
            raise _wrong(place, "contract_id", sentence)


def _wrong(place: int, name: str, sentence: str) -> Invalid:
    return Invalid(sentence, (FieldError(f"processors.{place}.{name}", sentence),))


def record_terms(session: Session, party_id: int, form: TermsForm, *, expected: int) -> ProcessorTerms:
    """Says what the contract of a processor settles and who works below it; the activities it serves are judged again.

    Raises: NotFound; Stale when somebody changed them since version `expected`, which is 0 where nobody said anything;
    Invalid when somebody works below the processor while nobody is said to.
    """
    party = get_processor_party(session, party_id)
    row = find_terms(session, party_id, lock=True)
    if (0 if row is None else row.version) != expected:
        raise Stale(_("Ces clauses ont été modifiées entre-temps."), 0 if row is None else row.version)
    say(session, "processing:processor:record")
    values = form.model_dump(include=set(form.model_fields_set) - _BELOW)
    created = row is None
    if row is None:
        row = ProcessorTerms(organisation_id=party.contract.organisation_id, party_id=party_id, **values)
        session.add(row)
    differing = not created and set_those_that_differ(row, **values)
    below = _set_points(session, party, form.points) | _set_sub_processors(session, party, form.sub_processors)
    if below and not created and not differing:
        row.version = row.version + 1
    session.flush()
    session.refresh(row)
    if row.no_sub_processors and find_sub_processors(session, [party_id]):
        sentence = _("Vous nommez des sous-traitants ultérieurs et dites qu’il n’y en a pas : choisissez.")
        raise Invalid(sentence, (FieldError("no_sub_processors", sentence),))
    for number, _name in find_activities_served(session, party.contract.id, party.party.party_id):
        touch(session, "activity", number)
    return row


def _set_points(session: Session, party: ProcessorParty, given: Sequence[PointForm] | None) -> bool:
    if given is None:
        return False
    held = {row.point: row for row in find_points(session, [party.party.id]).get(party.party.id, ())}
    changed = False
    for one in given:
        row = held.get(one.point)
        if row is None:
            session.add(
                ProcessorPoint(
                    organisation_id=party.contract.organisation_id, party_id=party.party.id, **one.model_dump()
                )
            )
            changed = True
        else:
            changed |= set_those_that_differ(row, state=one.state, place=one.place)
    return changed


def _set_sub_processors(session: Session, party: ProcessorParty, given: Sequence[SubProcessorForm] | None) -> bool:
    if given is None:
        return False
    rows = find_sub_processors(session, [party.party.id], all_rows=True).get(party.party.id, ())
    held = {row.name: row for row in rows}
    changed = False
    for place, one in enumerate(given):
        values: dict[str, Any] = {"country": one.country, "task": one.task, "position": place + 1, "annulled": False}
        row = held.pop(one.name, None)
        if row is None:
            session.add(
                SubProcessor(
                    organisation_id=party.contract.organisation_id, party_id=party.party.id, name=one.name, **values
                )
            )
            changed = True
        else:
            changed |= set_those_that_differ(row, **values)
    for row in held.values():
        changed |= set_those_that_differ(row, annulled=True)
    return changed
