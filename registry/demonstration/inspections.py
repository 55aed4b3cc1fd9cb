"""The inspections of the demonstration: what each saw of a dataset, and what somebody made of it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from registry.datasets.detection.forms import Decision, ReviewForm
from registry.datasets.detection.queries import find_suggestions
from registry.datasets.detection.service import record_inspection, review_suggestions
from registry.datasets.queries import get_dataset
from registry.inspection.vocabulary import (
    Confidence,
    Inspected,
    InspectedColumn,
    PersonalSign,
    Reason,
    ReasonCode,
    Suggestion,
)

CONTENT = Path(__file__).with_name("inspections.yaml")
Step = tuple[date, str, Callable[[], None]]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SuggestionSaid(_Said):
    """What was seen in a column: its reasons are codes, each with the counts its sentence needs."""

    column: str
    sign: PersonalSign
    category: str
    confidence: Confidence
    found: int
    reasons: dict[ReasonCode, dict[str, int]]


class DecisionSaid(_Said):
    """What somebody made of what was suggested of a column."""

    column: str
    decision: Decision
    remark: str | None = None


class ReviewSaid(_Said):
    """A review of an inspection, one day."""

    day: date
    by: str
    decisions: list[DecisionSaid]


class InspectionSaid(_Said):
    """The inspection of an extract of a dataset, one day."""

    dataset: str
    day: date
    by: str
    sampled: int
    columns: list[str]
    suggestions: list[SuggestionSaid]
    review: ReviewSaid | None = None


def read_inspections(on_days: Callable[[Any], Any]) -> list[InspectionSaid]:
    """What the file says, its days counted by the function given."""
    with CONTENT.open(encoding="utf-8") as source:
        said = on_days(yaml.load(source, Loader=yaml.CSafeLoader))
    return [InspectionSaid.model_validate(one) for one in said["inspections"]]


def plan_inspections(session: Session, said: Iterable[InspectionSaid], sheets: Mapping[str, int]) -> Iterable[Step]:
    """Every inspection and its review, on their days; `sheets` is read when they are played."""
    for one in said:
        yield one.day, one.by, partial(_inspect, session, one, sheets)
        if one.review is not None:
            yield one.review.day, one.review.by, partial(_review, session, one.dataset, one.review, sheets)


def _inspect(session: Session, said: InspectionSaid, sheets: Mapping[str, int]) -> None:
    places = {name: place for place, name in enumerate(said.columns)}
    suggestions = [
        Suggestion(
            places[one.column], one.sign, one.category, one.confidence,
            tuple(Reason(code, counts) for code, counts in one.reasons.items()), one.found, said.sampled,
        )
        for one in said.suggestions
    ]  # fmt: skip
    columns = [InspectedColumn(name, said.sampled) for name in said.columns]
    seen = Inspected("", columns, suggestions, rows=said.sampled, sampled=said.sampled)
    record_inspection(session, sheets[said.dataset], [seen], on=said.day)


def _review(session: Session, key: str, said: ReviewSaid, sheets: Mapping[str, int]) -> None:
    number = sheets[key]
    made = {one.column: one for one in said.decisions}
    decisions = [
        {"id": row.id, "decision": made[row.field_name].decision, "remark": made[row.field_name].remark}
        for row in find_suggestions(session, number)
        if row.field_name in made
    ]
    form = ReviewForm.model_validate({"decisions": decisions})
    review_suggestions(session, number, form, expected=get_dataset(session, number).version)
