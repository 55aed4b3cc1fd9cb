"""The breaches and the requests of the demonstration: what its file may say, and how each step is played."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.organisations.forms import Line
from registry.processing.breaches.forms import BreachChange, BreachEventForm, BreachForm, NotificationForm, TouchedForm
from registry.processing.breaches.models import Breach
from registry.processing.breaches.service import (
    amend_breach,
    note_event,
    notify_cnil,
    record_breach,
    say_what_was_touched,
)
from registry.processing.models import ProcessingActivity
from registry.processing.requests.forms import AnswerForm, ExtensionForm, RequestChange, RequestForm
from registry.processing.requests.models import ReceivedRequest
from registry.processing.requests.service import amend_request, answer_request, extend_request, record_request

Planned = tuple[date, str, Callable[[], None]]
_LATE = time(18, 0)
_SOONEST = timedelta(minutes=30)


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BreachStep(_Said):
    """What was told, done or learnt of a breach, one day at one hour.

    `datasets` are those it touched, by their keys, and `activities` those of its body, by their names.
    """

    day: date
    by: str
    hour: time = _LATE
    notify: dict[str, Any] | None = None
    note: str | None = None
    change: BreachChange | None = None
    datasets: list[str] = []
    activities: list[str] = []


class BreachSaid(_Said):
    """A breach of a body, known on a day at an hour; `sheet` holds the rest, `processor_of` a body by its key."""

    of: str
    by: str
    day: date
    hour: time
    in_charge: str | None = None
    sheet: dict[str, Any]
    steps: list[BreachStep] = []


class RequestStep(_Said):
    """What became of a request, one day."""

    day: date
    by: str
    extend: ExtensionForm | None = None
    answer: AnswerForm | None = None
    change: RequestChange | None = None


class RequestSaid(_Said):
    """A request a body received, from somebody told by their function."""

    of: str
    by: str
    day: date
    requester: Line
    in_charge: str | None = None
    sheet: dict[str, Any]
    steps: list[RequestStep] = []


class Played(Protocol):
    """What the demonstration being played knows: its session, its clock, and the row each of its keys stands for."""

    session: Session
    zone: ZoneInfo
    bodies: dict[str, int]
    people: dict[str, int]
    sheets: dict[str, int]


def plan_breach(played: Played, said: BreachSaid) -> Iterable[Planned]:
    """Each step of a breach, on its day."""
    held: list[Breach] = []
    yield said.day, said.by, partial(_record_breach, played, said, held)
    for step in said.steps:
        yield step.day, step.by, partial(_change_breach, played, held, step)


def _moment(played: Played, day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, played.zone)


def _record_breach(played: Played, said: BreachSaid, held: list[Breach]) -> None:
    sheet: Mapping[str, Any] = {
        **{name: value for name, value in said.sheet.items() if name != "processor_of"},
        "known_at": _moment(played, said.day, said.hour),
        "processor_id": played.bodies.get(said.sheet.get("processor_of", "")),
        "in_charge_id": played.people[said.in_charge] if said.in_charge is not None else None,
    }
    end = _moment(played, said.day, time.max)
    made = record_breach(played.session, played.bodies[said.of], BreachForm.model_validate(sheet), now=end)
    held.append(made)


def _change_breach(played: Played, held: list[Breach], step: BreachStep) -> None:
    breach, moment, end = held[0], _moment(played, step.day, step.hour), _moment(played, step.day, time.max)
    if step.notify is not None:
        # On some days of the calendar, days off bring a step before what it answers, or past the delay it is to keep.
        late = "delay_reasons" in step.notify or step.notify.get("phase") == "complementary"
        sent = max(moment, breach.known_at + _SOONEST)
        sent = sent if late else min(sent, breach.due_at)
        notification = NotificationForm.model_validate({**step.notify, "sent_at": sent})
        notify_cnil(played.session, breach.id, notification, expected=breach.version, now=end)
    if step.note is not None:
        note_event(played.session, breach.id, BreachEventForm(happened_at=moment, what=step.note), now=end)
    if step.change is not None:
        amend_breach(played.session, breach.id, step.change, expected=breach.version, now=end)
    if step.datasets or step.activities:
        touched = TouchedForm(
            datasets=[played.sheets[key] for key in step.datasets],
            activities=[_activity(played, breach, name) for name in step.activities],
        )
        say_what_was_touched(played.session, breach.id, touched, expected=breach.version)


def _activity(played: Played, breach: Breach, name: str) -> int:
    query = select(col(ProcessingActivity.id)).where(
        col(ProcessingActivity.name) == name, col(ProcessingActivity.organisation_id) == breach.organisation_id
    )
    return played.session.execute(query).scalar_one()


def plan_request(played: Played, said: RequestSaid) -> Iterable[Planned]:
    """Each step of a request, on its day."""
    held: list[ReceivedRequest] = []
    yield said.day, said.by, partial(_record_request, played, said, held)
    for step in said.steps:
        yield step.day, step.by, partial(_change_request, played, held, step)


def _record_request(played: Played, said: RequestSaid, held: list[ReceivedRequest]) -> None:
    in_charge = played.people[said.in_charge] if said.in_charge is not None else None
    sheet = {**said.sheet, "requester_name": said.requester, "in_charge_id": in_charge}
    held.append(record_request(played.session, played.bodies[said.of], RequestForm.model_validate(sheet)))


def _change_request(played: Played, held: list[ReceivedRequest], step: RequestStep) -> None:
    request = held[0]
    if step.extend is not None:
        extend_request(played.session, request.id, step.extend, expected=request.version)
    if step.answer is not None:
        answer_request(played.session, request.id, step.answer, expected=request.version)
    if step.change is not None:
        amend_request(played.session, request.id, step.change, expected=request.version)
