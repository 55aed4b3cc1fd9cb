"""Naming who does one's tasks during an absence, and ending that early."""

from datetime import date

from sqlalchemy.orm import Session

from registry.desk.forms import StandInForm
from registry.desk.models import StandIn
from registry.desk.queries import find_colleagues, hold_task
from registry.desk.stand_in_queries import find_crossing, get_stand_in
from registry.kernel.errors import Conflict, FieldError, Invalid, Stale
from registry.kernel.permissions import Permission
from registry.kernel.words import _
from registry.ledger.service import say
from registry.web.templating import say_day


def name_stand_in(session: Session, form: StandInForm, *, by: int, person_id: int, today: date) -> StandIn:
    """Names who does somebody's tasks for some days, within their own rights.

    Raises: Invalid where that person may not, or the days are past or taken.
    """
    able = find_colleagues(session, Permission.DATASETS_SHEET_RECORD, form.organisation_id, but=by)
    if form.stand_in_id not in {one.account_id for one in able}:
        raise _wrong("stand_in_id", _("Choisissez une personne qui tient des fiches de cette organisation."))
    if form.starts_on < today:
        raise _wrong("starts_on", _("Une suppléance commence aujourd’hui au plus tôt : corrigez le premier jour."))
    # Of two clicks, the second finds what the first has named.
    hold_task(session, by, "stand-in")
    other = find_crossing(session, by, form.organisation_id, form.starts_on, form.ends_on)
    if other is not None:
        words = _(
            "Quelqu’un vous supplée déjà du {start} au {end} : mettez-y fin d’abord, ou choisissez d’autres jours."
        )
        raise _wrong("starts_on", words.format(start=say_day(other.starts_on), end=say_day(other.ends_on)))
    say(session, "desk:stand-in:name", form.reason)
    made = StandIn(away_id=by, away_person_id=person_id, **form.model_dump())
    session.add(made)
    session.flush()
    session.refresh(made)
    return made


def end_stand_in(session: Session, stand_in_id: int, *, by: int, today: date, expected: int) -> StandIn:
    """Ends it before its last day: by who is away, or by who stands in.

    Raises: NotFound to anybody else; Stale; Conflict where it is over.
    """
    found = get_stand_in(session, stand_in_id, by, lock=True)
    if found.version != expected:
        raise Stale(_("Cette suppléance a changé pendant que vous la lisiez : relisez-la."), found.version)
    if is_over(found, today):
        raise Conflict(_("Cette suppléance a déjà pris fin : rien n’est à faire."))
    say(session, "desk:stand-in:end")
    found.ended_on = today
    session.flush()
    session.refresh(found)
    return found


def is_over(one: StandIn, today: date) -> bool:
    """Whether nobody stands in by it any more."""
    return one.ended_on is not None or one.ends_on < today


def _wrong(field: str, message: str) -> Invalid:
    return Invalid(message, (FieldError(field, message),))
