"""Bringing essential data in: planned first, then written as one, never over what is recorded."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from registry.contracts.decp.models import EssentialData
from registry.contracts.decp.queries import Bodies, find_bodies, find_by_reference, find_contracts, find_recorded
from registry.contracts.decp.reading import parse_contract, write_contract
from registry.contracts.decp.rules import Essential, compare_contents, find_incoherences, read_essential
from registry.contracts.decp.vocabulary import EssentialAction, Incoherence
from registry.contracts.forms import ContractChange, ContractForm, PartyForm
from registry.contracts.models import Contract
from registry.contracts.service import amend_contract, record_contract
from registry.contracts.vocabulary import PartySide
from registry.kernel.errors import Conflict
from registry.kernel.words import _
from registry.ledger.service import say

KEPT = ("kind", "signed_on", "starts_on", "ends_on", "value_euros")
"""What a contract keeps in fields of its own and a file may say otherwise; people word its object as they like."""


@dataclass(frozen=True)
class Difference:
    """Where a file says another thing than what is recorded, which stays.

    `of_format` says whether `name` is a field of the national format, or else of the contract.
    """

    name: str
    recorded: Any
    given: Any
    of_format: bool


@dataclass(frozen=True)
class Planned:
    """What an import does with one contract: `content` is its essential data once it is done.

    `added` counts the modifications and years that are added; `unknown` the holders that are no organisation here.
    """

    essential: Essential
    content: Mapping[str, Any]
    organisation_id: int
    action: EssentialAction
    contract: Contract | None
    recorded: EssentialData | None
    added: int
    differs: tuple[Difference, ...]
    unknown: tuple[str, ...]
    incoherences: tuple[Incoherence, ...]

    @property
    def is_written(self) -> bool:
        """Whether something of it is written."""
        return self.action in {EssentialAction.CREATE, EssentialAction.ATTACH, EssentialAction.ADD}


def plan_import(
    session: Session, contents: Sequence[Mapping[str, Any]], writable: Collection[int] | None = None
) -> list[Planned]:
    """What a file would do to each contract of the bodies one may write for; nothing is written.

    A contract that stands several times in a file is planned once, with what its later publications add.
    """
    ours = find_bodies(session, writable)
    known = find_bodies(session)
    grouped: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for content in contents:
        said = read_essential(content)
        if ours.named(said.siret) is not None:
            grouped.setdefault((said.siret, said.identifier), []).append(content)
    recorded = find_recorded(session, grouped)
    contracts = find_contracts(session, [row.contract_id for row in recorded.values()])
    bodies = {ours.named(siret) for siret, _identifier in grouped} - {None}
    by_reference = find_by_reference(session, [one for one in bodies if one], [name for _siret, name in grouped])
    planned = []
    for name, given in grouped.items():
        organisation_id, row = ours.named(name[0]) or 0, recorded.get(name)
        contract = contracts.get(row.contract_id) if row is not None else by_reference.get((organisation_id, name[1]))
        if contract is not None:
            organisation_id = contract.organisation_id
        planned.append(_planned(given, organisation_id, row, contract, known))
    return planned


def _planned(
    given: Sequence[Mapping[str, Any]],
    organisation_id: int,
    row: EssentialData | None,
    contract: Contract | None,
    known: Bodies,
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
    if contract is not None:
        differs.extend(_beside(contract, said, before))
    action = _action(said, row, contract, added, bool(differs))
    return Planned(
        essential=said, content=content, organisation_id=organisation_id, action=action, contract=contract,
        recorded=row, added=added, differs=tuple(differs),
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
    return {name: getattr(said, name) for name in KEPT} | ({"ends_on": None} if over else {})


def _beside(contract: Contract, said: Essential, before: Essential | None) -> list[Difference]:
    """Where a contract says another thing than its essential data; not what it kept of it and the file goes on from."""
    new, old = _fields(said), _fields(before) if before is not None else {}
    return [
        Difference(name, held, new[name], of_format=False)
        for name in KEPT
        if (held := getattr(contract, name)) is not None
        and new[name] is not None
        and held not in (new[name], old.get(name))
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
