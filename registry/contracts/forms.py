"""What may be said of a contract and of its parties."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo
from pydantic_core import PydanticCustomError

from registry.contracts.vocabulary import ContractKind, GdprRole, PartySide, PublicService
from registry.kernel.words import _
from registry.web import typed
from registry.web.calls import Number
from registry.web.typed import Clean, Seen, since_year

Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000), Clean, Seen]
Line = Annotated[typed.Line, Seen]
MOST_PARTIES, MOST_DATASETS = 50, 500
BELOW = frozenset({"parties", "datasets"})
"""What stands below a contract, in tables of its own."""


Day = Annotated[date, since_year(1900)]


def _not_to_come(value: date, info: ValidationInfo) -> date:
    today = (info.context or {}).get("today")
    if today is not None and value > today:
        raise PydanticCustomError("to_come", _("Ce jour est à venir : notez-le une fois que c’est fait."))
    return value


PastDay = Annotated[Day, AfterValidator(_not_to_come)]
"""The day of something done: none that is to come."""


class PartyForm(BaseModel):
    """One party: an organisation, what it is in the contract, and its GDPR role where it is known."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    party_id: Number
    side: PartySide
    gdpr_role: GdprRole | None = None


def _each_once(parties: Sequence[PartyForm]) -> Sequence[PartyForm]:
    named = [one.party_id for one in parties]
    if len(set(named)) < len(named):
        raise PydanticCustomError("twice", _("Une organisation est deux fois partie : gardez une seule ligne."))
    return parties


class ContractForm(BaseModel):
    """A contract. What is left out is unknown.

    Units: `value_euros` in euros without tax, over the whole of the contract.
    """

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    kind: ContractKind
    object: Line
    reference: Line | None = None
    public_service: PublicService | None = None
    consulted_on: Day | None = None
    signed_on: Day | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None
    tacit_renewal: bool | None = None
    renewed_until: Day | None = None
    value_euros: Annotated[int, Field(ge=0, le=10**12)] | None = None
    personal_data: bool | None = None
    clauses_read_on: PastDay | None = None
    hosts_data: bool | None = None
    cloud_service: bool | None = None
    essential_data_published_on: PastDay | None = None
    notes: Prose | None = None
    parties: Annotated[list[PartyForm], Field(max_length=MOST_PARTIES), AfterValidator(_each_once)] | None = None
    datasets: Annotated[list[Number], Field(max_length=MOST_DATASETS)] | None = None


class ContractChange(ContractForm):
    """A change to some fields of a contract: what is not given stays."""

    kind: ContractKind = ContractKind.PUBLIC_CONTRACT
    object: Line = ""


class ContractCreation(ContractForm):
    """A contract to record, and the organisation whose contract it is."""

    organisation_id: Number

    def sheet(self) -> ContractForm:
        """The contract itself."""
        return ContractForm.model_validate(self.model_dump(exclude={"organisation_id"}, exclude_unset=True))
