"""What may be said at a desk: a question, an answer, until when a task waits, to whom it goes."""

from datetime import date, timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from registry.desk.vocabulary import Addressee, QuestionSubject
from registry.kernel.words import _
from registry.web.calls import Number

LONGEST_WAIT = 366
"""For how long a task may be put off. Units: days."""


def _some(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("empty", _("Écrivez au moins une phrase."))
    return value


Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000), AfterValidator(_some)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Code = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=r"^[a-z_]+$")]


class QuestionForm(BaseModel):
    """A question about a sheet, or about one of its fields."""

    model_config = ConfigDict(extra="forbid")

    subject_kind: QuestionSubject
    subject_id: Number
    field: Code | None = None
    addressee: Addressee = Addressee.OWNER
    text: Words


class MessageForm(BaseModel):
    """A message in a question's thread."""

    model_config = ConfigDict(extra="forbid")

    text: Words


class SnoozeForm(BaseModel):
    """Until which day a task waits, and why."""

    model_config = ConfigDict(extra="forbid")

    until: date
    reason: Annotated[Reason, StringConstraints(min_length=1)]

    @field_validator("until")
    @classmethod
    def _to_come(cls, value: date, info: ValidationInfo) -> date:
        today = info.context.get("today") if info.context else None
        if today is not None and not today < value <= today + timedelta(days=LONGEST_WAIT):
            raise PydanticCustomError(
                "until", _("Choisissez un jour à venir, dans l’année : la tâche revient ce jour-là.")
            )
        return value


class DelegationForm(BaseModel):
    """Who takes a task over, and a word with it."""

    model_config = ConfigDict(extra="forbid")

    account_id: Number
    reason: Reason | None = None


class HandOverForm(BaseModel):
    """What somebody held goes to somebody else from a day: the parts ticked, by their codes."""

    model_config = ConfigDict(extra="forbid")

    parts: Annotated[list[Annotated[str, StringConstraints(pattern=r"^(appointment|question|delegation):\d{1,18}$")]],
                     Field(min_length=1, max_length=5000)]  # fmt: skip
    person_id: Number
    since: date
    confirmed: bool = False
    reason: Reason | None = None
