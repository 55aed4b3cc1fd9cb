"""Whether each activity needs an impact assessment, and where the one that covers it stands, in a sentence.

The formula decides, here as on the page, in the API and on the desk: what a document says is what they say.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.kernel.words import _
from registry.ledger.as_of import find_rows
from registry.processing.assessments.facts import Covering, find_covering
from registry.processing.assessments.models import DpiaScreening
from registry.processing.assessments.rules import answers_of, decide
from registry.processing.assessments.vocabulary import RevisionState
from registry.web.templating import say_day


def tell_assessments(session: Session, activity_ids: Iterable[int], until: datetime | None) -> dict[int, str]:
    """What is said of each of these activities, as it stood at an instant."""
    ids = frozenset(activity_ids)
    screenings = _screenings(session, ids, until)
    covering = find_covering(session, ids, until)
    return {
        number: " ; ".join([
            decide(answers_of(screenings.get(number))).need.label,
            *_standing(covering.get(number), screenings.get(number)),
        ])
        for number in ids
    }  # fmt: skip


def find_due(session: Session, activity_ids: Iterable[int], until: datetime | None) -> dict[int, str]:
    """The activities for which an assessment is due and is neither validated nor set aside, each with its sentence."""
    ids = frozenset(activity_ids)
    screenings = _screenings(session, ids, until)
    covering = find_covering(session, ids, until)
    due = {}
    for number in sorted(ids):
        screening, found = screenings.get(number), covering.get(number)
        validated = found is not None and found.is_validated
        set_aside = screening is not None and screening.set_aside_reason is not None
        decision = decide(answers_of(screening))
        if decision.is_due and not validated and not (set_aside and decision.may_be_set_aside):
            due[number] = " ; ".join([decision.need.label, *_standing(found, None)])
    return due


def _screenings(session: Session, ids: frozenset[int], until: datetime | None) -> dict[int, Any]:
    rows = find_rows(session, DpiaScreening, until=until, column="activity_id", among=ids)
    return {row.activity_id: row for row in rows}


def _standing(covering: Covering | None, screening: DpiaScreening | None) -> list[str]:
    if covering is not None:
        revision = covering.revision
        state = RevisionState(revision.state).label.lower()
        if revision.decided_on is not None:
            state = _("{state} le {day}").format(state=state, day=say_day(revision.decided_on))
        told = [_("analyse {state}").format(state=state)]
        if covering.is_opposed:
            told.append(_("la CNIL a répondu que le traitement violerait le RGPD"))
        elif covering.consulted.is_awaited:
            told.append(_("réponse de la CNIL attendue"))
        elif covering.consulted.is_owed:
            told.append(_("CNIL à consulter"))
        return told
    if screening is not None and screening.set_aside_reason is not None:
        return [_("écartée avec un motif et l’avis du DPO")]
    return []
