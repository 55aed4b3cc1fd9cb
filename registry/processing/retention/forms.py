"""What may be said of a rule, of a dataset's retention, of a hold, of a slip: the only validation of what comes in."""

from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from registry.datasets.forms import Line, Past, Prose
from registry.datasets.vocabulary import FinalDisposition
from registry.kernel.words import _
from registry.processing.retention.vocabulary import Counting, EventKnown, HoldReason, RuleUnit, StartEvent
from registry.web.calls import Number
from registry.web.typed import Clean, since_year

Day = Annotated[date, since_year(1700)]
"""A civil day, past or to come."""
Months = Annotated[int, Field(ge=0, le=12_000)]
RuleCode = Annotated[
    str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$"), Clean
]
"""A code as VITAM's RuleId: letters without accents, digits, point, dash, underscore."""


class RetentionForm(BaseModel):
    """How long a dataset is kept, from what, and what becomes of it; a rule's own duration is the whole of it.

    Units: months, the intermediate ones after those in active use.
    """

    model_config = ConfigDict(extra="forbid")

    rule_code: RuleCode | None = None
    own_reason: Prose | None = None
    retention_months: Months | None = None
    intermediate_months: Months | None = None
    retention_trigger: Line | None = None
    final_disposition: FinalDisposition | None = None
    known: EventKnown | None = None
    event_on: Day | None = None
    event_source: Line | None = None
    counting: Counting = Counting.EVENT_DAY


class RuleForm(BaseModel):
    """A retention rule of an organisation, and the agreement of the archives service where there is one.

    Units: `count` in `unit`; neither for what is kept for ever.
    """

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    code: RuleCode
    label: Line
    description: Prose | None = None
    count: Annotated[int, Field(ge=1, le=9_999)] | None = None
    unit: RuleUnit | None = None
    starts: StartEvent | None = None
    fate: FinalDisposition | None = None
    reference: Line | None = None
    agreed_on: Past | None = None
    agreed_by: Line | None = None
    agreement_reference: Line | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.count is not None and self.unit is None:
            raise PydanticCustomError("unit", _("Dites l’unité de la durée : jour, mois ou an."))
        if self.count is None and self.fate not in {None, FinalDisposition.KEEP}:
            raise PydanticCustomError(
                "unlimited", _("Sans durée, les données se gardent toujours : donnez une durée, ou ce sort final.")
            )
        if self.agreed_on is not None and self.agreed_by is None:
            raise PydanticCustomError("agreed_by", _("Dites quel service d’archives a donné son accord."))
        if self.agreed_on is None and (self.agreed_by or self.agreement_reference):
            raise PydanticCustomError("agreed_on", _("Dites quel jour le service d’archives a donné son accord."))
        return self


class RuleCreation(RuleForm):
    """A rule to record, and the body whose rule it is."""

    organisation_id: Number

    def rule(self) -> RuleForm:
        """The rule itself."""
        return RuleForm.model_validate(self.model_dump(exclude={"organisation_id"}))


class RulesForm(BaseModel):
    """A file of rules in VITAM's columns, to be taken for a body: looked at first, then confirmed."""

    model_config = ConfigDict(extra="forbid")

    content: Annotated[str, StringConstraints(min_length=1, max_length=1_000_000), Clean]
    confirmed: bool = False


class WithdrawForm(BaseModel):
    """Why a rule or a slip is withdrawn."""

    model_config = ConfigDict(extra="forbid")

    reason: Prose


class HoldForm(BaseModel):
    """Why nothing of a dataset may be disposed of for now, who says so, until when at first sight."""

    model_config = ConfigDict(extra="forbid")

    reason: HoldReason
    explained: Prose
    held_by: Line
    started_on: Past
    review_on: Day | None = None


class LiftForm(BaseModel):
    """Why a hold ends."""

    model_config = ConfigDict(extra="forbid")

    lifted_reason: Prose


class SlipForm(BaseModel):
    """What a slip of disposal is about, whose it is, the datasets it lists, and why they serve no more."""

    model_config = ConfigDict(extra="forbid")

    organisation_id: Number | None = None
    title: Line
    reason: Prose
    dataset_ids: Annotated[list[Number], Field(min_length=1, max_length=200)]
