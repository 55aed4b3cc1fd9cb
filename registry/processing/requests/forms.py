"""What may be said of a request, of its extension and of its answer."""

from pydantic import BaseModel, ConfigDict

from registry.datasets.forms import Line, Past, Prose
from registry.organisations.forms import Email, PersonForm
from registry.processing.requests.vocabulary import (
    IdentityCheck,
    RequestChannel,
    RequesterKind,
    RequestOutcome,
    RequestRegime,
    RequestRight,
)
from registry.web.calls import Number


class RequestForm(BaseModel):
    """A request as it was received: under which text, what is asked, by whom, and when it came."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    regime: RequestRegime
    subject: Line
    received_on: Past
    right: RequestRight | None = None
    detail: Prose | None = None
    channel: RequestChannel | None = None
    requester_kind: RequesterKind | None = None
    requester_name: Line | None = None
    requester_email: Email | None = None
    identity_check: IdentityCheck | None = None
    identity_checked_on: Past | None = None
    identity_note: Prose | None = None
    cada_opinion_on: Past | None = None
    cada_followed_up_on: Past | None = None
    in_charge_id: Number | None = None

    def asker(self) -> PersonForm | None:
        """Who asks, as a person; nobody where neither a name nor an address is given."""
        if self.requester_name is None and self.requester_email is None:
            return None
        return PersonForm(name=self.requester_name, email=self.requester_email)


class RequestChange(RequestForm):
    """A change to some of what is known of a request: what is not given stays."""

    regime: RequestRegime = RequestRegime.GDPR
    subject: Line = ""
    received_on: Past = None  # type: ignore[assignment]


class RequestCreation(RequestForm):
    """A request to record, and the organisation that received it."""

    organisation_id: Number

    def sheet(self) -> RequestForm:
        """The request itself."""
        return RequestForm.model_validate(self.model_dump(exclude={"organisation_id"}, exclude_unset=True))


class ExtensionForm(BaseModel):
    """An extension of the delay, as the asker was told of it; `reason` is why one already noted is corrected."""

    model_config = ConfigDict(extra="forbid")

    extended_on: Past
    extension_reasons: Prose
    reason: Prose | None = None


class AnswerForm(BaseModel):
    """What was answered, and when it left."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    answered_on: Past
    outcome: RequestOutcome
    answer_note: Prose | None = None
    refusal_grounds: Prose | None = None
    remedies_stated: bool | None = None
    redaction_considered: bool | None = None
    third_party_rights: bool | None = None
    rights_holder_named: bool | None = None
    transferred_to: Line | None = None
    unfounded_reasons: Prose | None = None
