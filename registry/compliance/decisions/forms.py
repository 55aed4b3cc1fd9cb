"""What may be decided about a rule: the only validation of what comes in."""

from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from registry.kernel.words import _
from registry.web.calls import Number
from registry.web.typed import Clean, Prose, since_year

LONGEST = 40_000
"""Characters of a draft, as a simulation takes it."""
Told = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=4000), Clean]
"""Why something is decided: some words at least."""
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""A version's text, as its page names it."""


def _not_to_come(value: date, info: ValidationInfo) -> date:
    today = (info.context or {}).get("today")
    if today is not None and value > today:
        raise PydanticCustomError("to_come", _("Ce jour est à venir : une validation se dit une fois donnée."))
    return value


class ReasonForm(BaseModel):
    """Why a draft is adopted, or a rule withdrawn."""

    model_config = ConfigDict(extra="forbid")

    reason: Told


class AdoptionRequest(ReasonForm):
    """A draft to adopt: that of a simulation that is over, or its text; one or the other."""

    simulation_id: Number | None = None
    draft: Annotated[str, StringConstraints(max_length=LONGEST), Clean] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.draft is None) is (self.simulation_id is None):
            raise PydanticCustomError("one", _("Donnez une simulation ou un projet de règle : l’un des deux."))
        return self


class ValidationForm(BaseModel):
    """A version whose text a jurist answers for: since which day (today if left out), and a note."""

    model_config = ConfigDict(extra="forbid")

    digest: Digest
    validated_on: Annotated[date, since_year(1978), AfterValidator(_not_to_come)] | None = None
    note: Prose | None = None


class UnvalidationForm(ReasonForm):
    """A version whose text is to be validated again, and why."""

    digest: Digest
