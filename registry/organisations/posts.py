"""Giving a post, leaving it vacant, and taking that back: what it takes to undo is noted as it is done."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.ledger.service import PEOPLE, touch
from registry.organisations.forms import AppointmentForm
from registry.organisations.models import Appointment
from registry.organisations.queries import find_standing
from registry.organisations.service import appoint, end_appointment

Noted = Mapping[str, Any]
"""What was done to a post: the `appointment` made, the one it `left`, its `since` and `until` before, its `version`."""


def give_post(session: Session, organisation_id: int, form: AppointmentForm, *, reason: str | None = None) -> Noted:
    """Appoints somebody in a post, in place of who stands in it on that day.

    Raises: Conflict when the post is already given for part of those days by a later appointment.
    """
    left = find_standing(session, form.subject_kind, [form.subject_id], form.role, form.since).get(form.subject_id)
    noted = _as_it_stands(left) if left is not None else {}
    made = appoint(session, organisation_id, form, reason=reason)
    return {"appointment": made.id, **noted, **_version_of(session, left)}


def leave_post(session: Session, left: Appointment, *, on: date, reason: str | None = None) -> Noted:
    """Ends who stands in a post: nobody does from that day.

    Raises: Conflict.
    """
    noted = _as_it_stands(left)
    end_appointment(session, left.id, on=on, reason=reason)
    return {**noted, **_version_of(session, left)}


def take_back_posts(session: Session, posts: Iterable[Noted]) -> bool:
    """Brings posts back to who stood in them; changes nothing where one of them has changed since, and says so."""
    done = list(posts)
    numbers = [number for one in done for number in (one.get("appointment"), one.get("left")) if number]
    rows = {number: session.get(Appointment, number, with_for_update=True) for number in sorted(numbers)}
    if not all(_is_as_left(one, rows) for one in done):
        return False
    try:
        with session.begin_nested():
            _put_back(session, done, rows)
    except IntegrityError:
        # A post left vacant was given since to somebody else: nothing of what was noted shows it, but their days do.
        return False
    for row in rows.values():
        if row is not None:
            touch(session, row.subject_kind, row.subject_id)
            touch(session, PEOPLE, row.organisation_id)
    return True


def _put_back(session: Session, done: Sequence[Noted], rows: Mapping[int, Appointment | None]) -> None:
    for one in done:
        if (made := rows.get(one.get("appointment", 0))) is not None:
            made.annulled = True
    session.flush()
    for one in done:
        if (left := rows.get(one.get("left", 0))) is not None:
            left.annulled, left.during = False, Range(_day(one["since"]), _day(one["until"]))
    session.flush()


def _is_as_left(one: Noted, rows: Mapping[int, Appointment | None]) -> bool:
    made, left = rows.get(one.get("appointment", 0)), rows.get(one.get("left", 0))
    if "appointment" in one and (made is None or made.annulled or made.version != 1):
        return False
    return "left" not in one or (left is not None and left.version == one["version"])


def _as_it_stands(left: Appointment) -> dict[str, Any]:
    since, until = left.during.lower, left.during.upper
    return {"left": left.id, "since": since and since.isoformat(), "until": until and until.isoformat()}


def _version_of(session: Session, left: Appointment | None) -> dict[str, int]:
    if left is None:
        return {}
    session.refresh(left, ["version"])
    return {"version": left.version}


def _day(said: str | None) -> date | None:
    return None if said is None else date.fromisoformat(said)
