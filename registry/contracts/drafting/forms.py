"""What is asked for in the draft of an amendment."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from registry.contracts.forms import Line
from registry.web.calls import Number

MOST_ASKED = 5000


class DraftForm(BaseModel):
    """The clauses to ask for: `wanted` are kinds, alone or with a dataset after a colon; or
    `clause:` and the number of one in force, to be lifted or replaced.

    `amendment_id` is the amendment that is completed; a new one is made where it is left out.
    """

    model_config = ConfigDict(extra="forbid")

    amendment_id: Number | None = None
    object: Line
    wanted: Annotated[list[str], Field(max_length=MOST_ASKED)] = Field(default_factory=list)
