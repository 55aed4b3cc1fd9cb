"""Governance in the demonstration: who meets, what was decided, what is to be done, who learnt, what was certified."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from registry.accounts.models import Account
from registry.datasets.models import Dataset
from registry.governance.campaigns.forms import CampaignForm, CertificationForm, SheetRead
from registry.governance.campaigns.models import CertificationCampaign
from registry.governance.campaigns.service import certify_sheets, close_campaign, open_campaign, report_sheets
from registry.governance.forms import ActionForm, BodyForm, MeetingForm
from registry.governance.queries import find_decisions
from registry.governance.service import record_action, record_body, record_meeting
from registry.governance.training_forms import CourseForm, SessionForm
from registry.governance.training_service import record_course, record_training_session
from registry.governance.vocabulary import AttendanceState
from registry.kernel.permissions import Role

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


class CourseSaid(_Said):
    """A course that an organisation holds."""

    key: str
    of: str
    sheet: CourseForm


class TrainingSaid(_Said):
    """A session of a course, held on the day it is noted unless said otherwise; people by what is noted of them.

    Units: `later` in days from `day` to when it is held.
    """

    course: str
    held: date | None = None
    later: int = 0
    sheet: dict[str, Any]
    people: dict[AttendanceState, list[str]] = Field(default_factory=dict)


class AnswerSaid(_Said):
    """What a steward answers of sheets: certified, or wrong in the way that is told."""

    sheets: list[str]
    wrong: str | None = None


class CampaignSaid(_Said):
    """A campaign on the sheets of an organisation, closed on a day or still running.

    Units: `lasts` in days from `day` to the last one to answer.
    """

    of: str
    lasts: int
    closed: date | None = None
    sheet: dict[str, Any]
    answers: list[AnswerSaid]


class GovernanceSaid(BaseModel):
    """All that the file says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bodies: list[BodySaid]
    meetings: list[MeetingSaid]
    actions: list[ActionSaid]
    courses: list[CourseSaid]
    sessions: list[TrainingSaid]
    campaigns: list[CampaignSaid]


def read_governance(on_days: Callable[[Any], Any]) -> GovernanceSaid:
    """What the file says, its days counted by the function given."""
    with CONTENT.open(encoding="utf-8") as source:
        return GovernanceSaid.model_validate(on_days(yaml.load(source, Loader=yaml.CSafeLoader)))


def plan_governance(
    session: Session, said: GovernanceSaid, bodies: dict[str, int], people: dict[str, int], accounts: dict[str, int],
    sheets: dict[str, int],
) -> Iterable[Step]:  # fmt: skip
    """Every body, meeting, action, course, session and campaign, each on its day."""
    made: dict[str, int] = {}
    for body in said.bodies:
        yield body.day, body.by, partial(_record_body, session, body, bodies, made)
    for meeting in said.meetings:
        yield meeting.day, meeting.by, partial(_record_meeting, session, meeting, made)
    for action in said.actions:
        yield action.day, action.by, partial(_record_action, session, action, bodies)
    for course in said.courses:
        yield course.day, course.by, partial(_record_course, session, course, bodies, made)
    known = {key: session.get_one(Account, number).person_id for key, number in accounts.items()}
    for held in said.sessions:
        yield held.day, held.by, partial(_record_session, session, held, made, {**known, **people})
    for campaign in said.campaigns:
        opened: list[int] = []
        yield campaign.day, campaign.by, partial(_open_campaign, session, campaign, bodies, opened)
        for answer in campaign.answers:
            yield answer.day, answer.by, partial(_answer, session, answer, opened, sheets)
        if campaign.closed is not None:
            yield campaign.closed, campaign.by, partial(_close_campaign, session, campaign.closed, opened)


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


def _record_course(session: Session, said: CourseSaid, bodies: dict[str, int], made: dict[str, int]) -> None:
    made[said.key] = record_course(session, bodies[said.of], said.sheet).id


def _record_session(session: Session, said: TrainingSaid, made: dict[str, int], people: dict[str, int]) -> None:
    named = [{"person_id": people[key], "state": state} for state, keys in said.people.items() for key in keys]
    day = said.held or said.day + timedelta(days=said.later)
    form = SessionForm.model_validate({**said.sheet, "held_on": day, "people": named})
    record_training_session(session, made[said.course], form)


def _open_campaign(session: Session, said: CampaignSaid, bodies: dict[str, int], opened: list[int]) -> None:
    due = said.day + timedelta(days=said.lasts)
    form = CampaignForm.model_validate({**said.sheet, "organisation_id": bodies[said.of], "due_on": due})
    opened.append(open_campaign(session, form, today=said.day).id)


def _answer(session: Session, said: AnswerSaid, opened: list[int], sheets: dict[str, int]) -> None:
    rows = [session.get_one(Dataset, sheets[key]) for key in said.sheets]
    read = [SheetRead(dataset_id=row.id, version=row.version) for row in rows]
    form, offices = CertificationForm(sheets=read, note=said.wrong), {row.organisation_id: Role.STEWARD for row in rows}
    answered = certify_sheets if said.wrong is None else report_sheets
    answered(session, opened[0], form, offices, today=said.day)


def _close_campaign(session: Session, day: date, opened: list[int]) -> None:
    version = session.get_one(CertificationCampaign, opened[0]).version
    close_campaign(session, opened[0], expected=version, today=day, closed=True)
