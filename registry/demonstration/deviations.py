"""The accepted deviations of the demonstration: one that expired, one that holds, one that waits for its answer."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from registry.compliance.deviations.forms import DeviationDecisionForm, DeviationForm
from registry.compliance.deviations.models import AcceptedDeviation
from registry.compliance.deviations.service import ask_deviation, decide_deviation
from registry.compliance.deviations.vocabulary import Answer
from registry.compliance.queries import find_findings
from registry.compliance.service import evaluate
from registry.compliance.vocabulary import SubjectKind, Verdict
from registry.kernel.permissions import Role

CONTENT = Path(__file__).with_name("deviations.yaml")
Step = tuple[date, str, Callable[[], None]]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    day: date
    by: str
    as_role: Role


class DecisionSaid(_Said):
    """The answer to who asked."""

    answer: Answer
    decision_reason: str


class DeviationSaid(_Said):
    """A deviation asked for on what a policy says of a sheet. Units: `lasts` in days, the last one included."""

    sheet: str
    policy: str
    lasts: int
    reason: str
    compensation: str
    decided: DecisionSaid | None = None


def read_deviations(on_days: Callable[[Any], Any]) -> list[DeviationSaid]:
    """What the file says, its days counted by the function given."""
    with CONTENT.open(encoding="utf-8") as source:
        return [DeviationSaid.model_validate(one) for one in on_days(yaml.load(source, Loader=yaml.CSafeLoader))]


def plan_deviations(
    session: Session, said: Iterable[DeviationSaid], sheets: Mapping[str, int], accounts: Mapping[str, int]
) -> Iterable[Step]:
    """Each request and each answer, on its day."""
    for one in said:
        made: list[AcceptedDeviation] = []
        yield one.day, one.by, partial(_ask, session, one, sheets, accounts, made)
        if one.decided is not None:
            yield one.decided.day, one.decided.by, partial(_decide, session, one.decided, accounts, made)


def _ask(
    session: Session, said: DeviationSaid, sheets: Mapping[str, int], accounts: Mapping[str, int],
    made: list[AcceptedDeviation],
) -> None:  # fmt: skip
    kind, number = SubjectKind.DATASET, sheets[said.sheet]
    # Findings are kept at the end of a transaction, and the year is played in one.
    evaluate(session, kind, [number], today=said.day)
    (found,) = find_findings(session, said.day, kind=kind, subject_id=number, policy_id=said.policy)
    if found.verdict is not Verdict.NON_COMPLIANT:
        # Days off may bring that day before the one on which the sheet fell late: there is nothing to ask then.
        return
    form = DeviationForm(
        reason=said.reason, compensation=said.compensation, expires_on=said.day + timedelta(days=said.lasts)
    )
    made.append(ask_deviation(session, found, form, by=accounts[said.by], as_role=said.as_role, today=said.day))


def _decide(session: Session, said: DecisionSaid, accounts: Mapping[str, int], made: list[AcceptedDeviation]) -> None:
    if not made:
        return
    (asked,) = made
    form = DeviationDecisionForm(answer=said.answer, decision_reason=said.decision_reason)
    decide_deviation(
        session, asked.id, form, by=accounts[said.by], as_role=said.as_role, today=said.day, expected=asked.version
    )
