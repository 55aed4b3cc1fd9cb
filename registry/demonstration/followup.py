"""What operators handed over each year in the demonstration: their reports, in time, late, or not whole."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import yaml
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from registry.contracts.followup.forms import ReportForm
from registry.contracts.followup.rules import PARTS
from registry.contracts.followup.service import record_report
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


class Followed(BaseModel):
    """All that the file says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reports: list[ReportSaid]


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
