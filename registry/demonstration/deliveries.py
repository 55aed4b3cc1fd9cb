"""What the contracts of the demonstration had delivered: what came, what was answered, what lateness cost."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import yaml
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from registry.contracts.deliveries.forms import AcceptForm, DeliveryForm, PenaltyForm, ReceiptForm, RefuseForm
from registry.contracts.deliveries.models import Delivery
from registry.contracts.deliveries.queries import find_deliveries_of, get_delivery
from registry.contracts.deliveries.service import (
    DeliveredFile,
    accept_receipt,
    decide_penalty,
    receive,
    record_delivery,
    refuse_receipt,
)
from registry.contracts.depots.forms import DepotForm
from registry.contracts.depots.service import make_operator_link
from registry.platform.home import Home

CONTENT = Path(__file__).with_name("deliveries.yaml")
Step = tuple[date, str, Callable[[], None]]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    day: date
    by: str


class CameSaid(_Said):
    """Something that came: `file` is the text of a table kept with it; `refused` holds the form of a refusal."""

    file: str | None = None
    said: dict[str, Any] = {}
    accepted: bool = False
    refused: dict[str, Any] | None = None


class PenaltySaid(_Said):
    """What was decided of a penalty."""

    said: dict[str, Any]


class DeliverySaid(_Said):
    """A delivery noted by hand, what came of it in turn, and what was decided of its penalty."""

    contract: str
    dataset: str | None = None
    sheet: dict[str, Any]
    came: list[CameSaid] = []
    penalty: PenaltySaid | None = None


class RoundSaid(_Said):
    """What had come of the calendar of a contract by a day, all accepted, each on its due day."""

    contract: str
    said: dict[str, Any]


class LinkSaid(_Said):
    """A link given to a party of a contract.

    Units: `lasts` in days from its day.
    """

    contract: str
    party: str
    lasts: int


class Deliveries(BaseModel):
    """All that the file says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    deliveries: list[DeliverySaid]
    rounds: list[RoundSaid]
    links: list[LinkSaid]


class Played(Protocol):
    """What the demonstration being played knows: its session, its home, and the row each of its keys stands for."""

    session: Session
    home: Home
    bodies: dict[str, int]
    sheets: dict[str, int]
    contracts: dict[str, int]


def read_deliveries(on_days: Callable[[Any], Any]) -> Deliveries:
    """What the file says, its days counted by the function given."""
    with CONTENT.open(encoding="utf-8") as source:
        return Deliveries.model_validate(on_days(yaml.load(source, Loader=yaml.CSafeLoader)))


def plan_deliveries(played: Played, said: Deliveries) -> Iterable[Step]:
    """Every delivery, what came of it and what was decided, each on its day."""
    made: dict[int, int] = {}
    for number, one in enumerate(said.deliveries):
        yield one.day, one.by, partial(_record, played, one, made, number)
        for came in one.came:
            yield came.day, came.by, partial(_came, played, came, made, number)
        if one.penalty is not None:
            yield one.penalty.day, one.penalty.by, partial(_penalise, played, one.penalty, made, number)
    for several in said.rounds:
        yield several.day, several.by, partial(_go_round, played, several)
    for link in said.links:
        yield link.day, link.by, partial(_give, played, link)


def _give(played: Played, said: LinkSaid) -> None:
    form = DepotForm(party_id=played.bodies[said.party], days=said.lasts)
    # What opens it is told to nobody: whoever tries the demonstration renews it to see its address.
    make_operator_link(played.session, played.contracts[said.contract], form, today=said.day)


def _record(played: Played, said: DeliverySaid, made: dict[int, int], number: int) -> None:
    dataset = played.sheets[said.dataset] if said.dataset is not None else None
    form = DeliveryForm.model_validate({**said.sheet, "dataset_id": dataset})
    made[number] = record_delivery(played.session, played.contracts[said.contract], form).id


def _came(played: Played, said: CameSaid, made: dict[int, int], number: int) -> None:
    form = ReceiptForm.model_validate({"received_on": said.day, **said.said})
    file = None
    if said.file is not None:
        content = said.file.encode()
        played.home.files.keep(content)
        file = DeliveredFile(
            sha256=sha256(content).hexdigest(), size=len(content), name="livraison.csv", media_type="text/csv",
            type="CSV", open_standard=True, machine_readable=True, checks={},
        )  # fmt: skip
    receipt = receive(played.session, made[number], form, file, expected=None)
    if said.accepted:
        answer = AcceptForm(answered_on=receipt.received_on)
        accept_receipt(played.session, receipt.id, answer, expected=receipt.version)
    elif said.refused is not None:
        refusal = RefuseForm.model_validate({"answered_on": receipt.received_on, **said.refused})
        refuse_receipt(played.session, receipt.id, refusal, expected=receipt.version)


def _penalise(played: Played, said: PenaltySaid, made: dict[int, int], number: int) -> None:
    delivery = get_delivery(played.session, made[number])
    form = PenaltyForm.model_validate(said.said)
    decide_penalty(played.session, delivery.id, form, expected=delivery.version)


def _go_round(played: Played, said: RoundSaid) -> None:
    for delivery in find_deliveries_of(played.session, played.contracts[said.contract]):
        if _is_owed(delivery, said.day):
            form = ReceiptForm.model_validate({"received_on": delivery.due_on, **said.said})
            receipt = receive(played.session, delivery.id, form, None, expected=None)
            accept_receipt(
                played.session, receipt.id, AcceptForm(answered_on=said.day), expected=receipt.version
            )  # fmt: skip


def _is_owed(delivery: Delivery, day: date) -> bool:
    due = delivery.due_on
    return (
        delivery.clause_id is not None
        and not delivery.annulled
        and delivery.answer is None
        and (due is not None and due <= day)
    )
