"""Every SELECT about bodies, meetings, decisions and actions."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.accounts.models import Account
from registry.compliance.vocabulary import Principle, Stake
from registry.datasets.models import Dataset
from registry.documents.subjects import Provable, Proved
from registry.documents.vocabulary import ProofSubject
from registry.governance.campaigns.models import CertificationCampaign
from registry.governance.models import (
    GovernanceAction,
    GovernanceBody,
    GovernanceDecision,
    GovernanceMeeting,
    GovernanceMember,
    TrainingCourse,
    TrainingSession,
)
from registry.governance.vocabulary import ActionState, BodyScope
from registry.kernel.errors import NotFound
from registry.kernel.permissions import Permission
from registry.kernel.words import _
from registry.organisations.models import Appointment, Organisation
from registry.organisations.vocabulary import AppointmentSubject
from registry.web.templating import say_day

Row = TypeVar(
    "Row", GovernanceBody, GovernanceMeeting, GovernanceAction, TrainingCourse, TrainingSession, CertificationCampaign
)
MOST = 500
_NEVER = date(9999, 12, 31)
_OPEN = tuple(state for state in ActionState if state.is_open)


def find_bodies(session: Session, *, annulled: bool = False) -> Sequence[GovernanceBody]:
    """The bodies the asker may know, internal ones first."""
    order = (col(GovernanceBody.scope) == BodyScope.EXTERNAL, col(GovernanceBody.name), col(GovernanceBody.id))
    query = select(GovernanceBody).where(col(GovernanceBody.annulled) == annulled).order_by(*order)
    return session.execute(query).scalars().all()


def find_row(session: Session, model: type[Row], number: int, *, lock: bool) -> Row | None:
    """One record of governance, if the asker may know it."""
    query = select(model).where(col(model.id) == number)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.execute(query).scalar_one_or_none()


def get_body(session: Session, body_id: int, *, lock: bool = False) -> GovernanceBody:
    """One body.

    Raises: NotFound.
    """
    if (found := find_row(session, GovernanceBody, body_id, lock=lock)) is None:
        raise NotFound(_("Cette instance n’existe pas, ou vos droits ne vous la montrent pas."))
    return found


def get_meeting(session: Session, meeting_id: int, *, lock: bool = False) -> GovernanceMeeting:
    """One meeting.

    Raises: NotFound.
    """
    if (found := find_row(session, GovernanceMeeting, meeting_id, lock=lock)) is None:
        raise NotFound(_("Cette séance n’existe pas, ou vos droits ne vous la montrent pas."))
    return found


def get_action(session: Session, action_id: int, *, lock: bool = False) -> GovernanceAction:
    """One action.

    Raises: NotFound.
    """
    if (found := find_row(session, GovernanceAction, action_id, lock=lock)) is None:
        raise NotFound(_("Cette action n’existe pas, ou vos droits ne vous la montrent pas."))
    return found


def find_member_rows(session: Session, body_id: int) -> Sequence[GovernanceMember]:
    """Every member a body ever had."""
    query = select(GovernanceMember).where(col(GovernanceMember.body_id) == body_id)
    return session.execute(query.order_by(col(GovernanceMember.id))).scalars().all()


@dataclass(frozen=True)
class Sitting:
    """A member as it sits: the name of its organisation, and whether somebody holds the role it sits by."""

    row: GovernanceMember
    name: str
    held: bool


def find_members(session: Session, body_ids: Collection[int], today: date) -> list[Sitting]:
    """The members of these bodies, in the order they were given."""
    holds = (
        select(col(Appointment.id))
        .where(
            col(Appointment.subject_kind) == AppointmentSubject.ORGANISATION,
            col(Appointment.subject_id) == col(GovernanceMember.member_id),
            col(Appointment.role) == col(GovernanceMember.role),
            ~col(Appointment.annulled),
            col(Appointment.during).contains(today),
        )
        .exists()
    )
    rows = session.execute(
        select(GovernanceMember, col(Organisation.name), holds)
        .outerjoin(Organisation, col(Organisation.id) == col(GovernanceMember.member_id))
        .where(col(GovernanceMember.body_id).in_(body_ids), ~col(GovernanceMember.annulled))
        .order_by(col(GovernanceMember.id))
    )
    return [Sitting(row, name or "", held) for row, name, held in rows]


def find_meetings(session: Session, body_ids: Collection[int]) -> Sequence[GovernanceMeeting]:
    """The meetings of these bodies, the last first."""
    query = select(GovernanceMeeting).where(
        col(GovernanceMeeting.body_id).in_(body_ids), ~col(GovernanceMeeting.annulled)
    )
    order = (col(GovernanceMeeting.held_on).desc(), col(GovernanceMeeting.id).desc())
    return session.execute(query.order_by(*order).limit(MOST)).scalars().all()


def find_meetings_after(
    session: Session, body_id: int | None, after: tuple[date, int] | None, limit: int
) -> Sequence[GovernanceMeeting]:
    """The meetings that stand, of one body or of all, the last first: those that come after a place."""
    key = tuple_(col(GovernanceMeeting.held_on), col(GovernanceMeeting.id))
    query = (
        select(GovernanceMeeting)
        .join(GovernanceBody, col(GovernanceBody.id) == col(GovernanceMeeting.body_id))
        .where(~col(GovernanceMeeting.annulled), ~col(GovernanceBody.annulled))
    )
    if body_id is not None:
        query = query.where(col(GovernanceMeeting.body_id) == body_id)
    if after is not None:
        query = query.where(key < tuple_(*after))
    order = (col(GovernanceMeeting.held_on).desc(), col(GovernanceMeeting.id).desc())
    return session.execute(query.order_by(*order).limit(limit)).scalars().all()


def find_decision_rows(session: Session, meeting_id: int) -> Sequence[GovernanceDecision]:
    """Every decision a meeting ever took, those set aside included."""
    query = select(GovernanceDecision).where(col(GovernanceDecision.meeting_id) == meeting_id)
    return session.execute(query.order_by(col(GovernanceDecision.id))).scalars().all()


@dataclass(frozen=True)
class Decided:
    """A decision with its day, its body, and the title of the dataset it touches where the asker may read that."""

    row: GovernanceDecision
    held_on: date
    body_id: int
    body: str
    dataset: str


def find_decisions(
    session: Session,
    *,
    body_id: int | None = None,
    meeting_ids: Collection[int] | None = None,
    decision_id: int | None = None,
) -> list[Decided]:
    """The decisions that stand, the last first: of a body, of meetings, or all that the asker may know."""
    query = (
        select(
            GovernanceDecision, col(GovernanceMeeting.held_on), col(GovernanceBody.id), col(GovernanceBody.name),
            col(Dataset.title),
        )
        .join(GovernanceMeeting, col(GovernanceMeeting.id) == col(GovernanceDecision.meeting_id))
        .join(GovernanceBody, col(GovernanceBody.id) == col(GovernanceMeeting.body_id))
        .outerjoin(Dataset, col(Dataset.id) == col(GovernanceDecision.dataset_id))
        .where(~col(GovernanceDecision.annulled), ~col(GovernanceMeeting.annulled), ~col(GovernanceBody.annulled))
    )  # fmt: skip
    if body_id is not None:
        query = query.where(col(GovernanceBody.id) == body_id)
    if meeting_ids is not None:
        query = query.where(col(GovernanceMeeting.id).in_(meeting_ids))
    if decision_id is not None:
        query = query.where(col(GovernanceDecision.id) == decision_id)
    order = (col(GovernanceMeeting.held_on).desc(), col(GovernanceDecision.id))
    rows = session.execute(query.order_by(*order).limit(MOST))
    return [Decided(row, day, number, name, title or "") for row, day, number, name, title in rows]


@dataclass(frozen=True)
class ActionFilter:
    """What the plan is narrowed to; `late` keeps what is past its day, `owned_by` what an account's posts own."""

    states: frozenset[ActionState] = field(default_factory=frozenset)
    stakes: frozenset[Stake] = field(default_factory=frozenset)
    principles: frozenset[Principle] = field(default_factory=frozenset)
    organisation_id: int | None = None
    decision_id: int | None = None
    late: bool = False
    owned_by: int | None = None
    annulled: bool = False


