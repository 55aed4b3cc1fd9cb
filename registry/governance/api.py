"""The JSON API of governance: bodies, meetings with their decisions, actions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED
from pydantic import Field

from registry.compliance.vocabulary import Principle, Stake
from registry.governance.forms import (
    ActionChange,
    ActionCreation,
    BodyChange,
    BodyCreation,
    MeetingChange,
    MeetingCreation,
)
from registry.governance.models import GovernanceAction, GovernanceBody, GovernanceMeeting
from registry.governance.queries import (
    ActionFilter,
    Decided,
    count_actions,
    find_actions,
    find_bodies,
    find_decisions,
    find_meetings_after,
    find_members,
    get_action,
    get_body,
    get_meeting,
)
from registry.governance.rules import is_late
from registry.governance.service import (
    amend_action,
    amend_body,
    amend_meeting,
    record_action,
    record_body,
    record_meeting,
    set_aside,
)
from registry.governance.views import label_of
from registry.governance.vocabulary import ActionState, BodyKind, BodyScope
from registry.kernel.errors import Invalid
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.organisations.vocabulary import AppointmentRole
from registry.web.calls import ApiCall, Number, PageQuestions
from registry.web.setting_aside import setting_aside
from registry.web.visits import Visit, route

READ, RECORD = Permission.GOVERNANCE_PLAN_READ, Permission.GOVERNANCE_PLAN_RECORD
_BODIES, _MEETINGS = "/api/v1/governance-bodies", "/api/v1/governance-meetings"
_ACTIONS = "/api/v1/governance-actions"


def about(says: str, **more: Any) -> ApiCall:
    """What the document tells of a call of this room."""
    return ApiCall(**{"tag": mark("Gouvernance"), "says": says, "labels": label_of, **more})


def aside(
    path: str,
    body: type,
    named: tuple[str, str],
    says: tuple[str, str],
    *,
    get: Callable[[Any, int], Any],
    tell: Callable[[Visit, Any], Any],
    by: Callable[..., Any] = set_aside,
    may: Permission = RECORD,
) -> tuple[HTTPRouteHandler, HTTPRouteHandler]:
    """The calls that set a record of governance aside and bring it back: its services take the row, not its number."""

    def act(session: Any, number: int, **asked: Any) -> Any:
        return by(session, get(session, number), **asked)

    return setting_aside(
        path, may, body, about=about, reason="Enregistrée deux fois",
        named=named, says=says, get=get, act=act, tell=tell,
    )  # fmt: skip


@dataclass(frozen=True)
class MemberBody:
    """An organisation that sits, by a role where that is said."""

    member_id: int
    role: AppointmentRole | None


@dataclass(frozen=True)
class BodyBody:
    """A body; `version` is its ETag.

    Units: `rhythm_months` in months between two meetings.
    """

    id: int
    version: int
    organisation_id: int
    name: str
    scope: BodyScope
    kind: BodyKind
    purpose: str | None
    rhythm_months: int | None
    annulled: bool
    members: list[MemberBody]


@dataclass(frozen=True)
class BodiesBody:
    """The bodies the asker may know, internal ones first."""

    bodies: list[BodyBody]


@dataclass(frozen=True)
class DecisionBody:
    """A decision, and the policy or the dataset it touches."""

    id: int
    text: str
    policy_id: str | None
    dataset_id: int | None


@dataclass(frozen=True)
class MeetingBody:
    """A meeting with what it decided; `version` is its ETag."""

    id: int
    version: int
    organisation_id: int
    body_id: int
    held_on: date
    agenda: str | None
    annulled: bool
    decisions: list[DecisionBody]


@dataclass(frozen=True)
class MeetingsBody:
    """A page of the meetings the asker may know, the last first; `next` is the cursor of the page after."""

    meetings: list[MeetingBody]
    next: str | None


class MeetingQuestions(PageQuestions):
    """What the list of meetings is narrowed to."""

    body_id: Number | None = Field(default=None, description=mark("Une seule instance."))


@dataclass(frozen=True)
class ActionBody:
    """An action of the plan; `version` is its ETag."""

    id: int
    version: int
    organisation_id: int
    title: str
    owner_role: AppointmentRole | None
    stake: Stake | None
    principle: Principle | None
    state: ActionState
    due_on: date | None
    done_on: date | None
    dropped_reason: str | None
    progress: str | None
    decision_id: int | None
    policy_id: str | None
    annulled: bool
    late: bool


@dataclass(frozen=True)
class ActionsBody:
    """The actions within the asker's rights: what is still to be done by its day, then the rest."""

    total: int
    late: int
    actions: list[ActionBody]


def _bodies(visit: Visit, rows: Sequence[GovernanceBody]) -> list[BodyBody]:
    members: dict[int, list[MemberBody]] = {row.id: [] for row in rows}
    for one in find_members(visit.session, list(members), visit.today):
        members[one.row.body_id].append(MemberBody(one.row.member_id, one.row.role))
    names = [name for name in BodyBody.__dataclass_fields__ if name != "members"]
    return [BodyBody(**{name: getattr(row, name) for name in names}, members=members[row.id]) for row in rows]


