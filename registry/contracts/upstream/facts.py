"""What is known of a dataset by what contracts say of it and of what it is made from, under the policies' names.

Bound whoever asks: decision 0015. The least count and the guarantee of anonymity are those of the contracts about the
dataset itself, else of those about its sources; one guarantee among them is taken for one.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.compliance.service import leave_to_the_worker
from registry.compliance.vocabulary import SubjectKind
from registry.contracts.clauses.kinds import strictest_of
from registry.contracts.covering.queries import Covering
from registry.contracts.covering.rules import Told, binds
from registry.contracts.covering.views import in_force_for, told_of
from registry.contracts.models import Contract, ContractDataset
from registry.contracts.upstream.queries import Binding, find_binding, find_body_of, find_made_from
from registry.contracts.upstream.rules import crossing_of, may_be_crossed
from registry.datasets.models import Dataset, Derivation
from registry.ledger.as_of import find_rows
from registry.organisations.facts import may_be_absent

BOUND = ("dataset.crossing_allowed", "dataset.least_count_per_cell", "dataset.anonymity_guarantee")


def bind_upstream(
    session: Session, bound: Mapping[int, tuple[Any, dict[str, Any]]], *, on: date, until: datetime | None
) -> None:
    """Adds to the facts of these datasets what the clauses in force say of them and of what they are made from."""
    concerned = {
        row.dataset_id
        for model in (Derivation, ContractDataset)
        for row in find_rows(session, model, until=until, column="dataset_id", among=bound)
        if not row.annulled
    }
    found = find_binding(session, concerned, until=until)
    told = {
        number: told_of(in_force_for(about, number, on, on))
        for number, about in found.about.items()
    }  # fmt: skip
    for number in concerned:
        _bind_one(bound[number][1], number, found, told, on)


def _bind_one(
    facts: dict[str, Any], number: int, found: Binding, told: Mapping[int, Sequence[Told]], on: date
) -> None:  # fmt: skip
    above = [one for one in found.sources.get(number, ()) if one.steps]
    crossed = may_be_crossed(crossing_of(told.get(one.dataset_id, ()), one.origin, made=one.made) for one in above)
    if crossed is not None:
        facts["dataset.crossing_allowed"] = crossed
    own, theirs = (
        {one.contract.id: one for each in ids for one in found.about.get(each, ()) if binds(one.written.term, on)}
        for ids in ([number], [one.dataset_id for one in above])
    )
    covering = own or theirs
    clauses = [
        one
        for each in ([number] if own else [source.dataset_id for source in above])
        for one in told.get(each, ())
        if one.kind == "anonymisation" and one.contract_id in covering
    ]
    noted = [one for one in clauses if not one.bare]
    read = ("read",) if covering and _all_read(covering.values()) and noted == clauses else ()
    counts = [one.terms["least_count"] for one in clauses if "least_count" in one.terms]
    least = strictest_of("least_count", counts) if counts else None
    may_be_absent(facts, "dataset.least_count_per_cell", least, read, "read")
    if noted or read:
        facts["dataset.anonymity_guarantee__present"] = bool(noted)


def _all_read(covering: Iterable[Covering]) -> bool:
    return all(one.contract.clauses_read_on is not None for one in covering)


def datasets_of_contracts(session: Session, contract_ids: set[int]) -> tuple[SubjectKind, set[int]]:
    """The datasets of these contracts and all that is made from them: judged again when one of them changes."""
    return _judged_here(session, Contract, contract_ids, *find_made_from(session, contracts=contract_ids))


def datasets_made_from(session: Session, dataset_ids: set[int]) -> tuple[SubjectKind, set[int]]:
    """All that is made from these datasets: judged again when what they pass on changes."""
    return _judged_here(session, Dataset, dataset_ids, *find_made_from(session, datasets=dataset_ids))


def _judged_here(
    session: Session, model: type[Contract | Dataset], changed: set[int], here: set[int], afar: set[int]
) -> tuple[SubjectKind, set[int]]:
    """Those of others are judged by the worker: a page keeps the findings of those bodies only that it may write."""
    if afar:
        leave_to_the_worker(session, SubjectKind.DATASET, afar, find_body_of(session, model, changed))
    return SubjectKind.DATASET, here