def _late(today: date) -> ColumnElement[bool]:
    return and_(col(GovernanceAction.state).in_(_OPEN), col(GovernanceAction.due_on) < today)


def _owned_by(account_id: int, today: date) -> ColumnElement[bool]:
    """Whether an account's person stands in the post that owns an action."""
    return (
        select(col(Appointment.id))
        .join(Account, col(Account.person_id) == col(Appointment.person_id))
        .where(
            col(Account.id) == account_id,
            col(Appointment.subject_kind) == AppointmentSubject.ORGANISATION,
            col(Appointment.subject_id) == col(GovernanceAction.organisation_id),
            col(Appointment.role) == col(GovernanceAction.owner_role),
            ~col(Appointment.annulled),
            col(Appointment.during).contains(today),
        )
        .exists()
    )


def _conditions(asked: ActionFilter, today: date) -> list[ColumnElement[bool]]:
    row, given = GovernanceAction, [col(GovernanceAction.annulled) == asked.annulled]
    if asked.states:
        given.append(col(row.state).in_(sorted(asked.states)))
    if asked.stakes:
        given.append(col(row.stake).in_(sorted(asked.stakes)))
    if asked.principles:
        given.append(col(row.principle).in_(sorted(asked.principles)))
    if asked.organisation_id is not None:
        given.append(col(row.organisation_id) == asked.organisation_id)
    if asked.decision_id is not None:
        given.append(col(row.decision_id) == asked.decision_id)
    if asked.late:
        given.append(_late(today))
    if asked.owned_by is not None:
        given.append(_owned_by(asked.owned_by, today))
    return given


