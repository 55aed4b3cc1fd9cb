"""What may be said of a body, of its meetings, and of an action."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from registry.compliance.vocabulary import Principle, Stake
from registry.datasets.forms import Line, Past, Prose
from registry.governance.vocabulary import ActionState, BodyKind, BodyScope
from registry.kernel.words import _
from registry.organisations.vocabulary import AppointmentRole
from registry.processing.forms import SomeDay
from registry.web.calls import Number

_STRICT = ConfigDict(extra="forbid", from_attributes=True)
MOST_MEMBERS, MOST_DECISIONS = 100, 100


class MemberForm(BaseModel):
    """An organisation that sits, by a role where that is said."""

    model_config = _STRICT

    member_id: Number
    role: AppointmentRole | None = None


def _each_once(members: Sequence[MemberForm]) -> Sequence[MemberForm]:
    if len({(one.member_id, one.role) for one in members}) < len(members):
        raise PydanticCustomError("twice", _("Un membre est dit deux fois : gardez une seule ligne."))
    return members


class BodyForm(BaseModel):
    """A body. Members, where given, are all of them."""

    model_config = _STRICT

    name: Line
    scope: BodyScope
    kind: BodyKind
    purpose: Prose | None = None
    rhythm_months: Annotated[int, Field(ge=1, le=60)] | None = None
    members: Annotated[list[MemberForm], Field(max_length=MOST_MEMBERS), AfterValidator(_each_once)] | None = None


class BodyChange(BodyForm):
    """A change to some fields of a body: what is not given stays."""

    name: Line = ""
    scope: BodyScope = BodyScope.INTERNAL
    kind: BodyKind = BodyKind.STEERING


class BodyCreation(BodyForm):
    """A body to record, and the organisation that convenes it."""

    organisation_id: Number

    def sheet(self) -> BodyForm:
        """The body itself."""
        return BodyForm.model_validate(self.model_dump(exclude={"organisation_id"}, exclude_unset=True))


class MeetingDecisionForm(BaseModel):
    """A decision; with a number, one that stands already."""

    model_config = _STRICT

    id: Number | None = None
    text: Prose
    policy_id: Annotated[str, Field(max_length=40)] | None = None
    dataset_id: Number | None = None


class MeetingForm(BaseModel):
    """A meeting. Decisions, where given, are all of them."""

    model_config = _STRICT

    held_on: SomeDay
    agenda: Prose | None = None
    decisions: Annotated[list[MeetingDecisionForm], Field(max_length=MOST_DECISIONS)] | None = None


class MeetingChange(MeetingForm):
    """A change to some fields of a meeting: what is not given stays."""

    held_on: SomeDay = date.min


class MeetingCreation(MeetingForm):
    """A meeting to record, and the body that meets."""

    body_id: Number

    def sheet(self) -> MeetingForm:
        """The meeting itself."""
        return MeetingForm.model_validate(self.model_dump(exclude={"body_id"}, exclude_unset=True))


class ActionForm(BaseModel):
    """An action. What is left out is unknown."""

    model_config = _STRICT

    title: Line
    owner_role: AppointmentRole | None = None
    stake: Stake | None = None
    principle: Principle | None = None
    state: ActionState = ActionState.PLANNED
    due_on: SomeDay | None = None
    done_on: Past | None = None
    dropped_reason: Line | None = None
    progress: Prose | None = None
    decision_id: Number | None = None
    policy_id: Annotated[str, Field(max_length=40)] | None = None


class ActionChange(ActionForm):
    """A change to some fields of an action: what is not given stays."""

    title: Line = ""


class ActionCreation(ActionForm):
    """An action to record, and the organisation that owns it."""

    organisation_id: Number

    def sheet(self) -> ActionForm:
        """The action itself."""
        return ActionForm.model_validate(self.model_dump(exclude={"organisation_id"}, exclude_unset=True))
