"""What may be said of an arrangement between joint controllers."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from registry.datasets.forms import Address, Identifier, Line, Past, Prose
from registry.kernel.words import _
from registry.processing.joint.vocabulary import JointDuty

MOST = 30


class JointControllerForm(BaseModel):
    """A controller with us, by the name of the body, and where people reach it."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    name: Identifier
    contact: Line | None = None


class ShareForm(BaseModel):
    """Who answers for one duty."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    duty: JointDuty
    answers: Line | None = None


class ArrangementForm(BaseModel):
    """An arrangement: what is not given stays; lists given are whole."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    agreed_on: Past | None = None
    law: Line | None = None
    contact_point: Line | None = None
    outline: Prose | None = None
    outline_url: Address | None = None
    outline_published_on: Past | None = None
    notes: Prose | None = None
    controllers: Annotated[list[JointControllerForm], Field(max_length=MOST)] | None = None
    shares: Annotated[list[ShareForm], Field(max_length=len(JointDuty))] | None = None

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        names = [one.name.casefold() for one in self.controllers or ()]
        duties = [one.duty for one in self.shares or ()]
        if len(set(names)) < len(names) or len(set(duties)) < len(duties):
            raise PydanticCustomError("twice", _("Une ligne est donnée deux fois : gardez-en une."))
        return self
