"""The days of what a contract owes each year, by its term and its clauses: pure counting."""

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.contracts.rules import Term
from registry.contracts.vocabulary import ContractKind

LAST_MONTH, LAST_DAY = 5, 31
"""The last day to hand over a report: « before 1 June ». Law: CCP R3131-2."""
BY_LAW = frozenset({ContractKind.DSP, ContractKind.CONCESSION})
"""The contracts whose operator owes a report without any clause. Law: CCP L3131-5."""
PARTS = (
    "accounts", "quality", "assets", "investments", "return_inventory", "commitments", "tariffs", "environment",
)  # fmt: skip
"""What a report holds. Law: CCP R3131-3 (the first two, and the last), R3131-4 (the others)."""


@dataclass(frozen=True)
class ReportDue:
    """A report that is owed: on which financial year, its last day, and the last by the law where the law asks it."""

    year: int
    day: date
    by_clause: bool
    law_day: date | None


def day_in(year: int, month: int, day: int | None) -> date:
    """That day of that month, or the last the month has."""
    last = calendar.monthrange(year, month)[1]
    return date(year, month, min(day or last, last))


def clause_days(terms: Iterable[Mapping[str, Any]]) -> list[tuple[int, int | None]]:
    """The month and the day that clauses on the report fix; a clause that names no month fixes none."""
    found = []
    for one in terms:
        month, day = one.get("due_month"), one.get("due_day")
        if isinstance(month, int) and 1 <= month <= 12:
            found.append((month, day if isinstance(day, int) and 1 <= day <= 31 else None))
    return found


def report_due_in(
    civil_year: int, kind: ContractKind | str, term: Term, days: Sequence[tuple[int, int | None]]
) -> ReportDue | None:  # fmt: skip
    """The report owed within a civil year: on the year before it, if the contract ran then. The strictest day binds.

    That the report is on the year before is how the registry reads the article, which says nothing of it.
    Law: CCP L3131-5, R3131-2.
    """
    year = civil_year - 1
    until = term.binds_until
    if term.starts_on is None or term.starts_on.year > year or (until is not None and until.year < year):
        return None
    if year < date.min.year or civil_year > date.max.year:
        return None
    of_clauses = min((day_in(civil_year, *one) for one in days), default=None)
    of_law = date(civil_year, LAST_MONTH, LAST_DAY) if kind in BY_LAW else None
    known = [one for one in (of_law, of_clauses) if one is not None]
    if not known:
        return None
    return ReportDue(year, min(known), of_clauses is not None and min(known) != of_law, of_law)


def report_on(rows: Iterable[Any], due: ReportDue | None, day: date) -> Any | None:
    """The report a contract is judged by on a day: that of the year due, else the last received, else one not received.

    What was received later is not there yet.
    """
    standing = [one for one in rows if not one.annulled]
    asked = next((one for one in standing if due is not None and one.year == due.year), None)
    received = [one for one in standing if one.received_on is not None and one.received_on <= day]
    if asked is not None and (asked in received or not received):
        return asked
    return max(received, key=lambda one: one.year, default=None)
