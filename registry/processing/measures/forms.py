"""What may be said of a protective measure."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from registry.datasets.forms import Line, Past, Prose
from registry.kernel.words import _
from registry.organisations.vocabulary import AppointmentRole
from registry.processing.forms import SomeDay
from registry.processing.measures.vocabulary import MeasureState, ProtectiveKind
from registry.web.calls import Number

EARLIEST = date(1978, 1, 6)
"""The day of law 78-17: no measure protects personal data before it."""
Euros = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]


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
    due_on: SomeDay | None = None
    done_on: Past | None = None
    notes: Prose | None = None

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if self.due_on is not None and self.due_on < EARLIEST:
            raise PydanticCustomError("too_early", _("Cette échéance est trop ancienne : vérifiez l’année."))
        if self.done_on is not None and self.state is not MeasureState.DONE:
            raise PydanticCustomError("state", _("Une mesure qui a un jour de fin est faite : choisissez cet état."))
        return self


class MeasureCreation(ProtectiveMeasureForm):
    """A measure to record, and the body whose measure it is."""

    organisation_id: Number

    def sheet(self) -> ProtectiveMeasureForm:
        """The measure itself."""
        return ProtectiveMeasureForm.model_validate(self.model_dump(exclude={"organisation_id"}, exclude_unset=True))
