"""Bringing essential data in: planned first, then written as one, never over what is recorded."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from registry.contracts.clauses.forms import AmendmentChange, AmendmentForm
from registry.contracts.clauses.models import Amendment
from registry.contracts.clauses.service import amend_amendment, record_amendment, touch_contract
from registry.contracts.decp.models import EssentialData, EssentialImport
from registry.contracts.decp.queries import (
    Bodies,
    find_amendments_of,
    find_bodies,
    find_by_reference,
    find_contracts,
    find_recorded,
    get_import,
)
from registry.contracts.decp.reading import ReadConcessions, parse_contract, write_contract
from registry.contracts.decp.rules import Change, Essential, compare_contents, find_incoherences, read_essential
from registry.contracts.decp.vocabulary import EssentialAction, EssentialImportState, Fault, Incoherence
from registry.contracts.forms import ContractChange, ContractForm, PartyForm
from registry.contracts.models import Contract
from registry.contracts.service import amend_contract, record_contract
from registry.contracts.vocabulary import AmendmentProgress, PartySide
from registry.kernel.errors import Conflict
from registry.kernel.words import _
from registry.ledger.service import say

_DAYS = ("signed_on", "published_on")
_MOST_NUMBER = 999
WRITES = frozenset({EssentialAction.CREATE, EssentialAction.ATTACH, EssentialAction.ADD})
KEPT = ("kind", "signed_on", "starts_on", "ends_on", "value_euros", "essential_data_published_on")
"""What a contract keeps in fields of its own and a file may say otherwise; people word its object as they like."""


@dataclass(frozen=True)
class Difference:
    """Where a file says another thing than what is recorded, which stays.

    `of_format` says whether `name` is a field of the national format, or else of the contract; `amendment` is the
    number of that it is of, if it is.
    """

    name: str
    recorded: Any
    given: Any
    of_format: bool = False
    amendment: int | None = None


@dataclass(frozen=True)
class Planned:
    """What an import does with one contract: `content` is its essential data once it is done.

    `amendments` are its modifications, each with the amendment that bears its number, if any does; `added` counts the
    modifications and years that are added; `unknown` are the holders that are no organisation here.
    """

    essential: Essential
    content: Mapping[str, Any]
    organisation_id: int
    action: EssentialAction
    contract: Contract | None
    recorded: EssentialData | None
    amendments: tuple[tuple[Change, Amendment | None], ...]
    added: int
    differs: tuple[Difference, ...]
    unknown: tuple[str, ...]
    incoherences: tuple[Incoherence, ...]

    @property
    def is_written(self) -> bool:
        """Whether something of it is written."""
        return self.action in WRITES


def plan_import(
    session: Session, contents: Sequence[Mapping[str, Any]], writable: Collection[int] | None = None
) -> list[Planned]:
    """What a file would do to each contract of the bodies one may write for; nothing is written.

    A contract that stands several times in a file is planned once, with what its later publications add.
    """
    ours = find_bodies(session, writable)
    known = find_bodies(session)
    grouped: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    ranks: dict[tuple[str, str], list[int]] = {}
    for rank, content in enumerate(contents, 1):
        said = read_essential(content)
        if ours.named(said.siret) is not None:
            grouped.setdefault((said.siret, said.identifier), []).append(content)
            ranks.setdefault((said.siret, said.identifier), []).append(rank)
    recorded = find_recorded(session, grouped)
    contracts = find_contracts(session, [row.contract_id for row in recorded.values()])
    bodies = {ours.named(siret) for siret, _identifier in grouped} - {None}
    by_reference = find_by_reference(session, [one for one in bodies if one], [name for _siret, name in grouped])
    held = [*contracts.values(), *by_reference.values()]
    amendments = find_amendments_of(session, [one.id for one in held])
    planned = []
    for name, given in grouped.items():
        organisation_id, row = ours.named(name[0]) or 0, recorded.get(name)
        contract = contracts.get(row.contract_id) if row is not None else by_reference.get((organisation_id, name[1]))
        if contract is not None:
            organisation_id = contract.organisation_id
        one = _planned(given, organisation_id, row, contract, known, amendments)
        planned.append(replace(one, incoherences=(*_said_twice(ranks[name]), *one.incoherences)))
    return planned


def _said_twice(ranks: Sequence[int]) -> Iterator[Incoherence]:
    """That a contract stands several times in a file, and where: its rank among our concessions in it."""
    if len(ranks) > 1:
        told = ", ".join(str(one) for one in ranks)
        yield Incoherence(Fault.CONTRACT_TWICE, "contrat-concession", {"count": len(ranks), "ranks": told})


def _planned(
    given: Sequence[Mapping[str, Any]],
    organisation_id: int,
    row: EssentialData | None,
    contract: Contract | None,
    known: Bodies,
    amendments: Mapping[tuple[int, int], Amendment],
) -> Planned:
    held: Mapping[str, Any] | None = parse_contract(row.content) if row is not None else None
    content, following = (held, given) if held is not None else (given[0], given[1:])
    added, differs = 0, list[Difference]()
    for one in following:
        compared = compare_contents(content, one)
        content, added = compared.merged, added + compared.added
        differs.extend(Difference(*said, of_format=True) for said in compared.differs)
    said = read_essential(content)
    before = read_essential(held) if held is not None else None
    numbered = {one.number: one for one in reversed(said.changes) if one.number and one.number <= _MOST_NUMBER}
    pairs = tuple(
        (one, amendments.get((contract.id, number)) if contract is not None else None)
        for number, one in sorted(numbered.items())
    )
    if contract is not None:
        differs.extend(_beside(contract, said, before))
        differs.extend(_beside_amendments(pairs))
    action = _action(said, row, contract, added, bool(differs))
    return Planned(
        essential=said, content=content, organisation_id=organisation_id, action=action, contract=contract,
        recorded=row, amendments=pairs, added=added, differs=tuple(differs),
        unknown=tuple(one for one in said.holders if known.named(one) is None),
        incoherences=tuple(find_incoherences(content)),
    )  # fmt: skip


def _action(
    said: Essential, row: EssentialData | None, contract: Contract | None, added: int, differs: bool
) -> EssentialAction:
    if (contract is not None and contract.annulled) or (row is not None and contract is None):
        return EssentialAction.REFUSED
    if row is None and (said.kind is None or not said.object or not said.identifier):
        return EssentialAction.REFUSED
    if contract is None:
        return EssentialAction.CREATE
    if row is None:
        return EssentialAction.ATTACH
    if added:
        return EssentialAction.ADD
    return EssentialAction.DIFFERS if differs else EssentialAction.UNCHANGED


def _fields(said: Essential) -> dict[str, Any]:
    """What a contract keeps of its essential data; not an end that comes before its signature."""
    over = said.ends_on is not None and said.signed_on is not None and said.ends_on < said.signed_on
    read = {name: getattr(said, name) for name in KEPT if name != "essential_data_published_on"}
    return {**read, "essential_data_published_on": said.published_on, **({"ends_on": None} if over else {})}


def _beside(contract: Contract, said: Essential, before: Essential | None) -> list[Difference]:
    """Where a contract says another thing than its essential data; not what it kept of it and the file goes on from."""
    new, old = _fields(said), _fields(before) if before is not None else {}
    return [
        Difference(name, held, new[name])
        for name in KEPT
        if (held := getattr(contract, name)) is not None
        and new[name] is not None
        and held not in (new[name], old.get(name))
    ]


def _beside_amendments(pairs: Sequence[tuple[Change, Amendment | None]]) -> list[Difference]:
    """Where an amendment says another day than the modification of its number."""
    return [
        Difference(name, held, given, amendment=row.number)
        for change, row in pairs
        if row is not None
        for name in _DAYS
        if (held := getattr(row, name)) is not None and (given := getattr(change, name)) is not None and held != given
    ]


def apply_plan(session: Session, planned: Sequence[Planned]) -> list[Planned]:
    """Writes what a plan of this very transaction says, all or nothing; answers it with the contracts it made.

    Raises: Conflict, Invalid.
    """
    known = find_bodies(session)
    return [_write(session, one, known) if one.is_written else one for one in planned]


def _write(session: Session, one: Planned, known: Bodies) -> Planned:
    said, row, contract = one.essential, one.recorded, one.contract
    if contract is None:
        contract = record_contract(session, one.organisation_id, _form_of(one, known))
    else:
        _complete(session, contract, one)
    for change, amendment in one.amendments:
        _write_amendment(session, contract, change, amendment)
    say(session, "contracts:essential-data:import")
    text = write_contract(one.content)
    if row is None:
        row = EssentialData(
            organisation_id=one.organisation_id, contract_id=contract.id, siret=said.siret, identifier=said.identifier,
            content=text,
        )  # fmt: skip
        session.add(row)
    else:
        row.content = text
    session.flush()
    touch_contract(session, contract.id)
    return replace(one, contract=contract, recorded=row)


def _form_of(one: Planned, known: Bodies) -> ContractForm:
    holders = dict.fromkeys(number for siret in one.essential.holders if (number := known.named(siret)) is not None)
    holders.pop(one.organisation_id, None)
    sides = [PartySide.HOLDER, *(PartySide.CO_HOLDER for _other in holders)]
    parties = [
        PartyForm(party_id=one.organisation_id, side=PartySide.GRANTOR),
        *(PartyForm(party_id=number, side=side) for number, side in zip(holders, sides, strict=False)),
    ]
    return ContractForm(
        object=one.essential.object, reference=one.essential.identifier, parties=parties, **_fields(one.essential)
    )


def _write_amendment(session: Session, contract: Contract, change: Change, row: Amendment | None) -> None:
    """Records the amendment of a modification, or the days nobody said of it; one given up or annulled stays so."""
    days = {name: getattr(change, name) for name in _DAYS if getattr(change, name) is not None}
    if row is None:
        if days.keys() == set(_DAYS) and days["published_on"] < days["signed_on"]:
            # An amendment published before it is signed is none: the essential data says it, and what is wrong in it.
            del days["published_on"]
        record_amendment(session, contract.id, AmendmentForm(number=change.number or 1, object=_said(change), **days))
        return
    missing = {name: day for name, day in days.items() if getattr(row, name) is None}
    signed, published = (missing.get(name) or getattr(row, name) for name in _DAYS)
    disagree = signed is not None and published is not None and published < signed
    if not missing or disagree or row.annulled or row.progress is AmendmentProgress.GIVEN_UP:
        return
    going_on = {"progress": None} if row.progress is not None and "signed_on" in missing else {}
    amend_amendment(session, row.id, AmendmentChange(**missing, **going_on), expected=row.version)


def _said(change: Change) -> str:
    """What a modification changes, as far as the format tells."""
    told = [
        *([_("durée portée à {months} mois").format(months=change.months)] if change.months else []),
        *([_("valeur portée à {value} €").format(value=change.value)] if change.value is not None else []),
    ]
    return _("Modification n° {number}").format(number=change.number) + (f" : {', '.join(told)}" if told else "")


def _complete(session: Session, contract: Contract, one: Planned) -> None:
    """Has a contract say what nobody said of it, and what what is added changes of what it kept."""
    differing = {said.name for said in one.differs if not said.of_format}
    values = {
        name: value
        for name, value in _fields(one.essential).items()
        if value is not None and name not in differing and getattr(contract, name) != value
    }
    if not values:
        return
    if contract.annulled:
        raise Conflict(_("Ce contrat est annulé : rétablissez-le avant de le modifier."))
    change = ContractChange.model_validate(values)
    amend_contract(session, contract.id, change, expected=contract.version)


def keep_preview(
    session: Session, read: ReadConcessions, planned: Sequence[Planned], *, account_id: int | None, source_name: str
) -> EssentialImport:
    """Keeps what a file brings, to be looked at and then applied or set aside; no contract is written.

    It is of the first body it brings something to.
    """
    made = EssentialImport(
        organisation_id=planned[0].organisation_id,
        account_id=account_id,
        source_name=source_name,
        found={
            "contracts": [write_contract(one) for one in read.contracts],
            "others": read.others, "nobody": read.nobody, "sirets": read.sirets,
        },
    )  # fmt: skip
    session.add(made)
    session.flush()
    session.refresh(made)
    return made


def contents_of(made: EssentialImport) -> ReadConcessions:
    """What a file brought, as its import keeps it."""
    said = made.found
    return ReadConcessions(
        [parse_contract(one) for one in said.get("contracts", ())], said["others"], said["nobody"],
        [(siret, count) for siret, count in said["sirets"]],
    )  # fmt: skip


def apply_import(session: Session, import_id: int, writable: Collection[int]) -> EssentialImport:
    """Writes what a preview brings, all or nothing, as it stands now; what it did is told by its page.

    Raises: NotFound; Conflict when it was applied or set aside.
    """
    made = _standing(session, import_id)
    done = apply_plan(session, plan_import(session, contents_of(made).contracts, writable))
    rows = [(one.essential.identifier, str(one.action), one.contract.id if one.contract else None) for one in done]
    made.found = {**made.found, "contracts": [], "done": rows}
    made.state = EssentialImportState.APPLIED
    session.flush()
    return made


def abandon_import(session: Session, import_id: int) -> EssentialImport:
    """Sets a preview aside: nothing of it is written.

    Raises: NotFound; Conflict when it was applied or set aside.
    """
    made = _standing(session, import_id)
    made.found = {**made.found, "contracts": []}
    made.state = EssentialImportState.ABANDONED
    session.flush()
    return made


def _standing(session: Session, import_id: int) -> EssentialImport:
    made = get_import(session, import_id, lock=True)
    if made.state is not EssentialImportState.PREVIEWED:
        raise Conflict(_("Cet import est « {state} » : ce n’est pas possible.").format(state=made.state.label))
    return made
