"""On which terms some of the demonstration's datasets may be reused."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from registry.publication.forms import ReuseForm
from registry.publication.queries import get_dossier
from registry.publication.service import record_reuse

CONTENT = Path(__file__).with_name("reuses.yaml")
Step = tuple[date, str, Callable[[], None]]


class ReuseSaid(BaseModel):
    """The same terms for some sheets, said on a day by an account."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sheets: Sequence[str]
    day: date
    by: str
    terms: ReuseForm


def read_reuses(on_days: Callable[[Any], Any]) -> list[ReuseSaid]:
    """What the file says, its days counted by the function given."""
    with CONTENT.open(encoding="utf-8") as source:
        return [ReuseSaid.model_validate(one) for one in on_days(yaml.load(source, Loader=yaml.CSafeLoader))]


def plan_reuses(session: Session, said: Iterable[ReuseSaid], sheets: Mapping[str, int]) -> Iterable[Step]:
    """Each of the terms, on its day."""
    for one in said:
        for key in one.sheets:
            yield one.day, one.by, partial(_say, session, one.terms, key, sheets)


def _say(session: Session, terms: ReuseForm, key: str, sheets: Mapping[str, int]) -> None:
    number = sheets[key]
    record_reuse(session, number, terms, expected=get_dossier(session, number).version)
