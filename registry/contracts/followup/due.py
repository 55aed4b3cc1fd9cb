"""What falls due of contracts within some days: the steps to their end and the reports of their operators.

Computed from the dates of the contracts and from the few clauses that set a day, never written in advance: a contract
whose term moves, moves them all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.contracts.clauses.queries import Written, find_written_of, held_on
from registry.contracts.followup.models import ContractReport, ContractStep
from registry.contracts.followup.rules import LAST_DAY, LAST_MONTH, ReportDue, clause_days, report_due_in
from registry.contracts.followup.steps import known_steps, milestones_of, steps
from registry.contracts.models import Contract
from registry.contracts.rules import term_of
from registry.kernel.words import _

REPORT, REPORT_POLICY = "report", "DSP-08"
MOST_YEARS = 60
"""How many financial years are told: the longest concessions last so long."""
_COLUMNS = (
    Contract.id, Contract.organisation_id, Contract.kind, Contract.object, Contract.public_service,
    Contract.consulted_on, Contract.signed_on, Contract.starts_on, Contract.ends_on, Contract.tacit_renewal,
    Contract.renewed_until, Contract.hosts_data,
)  # fmt: skip
_NOTED = (
    ContractStep.contract_id, ContractStep.clause_id, ContractStep.step, ContractStep.done_on, ContractStep.undone_on,
    ContractStep.planned_on, ContractStep.annulled,
)  # fmt: skip


@dataclass(frozen=True)
class Due:
    """A day by which something is to be done of a contract: `what` is a step, or `report:` and its financial year."""

    contract_id: int
    organisation_id: int
    object: str
    day: date
    what: str


def policies_told() -> frozenset[str]:
    """The rules whose last day is told as that of a step: it would be told twice as a finding."""
    return frozenset({REPORT_POLICY, *(one.policy for one in known_steps() if one.policy)})


def say_due(what: str) -> str:
    """What is to be done by the day."""
    kind, _colon, year = what.partition(":")
    if kind == REPORT:
        return _("Rapport annuel de l’exercice {year} à recevoir").format(year=year)
    return steps().label(kind)


def address_of(contract_id: int, what: str) -> str:
    """The page where it is noted: the reports of the contract, or its steps."""
    return f"/contrats/{contract_id}/{'rapports' if what.startswith(f'{REPORT}:') else 'echeances'}"


def owed_reports(contract: Any, written: Written, today: date) -> dict[int, ReportDue]:
    """The reports owed until this civil year, by financial year: each by the clauses in force on the law’s own day."""
    term, found = term_of(contract), {}
    if term.starts_on is None:
        return {}
    for year in range(max(term.starts_on.year + 1, today.year - MOST_YEARS), today.year + 1):
        due = _owed_in(year, contract, written, today)
        if due is not None:
            found[due.year] = due
    return found


def _owed_in(year: int, contract: Any, written: Written | None, today: date) -> ReportDue | None:
    """The report owed within a civil year, by the clauses in force on the law’s own day."""
    day = min(date(year, LAST_MONTH, LAST_DAY), today)
    held = held_on(written, day).get("annual-report", []) if written is not None else []
    return report_due_in(year, contract.kind, term_of(contract), clause_days(one.terms for one in held))


def find_due(session: Session, today: date, last: date) -> list[Due]:
    """What falls due of the contracts the asker may read until a day, and what is past its day and still to be done."""
    contracts = session.execute(select(*map(col, _COLUMNS)).where(~col(Contract.annulled))).all()
    kinds = {one.clause for one in known_steps() if one.since and one.clause} | {"annual-report"}
    written = find_written_of(session, contracts, kinds)
    noted = _noted(session)
    reports = _reports(session, today.year - 1)
    found = []
    for contract in contracts:
        held = held_on(written[contract.id], today) if contract.id in written else {}
        dues = _steps_of(contract, held, noted.get(contract.id, []), today, last)
        dues |= _reports_of(contract, held, reports.get(contract.id, {}), today, last)
        for year, is_received in reports.get(contract.id, {}).items():
            # What somebody noted as not handed over is late until it is, whatever year it is now.
            if not is_received and year < today.year - 1:
                due = _owed_in(year + 1, contract, written.get(contract.id), today)
                dues |= {f"{REPORT}:{year}": due.day} if due is not None else {}
        found += [
            Due(contract.id, contract.organisation_id, contract.object, day, what) for what, day in dues.items()
        ]  # fmt: skip
    return found


def _noted(session: Session) -> dict[int, list[Any]]:
    """What was noted of the steps of contracts and stands, by contract, the first first."""
    found: dict[int, list[Any]] = {}
    query = select(*map(col, _NOTED)).where(~col(ContractStep.annulled)).order_by(col(ContractStep.id))
    for row in session.execute(query):
        found.setdefault(row.contract_id, []).append(row)
    return found


def _reports(session: Session, first: int) -> dict[int, dict[int, bool]]:
    """Whether the reports noted were handed over, by contract and financial year: from one on, and any that was not."""
    query = select(col(ContractReport.contract_id), col(ContractReport.year), col(ContractReport.received_on)).where(
        ~col(ContractReport.annulled),
        or_(col(ContractReport.year) >= first, col(ContractReport.received_on).is_(None)),
    )
    found: dict[int, dict[int, bool]] = {}
    for row in session.execute(query):
        of = found.setdefault(row.contract_id, {})
        of[row.year] = of.get(row.year, False) or row.received_on is not None
    return found


def _steps_of(
    contract: Any, held: Mapping[str, list[Any]], rows: list[Any], today: date, last: date
) -> dict[str, date]:  # fmt: skip
    found: dict[str, date] = {}
    for one in milestones_of(contract, held, rows, today, until=last):
        if one.due_on is not None and one.is_open:
            # Several clauses may ask for the same, each by its day.
            found[one.step.code + (f":{one.clause_id}" if one.clause_id is not None else "")] = one.due_on
    return found


def _reports_of(
    contract: Any, held: Mapping[str, list[Any]], noted: Mapping[int, bool], today: date, last: date
) -> dict[str, date]:  # fmt: skip
    days = clause_days(one.terms for one in held.get("annual-report", ()))
    found = {}
    for year in range(today.year, last.year + 1):
        due = report_due_in(year, contract.kind, term_of(contract), days)
        if due is not None and due.day <= last and not noted.get(due.year, False):
            found[f"{REPORT}:{due.year}"] = due.day
    return found
