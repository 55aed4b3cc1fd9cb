"""What is said of a link as it is made or renewed."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from registry.web.calls import Number

USUAL_DAYS, MOST_DAYS = 90, 365


class DepotForm(BaseModel):
    """For whom a link is, and how long it lasts. Units: days from today."""

    model_config = ConfigDict(extra="ignore")

    party_id: Number
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] = USUAL_DAYS


class RenewForm(BaseModel):
    """How long a link lasts again. Units: days from today."""

    model_config = ConfigDict(extra="ignore")

    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] = USUAL_DAYS
