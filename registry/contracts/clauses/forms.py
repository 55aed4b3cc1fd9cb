"""What may be said of an amendment, and of a clause by the instrument that says it."""

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from registry.contracts.forms import MOST_DATASETS, Day, Line, PastDay, Prose
from registry.contracts.vocabulary import AmendmentProgress, ClauseAct, ClausePerformance
from registry.kernel.words import _
from registry.web.calls import Number

MOST_TERMS = 60


class AmendmentForm(BaseModel):
    """An amendment; what is left out is unknown, and without a day of signature it binds nobody."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    number: Annotated[int, Field(ge=1, le=999)]
    object: Line
    reference: Line | None = None
    progress: AmendmentProgress | None = None
    signed_on: Day | None = None
    effective_on: Day | None = None
    published_on: PastDay | None = None
    notes: Prose | None = None


class AmendmentChange(AmendmentForm):
    """A change to some fields of an amendment: what is not given stays."""

    number: Annotated[int, Field(ge=1, le=999)] = 1
    object: Line = ""


class StipulationForm(BaseModel):
    """What an instrument says of a clause.

    `amendment_id` is left out where the contract itself says it; `datasets` where it is about the whole contract.
    `terms` are what one notes of its kind: a value a code of `policies/lists/clause_fields.yaml`.
    """

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    amendment_id: Number | None = None
    act: ClauseAct = ClauseAct.ADDS
    article: Line | None = None
    text: Prose | None = None
    reasons: Prose | None = None
    terms: Annotated[dict[str, Any], Field(max_length=MOST_TERMS)] = Field(default_factory=dict)
    datasets: Annotated[list[Number], Field(max_length=MOST_DATASETS)] = Field(default_factory=list)
    effective_on: Day | None = None
    last_on: Day | None = None
    survives: bool = False


class ClauseForm(StipulationForm):
    """A clause that is not at the contract yet, and what is said of it first; `kind` is a code of the list."""

    kind: str
    label: Line | None = None

    def stipulation(self) -> StipulationForm:
        """What is said of it."""
        return StipulationForm.model_validate(
            {**self.model_dump(exclude={"kind", "label"}, exclude_unset=True), "act": ClauseAct.ADDS}
        )


def _not_to_come(value: date, info: ValidationInfo) -> date:
    today = (info.context or {}).get("today")
    if today is not None and value > today:
        raise PydanticCustomError("to_come", _("Ce jour est à venir : dites quand on a constaté."))
    return value


class PerformanceForm(BaseModel):
    """How a clause is kept, as whoever looked says it, and on which day; nothing where nobody has.

    Without a day, it is the day it is told.
    """

    model_config = ConfigDict(extra="forbid")

    performance: ClausePerformance | None = None
    performance_on: Annotated[Day, AfterValidator(_not_to_come)] | None = None
    performance_note: Prose | None = None
