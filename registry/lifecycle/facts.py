"""What the life of a dataset tells the policies: the move asked for, the visas, why it was withdrawn, its disposal."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.compliance.explanation import VALUE_WORDS
from registry.datasets.vocabulary import Stage
from registry.ledger.as_of import find_rows
from registry.lifecycle.charts import load_chart
from registry.lifecycle.models import StageRequest, StageVisa
from registry.lifecycle.rules import digest_of, facts_of_asking
from registry.lifecycle.vocabulary import RequestState, VisaAnswer, VisaKind

VALUE_WORDS["dataset.requested_stage"] = lambda code: Stage(code).label
BOUND = tuple(
    f"dataset.{name}"
    for name in (
        "requested_stage", "legal_visa_on", "legal_visa_by_keeper", "withdrawal_reason", "withdrawal_signed",
        "blocking_findings", "disposed_on", "disposal_visa_on", "disposal_visa_reference",
    )
)  # fmt: skip
"""With the count of blocking findings, which the engine makes of what it found."""


def bind_lifecycle(
    session: Session, bound: Mapping[int, tuple[Any, dict[str, Any]]], *, until: datetime | None
) -> None:
    """Adds to the facts of these datasets what is asked of them, and what was answered."""
    asked: dict[int, list[Any]] = {}
    for row in find_rows(session, StageRequest, until=until, column="dataset_id", among=bound):
        asked.setdefault(row.dataset_id, []).append(row)
    requests = [row.id for rows in asked.values() for row in rows]
    visas: dict[int, list[Any]] = {}
    of_archives: dict[int, Any] = {}
    for row in find_rows(session, StageVisa, until=until, column="request_id", among=requests) if requests else ():
        if row.answer != VisaAnswer.GIVEN:
            continue
        if row.kind == VisaKind.LEGAL:
            visas.setdefault(row.request_id, []).append(row)
        elif row.kind == VisaKind.ARCHIVES:
            of_archives[row.request_id] = row
    for number, (sheet, facts) in bound.items():
        rows = asked.get(number, ())
        waiting = next((row for row in rows if row.state == RequestState.WAITING), None)
        if sheet.stage == Stage.PUBLISHED:
            facts["dataset.published_online"] = True
        if waiting is None:
            facts["dataset.requested_stage__present"] = False
        else:
            facts.update(facts_of_asking(waiting.to_stage))
        _bind_withdrawal(facts, sheet, rows)
        _bind_disposal(facts, sheet, rows, of_archives)
        # The last: a visa is held against all that is known.
        _bind_visa(facts, sheet, rows, waiting, visas)


def _bind_visa(
    facts: dict[str, Any], sheet: Any, rows: Any, waiting: Any, visas: Mapping[int, list[Any]]
) -> None:  # fmt: skip
    """The legal visa on the move asked for; else the one under which the last was made."""
    move = load_chart().find(waiting.move) if waiting is not None else None
    if move is not None and VisaKind.LEGAL in move.visas:
        # Of another version of the sheet, it endorses what is no longer written.
        read = (sheet.version, digest_of(facts))
        given = [one for one in visas.get(waiting.id, ()) if (one.dataset_version, one.facts_digest) == read]
        if given:
            _say_visa(facts, given[-1])
        return
    made = [row for row in rows if row.state == RequestState.MADE and row.id in visas]
    if made:
        _say_visa(facts, visas[made[-1].id][-1])
    else:
        facts["dataset.legal_visa_on__present"] = False


def _say_visa(facts: dict[str, Any], visa: Any) -> None:
    facts |= {
        "dataset.legal_visa_on": visa.given_on,
        "dataset.legal_visa_on__present": True,
        "dataset.legal_visa_by_keeper": visa.by_keeper,
    }


def _bind_withdrawal(facts: dict[str, Any], sheet: Any, rows: Any) -> None:
    if sheet.stage != Stage.WITHDRAWN:
        return
    made = [row for row in rows if row.state == RequestState.MADE and row.to_stage == Stage.WITHDRAWN]
    facts["dataset.withdrawal_signed"] = bool(made)
    facts["dataset.withdrawal_reason__present"] = bool(made and made[-1].reason)


def _bind_disposal(facts: dict[str, Any], sheet: Any, rows: Any, of_archives: Mapping[int, Any]) -> None:
    """When the dataset was disposed of, and the visa that this stood under."""
    made = [row for row in rows if row.state == RequestState.MADE and row.to_stage == Stage.DISPOSED]
    if sheet.stage != Stage.DISPOSED or not made:
        facts["dataset.disposed_on__present"] = False
        return
    visa = of_archives.get(made[-1].id)
    facts |= {
        "dataset.disposed_on": made[-1].ended_on,
        "dataset.disposed_on__present": True,
        "dataset.disposal_visa_reference__present": visa is not None and bool(visa.reference),
        "dataset.disposal_visa_on__present": visa is not None,
    }
    if visa is not None:
        facts["dataset.disposal_visa_on"] = visa.dated
