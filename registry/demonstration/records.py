"""The record of processing of the demonstration: which bodies copied which template, and what they changed."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from registry.processing.activity_templates import get_activity_template
from registry.processing.forms import ActivityForm
from registry.processing.service import record_activity

CONTENT = Path(__file__).with_name("records.yaml")
Step = tuple[date, str, Callable[[], None]]


class CopiedActivity(BaseModel):
    """A template, the bodies that copied it on a day, what they changed, its datasets, and for whom it is done."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    template: str
    of: list[str]
    day: date
    by: str
    change: dict[str, Any] = {}
    datasets: list[str] = []
    for_whom: list[str] = []


def read_copied(on_days: Callable[[Any], Any]) -> list[CopiedActivity]:
    """What the file says, its days counted by the function given."""
    with CONTENT.open(encoding="utf-8") as source:
        said = on_days(yaml.load(source, Loader=yaml.CSafeLoader))
    return [CopiedActivity.model_validate(one) for one in said["activities"]]


def plan_records(
    session: Session, said: Iterable[CopiedActivity], bodies: Mapping[str, int], sheets: Mapping[str, int]
) -> Iterable[Step]:
    """Every copy, with its day and the account that makes it; `sheets` is read when it is played."""
    for one in said:
        for body in one.of:
            yield one.day, one.by, partial(_copy, session, one, body, bodies, sheets)


def _copy(
    session: Session, said: CopiedActivity, body: str, bodies: Mapping[str, int], sheets: Mapping[str, int]
) -> None:
    template = get_activity_template(said.template)
    linked = [{"dataset_id": sheets[key]} for key in said.datasets]
    principals = [{"principal_id": bodies[key]} for key in said.for_whom]
    values = {**template.values, **said.change, "datasets": linked, "principals": principals}
    record_activity(session, bodies[body], ActivityForm.model_validate(values), template=template)
