"""What may be said of a campaign, and of a sheet it asks about."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from registry.datasets.forms import Line, Prose
from registry.governance.campaigns.vocabulary import CampaignScope
from registry.kernel.words import _
from registry.web.calls import Number

MOST_AT_ONCE = 200


def _to_come(value: date, info: ValidationInfo) -> date:
    today = (info.context or {}).get("today")
    if today is not None and value < today:
        raise PydanticCustomError("past", _("Ce jour est passé : donnez un jour à venir, ou aujourd’hui."))
    return value


class CampaignForm(BaseModel):
    """A campaign: which sheets, what is asked, by which day."""

    model_config = ConfigDict(extra="forbid")

    organisation_id: Number
    scope: CampaignScope = CampaignScope.EVERY
    question: Line
    due_on: Annotated[date, AfterValidator(_to_come)]


class ClosingForm(BaseModel):
    """Whether a campaign is closed."""

    model_config = ConfigDict(extra="forbid")

    closed: bool


class SheetRead(BaseModel):
    """A sheet with the version of it that was read."""

    model_config = ConfigDict(extra="forbid")

    dataset_id: Number
    version: Number


class CertificationForm(BaseModel):
    """The same answer about several sheets: right, or wrong in the way that the note tells."""

    model_config = ConfigDict(extra="forbid")

    sheets: Annotated[list[SheetRead], Field(max_length=MOST_AT_ONCE)]
    note: Prose | None = None
