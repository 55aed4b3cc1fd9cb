"""What is known on a day of what happened of what a contract owes, under the names the policies use."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from registry.contracts.decp.rules import find_incoherences, read_essential
from registry.contracts.followup.rules import PARTS, report_due_in, report_on
from registry.contracts.followup.steps import due_day, known_steps, noted_of
from registry.contracts.rules import term_of
from registry.organisations.facts import may_be_absent

_PUT = ("committee", "council")
"""To whom a report is put once it is received. Law: CGCT L1413-1, L1411-3."""
_DAYS = {
    "renewal-data-requested": ("renewal_data_requested_on", min),
    "water-subscribers-received": ("subscribers_file_received_on", min),
    "water-plans-received": ("network_plans_received_on", min),
    "asset-inventory-received": ("asset_inventory_received_on", min),
    "waiver-published": ("waiver_published_on", min),
    "exclusivity-published": ("exclusivity_published_on", min),
    "exclusivity-reviewed": ("exclusivity_reviewed_on", min),
    "exclusivity-holder-informed": ("exclusivity_holder_informed_on", max),
    "exclusivity-renewal-decided": ("exclusivity_renewal_decided_on", min),
    "digitised-copy-received": ("digitised_copy_received_on", min),
}
"""Facts that are the day a step was done; of several clauses that call for it, the day that serves them least."""
BOUND = tuple(
    f"contract.{name}"
    for name in (
        "report_due_on", "report_year_due", "report_year", "report_received_on",
        *(f"report_{one}_on" for one in _PUT), *(f"report_{one}" for one in PARTS),
        *(name for name, _strictest in _DAYS.values()),
        "unperformed_works_settled", "essential_data_schema_errors", "essential_data_date_errors",
        "execution_data_due_on", "execution_data_year_due", "execution_data_year",
    )
)  # fmt: skip


def bind_reports(facts: dict[str, Any], contract: Any, rows: Iterable[Any], on: date) -> None:
    """Adds what is known of the reports of a contract, by the law's own day: an earlier one of the contract binds its
    parties and is followed beside, what the law asks for is not judged by it. Law: CCP L3131-5, R3131-2.
    """
    term, due = term_of(contract), None
    if term.starts_on is not None:
        due = report_due_in(on.year, contract.kind, term, ())
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


def bind_steps(facts: dict[str, Any], held: Mapping[str, Sequence[Any]], rows: Sequence[Any], on: date) -> None:
    """Adds what was noted of the steps of a contract: done, seen not to be, or unknown. That a contract was read says
    nothing of what was done since.
    """
    clause_of = {one.code: one.clause for one in known_steps()}
    for code, (name, strictest) in _DAYS.items():
        kind = clause_of.get(code, "")
        called = [one.clause_id for one in held.get(kind, ())] if kind else []
        told = [_done(rows, code, clause_id, on) for clause_id in called or [None]]
        days = [done for done, _undone in told if done is not None]
        if len(days) == len(told):
            may_be_absent(facts, f"contract.{name}", strictest(days), (), name)
        elif any(done is None and undone for done, undone in told):
            facts[f"contract.{name}__present"] = False
    settled, unsettled = _done(rows, "works-settled", None, on)
    if settled is not None or unsettled:
        facts["contract.unperformed_works_settled"] = settled is not None
    agreed, refused = _done(rows, "exit-plan-agreed", None, on)
    if agreed is not None:
        facts["contract.exit_plan"] = True
    elif refused and "contract.exit_plan" not in facts:
        facts["contract.exit_plan"] = False
    handover = next((one.planned_on for one in reversed(_noted(rows, "data-handed-over", on)) if one.planned_on), None)
    handover = handover or _done(rows, "data-handed-over", None, on)[0]
    if handover is not None:
        may_be_absent(facts, "contract.exit_delivery_on", handover, (), "delivery")


def _noted(rows: Sequence[Any], code: str, on: date) -> list[Any]:
    return noted_of(rows, code, None, on)


def _done(rows: Sequence[Any], code: str, clause_id: int | None, on: date) -> tuple[date | None, bool]:
    """The last day a step was done, and whether somebody saw it was not."""
    noted = noted_of(rows, code, clause_id, on)
    done = max((one.done_on for one in noted if one.done_on is not None), default=None)
    return done, any(one.undone_on is not None for one in noted)


def bind_essential(
    facts: dict[str, Any], contract: Any, content: Mapping[str, Any] | None, rows: Sequence[Any], on: date
) -> None:
    """Adds what the essential data kept of a contract says of itself, and the execution data published each year.

    Published within a civil year, execution data is of the year before: the order names no year, this is how the
    registry reads it. Law: CCP R3131-1 3°; order of 22 December 2022.
    """
    published = [one.done_on for one in noted_of(rows, "execution-data-published", None, on) if one.done_on is not None]
    if content is not None:
        found = find_incoherences(content)
        facts["contract.essential_data_date_errors"] = sum(one.is_of_days for one in found)
        facts["contract.essential_data_schema_errors"] = sum(not one.is_of_days for one in found)
        published += [day for day in read_essential(content).years if day <= on]
    year = max((day.year - 1 for day in published), default=None)
    told = ("year",) if content is not None or _done(rows, "execution-data-published", None, on)[1] else ()
    may_be_absent(facts, "contract.execution_data_year", year, told, "year")
    if contract.starts_on is None:
        return
    due = next((one for one in known_steps() if one.code == "execution-data-published"), None)
    day = due_day(due, term_of(contract), {}, None, on) if due is not None else None
    facts["contract.execution_data_year_due"] = on.year - 1
    may_be_absent(facts, "contract.execution_data_due_on", day, ("day",), "day")
