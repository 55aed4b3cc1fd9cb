"""What is known of how long datasets are kept, under the names the policies use; no text is copied into a finding."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.compliance.explanation import VALUE_WORDS
from registry.datasets.vocabulary import FinalDisposition, Stage
from registry.kernel.words import FRENCH
from registry.ledger.as_of import find_rows
from registry.organisations.models import Organisation
from registry.processing.retention.models import DatasetRetention, DisposalArticle, RetentionHold, RetentionRule
from registry.processing.retention.queries import as_retention, body_of, rules_of
from registry.processing.retention.rules import Origin, Rule, dates_of, keeps_for_ever
from registry.processing.retention.vocabulary import RetentionState

VALUE_WORDS["dataset.final_disposition"] = VALUE_WORDS["dataset.selection_decision"] = lambda code: (
    FinalDisposition(code).label
)
BOUND = tuple(
    f"dataset.{name}"
    for name in ("retention_until", "on_hold", "disposed", "final_disposition", "dua_months", "retention_agreed",
                 "selection_decision", "on_disposal_slip", "retention_rule_followed", "retention_rule_gone")
)  # fmt: skip
_KNOWN_NOT_TO_END = frozenset({RetentionState.KEPT, RetentionState.WAITING, RetentionState.OVER})


def bind_retention(
    session: Session, bound: Mapping[int, tuple[Any, dict[str, Any]]], *, on: date, until: datetime | None
) -> None:
    """Adds to the facts of these datasets when their retention ends, whether they are held, what a slip settles."""
    rows = {
        row.dataset_id: row
        for row in find_rows(session, DatasetRetention, until=until, column="dataset_id", among=bound)
    }
    held = {
        row.dataset_id
        for row in find_rows(session, RetentionHold, until=until, column="dataset_id", among=bound)
        if row.lifted_on is None
    }
    selected = {
        row.dataset_id: str(row.fate)
        for row in find_rows(session, DisposalArticle, until=until, column="dataset_id", among=bound)
        if row.live
    }
    rules = _rules_by_owner(session, {rows[number].organisation_id for number in rows}, until)
    for number, (sheet, facts) in bound.items():
        row = rows.get(number)
        known = rules[row.organisation_id] if row is not None else {}
        facts.update(_facts_of(sheet, row, known, on, held=number in held))
        # What the sheet foresees decides nothing: the slip does, which says at the end what becomes of the data.
        facts["dataset.on_disposal_slip"] = number in selected
        if number in selected:
            facts["dataset.selection_decision"] = selected[number]


def _rules_by_owner(session: Session, owners: set[int], until: datetime | None) -> dict[int, Mapping[str, Rule]]:
    if not owners:
        return {}
    bodies = {row.id: row for row in find_rows(session, Organisation, until=until)}
    kinds = {number: row.kind for number, row in bodies.items()}
    legal = {number: body_of(kinds, bodies[number].lineage) for number in owners}
    own: dict[int, list[Any]] = {}
    for row in find_rows(session, RetentionRule, until=until, column="organisation_id", among=set(legal.values())):
        own.setdefault(row.organisation_id, []).append(row)
    return {number: rules_of(own.get(body, ()), FRENCH) for number, body in legal.items()}


def _facts_of(sheet: Any, row: Any, rules: Mapping[str, Rule], on: date, *, held: bool) -> dict[str, Any]:
    said = as_retention(sheet, row, rules)
    dates = dates_of(said, on)
    followed = row is not None and row.rule_code is not None
    facts: dict[str, Any] = {
        "dataset.retention_rule_followed": followed,
        "dataset.retention_rule_gone": followed and said.rule is None,
        "dataset.on_hold": held,
        "dataset.disposed": sheet.stage in {Stage.ARCHIVED, Stage.DISPOSED},
    }
    if dates.until is not None and dates.state is not RetentionState.WAITING:
        facts |= {"dataset.retention_until": dates.until, "dataset.retention_until__present": True}
    elif dates.state in _KNOWN_NOT_TO_END:
        facts["dataset.retention_until__present"] = False
    if sheet.final_disposition is not None:
        facts["dataset.final_disposition"] = str(sheet.final_disposition)
    if said.rule is not None:
        facts["dataset.retention_agreed"] = said.rule.origin is Origin.AGREED
        months = said.rule.span.months if said.rule.span is not None else None
        if months is not None:
            facts |= {"dataset.dua_months": months, "dataset.dua_months__present": True}
        elif keeps_for_ever(said):
            facts["dataset.dua_months__present"] = False
    return facts
