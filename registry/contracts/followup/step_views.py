"""What goes out about the steps of a contract: the view that each template receives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.compliance.explanation import FIELD_NAMES
from registry.contracts.followup.steps import Milestone, steps
from registry.contracts.rules import ENDING_MONTHS, term_of
from registry.kernel.dates import plus_months
from registry.kernel.words import _, mark
from registry.web.templating import say_day

STEP_LABELS: dict[str, str] = {
    "step": mark("Étape"),
    "clause_id": mark("Clause qui la demande"),
    "done_on": mark("Faite le"),
    "undone_on": mark("Pas faite, vu le"),
    "planned_on": mark("Jour convenu"),
    "evidence": mark("Pièces de l’étape"),
    "note": mark("Remarque"),
}
FIELD_NAMES["contract_step"] = STEP_LABELS


@dataclass(frozen=True)
class StepNoted:
    """What somebody noted of a step, in words."""

    id: int
    words: str
    note: str
    pieces: Sequence[tuple[int, str]]
    annulled: bool


@dataclass(frozen=True)
class StepLine:
    """A step of a contract, on the page that tells them by their day; `day` is as a reader writes it."""

    code: str
    clause_id: int | None
    title: str
    article: str
    policy: str
    day: str
    shape: str
    word: str
    noted: Sequence[StepNoted]
    is_step: bool


@dataclass(frozen=True)
class StepsPage:
    """What is to be done of a contract by its end: what has a day, what has none, and what was set aside."""

    id: int
    object: str
    annulled: bool
    organisation_name: str
    ends: str
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    dated: Sequence[StepLine]
    undated: Sequence[StepLine]
    set_aside: Sequence[tuple[int, str]]
    pieces: Sequence[tuple[str, str]]
    today: str
    may_record: bool


def step_line(one: Milestone, pieces: Mapping[int, str], today: date) -> StepLine:
    """A step in words."""
    known = steps()
    shape, word = _standing(one, today)
    return StepLine(
        code=one.step.code, clause_id=one.clause_id, title=known.label(one.step.code),
        article=known.words(one.step.code, "article"), policy=one.step.policy,
        day=say_day(one.due_on) if one.due_on is not None else "", shape=shape, word=word,
        noted=[noted_view(row, pieces) for row in one.rows], is_step=True,
    )  # fmt: skip


def _standing(one: Milestone, today: date) -> tuple[str, str]:
    due, done = one.due_on, one.done_on
    if done is not None and not one.is_open:
        return "compliant", _("Fait le {day}").format(day=say_day(done))
    if one.is_overdue(today):
        return ("non-compliant" if one.step.policy else "to-complete"), _("En retard")
    if done is not None:
        return "compliant", _("Fait le {day}, à refaire").format(day=say_day(done))
    if one.undone_on is not None:
        return "to-complete", _("Pas encore fait le {day}").format(day=say_day(one.undone_on))
    if due is None:
        return "to-complete", _("À noter")
    if one.agreed:
        return "to-complete", _("Jour convenu")
    return (
        ("to-complete", _("À faire"))
        if due <= plus_months(today, ENDING_MONTHS)
        else ("not-applicable", _("Plus tard"))
    )


def noted_view(row: Any, pieces: Mapping[int, str]) -> StepNoted:
    """What was noted of a step in words."""
    said = [
        *([_("Fait le {day}").format(day=say_day(row.done_on))] if row.done_on else []),
        *([_("Pas fait, vu le {day}").format(day=say_day(row.undone_on))] if row.undone_on else []),
        *([_("Convenu pour le {day}").format(day=say_day(row.planned_on))] if row.planned_on else []),
    ]
    return StepNoted(
        row.id, " ; ".join(said), row.note or "", [(number, pieces.get(number, "")) for number in row.evidence],
        row.annulled,
    )  # fmt: skip


def mark_lines(contract: Any, today: date) -> list[tuple[date, StepLine]]:
    """The days of the contract itself among its steps: when it begins, and when it ends."""
    found, last = [], term_of(contract).last_on(today)
    for day, title in ((contract.starts_on, _("Le contrat commence")), (last, _("Le contrat finit"))):
        if day is not None:
            shape, word = ("compliant", _("Passé")) if day < today else ("not-applicable", _("À venir"))
            found.append((day, StepLine("", None, title, "", "", say_day(day), shape, word, (), is_step=False)))
    return found
