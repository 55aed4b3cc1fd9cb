"""What is known of contracts and of their amendments on a day, under the names the policies use.

A clause that nobody recorded is unknown until somebody says to have read the whole contract; then it is absent.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.compliance.explanation import VALUE_WORDS
from registry.compliance.service import leave_to_the_worker
from registry.compliance.vocabulary import SubjectKind
from registry.contracts.clauses.coverage import coverage_of
from registry.contracts.clauses.facts import NAMES as NAMES_OF_CLAUSES
from registry.contracts.clauses.facts import bind_clauses
from registry.contracts.clauses.kinds import expected_of, says_something
from registry.contracts.clauses.lacking import count_lacking, find_lacking
from registry.contracts.clauses.models import Amendment
from registry.contracts.clauses.queries import Written, find_written, held_on
from registry.contracts.clauses.standing import asked_of, concedes_public_service
from registry.contracts.decp.reading import parse_contract
from registry.contracts.followup.facts import BOUND as BOUND_OF_FOLLOWUP
from registry.contracts.followup.facts import bind_essential, bind_reports, bind_steps
from registry.contracts.followup.queries import find_contents, find_reports_of, find_steps_of
from registry.contracts.models import Contract, ContractDataset, ContractParty
from registry.contracts.queries import find_acts_about, find_personal_then
from registry.contracts.rules import state_on, term_of
from registry.contracts.upstream.queries import find_body_of
from registry.contracts.vocabulary import (
    ClauseAct,
    ContractKind,
    ContractState,
    Delivered,
    ExclusivityKind,
    PartnerLeave,
    PublicService,
    Waiver,
)
from registry.datasets.models import Dataset
from registry.ledger.as_of import find_rows
from registry.organisations.facts import bind_legal_persons, may_be_absent, owners_below

VALUE_WORDS.update(
    {
        "contract.kind": lambda code: ContractKind(code).label,
        "contract.public_service": lambda code: PublicService(code).label,
        "contract.waiver": lambda code: Waiver(code).label,
        "contract.crossing": lambda code: PartnerLeave(code).label,
        "contract.redistribution": lambda code: PartnerLeave(code).label,
        "contract.exclusivity_kind": lambda code: ExclusivityKind(code).label,
        "delivery.kind": lambda code: Delivered(code).label,
    }
)
_PLAIN = ("consulted_on", "signed_on", "starts_on", "ends_on", "personal_data", "hosts_data", "cloud_service")
_CONTRACT = tuple(
    f"contract.{name}"
    for name in (
        "kind", "public_service", "concedes_public_service", "about_data", "gdpr_roles_told", "active",
        "data_clauses_complete", "essential_data_published_on", *_PLAIN, *NAMES_OF_CLAUSES,
    )
)  # fmt: skip
BOUND = (*_CONTRACT, *BOUND_OF_FOLLOWUP, "amendment.signed_on", "amendment.published_on", "amendment.adds_data_clauses")
_BEYOND_PROCUREMENT = frozenset(
    {
        ContractKind.AGREEMENT, ContractKind.PARTICULAR_AGREEMENT, ContractKind.PROTOCOL,
        ContractKind.PROCESSING_AGREEMENT,
    }
)  # fmt: skip
"""Contracts that have no essential data: none is a procurement or a concession. Law: CCP L2196-3, L3131-1."""
_GONE = frozenset({ContractState.ENDED, ContractState.COMING, ContractState.UNDATED})


def bind_contracts(
    session: Session, ids: Sequence[int], *, on: date, until: datetime | None
) -> dict[int, tuple[Any, dict[str, Any]]]:
    """The row and the facts of each of these contracts, by the clauses in force on the day."""
    return {
        number: (told.contract, facts)
        for number, (told, _covers, _personal, facts) in _bound(session, ids, on, until).items()
    }


def _bound(
    session: Session, ids: Sequence[int], on: date, until: datetime | None
) -> dict[int, tuple[Written, list[int], frozenset[int], dict[str, Any]]]:
    """What is written of each of these contracts, its datasets, those that hold personal data, and its facts."""
    rows = {row.id: row for row in find_rows(session, Contract, until=until, column="id", among=ids)}
    written = find_written(session, rows.values(), until=until)
    covered, roles = _covered(session, rows, until), _roles(session, rows, until)
    reports, noted = find_reports_of(session, rows, until), find_steps_of(session, rows, until)
    contents = find_contents(session, rows, until)
    personal = find_personal_then(session, covered, until)
    persons = bind_legal_persons(session, {row.organisation_id for row in rows.values()}, on=on, until=until)
    found = {}
    for number, row in rows.items():
        covers = covered.get(number, [])
        held = held_on(written[number], on)
        facts = facts_of_contract(
            row, written[number], held, covers, roles.get(number, []), on, personal.get(number, frozenset())
        )
        facts |= persons.get(row.organisation_id, {})
        bind_steps(facts, held, noted.get(number, []), on)
        content = parse_contract(contents[number]) if number in contents else None
        bind_essential(facts, row, content, noted.get(number, []), on)
        bind_reports(facts, row, reports.get(number, []), on)
        found[number] = (written[number], covers, personal.get(number, frozenset()), facts)
    return found


def _covered(session: Session, ids: Mapping[int, Any], until: datetime | None) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for row in find_rows(session, ContractDataset, until=until, column="contract_id", among=ids):
        if not row.annulled:
            found.setdefault(row.contract_id, []).append(row.dataset_id)
    return found


def _roles(session: Session, ids: Mapping[int, Any], until: datetime | None) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in find_rows(session, ContractParty, until=until, column="contract_id", among=ids):
        if not row.annulled:
            found.setdefault(row.contract_id, []).append(row.gdpr_role)
    return found


def facts_of_contract(
    contract: Any,
    written: Written,
    held: Mapping[str, list[Any]],
    covered: Sequence[int],
    roles: Sequence[Any],
    on: date,
    personal: Collection[int] = (),
) -> dict[str, Any]:
    """The facts of one contract on a day, by what acts say of the clauses in force, by kind.

    `personal` are those of the datasets it covers that hold personal data.
    """
    facts: dict[str, Any] = {"contract.kind": str(contract.kind), "contract.about_data": bool(covered)}
    for name in _PLAIN:
        if (value := getattr(contract, name)) is not None:
            facts[f"contract.{name}"] = value
    if contract.public_service is not None:
        facts["contract.public_service"] = str(contract.public_service)
    if (conceded := concedes_public_service(contract)) is not None:
        facts["contract.concedes_public_service"] = conceded
    if roles:
        facts["contract.gdpr_roles_told"] = None not in roles
    state = state_on(term_of(contract), on)
    if state is not ContractState.UNDATED:
        facts["contract.active"] = state not in _GONE
    never = ("essential_data",) if contract.kind in _BEYOND_PROCUREMENT else ()
    may_be_absent(
        facts, "contract.essential_data_published_on", contract.essential_data_published_on, never, "essential_data"
    )
    bind_clauses(facts, held, was_read=contract.clauses_read_on is not None)
    _bind_completeness(facts, written, covered, personal, on)
    return facts


def _bind_completeness(
    facts: dict[str, Any], written: Written, covered: Sequence[int], personal: Collection[int], on: date
) -> None:  # fmt: skip
    contract = written.contract
    asked = asked_of(contract, personal=personal)
    counts = count_lacking(find_lacking(coverage_of(written, asked, covered, on, signed_by=on)))
    if not counts.absent and not counts.bare:
        # What is signed for later is not to be asked for.
        facts["contract.data_clauses_complete"] = True
    elif contract.clauses_read_on is not None and counts.absent:
        # Of what is there by name only, nobody can say yet that it is missing.
        facts["contract.data_clauses_complete"] = False


def bind_amendments(
    session: Session, ids: Sequence[int], *, on: date, until: datetime | None
) -> dict[int, tuple[Any, dict[str, Any]]]:
    """The row and the facts of each of these amendments, with those of its contract."""
    rows = {row.id: row for row in find_rows(session, Amendment, until=until, column="id", among=ids)}
    bound = _bound(session, sorted({row.contract_id for row in rows.values()}), on, until)
    found = {}
    for number, row in rows.items():
        written, covers, personal, facts = bound[row.contract_id]
        if written.contract.annulled:
            # What is of a contract set aside counts nowhere.
            continue
        told = {**facts}
        for name in ("signed_on", "published_on"):
            may_be_absent(told, f"amendment.{name}", getattr(row, name), ("signed_on",), name)
        adds = _adds_what_lacked(row, written, covers, personal)
        if adds is not None:
            told["amendment.adds_data_clauses"] = adds
        found[number] = (row, told)
    return found


def _adds_what_lacked(
    amendment: Any, written: Written, covered: Sequence[int], personal: Collection[int]
) -> bool | None:  # fmt: skip
    """Whether an amendment adds a clause that its contract lacked; nothing where nobody read what it says."""
    contract = written.contract
    said = [row for row in written.stipulations.values() if row.amendment_id == amendment.id]
    read = contract.clauses_read_on
    if not said:
        return False if read is not None and amendment.signed_on is not None and read >= amendment.signed_on else None
    asked = asked_of(contract, personal=personal)
    before = Written(
        contract, written.amendments, written.clauses, written.stipulations,
        [one for one in written.said if one.instrument.number < amendment.number],
    )  # fmt: skip
    day = amendment.effective_on or amendment.signed_on or date.max
    lacked = {one.kind for one in find_lacking(coverage_of(before, asked, covered, day, signed_by=day))}
    lacked = lacked or set(expected_of(asked))
    adding = [
        says_something(kind, row)
        for row in said
        if row.act != ClauseAct.ENDS and (kind := written.clauses[row.clause_id].kind) in lacked
    ]
    # What is added by name only may be added, or not.
    return True if True in adding else None if adding else False


def contracts_below(session: Session, organisation_ids: set[int]) -> tuple[SubjectKind, set[int]]:
    """A contract draws facts from the body the law addresses: when that changes, it is judged again."""
    owners = owners_below(session, organisation_ids)
    rows = session.execute(
        select(col(Contract.id)).where(~col(Contract.annulled), col(Contract.organisation_id).in_(owners))
    )
    return SubjectKind.CONTRACT, set(rows.scalars())


def _judged_here(session: Session, dataset_ids: set[int], *, kind: SubjectKind) -> tuple[SubjectKind, set[int]]:
    """Those of others are judged by the worker: a page keeps the findings of those bodies only that it may write."""
    here, afar = find_acts_about(session, kind, dataset_ids)
    if afar:
        leave_to_the_worker(session, kind, afar, find_body_of(session, Dataset, dataset_ids))
    return kind, here


ABOUT_DATASETS = (
    partial(_judged_here, kind=SubjectKind.CONTRACT),
    partial(_judged_here, kind=SubjectKind.AMENDMENT),
)
"""Which clauses a contract lacks depends on its datasets that hold personal data: it is judged again with them, and so
are its amendments, which add what lacks, or not.
"""


def every_contract(
    session: Session, organisation_ids: frozenset[int] | None, until: datetime | None = None
) -> Sequence[int]:  # fmt: skip
    """The contracts that stand, of these bodies or of all, now or at an instant."""
    return _every(session, Contract, organisation_ids, until)


def every_amendment(
    session: Session, organisation_ids: frozenset[int] | None, until: datetime | None = None
) -> Sequence[int]:  # fmt: skip
    """The amendments that stand, of these bodies or of all, now or at an instant."""
    return _every(session, Amendment, organisation_ids, until)


def _every(
    session: Session, model: type[Contract | Amendment], organisation_ids: frozenset[int] | None, until: datetime | None
) -> list[int]:
    rows = find_rows(session, model, until=until, only=frozenset({"id", "organisation_id", "annulled"}))
    return sorted(
        row.id
        for row in rows
        if not row.annulled and (organisation_ids is None or row.organisation_id in organisation_ids)
    )
