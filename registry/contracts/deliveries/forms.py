"""What may be said of a delivery, and of what came."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationInfo
from pydantic_core import PydanticCustomError

from registry.contracts.clauses.kinds import read_euros
from registry.contracts.deliveries.vocabulary import DeliveryChannel, PenaltyDecision
from registry.contracts.forms import Day, Line, Prose
from registry.contracts.vocabulary import Delivered
from registry.kernel.words import _
from registry.web.calls import Number
from registry.web.typed import Clean, Seen


def _not_to_come(value: date, info: ValidationInfo) -> date:
    today = (info.context or {}).get("today")
    if today is not None and value > today:
        raise PydanticCustomError("to_come", _("Ce jour est à venir : donnez un jour passé, ou aujourd’hui."))
    return value


Past = Annotated[Day, AfterValidator(_not_to_come)]
LONGEST_NOTICE = 365
"""Units: the most days that a formal notice leaves."""
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=5000), Clean, Seen]


class DeliveryForm(BaseModel):
    """A delivery; what is left out is unknown.

    `clause_id` is the schedule clause it follows, none where the contract is followed by hand; `dataset_id` is left
    out where it is the whole contract. `notice_received_on` is when its holder received a formal notice about it, and
    `notice_days` what that one left to deliver, from then on.
    """

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    kind: Delivered = Delivered.DATA
    label: Line | None = None
    clause_id: Number | None = None
    dataset_id: Number | None = None
    due_on: Day | None = None
    indispensable: bool | None = None
    secret: bool | None = None
    public_available_on: Past | None = None
    public_notice_posted: bool | None = None
    notice_received_on: Past | None = None
    notice_days: Annotated[int, Field(ge=1, le=LONGEST_NOTICE)] | None = None


class DeliveryChange(DeliveryForm):
    """A change to some fields of a delivery: what is not given stays."""


class ReceiptForm(BaseModel):
    """What came, and how; without a day, today. What a file is, is read in it: the three flags are of the rest."""

    model_config = ConfigDict(extra="forbid")

    received_on: Past | None = None
    channel: DeliveryChannel = DeliveryChannel.UPLOAD
    described: Prose | None = None
    electronic: bool | None = None
    open_standard: bool | None = None
    machine_readable: bool | None = None


class UploadedReceiptForm(ReceiptForm):
    """What came with its file: what the document tells of the form that brings it."""

    file: bytes


class AcceptForm(BaseModel):
    """That what came is what was owed; without a day, today. `reason` is why an answer already given changes,
    or why a file is accepted in which the checks saw people or small groups.
    """

    model_config = ConfigDict(extra="forbid")

    answered_on: Past | None = None
    reason: Reason | None = None


class RefuseForm(AcceptForm):
    """Why what came is not what was owed, and until when it may be corrected: by default what the contract says."""

    reasons: Reason
    correct_by: Day | None = None


def _euros(value: Any) -> Any:
    """An amount as one types it; nothing where it is left empty."""
    if value is None or str(value).strip() == "":
        return None
    try:
        euros = Decimal(read_euros(value))
    except ValueError:
        euros = Decimal(0)
    if not euros:
        raise PydanticCustomError(
            "euros", _("Écrivez un montant au-dessus de zéro, au centime près, par exemple 150 ou 99,50.")
        )
    return euros


class PenaltyForm(BaseModel):
    """What is decided of the penalty of a late delivery, and why.

    `penalty_euros` is what is applied where that is less than what the contract counts, or where the contract counts
    the lateness in another way too. Units: euros.
    """

    model_config = ConfigDict(extra="forbid")

    penalty: PenaltyDecision
    penalty_euros: Annotated[Decimal | None, BeforeValidator(_euros)] = None
    penalty_reason: Reason
