"""The contracts of the demonstration, who processes under them, who decides with whom, and what is done to protect."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import yaml
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.contracts.forms import ContractForm
from registry.contracts.queries import find_parties
from registry.contracts.service import record_contract
from registry.processing.forms import ActivityChange
from registry.processing.joint.forms import ArrangementForm
from registry.processing.joint.service import record_arrangement
from registry.processing.measures.forms import ProtectiveMeasureForm
from registry.processing.measures.service import record_measure
from registry.processing.models import ProcessingActivity
from registry.processing.processors.forms import ProcessorsForm, TermsForm
from registry.processing.processors.service import record_terms, set_processors
from registry.processing.service import amend_activity
from registry.processing.vocabulary import ProcessingRole

CONTENT = Path(__file__).with_name("contracts.yaml")
Step = tuple[date, str, Callable[[], None]]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    day: date
    by: str


class ContractSaid(_Said):
    """A contract of a body, its parties by their keys, and the datasets it is about.

    Units: `lasts` in days from `day` to the last day of the contract.
    """

    key: str
    of: str
    lasts: int | None = None
    sheet: dict[str, Any]
    parties: list[dict[str, str]]
    datasets: list[str] = []


class TermsSaid(_Said):
    """What the contract of a processor settles: where each point stands, and those that are absent."""

    contract: str
    party: str
    places: dict[str, str]
    absent: list[str] = []
    said: dict[str, Any]


class ProcessorsSaid(_Said):
    """Who processes for an activity, under which contract."""

    record: str
    body: str
    processors: list[dict[str, str]]


class JointSaid(_Said):
    """An activity whose controllers are joint, and what is noted of their arrangement."""

    record: str
    body: str
    said: dict[str, Any] | None = None


class MeasureSaid(_Said):
    """A measure of a body, for one of its activities or for all.

    Units: `lasts` in days from `day` to when it is due.
    """

    of: str
    record: str | None = None
    lasts: int | None = None
    sheet: dict[str, Any]


class Bound(BaseModel):
    """All that the file says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    contracts: list[ContractSaid]
    terms: list[TermsSaid]
    processors: list[ProcessorsSaid]
    joint: list[JointSaid]
    measures: list[MeasureSaid]


class Played(Protocol):
    """What the demonstration being played knows: its session, and the row each of its keys stands for."""

    session: Session
    bodies: dict[str, int]
    sheets: dict[str, int]
    contracts: dict[str, int]


def read_bound(on_days: Callable[[Any], Any]) -> Bound:
    """What the file says, its days counted by the function given."""
    with CONTENT.open(encoding="utf-8") as source:
        return Bound.model_validate(on_days(yaml.load(source, Loader=yaml.CSafeLoader)))


def plan_contracts(played: Played, said: Bound) -> Iterable[Step]:
    """Every contract, what is found in it, and what rests on it, each on its day."""
    made = played.contracts
    for contract in said.contracts:
        yield contract.day, contract.by, partial(_record_contract, played, contract, made)
    for terms in said.terms:
        yield terms.day, terms.by, partial(_record_terms, played, terms, made)
    for processors in said.processors:
        yield processors.day, processors.by, partial(_set_processors, played, processors, made)
    for joint in said.joint:
        yield joint.day, joint.by, partial(_record_joint, played, joint)
    for measure in said.measures:
        yield measure.day, measure.by, partial(_record_measure, played, measure)


def _after(said: ContractSaid | MeasureSaid) -> date | None:
    return said.day + timedelta(days=said.lasts) if said.lasts is not None else None


def _record_contract(played: Played, said: ContractSaid, made: dict[str, int]) -> None:
    parties = [
        {**{name: value for name, value in one.items() if name != "body"}, "party_id": played.bodies[one["body"]]}
        for one in said.parties
    ]
    datasets = [played.sheets[key] for key in said.datasets if key in played.sheets]
    form = {**said.sheet, "ends_on": _after(said), "parties": parties, "datasets": datasets}
    made[said.key] = record_contract(played.session, played.bodies[said.of], ContractForm.model_validate(form)).id


def _record_terms(played: Played, said: TermsSaid, made: dict[str, int]) -> None:
    parties = find_parties(played.session, [made[said.contract]])[made[said.contract]]
    party = next(one.row.id for one in parties if one.row.party_id == played.bodies[said.party])
    points = [{"point": one, "state": "present", "place": place} for one, place in said.places.items()]
    points += [{"point": one, "state": "absent"} for one in said.absent]
    record_terms(played.session, party, TermsForm.model_validate({**said.said, "points": points}), expected=0)


def _activity(played: Played, record: str, body: str) -> ProcessingActivity:
    query = select(ProcessingActivity).where(
        col(ProcessingActivity.name) == record, col(ProcessingActivity.organisation_id) == played.bodies[body]
    )
    return played.session.execute(query.order_by(col(ProcessingActivity.id))).scalars().all()[0]


def _set_processors(played: Played, said: ProcessorsSaid, made: dict[str, int]) -> None:
    activity = _activity(played, said.record, said.body)
    rows = [
        {
            "processor_id": played.bodies[one["body"]],
            "contract_id": made[one["contract"]] if "contract" in one else None,
            "task": one["task"],
        }
        for one in said.processors
    ]
    form = ProcessorsForm.model_validate({"processors": rows})
    set_processors(played.session, activity.id, form, expected=activity.version)


def _record_joint(played: Played, said: JointSaid) -> None:
    activity = _activity(played, said.record, said.body)
    amend_activity(
        played.session, activity.id, ActivityChange(role=ProcessingRole.JOINT_CONTROLLER), expected=activity.version
    )
    if said.said is not None:
        record_arrangement(played.session, activity.id, ArrangementForm.model_validate(said.said), expected=0)


def _record_measure(played: Played, said: MeasureSaid) -> None:
    activity = _activity(played, said.record, said.of).id if said.record is not None else None
    form = ProtectiveMeasureForm.model_validate({**said.sheet, "due_on": _after(said), "activity_id": activity})
    record_measure(played.session, played.bodies[said.of], form)
