"""Governance in the demonstration: who meets, what was decided, what is to be done."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from registry.governance.forms import ActionForm, BodyForm, MeetingForm
from registry.governance.queries import find_decisions
from registry.governance.service import record_action, record_body, record_meeting

CONTENT = Path(__file__).with_name("governance.yaml")
Step = tuple[date, str, Callable[[], None]]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    day: date
    by: str


class BodySaid(_Said):
    """A body that an organisation convenes, with its members."""

    key: str
    of: str
    members: list[dict[str, str]]
    sheet: dict[str, Any]


class MeetingSaid(_Said):
    """A meeting of a body, with what it decided."""

    body: str
    sheet: dict[str, Any]
    decisions: list[dict[str, str]]


class ActionSaid(_Said):
    """An action of an organisation; `decision` is the text of the one it carries out.

    Units: `lasts` in days from `day` to when it is due.
    """

    of: str
    lasts: int | None = None
    decision: str | None = None
    sheet: dict[str, Any]


class GovernanceSaid(BaseModel):
    """All that the file says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bodies: list[BodySaid]
    meetings: list[MeetingSaid]
    actions: list[ActionSaid]


def read_governance(on_days: Callable[[Any], Any]) -> GovernanceSaid:
    """What the file says, its days counted by the function given."""
    with CONTENT.open(encoding="utf-8") as source:
        return GovernanceSaid.model_validate(on_days(yaml.load(source, Loader=yaml.CSafeLoader)))


def plan_governance(session: Session, said: GovernanceSaid, bodies: dict[str, int]) -> Iterable[Step]:
    """Every body, meeting and action, each on its day."""
    made: dict[str, int] = {}
    for body in said.bodies:
        yield body.day, body.by, partial(_record_body, session, body, bodies, made)
    for meeting in said.meetings:
        yield meeting.day, meeting.by, partial(_record_meeting, session, meeting, made)
    for action in said.actions:
        yield action.day, action.by, partial(_record_action, session, action, bodies)


def _record_body(session: Session, said: BodySaid, bodies: dict[str, int], made: dict[str, int]) -> None:
    members = [{"member_id": bodies[one["body"]], "role": one.get("role")} for one in said.members]
    form = BodyForm.model_validate({**said.sheet, "members": members})
    made[said.key] = record_body(session, bodies[said.of], form).id


def _record_meeting(session: Session, said: MeetingSaid, made: dict[str, int]) -> None:
    form = MeetingForm.model_validate({**said.sheet, "held_on": said.day, "decisions": said.decisions})
    record_meeting(session, made[said.body], form)


def _record_action(session: Session, said: ActionSaid, bodies: dict[str, int]) -> None:
    due = said.day + timedelta(days=said.lasts) if said.lasts is not None else None
    decision = next((one.row.id for one in find_decisions(session) if one.row.text == said.decision), None)
    form = ActionForm.model_validate({**said.sheet, "due_on": due, "decision_id": decision})
    record_action(session, bodies[said.of], form)
