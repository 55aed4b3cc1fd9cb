"""What contracts owed and what came of it in the demonstration: reports, steps, essential data."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import yaml
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from registry.contracts.decp.service import apply_plan, plan_import
from registry.contracts.followup.forms import ReportForm, StepForm
from registry.contracts.followup.rules import PARTS
from registry.contracts.followup.service import note_step, record_report
from registry.kernel.dates import working_day_from

CONTENT = Path(__file__).with_name("followup.yaml")
Step = tuple[date, str, Callable[[], None]]
_TOLD_BEFORE = 2
"""Units: days before today at which the last thing is written: nothing of the demonstration is of tomorrow."""


class ReportSaid(BaseModel):
    """A report on the financial year so many years `ago`; `lacks` are the parts it does not hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    contract: str
    by: str
    ago: int
    received: str | None = None
    committee: str | None = None
    council: str | None = None
    committee_yet: bool | None = None
    council_yet: bool | None = None
    lacks: list[str]
    unlooked: list[str]
    notes: str | None = None


class StepSaid(BaseModel):
    """What somebody notes of a step of a contract: done, seen not to be, or agreed for a day."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    contract: str
    step: str
    day: date
    by: str
    done: date | None = None
    undone: date | None = None
    planned: date | None = None
    note: str | None = None


class EssentialSaid(BaseModel):
    """The essential data of a contract, in the national format, brought in on a day."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    day: date
    by: str
    content: dict[str, Any]


class Followed(BaseModel):
    """All that the file says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reports: list[ReportSaid]
    steps: list[StepSaid]
    essential: list[EssentialSaid]


class Played(Protocol):
    """What the demonstration being played knows: its session, its day, and the row each of its keys stands for."""

    session: Session
    today: date
    contracts: dict[str, int]


def read_followed(on_days: Callable[[Any], Any]) -> Followed:
    """What the file says, its days counted by the function given."""
    with CONTENT.open(encoding="utf-8") as source:
        return Followed.model_validate(on_days(yaml.load(source, Loader=yaml.CSafeLoader)))


def plan_followup(played: Played, said: Followed, since: date) -> Iterable[Step]:
    """Every report, written once the last that is told of it took place; none before the contracts are there."""
    last = played.today - timedelta(days=_TOLD_BEFORE)
    for one in said.reports:
        year = played.today.year - one.ago
        days = {
            name: day
            for name in ("received", "committee", "council")
            if (month_day := getattr(one, name)) is not None
            and (day := date.fromisoformat(f"{year + 1}-{month_day}")) < last
        }
        if one.received is not None and "received" not in days:
            continue
        told = working_day_from(max((since, *days.values())) + timedelta(days=1))
        if told <= last:
            yield told, one.by, partial(_report, played, one, year, days)
    for step in said.steps:
        yield step.day, step.by, partial(_step, played, step)
    for essential in said.essential:
        yield essential.day, essential.by, partial(_essential, played, essential)


def _report(played: Played, said: ReportSaid, year: int, days: dict[str, date]) -> None:
    parts = {
        part: None if part in said.unlooked else part not in said.lacks
        for part in PARTS
        if part != "environment" and "received" in days
    }  # fmt: skip
    form = ReportForm(
        year=year, received_on=days.get("received"), committee=said.committee_yet, committee_on=days.get("committee"),
        council=said.council_yet, council_on=days.get("council"), notes=said.notes, **parts,
    )  # fmt: skip
    record_report(played.session, played.contracts[said.contract], form)


def _step(played: Played, said: StepSaid) -> None:
    form = StepForm(
        step=said.step, done_on=said.done, undone_on=said.undone, planned_on=said.planned, note=said.note
    )  # fmt: skip
    note_step(played.session, played.contracts[said.contract], form)


def _essential(played: Played, said: EssentialSaid) -> None:
    apply_plan(played.session, plan_import(played.session, [said.content]))
