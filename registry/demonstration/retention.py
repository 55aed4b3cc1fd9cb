"""How long datasets of the demonstration are kept, and what holds them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from registry.datasets.queries import get_dataset
from registry.processing.retention.forms import HoldForm, RetentionForm
from registry.processing.retention.service import place_hold, set_retention

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


def read_retentions(on_days: Callable[[Any], Any]) -> list[RetentionSaid]:
    """What the file says, its days counted back from the one it is loaded on."""
    said = yaml.load(CONTENT.read_bytes(), Loader=yaml.CSafeLoader)
    return [RetentionSaid.model_validate(one) for one in on_days(said)["retentions"]]


def plan_retentions(session: Session, said: Iterable[RetentionSaid], sheets: Mapping[str, int]) -> Iterable[Step]:
    """Each on its day."""
    for one in said:
        yield one.day, one.by, partial(_keep, session, one, sheets)


def _keep(session: Session, said: RetentionSaid, sheets: Mapping[str, int]) -> None:
    sheet = get_dataset(session, sheets[said.dataset])
    set_retention(session, sheet.id, said.keep, expected=sheet.version, today=said.day)
    if said.hold is not None:
        place_hold(session, sheet.id, said.hold)