def find_actions(session: Session, asked: ActionFilter, *, today: date) -> list[tuple[GovernanceAction, str]]:
    """The actions within the asker's rights with their owner's name: what is to be done by its day, then the rest."""
    row = GovernanceAction
    rows = session.execute(
        select(row, col(Organisation.name))
        .join(Organisation, col(Organisation.id) == col(row.organisation_id))
        .where(*_conditions(asked, today))
        .order_by(col(row.state).in_(_OPEN).desc(), func.coalesce(col(row.due_on), _NEVER), col(row.id))
        .limit(MOST)
    )
    return [(action, name) for action, name in rows]


def count_actions(session: Session, asked: ActionFilter, *, today: date) -> int:
    """How many actions a list holds."""
    query = select(func.count()).select_from(GovernanceAction).where(*_conditions(asked, today))
    return int(session.execute(query).scalar_one())


def count_by_decision(session: Session, decision_ids: Collection[int]) -> dict[int, int]:
    """How many actions within the asker's rights carry out each of these decisions."""
    decision = col(GovernanceAction.decision_id)
    rows = session.execute(
        select(decision, func.count())
        .where(decision.in_(decision_ids), ~col(GovernanceAction.annulled))
        .group_by(decision)
    )
    return {number: int(count) for number, count in rows if number is not None}


def _find_proved(session: Session, ids: Sequence[int]) -> Mapping[int, Proved]:
    rows = session.execute(
        select(
            col(GovernanceMeeting.id), col(GovernanceMeeting.organisation_id), col(GovernanceBody.name),
            col(GovernanceMeeting.held_on), or_(col(GovernanceMeeting.annulled), col(GovernanceBody.annulled)),
        )
        .join(GovernanceBody, col(GovernanceBody.id) == col(GovernanceMeeting.body_id))
        .where(col(GovernanceMeeting.id).in_(ids))
    )  # fmt: skip
    return {
        number: Proved(owner, _("{body}, séance du {day}").format(body=name, day=say_day(day)), annulled)
        for number, owner, name, day, annulled in rows
    }


MEETINGS = Provable(
    ProofSubject.MEETING, Permission.GOVERNANCE_PLAN_READ, "/gouvernance/seances/{id}", _find_proved,
    Permission.GOVERNANCE_PLAN_RECORD,
)  # fmt: skip
"""Meetings, of which the minutes are evidence."""
