"""What may be simulated: the only validation of what comes in; the draft itself is read beside the catalogue."""

from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from registry.kernel.words import _
from registry.web.typed import Clean, since_year

LONGEST = 40_000
"""Characters of a draft: the longest policy of the packs takes half of it."""


DraftText = Annotated[str, StringConstraints(max_length=LONGEST), Clean]


class DraftForm(BaseModel):
    """A draft policy to be read, not tried."""

    model_config = ConfigDict(extra="forbid")

    draft: DraftText


class SimulationForm(BaseModel):
    """A draft policy as its file would say it, or the day whose law is tried: one or the other."""

    model_config = ConfigDict(extra="forbid")

    draft: DraftText | None = None
    law_of: Annotated[date, since_year(1978)] | None = None

    @model_validator(mode="after")
    def _one_thing_at_a_time(self) -> Self:
        if (self.draft is None) is (self.law_of is None):
            raise PydanticCustomError("one", _("Donnez un projet de règle ou un jour : l’un des deux."))
        return self
