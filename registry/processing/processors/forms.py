"""What may be said of a processor: for which activity, under which contract, on which terms, with whom below it."""

from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from registry.datasets.forms import Code, Identifier, Line, Past, Prose, listed
from registry.kernel.words import _
from registry.processing.processors.vocabulary import Article28Point, PointState, SubProcessorAuthorisation
from registry.web.calls import Number

MOST = 100


def _named(value: object) -> object:
    if value == "":
        raise PydanticCustomError("missing_processor", _("Choisissez l’organisation qui traite les données."))
    return value


class ProcessorForm(BaseModel):
    """An organisation that processes for an activity, the contract that says so, and what it does."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    processor_id: Annotated[Number, BeforeValidator(_named)]
    contract_id: Number | None = None
    task: Line | None = None


class ProcessorsForm(BaseModel):
    """Every processor of an activity: those left out leave it."""

    model_config = ConfigDict(extra="forbid")

    processors: Annotated[list[ProcessorForm], Field(max_length=MOST)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        named = [one.processor_id for one in self.processors]
        if len(set(named)) < len(named):
            raise PydanticCustomError("twice", _("Une organisation est donnée deux fois : gardez une seule ligne."))
        return self


class PointForm(BaseModel):
    """Whether a contract settles a point, and where it does."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    point: Article28Point
    state: PointState
    place: Line | None = None


class SubProcessorForm(BaseModel):
    """Who works below a processor, from which country."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    name: Identifier
    country: Annotated[Code, listed("countries")] | None = None
    task: Line | None = None


class TermsForm(BaseModel):
    """The terms under which a party to a contract processes: what is not given stays; lists given are whole."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    reviewed_on: Past | None = None
    authorisation: SubProcessorAuthorisation | None = None
    authorised_on: Past | None = None
    authorisation_place: Line | None = None
    no_sub_processors: bool = False
    notes: Prose | None = None
    points: Annotated[list[PointForm], Field(max_length=len(Article28Point))] | None = None
    sub_processors: Annotated[list[SubProcessorForm], Field(max_length=MOST)] | None = None

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        for names in (
            [one.point for one in self.points or ()], [one.name.casefold() for one in self.sub_processors or ()],
        ):  # fmt: skip
            if len(set(names)) < len(names):
                raise PydanticCustomError("twice", _("Une ligne est donnée deux fois : gardez-en une."))
        return self