def _body(visit: Visit, row: GovernanceBody) -> BodyBody:
    return _bodies(visit, [row])[0]


def _meetings(rows: Sequence[GovernanceMeeting], decided: Sequence[Decided]) -> list[MeetingBody]:
    decisions: dict[int, list[DecisionBody]] = {row.id: [] for row in rows}
    for one in decided:
        if one.row.meeting_id in decisions:
            decisions[one.row.meeting_id].append(
                DecisionBody(one.row.id, one.row.text, one.row.policy_id, one.row.dataset_id)
            )
    names = [name for name in MeetingBody.__dataclass_fields__ if name != "decisions"]
    return [MeetingBody(**{name: getattr(row, name) for name in names}, decisions=decisions[row.id]) for row in rows]


def _meeting(visit: Visit, row: GovernanceMeeting) -> MeetingBody:
    return _meetings([row], find_decisions(visit.session, meeting_ids=[row.id]))[0]


def _action(visit: Visit, row: GovernanceAction) -> ActionBody:
    told = {name: getattr(row, name) for name in ActionBody.__dataclass_fields__ if name != "late"}
    return ActionBody(**told, late=is_late(row.state, row.due_on, visit.today))


@route("GET", _BODIES, READ, about=about(mark("Les instances que vous pouvez connaître.")))
def list_bodies(visit: Visit) -> Response[BodiesBody]:
    """The bodies the asker may know."""
    return visit.answer(BodiesBody(_bodies(visit, find_bodies(visit.session))))


@route(
    "POST", _BODIES, RECORD, takes=BodyCreation,
    about=about(
        mark("Enregistre une instance et ses membres."), status=201,
        example={"organisation_id": 1, "name": "Comité de pilotage de la donnée", "scope": "internal",
                 "kind": "steering", "rhythm_months": 3, "members": [{"member_id": 1, "role": "dpo"}]},
    ),
)  # fmt: skip
def create_body(visit: Visit) -> Response[BodyBody]:
    """Records a body."""
    given = visit.given(BodyCreation)
    visit.visitor.require(RECORD, given.organisation_id)
    made = record_body(visit.session, given.organisation_id, given.sheet())
    visit.headers["Location"] = f"{_BODIES}/{made.id}"
    return visit.answer(_body(visit, made), status=HTTP_201_CREATED)


@route("GET", f"{_BODIES}/{{body_id:int}}", READ, about=about(mark("Une instance et ses membres.")))
def read_body(visit: Visit, body_id: int) -> Response[BodyBody]:
    """One body."""
    return visit.answer(_body(visit, get_body(visit.session, body_id)))


@route(
    "PATCH", f"{_BODIES}/{{body_id:int}}", RECORD, takes=BodyChange,
    about=about(
        mark("Change les champs donnés d’une instance ; les membres, s’ils sont donnés, sont tous les membres."),
        versioned=True, example={"rhythm_months": 6},
    ),
)  # fmt: skip
def correct_body(visit: Visit, body_id: int) -> Response[BodyBody]:
    """Changes the fields given; asks for If-Match."""
    expected, given = visit.expected_version(), visit.given(BodyChange)
    visit.visitor.require(RECORD, get_body(visit.session, body_id).organisation_id)
    return visit.answer(_body(visit, amend_body(visit.session, body_id, given, expected=expected)))


_BODY_ASIDE = aside(
    f"{_BODIES}/{{body_id:int}}", BodyBody, ("end_body", "restore_body"),
    (
        mark("Met une instance de côté, en disant pourquoi."),
        mark("Rétablit une instance, en disant pourquoi."),
    ),
    get=get_body, tell=_body,
)  # fmt: skip


@route(
    "GET", _MEETINGS, READ,
    about=about(mark("Les séances des instances, les dernières d’abord."), asks=MeetingQuestions),
)  # fmt: skip
def list_meetings(visit: Visit) -> Response[MeetingsBody]:
    """A page of the meetings of every body the asker may know."""
    asked = visit.asked(MeetingQuestions)
    place = asked.place(str, int)
    found = find_meetings_after(visit.session, asked.body_id, day_of(place), asked.limit + 1)
    more, found = len(found) > asked.limit, found[: asked.limit]
    decided = find_decisions(visit.session, meeting_ids=[row.id for row in found])
    following = asked.following((found[-1].held_on.isoformat(), found[-1].id) if more else None)
    return visit.answer(MeetingsBody(_meetings(found, decided), following))


def day_of(place: tuple[object, ...] | None) -> tuple[date, int] | None:
    """The day and the number of a place in a list.

    Raises: Invalid.
    """
    if place is None:
        return None
    try:
        return date.fromisoformat(str(place[0])), int(str(place[1]))
    except ValueError as error:
        raise Invalid(_("Ce repère de page n’est pas celui de cette liste : repartez de la première page.")) from error


