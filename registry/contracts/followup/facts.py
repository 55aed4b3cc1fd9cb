"""What is known on a day of the reports of an operator, under the names the policies use."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from registry.contracts.followup.rules import PARTS, clause_days, report_due_in, report_on
from registry.contracts.rules import term_of
from registry.organisations.facts import may_be_absent

_PUT = ("committee", "council")
"""To whom a report is put once it is received. Law: CGCT L1413-1, L1411-3."""
BOUND = tuple(
    f"contract.{name}"
    for name in (
        "report_due_on", "report_year_due", "report_year", "report_received_on",
        *(f"report_{one}_on" for one in _PUT), *(f"report_{one}" for one in PARTS),
    )
)  # fmt: skip


def bind_reports(
    facts: dict[str, Any], contract: Any, rows: Iterable[Any], terms: Iterable[Mapping[str, Any]], on: date
) -> None:
    """Adds what is known of the reports of a contract; `terms` are those of its clauses on the report that day."""
    term, due = term_of(contract), None
    if term.starts_on is not None:
        due = report_due_in(on.year, contract.kind, term, clause_days(terms))
        facts["contract.report_year_due"] = on.year - 1
        may_be_absent(facts, "contract.report_due_on", due.day if due else None, ("due",), "due")
    report = report_on(rows, due, on)
    if report is None:
        return
    facts["contract.report_year"] = report.year
    received = _by(report.received_on, on)
    may_be_absent(facts, "contract.report_received_on", received, ("received_on",), "received_on")
    for whom in _PUT:
        # Whom nobody says it was put to may have seen it all the same; what came after the day had not come yet.
        day, put = getattr(report, f"{whom}_on"), getattr(report, whom)
        absent = (whom,) if put is False or day is not None or received is None else ()
        may_be_absent(facts, f"contract.report_{whom}_on", _by(day, on), absent, whom)
    for part in PARTS if received is not None else ():
        if (there := getattr(report, part)) is not None:
            facts[f"contract.report_{part}"] = there


def _by(day: date | None, on: date) -> date | None:
    return day if day is not None and day <= on else None
