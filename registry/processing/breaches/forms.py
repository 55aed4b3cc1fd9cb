"""What may be said of a breach. Days and hours are those of the authority's clocks, unless they say their own zone."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from registry.datasets.forms import Code, Line, Past, Prose, listed
from registry.processing.breaches.vocabulary import (
    BreachCause,
    BreachNature,
    BreachRisk,
    BreachSource,
    InformingExemption,
    NotificationPhase,
)
from registry.web.calls import Number
from registry.web.typed import since_year

Instant = Annotated[datetime, since_year(1900)]
"""A moment of the authority's clocks, or one that says its own time zone."""
About = Annotated[int, Field(ge=0, le=2_000_000_000)]
"""A number of people or of records, which may be approximate."""


class BreachForm(BaseModel):
    """What is known of a breach; all but its title, its nature and the moment it was known may come later."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    title: Line
    known_at: Instant
    natures: Annotated[list[BreachNature], Field(min_length=1, max_length=3)]
    occurred_from: Instant | None = None
    occurred_until: Instant | None = None
    source: BreachSource | None = None
    processor_id: Number | None = None
    processor_told_at: Instant | None = None
    processor_report: Prose | None = None
    cause: BreachCause | None = None
    facts: Prose | None = None
    people_described: Prose | None = None
    people_concerned: About | None = None
    records_concerned: About | None = None
    data_categories: Annotated[list[Annotated[Code, listed("personal_categories")]], Field(max_length=50)] = Field(
        default_factory=list
    )
    consequences: Prose | None = None
    measures: Prose | None = None
    risk: BreachRisk | None = None
    risk_reasons: Prose | None = None
    delay_reasons: Prose | None = None
    informed_on: Past | None = None
    informed_how: Prose | None = None
    exemption: InformingExemption | None = None
    exemption_reasons: Prose | None = None
    in_charge_id: Number | None = None
    closed_on: Past | None = None


class BreachChange(BreachForm):
    """A change to some of what is known of a breach: what is not given stays."""

    title: Line = ""
    known_at: Instant = None  # type: ignore[assignment]
    natures: Annotated[list[BreachNature], Field(min_length=1, max_length=3)] = Field(default_factory=list)


class BreachCreation(BreachForm):
    """A breach to record, and the organisation that is the controller."""

    organisation_id: Number

    def sheet(self) -> BreachForm:
        """The breach itself."""
        return BreachForm.model_validate(self.model_dump(exclude={"organisation_id"}, exclude_unset=True))


class NotificationForm(BaseModel):
    """A notification that left for the CNIL; or, with the number of one that `corrects` names, what it truly was."""

    model_config = ConfigDict(extra="forbid")

    corrects: Number | None = None
    reason: Prose | None = None

    phase: NotificationPhase
    sent_at: Instant
    reference: Line | None = None
    content: Prose | None = None
    delay_reasons: Prose | None = None


class BreachEventForm(BaseModel):
    """Something that was done or learnt."""

    model_config = ConfigDict(extra="forbid")

    happened_at: Instant
    what: Prose


MOST_TOUCHED = 500


class TouchedForm(BaseModel):
    """The datasets and the processing activities that a breach touched: exactly those."""

    model_config = ConfigDict(extra="forbid")

    datasets: Annotated[list[Number], Field(max_length=MOST_TOUCHED)] = Field(default_factory=list)
    activities: Annotated[list[Number], Field(max_length=MOST_TOUCHED)] = Field(default_factory=list)
