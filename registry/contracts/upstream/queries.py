"""Every SELECT of this corner: the clauses that bind a dataset from upstream, whoever may read them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.contracts.clauses.kinds import says_something
from registry.contracts.clauses.models import Amendment, Clause, ClauseStipulation
from registry.contracts.clauses.queries import find_written, put_together
from registry.contracts.covering.queries import Covering
from registry.contracts.models import Contract, ContractDataset
from registry.datasets.models import Dataset, Derivation
from registry.ledger.as_of import find_rows, row_of

_BINDING = text("SELECT part, said FROM clauses_binding(CAST(:asked AS bigint[]))")
_MADE_FROM = text(
    "SELECT dataset_id, judged_here FROM made_from(CAST(:datasets AS bigint[]), CAST(:contracts AS bigint[]))"
)
_MODELS: Mapping[str, Any] = {
    "contract": Contract, "amendment": Amendment, "clause": Clause, "stipulation": ClauseStipulation,
}  # fmt: skip
_DEEPEST = 100


@dataclass(frozen=True)
class Noted:
    """What is noted of a clause without what it says: the names of its terms, and whether there is anything."""

    terms: Mapping[str, None]
    text: bool
    article: None = None
    reasons: None = None


@dataclass(frozen=True)
class Source:
    """A dataset of which another is made, or that other itself at no step.

    `made` is whether it is itself made from others that the registry knows.
    """

    dataset_id: int
    steps: int
    origin: str | None
    made: bool


@dataclass(frozen=True)
class Binding:
    """Of each dataset asked about, itself and what it is made from; and of each of those, the contracts about it."""

    sources: Mapping[int, Sequence[Source]] = field(default_factory=dict)
    about: Mapping[int, Sequence[Covering]] = field(default_factory=dict)


def find_binding(session: Session, ids: Iterable[int], *, until: datetime | None = None) -> Binding:
    """What contracts say of these datasets and of what they are made from, in one question however many there are.

    Codes, days and numbers only, of contracts that the asker may not read too. `until` reads what the registry knew
    at an instant, of what the asker may read.
    """
    wanted = sorted(set(ids))
    if not wanted:
        return Binding()
    if until is not None:
        return _known(session, wanted, until)
    parts: dict[str, list[Any]] = {}
    notes: dict[int, Noted] = {}
    for part, said in session.execute(_BINDING, {"asked": wanted}):
        row = row_of(_MODELS[part], said) if part in _MODELS else SimpleNamespace(**said)
        parts.setdefault(part, []).append(row)
        if "noted" in said:
            notes[row.id] = Noted(dict.fromkeys(said["noted"]), said["told"])
    sources: dict[int, list[Source]] = {}
    for one in sorted(parts.get("source", ()), key=lambda row: (row.steps, row.source_id)):
        sources.setdefault(one.dataset_id, []).append(Source(one.source_id, one.steps, one.origin, one.made))
    written = put_together(
        {one.id: one for one in parts.get("contract", ())},
        *(_by_contract(parts.get(part, ())) for part in ("amendment", "clause", "stipulation")),
        # Neither articles nor words come out of there: only the names of what is noted, and whether there is anything.
        is_told=lambda kind, row: says_something(kind, notes[row.id]),
    )
    return Binding(sources, _by_dataset(parts.get("tie", ()), written))


def _by_contract(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in sorted(rows, key=lambda one: one.id):
        found.setdefault(row.contract_id, []).append(row)
    return found


def _by_dataset(ties: Iterable[Any], written: Mapping[int, Any]) -> dict[int, list[Covering]]:
    found: dict[int, list[Covering]] = {}
    for tie in sorted(ties, key=lambda one: one.contract_id):
        if tie.contract_id in written:
            found.setdefault(tie.dataset_id, []).append(Covering(written[tie.contract_id], ()))
    return found


def _known(session: Session, wanted: Sequence[int], until: datetime) -> Binding:
    above: dict[int, set[int]] = {}
    level = set(wanted)
    for _step in range(_DEEPEST):
        fresh = level - above.keys()
        if not fresh:
            break
        above |= {number: set() for number in fresh}
        for row in find_rows(session, Derivation, until=until, column="dataset_id", among=fresh):
            if not row.annulled:
                above[row.dataset_id].add(row.source_id)
        level = {number for one in fresh for number in above[one]}
    rows = {row.id: row for row in find_rows(session, Dataset, until=until, column="id", among=above)}
    ties = [
        row
        for row in find_rows(session, ContractDataset, until=until, column="dataset_id", among=above)
        if not row.annulled
    ]
    numbers = {row.contract_id for row in ties}
    contracts = find_rows(session, Contract, until=until, column="id", among=numbers) if numbers else []
    written = find_written(session, [one for one in contracts if not one.annulled], until=until) if contracts else {}
    sources = {
        number: [
            Source(one, steps, getattr(rows.get(one), "origin", None), bool(above[one]))
            for one, steps in _steps(above, number).items()
            if steps == 0 or one not in rows or not rows[one].annulled
        ]
        for number in wanted
    }
    return Binding(sources, _by_dataset(ties, written))


def _steps(above: Mapping[int, set[int]], start: int) -> dict[int, int]:
    """How far up each dataset stands that this one is made from, itself first."""
    found, level = {start: 0}, [start]
    for one in level:
        for source in sorted(above.get(one, ())):
            if source not in found:
                found[source] = found[one] + 1
                level.append(source)
    return found


def find_made_from(
    session: Session, datasets: Iterable[int] = (), contracts: Iterable[int] = ()
) -> tuple[set[int], set[int]]:
    """These datasets and those of these contracts, with all that is made from them.

    In two sets: those that whoever acts keeps the findings of, and the others.
    """
    rows = session.execute(_MADE_FROM, {"datasets": sorted(datasets), "contracts": sorted(contracts)}).all()
    here = {row.dataset_id for row in rows if row.judged_here}
    return here, {row.dataset_id for row in rows} - here


def find_places(session: Session, stipulation_ids: Iterable[int]) -> dict[int, Any]:
    """Where each of these stipulations is written, of those that the asker may read: contract, object, article."""
    query: Select[*tuple[Any, ...]] = (
        select(
            col(ClauseStipulation.id), col(ClauseStipulation.article), col(Contract.id).label("contract_id"),
            col(Contract.object), col(Contract.organisation_id),
        )
        .join(Contract, col(Contract.id) == col(ClauseStipulation.contract_id))
        .where(col(ClauseStipulation.id).in_(list(stipulation_ids)))
    )  # fmt: skip
    return {row.id: row for row in session.execute(query)}


def find_body_of(session: Session, model: type[Contract | Dataset], ids: Iterable[int]) -> int:
    """A body that has one of these records: in whose name the worker is asked."""
    query = select(func.min(col(model.organisation_id))).where(col(model.id).in_(list(ids)))
    return session.execute(query).scalar_one()
