"""What is known of contracts and of their amendments on a day, under the names the policies use.

A clause that nobody recorded is unknown until somebody says to have read the whole contract; then it is absent.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.compliance.explanation import VALUE_WORDS
from registry.compliance.vocabulary import SubjectKind
from registry.contracts.clauses.kinds import expected_of
from registry.contracts.clauses.models import Amendment
from registry.contracts.clauses.queries import Written, find_written, held_on
from registry.contracts.clauses.standing import asked_of, concedes_public_service, expectations_of
from registry.contracts.followup.facts import BOUND as BOUND_OF_FOLLOWUP
from registry.contracts.followup.facts import bind_reports
from registry.contracts.followup.queries import find_reports_of
from registry.contracts.models import Contract, ContractDataset, ContractParty
from registry.contracts.rules import state_on, term_of
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
_CLAUSES = {
    "reuse_forbidden": "reuse-ban", "reversibility_clause": "reversibility",
    "confidentiality_clause": "confidentiality",
    "hosting_clause": "hosting", "api_clause": "real-time-access", "data_penalties_clause": "penalties",
    "data_audit_clause": "audit", "ownership_clause": "ownership", "own_use_clause": "own-use",
    "archives_clause": "archives", "exclusivity": "exclusivity",
}  # fmt: skip
"""Facts that ask whether a clause of a kind is in force."""
_TERMS = {
    "confidential_items_listed": ("confidentiality", "items_listed"),
    "exit_plan": ("reversibility", "exit_plan"),
    "switching_charges": ("reversibility", "switching_charges"),
    "exportable_data_listed": ("reversibility", "exportable_listed"),
    "erasure_terms": ("reversibility", "erasure"),
    "exclusivity_kind": ("exclusivity", "exclusivity_kind"),
    "exclusivity_granted_on": ("exclusivity", "granted_on"),
    "exclusivity_renewed": ("exclusivity", "renewed"),
    "exclusivity_former_end_on": ("exclusivity", "former_end_on"),
}
"""Facts that are one thing noted of a clause, unknown where nobody noted it."""
_MAY_LACK = {
    "exit_delivery_on": ("reversibility", "delivery_on"),
    "switching_notice_days": ("reversibility", "notice_days"),
    "switching_transition_days": ("reversibility", "transition_days"),
    "retrieval_days": ("reversibility", "retrieval_days"),
    "exclusivity_ends_on": ("exclusivity", "exclusivity_ends_on"),
    "exclusivity_reviewed_on": ("exclusivity", "reviewed_on"),
    "exclusivity_published_on": ("exclusivity", "published_on"),
    "exclusivity_holder_informed_on": ("exclusivity", "holder_informed_on"),
    "exclusivity_renewal_decided_on": ("exclusivity", "renewal_decided_on"),
    "digitised_copy_received_on": ("exclusivity", "digitised_copy_received_on"),
    "crossing": ("crossing", "leave"),
    "redistribution": ("redistribution", "leave"),
    "subscribers_file_received_on": ("water-end", "subscribers_on"),
    "network_plans_received_on": ("water-end", "plans_on"),
    "asset_inventory_received_on": ("water-end", "inventory_on"),
}
"""The same, known to be absent once the contract is read whole."""
_CONTRACT = tuple(
    f"contract.{name}"
    for name in (
        "kind", "public_service", "concedes_public_service", "about_data", "gdpr_roles_told", "active",
        "indispensable_data_listed", "waiver", "waiver_decided_on", "waiver_reasons", "waiver_published_on",
        "hosting_countries", "data_clauses_complete", "permitted_uses", "anonymisation_guarantee", "switching_terms",
        "exclusivity_reason", "exclusivity_renewal_reasons", "essential_data_published_on", *_PLAIN, *_CLAUSES, *_TERMS,
        *_MAY_LACK,
    )
)  # fmt: skip
BOUND = (*_CONTRACT, *BOUND_OF_FOLLOWUP, "amendment.signed_on", "amendment.published_on", "amendment.adds_data_clauses")
_GONE = frozenset({ContractState.ENDED, ContractState.COMING, ContractState.UNDATED})


def bind_contracts(
    session: Session, ids: Sequence[int], *, on: date, until: datetime | None
) -> dict[int, tuple[Any, dict[str, Any]]]:
    """The row and the facts of each of these contracts, by the clauses in force on the day."""
    return {
        number: (told.contract, facts) for number, (told, _covers, facts) in _bound(session, ids, on, until).items()
    }


def _bound(
    session: Session, ids: Sequence[int], on: date, until: datetime | None
) -> dict[int, tuple[Written, list[int], dict[str, Any]]]:
    """What is written of each of these contracts, the datasets it is about, and its facts."""
    rows = {row.id: row for row in find_rows(session, Contract, until=until, column="id", among=ids)}
    written = find_written(session, rows.values(), until=until)
    covered, roles = _covered(session, rows, until), _roles(session, rows, until)
    reports = find_reports_of(session, rows, until)
    persons = bind_legal_persons(session, {row.organisation_id for row in rows.values()}, on=on, until=until)
    found = {}
    for number, row in rows.items():
        covers = covered.get(number, [])
        held = held_on(written[number], on)
        facts = facts_of_contract(row, written[number], held, covers, roles.get(number, []), on)
        facts |= persons.get(row.organisation_id, {})
        bind_reports(facts, row, reports.get(number, []), [one.terms for one in held.get("annual-report", [])], on)
        found[number] = (written[number], covers, facts)
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
    every: Mapping[str, list[Any]],
    covered: Sequence[int],
    roles: Sequence[Any],
    on: date,
) -> dict[str, Any]:
    """The facts of one contract on a day, by what acts say of `every` clause in force, by kind."""
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
    may_be_absent(
        facts, "contract.essential_data_published_on", contract.essential_data_published_on, (), "essential_data"
    )
    _bind_clauses(facts, contract, written, every, covered, on)
    return facts


def _bind_clauses(
    facts: dict[str, Any],
    contract: Any,
    written: Written,
    every: Mapping[str, list[Any]],
    covered: Sequence[int],
    on: date,
) -> None:
    was_read = contract.clauses_read_on is not None
    held = {kind: rows[0] for kind, rows in every.items()}
    for name, kind in _CLAUSES.items():
        if kind in held or was_read:
            facts[f"contract.{name}"] = kind in held
    for name, (kind, term) in _TERMS.items():
        if kind in held and term in held[kind].terms:
            facts[f"contract.{name}"] = _value(term, held[kind].terms[term])
    for name, (kind, term) in _MAY_LACK.items():
        value = held[kind].terms.get(term) if kind in held else None
        may_be_absent(facts, f"contract.{name}", _value(term, value), (name,) if was_read else (), name)
    hosting = held.get("hosting")
    if hosting is not None or was_read:
        facts["contract.hosting_countries"] = tuple(hosting.terms.get("countries", ())) if hosting else ()
    # A clause of supply of which nobody noted whether the service can do without the data says neither yes nor no.
    supplied = held["supply"].terms.get("indispensable") if "supply" in held else False if was_read else None
    if supplied is not None:
        facts["contract.indispensable_data_listed"] = supplied
    _bind_waiver(facts, held.get("waiver"), was_read=was_read)
    _bind_texts(facts, held, was_read=was_read)
    reversibility = held.get("reversibility")
    if reversibility is not None or was_read:
        facts["contract.switching_terms"] = reversibility is not None
    asked = asked_of(contract, personal=bool(contract.personal_data))
    looked_for = expectations_of(written, asked, covered, on, signed_by=on)
    if was_read or all(one.missing_of is None for one in looked_for):
        facts["contract.data_clauses_complete"] = all(one.missing_of is None for one in looked_for)


def _bind_waiver(facts: dict[str, Any], waiver: Any | None, *, was_read: bool) -> None:
    if waiver is None:
        if was_read:
            facts["contract.waiver"] = str(Waiver.NONE)
        return
    terms = waiver.terms
    if "waiver" in terms:
        facts["contract.waiver"] = str(terms["waiver"])
    absent = ("waiver",) if was_read else ()
    may_be_absent(facts, "contract.waiver_decided_on", _value("decided_on", terms.get("decided_on")), absent, "waiver")
    may_be_absent(
        facts, "contract.waiver_published_on", _value("published_on", terms.get("published_on")), absent, "waiver"
    )
    if waiver.reasons is not None or was_read:
        facts["contract.waiver_reasons__present"] = waiver.reasons is not None


def _bind_texts(facts: dict[str, Any], held: Mapping[str, Any], *, was_read: bool) -> None:
    """Texts that somebody wrote: only that they are there is a fact."""
    told = {
        "permitted_uses": "use-and-reuse" in held,
        "anonymisation_guarantee": "anonymisation" in held,
    }
    if (exclusivity := held.get("exclusivity")) is not None:
        told["exclusivity_reason"] = exclusivity.reasons is not None
        told["exclusivity_renewal_reasons"] = told["exclusivity_reason"] and exclusivity.terms.get("renewed") is True
    for name, there in told.items():
        if there or was_read:
            facts[f"contract.{name}__present"] = there


def _value(term: str, value: Any) -> Any:
    """What is kept as text, as a policy compares it."""
    if isinstance(value, str) and term.endswith("_on"):
        return date.fromisoformat(value)
    return value


def bind_amendments(
    session: Session, ids: Sequence[int], *, on: date, until: datetime | None
) -> dict[int, tuple[Any, dict[str, Any]]]:
    """The row and the facts of each of these amendments, with those of its contract."""
    rows = {row.id: row for row in find_rows(session, Amendment, until=until, column="id", among=ids)}
    bound = _bound(session, sorted({row.contract_id for row in rows.values()}), on, until)
    found = {}
    for number, row in rows.items():
        written, covers, facts = bound[row.contract_id]
        if written.contract.annulled:
            # What is of a contract set aside counts nowhere.
            continue
        told = {**facts}
        for name in ("signed_on", "published_on"):
            may_be_absent(told, f"amendment.{name}", getattr(row, name), ("signed_on",), name)
        adds = _adds_what_lacked(row, written, covers)
        if adds is not None:
            told["amendment.adds_data_clauses"] = adds
        found[number] = (row, told)
    return found


def _adds_what_lacked(amendment: Any, written: Written, covered: Sequence[int]) -> bool | None:
    """Whether an amendment adds a clause that its contract lacked; nothing where nobody read what it says."""
    contract = written.contract
    said = [row for row in written.stipulations.values() if row.amendment_id == amendment.id]
    read = contract.clauses_read_on
    if not said:
        return False if read is not None and amendment.signed_on is not None and read >= amendment.signed_on else None
    asked = asked_of(contract, personal=bool(contract.personal_data))
    before = Written(
        contract, written.amendments, written.clauses, written.stipulations,
        [one for one in written.said if one.instrument.number < amendment.number],
    )  # fmt: skip
    day = amendment.effective_on or amendment.signed_on or date.max
    lacked = {
        one.kind for one in expectations_of(before, asked, covered, day, signed_by=day) if one.missing_of is not None
    } or set(expected_of(asked))
    return any(row.act != ClauseAct.ENDS and written.clauses[row.clause_id].kind in lacked for row in said)


def contracts_below(session: Session, organisation_ids: set[int]) -> tuple[SubjectKind, set[int]]:
    """A contract draws facts from the body the law addresses: when that changes, it is judged again."""
    owners = owners_below(session, organisation_ids)
    rows = session.execute(
        select(col(Contract.id)).where(~col(Contract.annulled), col(Contract.organisation_id).in_(owners))
    )
    return SubjectKind.CONTRACT, set(rows.scalars())


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
