"""The JSON API of this corner: what binds a dataset on a day, by every contract about it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from pydantic import BaseModel, ConfigDict, Field

from registry.contracts.clauses.api import InForceBody, MissingClauseBody, about, in_force_body, missing_body
from registry.contracts.clauses.coverage import coverage_of
from registry.contracts.clauses.kinds import Asked
from registry.contracts.clauses.lacking import find_lacking
from registry.contracts.covering.queries import Covering, find_asked, find_covering
from registry.contracts.covering.rules import bare_days
from registry.contracts.covering.views import (
    InForce,
    in_force_for,
    say_bare,
    say_clashes,
    say_doubts,
    say_nothing_known,
)
from registry.contracts.rules import state_on
from registry.contracts.vocabulary import Clash, ContractState
from registry.datasets.queries import get_dataset
from registry.kernel.permissions import Permission
from registry.kernel.words import mark
from registry.ledger.queries import end_of_day
from registry.web.visits import Visit, route

READ = Permission.CONTRACTS_CONTRACT_READ


@dataclass(frozen=True)
class CoveringContractBody:
    """A contract about a dataset, where it stands on the day, its clauses in force for the dataset, those missing."""

    id: int
    object: str
    holders: list[str]
    state: ContractState
    clauses_read: bool
    in_force: list[InForceBody]
    missing: list[MissingClauseBody]


@dataclass(frozen=True)
class ClauseClashBody:
    """What cannot all be followed, in a sentence; `term` is the term meant where there is one, `binding` what binds."""

    clash: Clash
    sentence: str
    term: str | None
    binding: Any
    stipulations: list[int]


@dataclass(frozen=True)
class BareDaysBody:
    """Days on which no contract binds about the dataset, both in it; null where nothing bounds them."""

    first: date | None
    last: date | None
    sentence: str


@dataclass(frozen=True)
class DatasetClausesBody:
    """What binds a dataset on a day, by what was signed by another, as the registry knew it on a third.

    `nothing_known` says so where the registry knew of no contract about the dataset by then.
    """

    dataset_id: int
    on: date
    signed_by: date
    known_on: date | None
    nothing_known: str | None
    contracts: list[CoveringContractBody]
    clashes: list[ClauseClashBody]
    bare: BareDaysBody | None
    doubts: list[str]


class DatasetDayQuestions(BaseModel):
    """Which day, by what was signed when, as known when."""

    model_config = ConfigDict(extra="forbid")

    on: date | None = Field(default=None, description=mark("Le jour dont on parle ; aujourd’hui sinon."))
    signed_by: date | None = Field(
        default=None, description=mark("Compte tenu de ce qui était signé ce jour-là ; le même jour sinon.")
    )
    known_on: date | None = Field(
        default=None, description=mark("Tel que le registre le savait à la fin de ce jour ; tel qu’il le sait sinon.")
    )


@route(
    "GET", "/api/v1/datasets/{dataset_id:int}/clauses", READ,
    about=about(mark("Ce qui lie un jeu un jour donné, par tous les contrats qui le visent : clauses, contradictions."),
                asks=DatasetDayQuestions),
)  # fmt: skip
def read_dataset_clauses(visit: Visit, dataset_id: int) -> Response[DatasetClausesBody]:
    """What binds a dataset on a day, by every contract about it."""
    asked = visit.asked(DatasetDayQuestions)
    title = get_dataset(visit.session, dataset_id).title
    day = asked.on or visit.today
    signed_by = asked.signed_by or day
    zone = visit.premises.info["time_zone"]
    until = end_of_day(asked.known_on, zone) if asked.known_on is not None else None
    found = find_covering(visit.session, dataset_id, day=day, until=until)
    held = in_force_for(found, dataset_id, day, signed_by)
    asked_for = find_asked(visit.session, found, until=until)
    bare = bare_days([one.written.term for one in found], day)
    body = DatasetClausesBody(
        dataset_id=dataset_id, on=day, signed_by=signed_by, known_on=asked.known_on,
        nothing_known=say_nothing_known(asked.known_on) if asked.known_on is not None and not found else None,
        contracts=[
            _contract(one, held, dataset_id, title, day, signed_by, asked_for[one.contract.id]) for one in found
        ],
        clashes=[
            ClauseClashBody(one.clash, sentence, one.term or None, one.binding, list(one.ids))
            for one, sentence in say_clashes(held)
        ],
        bare=BareDaysBody(bare.first, bare.last, say_bare(found, day)) if bare is not None else None,
        doubts=[one.sentence for one in say_doubts(found, dataset_id, signed_by)],
    )  # fmt: skip
    return visit.answer(body)


def _contract(
    one: Covering, held: list[InForce], dataset_id: int, title: str, day: date, signed_by: date, asked: Asked
) -> CoveringContractBody:  # fmt: skip
    contract, written = one.contract, one.written
    return CoveringContractBody(
        id=contract.id, object=contract.object, holders=list(one.holders), state=state_on(written.term, day),
        clauses_read=contract.clauses_read_on is not None,
        in_force=[in_force_body(written, clause.span, clause.standing) for clause in held if clause.covering is one],
        missing=[
            missing_body(each, {dataset_id: title}, was_read=contract.clauses_read_on is not None)
            for each in find_lacking(coverage_of(written, asked, [dataset_id], day, signed_by=signed_by))
        ],
    )  # fmt: skip


HANDLERS: tuple[HTTPRouteHandler, ...] = (read_dataset_clauses,)