@route(
    "POST", _MEETINGS, RECORD, takes=MeetingCreation,
    about=about(
        mark("Enregistre une séance et ce qu’elle a décidé."), status=201,
        example={"body_id": 1, "held_on": "2026-10-01", "decisions": [{"text": "Publier les arbres."}]},
    ),
)  # fmt: skip
def create_meeting(visit: Visit) -> Response[MeetingBody]:
    """Records a meeting."""
    given = visit.given(MeetingCreation)
    visit.visitor.require(RECORD, get_body(visit.session, given.body_id).organisation_id)
    made = record_meeting(visit.session, given.body_id, given.sheet())
    visit.headers["Location"] = f"{_MEETINGS}/{made.id}"
    return visit.answer(_meeting(visit, made), status=HTTP_201_CREATED)


@route("GET", f"{_MEETINGS}/{{meeting_id:int}}", READ, about=about(mark("Une séance et ses décisions.")))
def read_meeting(visit: Visit, meeting_id: int) -> Response[MeetingBody]:
    """One meeting."""
    return visit.answer(_meeting(visit, get_meeting(visit.session, meeting_id)))


@route(
    "PATCH", f"{_MEETINGS}/{{meeting_id:int}}", RECORD, takes=MeetingChange,
    about=about(
        mark("Change les champs donnés d’une séance ; les décisions, si elles sont données, le sont toutes."),
        versioned=True, example={"agenda": "Bilan de l’année."},
    ),
)  # fmt: skip
def correct_meeting(visit: Visit, meeting_id: int) -> Response[MeetingBody]:
    """Changes the fields given; asks for If-Match."""
    expected, given = visit.expected_version(), visit.given(MeetingChange)
    visit.visitor.require(RECORD, get_meeting(visit.session, meeting_id).organisation_id)
    return visit.answer(_meeting(visit, amend_meeting(visit.session, meeting_id, given, expected=expected)))


_MEETING_ASIDE = aside(
    f"{_MEETINGS}/{{meeting_id:int}}", MeetingBody, ("end_meeting", "restore_meeting"),
    (
        mark("Met une séance de côté, en disant pourquoi."),
        mark("Rétablit une séance, en disant pourquoi."),
    ),
    get=get_meeting, tell=_meeting,
)  # fmt: skip


@route("GET", _ACTIONS, READ, about=about(mark("Les actions du plan dans vos droits, ce qui reste à mener d’abord.")))
def list_actions(visit: Visit) -> Response[ActionsBody]:
    """The actions within the asker's rights."""
    session, today = visit.session, visit.today
    rows = [_action(visit, row) for row, _name in find_actions(session, ActionFilter(), today=today)]
    late = count_actions(session, ActionFilter(late=True), today=today)
    return visit.answer(ActionsBody(count_actions(session, ActionFilter(), today=today), late, rows))


@route(
    "POST", _ACTIONS, RECORD, takes=ActionCreation,
    about=about(
        mark("Enregistre une action."), status=201,
        example={"organisation_id": 1, "title": "Former les référents", "owner_role": "dpo", "stake": "managerial",
                 "principle": "acculturation", "due_on": "2027-06-30"},
    ),
)  # fmt: skip
def create_action(visit: Visit) -> Response[ActionBody]:
    """Records an action."""
    given = visit.given(ActionCreation)
    visit.visitor.require(RECORD, given.organisation_id)
    made = record_action(visit.session, given.organisation_id, given.sheet())
    visit.headers["Location"] = f"{_ACTIONS}/{made.id}"
    return visit.answer(_action(visit, made), status=HTTP_201_CREATED)


@route("GET", f"{_ACTIONS}/{{action_id:int}}", READ, about=about(mark("Une action du plan.")))
def read_action(visit: Visit, action_id: int) -> Response[ActionBody]:
    """One action."""
    return visit.answer(_action(visit, get_action(visit.session, action_id)))


@route(
    "PATCH", f"{_ACTIONS}/{{action_id:int}}", RECORD, takes=ActionChange,
    about=about(
        mark("Change les champs donnés d’une action ; les autres restent."), versioned=True,
        example={"state": "done", "done_on": "2026-10-01"},
    ),
)  # fmt: skip
def correct_action(visit: Visit, action_id: int) -> Response[ActionBody]:
    """Changes the fields given; asks for If-Match."""
    expected, given = visit.expected_version(), visit.given(ActionChange)
    visit.visitor.require(RECORD, get_action(visit.session, action_id).organisation_id)
    return visit.answer(_action(visit, amend_action(visit.session, action_id, given, expected=expected)))


_ACTION_ASIDE = aside(
    f"{_ACTIONS}/{{action_id:int}}", ActionBody, ("end_action", "restore_action"),
    (
        mark("Met une action de côté, en disant pourquoi."),
        mark("Rétablit une action, en disant pourquoi."),
    ),
    get=get_action, tell=_action,
)  # fmt: skip


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    list_bodies, create_body, read_body, correct_body, *_BODY_ASIDE,
    list_meetings, create_meeting, read_meeting, correct_meeting, *_MEETING_ASIDE,
    list_actions, create_action, read_action, correct_action, *_ACTION_ASIDE,
)  # fmt: skip
