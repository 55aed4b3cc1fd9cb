"""How long datasets of the demonstration are kept, what holds them, and the slips that list those to dispose of."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from registry.datasets.queries import get_dataset
from registry.processing.retention.forms import HoldForm, RetentionForm, RuleForm, SlipForm
from registry.processing.retention.rule_service import record_rule
from registry.processing.retention.service import place_hold, set_retention
from registry.processing.retention.slip_service import prepare_slip

CONTENT = Path(__file__).with_name("retention.yaml")
Step = tuple[date, str, Callable[[], None]]


class RetentionSaid(BaseModel):
    """What is said, one day, of how long a dataset is kept, and the hold placed with it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dataset: str
    day: date
    by: str
    keep: RetentionForm
    hold: HoldForm | None = None


class RuleSaid(BaseModel):
    """A rule that a body and the archives agreed to, said one day."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    of: str
    day: date
    by: str
    rule: RuleForm


class SlipSaid(BaseModel):
    """A slip that a body prepared one day, with the datasets it lists."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    of: str
    day: date
    by: str
    title: str
    reason: str
    datasets: tuple[str, ...]


class RetentionFile(BaseModel):
    """What is said of retention and disposal."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    retentions: tuple[RetentionSaid, ...]
    rules: tuple[RuleSaid, ...]
    slips: tuple[SlipSaid, ...]


def read_retentions(on_days: Callable[[Any], Any]) -> RetentionFile:
    """What the file says, its days counted back from the one it is loaded on."""
    return RetentionFile.model_validate(on_days(yaml.load(CONTENT.read_bytes(), Loader=yaml.CSafeLoader)))


def plan_retentions(
    session: Session, said: RetentionFile, bodies: Mapping[str, int], sheets: Mapping[str, int]
) -> Iterable[Step]:
    """Each on its day."""
    for one in said.retentions:
        yield one.day, one.by, partial(_keep, session, one, sheets)
    for agreed in said.rules:
        yield agreed.day, agreed.by, partial(_agree, session, agreed, bodies)
    for slip in said.slips:
        yield slip.day, slip.by, partial(_prepare, session, slip, bodies, sheets)


def _keep(session: Session, said: RetentionSaid, sheets: Mapping[str, int]) -> None:
    sheet = get_dataset(session, sheets[said.dataset])
    set_retention(session, sheet.id, said.keep, expected=sheet.version, today=said.day)
    if said.hold is not None:
        place_hold(session, sheet.id, said.hold)


def _agree(session: Session, said: RuleSaid, bodies: Mapping[str, int]) -> None:
    record_rule(session, bodies[said.of], said.rule)


def _prepare(session: Session, said: SlipSaid, bodies: Mapping[str, int], sheets: Mapping[str, int]) -> None:
    form = SlipForm(title=said.title, reason=said.reason, dataset_ids=[sheets[key] for key in said.datasets])
    prepare_slip(session, bodies[said.of], form, today=said.day)
