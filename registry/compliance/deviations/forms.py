"""What may be said of a deviation: the only validation of what comes in."""

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from registry.compliance.deviations.vocabulary import Answer
from registry.compliance.vocabulary import SubjectKind
from registry.kernel.words import _
from registry.web.calls import Number
from registry.web.typed import Clean

Told = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=4000), Clean]
"""A text that a decision rests on: some words at least."""


def _to_come(value: date, info: ValidationInfo) -> date:
    today = (info.context or {}).get("today")
    if today is not None and value <= today:
        raise PydanticCustomError("past", _("Ce jour n’est pas à venir : donnez un jour à venir."))
    return value


Expiry = Annotated[date, AfterValidator(_to_come)]


class DeviationForm(BaseModel):
    """Why a breach is gone on with, what makes up for it, and until when (included)."""

    model_config = ConfigDict(extra="forbid")

    reason: Told
    compensation: Told
    expires_on: Expiry


class DeviationRequest(DeviationForm):
    """A deviation to ask for, and the finding it is about. Units: `period` is the year of a yearly duty."""

    subject_kind: SubjectKind
    subject_id: Number
    policy_id: Annotated[str, Field(min_length=1, max_length=60)]
    period: Annotated[int, Field(ge=1900, le=2200)] | None = None

    def said(self) -> DeviationForm:
        """The deviation itself."""
        return DeviationForm.model_construct(
            reason=self.reason, compensation=self.compensation, expires_on=self.expires_on
        )


class DeviationDecisionForm(BaseModel):
    """The answer to who asked, with its reason; `expires_on` where the one who approves sets another last day."""

    model_config = ConfigDict(extra="forbid")

    answer: Answer
    decision_reason: Told
    expires_on: Expiry | None = None

    @field_validator("expires_on", mode="before")
    @classmethod
    def _of_what_is_approved(cls, value: Any, info: ValidationInfo) -> Any:
        """A last day matters to an approval alone: the page offers it filled, even where it is past."""
        return None if info.data.get("answer") is Answer.REFUSED else value
