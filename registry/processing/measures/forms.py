"""What may be said of a protective measure."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

from registry.datasets.forms import Line, Past, Prose
from registry.kernel.words import _
from registry.organisations.vocabulary import AppointmentRole
from registry.processing.forms import SomeDay
from registry.processing.measures.vocabulary import MeasureState, ProtectiveKind
from registry.web.calls import Number

EARLIEST = date(1978, 1, 6)
"""The day of law 78-17: no measure protects personal data before it."""


def _of_our_time(value: date) -> date:
    if value < EARLIEST:
        raise PydanticCustomError("too_early", _("Cette échéance est trop ancienne : vérifiez l’année."))
    return value


_NO_AMOUNT = frozenset({"decimal_parsing", "decimal_type", "finite_number"})


def _an_amount(value: object, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(value)
    except ValidationError as refusal:
        if any(one["type"] in _NO_AMOUNT for one in refusal.errors()):
            raise PydanticCustomError("no_amount", _("Donnez un montant en euros, en chiffres.")) from None
        raise


Euros = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2), WrapValidator(_an_amount)]


class ProtectiveMeasureForm(BaseModel):
    """A measure. What is left out is unknown.

    Units: `cost` in euros, tax included.
    """

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    name: Line
    kind: ProtectiveKind | None = None
    state: MeasureState = MeasureState.PLANNED
    activity_id: Number | None = None
    cost: Euros | None = None
    owner_role: AppointmentRole | None = None
    owner_note: Line | None = None
    due_on: Annotated[SomeDay, AfterValidator(_of_our_time)] | None = None
    done_on: Past | None = None
    notes: Prose | None = None


class MeasureChange(ProtectiveMeasureForm):
    """A change to some fields of a measure: what is not given stays."""

    name: Line = ""


class MeasureCreation(ProtectiveMeasureForm):
    """A measure to record, and the body whose measure it is."""

    organisation_id: Number

    def sheet(self) -> ProtectiveMeasureForm:
        """The measure itself."""
        return ProtectiveMeasureForm.model_validate(self.model_dump(exclude={"organisation_id"}, exclude_unset=True))
