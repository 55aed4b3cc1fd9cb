"""The amendments of the demonstration's contracts, their clauses, and how some of these are kept."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import yaml
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from registry.contracts.clauses.forms import AmendmentForm, ClauseForm, PerformanceForm, StipulationForm
from registry.contracts.clauses.queries import get_clause
from registry.contracts.clauses.service import record_amendment, record_clause, stipulate, tell_performance
from registry.contracts.vocabulary import ClauseAct, ClausePerformance

CONTENT = Path(__file__).with_name("clauses.yaml")
Step = tuple[date, str, Callable[[], None]]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    contract: str
    day: date
    by: str


class AmendmentSaid(_Said):
    """An amendment of a contract."""

    sheet: dict[str, Any]


class ClauseSaid(_Said):
    """What the contract, or the amendment of that number, says of a clause of this kind."""

    kind: str
    amendment: int | None = None
    act: ClauseAct = ClauseAct.ADDS
    article: str | None = None
    datasets: list[str] = []
    terms: dict[str, Any] = {}
    text: str | None = None
    reasons: str | None = None
    survives: bool = False


class PerformanceSaid(_Said):
    """How a clause is kept."""

    kind: str
    performance: ClausePerformance
    performance_note: str


class Clauses(BaseModel):
    """All that the file says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    amendments: list[AmendmentSaid]
    clauses: list[ClauseSaid]
    acts: list[ClauseSaid]
    performances: list[PerformanceSaid]


class Played(Protocol):
    """What the demonstration being played knows: its session, and the row each of its keys stands for."""

    session: Session
    sheets: dict[str, int]
    contracts: dict[str, int]


def read_clauses(on_days: Callable[[Any], Any]) -> Clauses:
    """What the file says, its days counted by the function given."""
    with CONTENT.open(encoding="utf-8") as source:
        return Clauses.model_validate(on_days(yaml.load(source, Loader=yaml.CSafeLoader)))


def plan_clauses(played: Played, said: Clauses) -> Iterable[Step]:
    """Every amendment, every clause and what amendments make of it, each on its day."""
    amendments: dict[tuple[str, int], int] = {}
    clauses: dict[tuple[str, str], int] = {}
    for one in said.amendments:
        yield one.day, one.by, partial(_amend, played, one, amendments)
    for clause in said.clauses:
        yield clause.day, clause.by, partial(_record, played, clause, amendments, clauses)
    for act in said.acts:
        yield act.day, act.by, partial(_stipulate, played, act, amendments, clauses)
    for seen in said.performances:
        yield seen.day, seen.by, partial(_see, played, seen, clauses)


def _amend(played: Played, said: AmendmentSaid, amendments: dict[tuple[str, int], int]) -> None:
    form = AmendmentForm.model_validate(said.sheet)
    made = record_amendment(played.session, played.contracts[said.contract], form)
    amendments[said.contract, form.number] = made.id


def _values(played: Played, said: ClauseSaid, amendments: dict[tuple[str, int], int]) -> dict[str, Any]:
    return {
        "amendment_id": amendments[said.contract, said.amendment] if said.amendment is not None else None,
        "article": said.article,
        "datasets": [played.sheets[key] for key in said.datasets if key in played.sheets],
        "terms": said.terms,
        "text": said.text,
        "reasons": said.reasons,
        "survives": said.survives,
    }


def _record(
    played: Played, said: ClauseSaid, amendments: dict[tuple[str, int], int], clauses: dict[tuple[str, str], int]
) -> None:
    form = ClauseForm.model_validate({**_values(played, said, amendments), "kind": said.kind})
    clause, _stipulation = record_clause(played.session, played.contracts[said.contract], form)
    clauses[said.contract, said.kind] = clause.id


def _stipulate(
    played: Played, said: ClauseSaid, amendments: dict[tuple[str, int], int], clauses: dict[tuple[str, str], int]
) -> None:
    form = StipulationForm.model_validate({**_values(played, said, amendments), "act": said.act})
    stipulate(played.session, clauses[said.contract, said.kind], form)


def _see(played: Played, said: PerformanceSaid, clauses: dict[tuple[str, str], int]) -> None:
    form = PerformanceForm(
        performance=said.performance, performance_on=said.day, performance_note=said.performance_note
    )
    clause = get_clause(played.session, clauses[said.contract, said.kind])
    tell_performance(played.session, clause.id, form, expected=clause.version)
