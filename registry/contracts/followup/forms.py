"""What may be said of the report of an operator, and of a step of a contract."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from registry.contracts.forms import Day, Prose
from registry.kernel.words import _
from registry.web.calls import Number

MOST_PIECES = 20


def _not_to_come(value: date, info: ValidationInfo) -> date:
    today = (info.context or {}).get("today")
    if today is not None and value > today:
        raise PydanticCustomError("to_come", _("Ce jour est à venir : notez ce qui a eu lieu."))
    return value


Past = Annotated[Day, AfterValidator(_not_to_come)]
Year = Annotated[int, Field(ge=1900, le=2200)]
Pieces = Annotated[list[Number], Field(max_length=MOST_PIECES)]


class ReportForm(BaseModel):
    """The report of an operator on a financial year; without a day of receipt, it was not handed over.

    Whether it holds each part is left out where nobody looked.
    """

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    year: Year
    received_on: Past | None = None
    accounts: bool | None = None
    quality: bool | None = None
    assets: bool | None = None
    investments: bool | None = None
    return_inventory: bool | None = None
    commitments: bool | None = None
    tariffs: bool | None = None
    environment: bool | None = None
    committee: bool | None = None
    committee_on: Past | None = None
    council: bool | None = None
    council_on: Past | None = None
    evidence: Pieces = Field(default_factory=list)
    notes: Prose | None = None


class ReportChange(ReportForm):
    """A change to some fields of a report: what is not given stays."""

    year: Year = 2000


class StepForm(BaseModel):
    """What is noted of a step: done on a day, seen not to be done on a day, or agreed for a day."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    step: str
    clause_id: Number | None = None
    done_on: Past | None = None
    undone_on: Past | None = None
    planned_on: Day | None = None
    evidence: Pieces = Field(default_factory=list)
    note: Prose | None = None
