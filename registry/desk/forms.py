"""What may be said at a desk: a question, an answer, until when a task waits, to whom it goes."""

from datetime import date, timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from registry.desk.vocabulary import Addressee, QuestionSubject
from registry.kernel.dates import plus_months
from registry.kernel.words import _, mark
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


LONGEST_ABSENCE = 6
"""For how long somebody may be stood in for at once: a choice of the registry, no text sets it. Units: months."""
STAND_IN_LABELS = {
    "organisation_id": mark("Sur quelle organisation"),
    "stand_in_id": mark("Qui vous supplée"),
    "starts_on": mark("Premier jour"),
    "ends_on": mark("Dernier jour"),
    "reason": mark("Pourquoi (facultatif)"),
}


class StandInForm(BaseModel):
    """Who does one's tasks, from one day to another, both included."""

    model_config = ConfigDict(extra="forbid")

    organisation_id: Number
    stand_in_id: Number
    starts_on: date
    ends_on: date
    reason: Annotated[Reason | None, AfterValidator(lambda value: value or None)] = None

    @field_validator("ends_on")
    @classmethod
    def _within_an_absence(cls, value: date, info: ValidationInfo) -> date:
        start = info.data.get("starts_on")
        if start is not None and value < start:
            raise PydanticCustomError("period", _("Ce dernier jour précède le premier : vérifiez les deux dates."))
        if start is not None and value > plus_months(start, LONGEST_ABSENCE):
            raise PydanticCustomError("long", _("Une suppléance dure six mois au plus : rapprochez le dernier jour."))
        return value
