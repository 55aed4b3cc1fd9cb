"""The JSON API of coverage: one contract’s matrix on a day."""

from dataclasses import dataclass
from datetime import date

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.contracts.clauses.api import DayQuestions, about
from registry.contracts.clauses.asking import get_known
from registry.contracts.clauses.coverage import Tally, coverage_of
from registry.contracts.clauses.showing import say_outside
from registry.contracts.queries import get_contract
from registry.contracts.vocabulary import ClauseState
from registry.kernel.permissions import Permission
from registry.kernel.words import mark
from registry.web.visits import Visit, route

READ = Permission.CONTRACTS_CONTRACT_READ


@dataclass(frozen=True)
class TallyBody:
    """How many clauses are looked for, how many are in force, and the percentage, nothing where none is looked for."""

    due: int
    present: int
    percent: int | None


@dataclass(frozen=True)
class CoverageCellBody:
    """A kind of clause for a dataset, or for the whole contract where `dataset_id` is null.

    `stipulation_id` is what says it; `clauses` those of the kind that bear on it.
    """

    kind: str
    dataset_id: int | None
    due: bool
    present: bool
    state: ClauseState
    stipulation_id: int | None
    clauses: list[int]


@dataclass(frozen=True)
class DatasetTallyBody:
    """The coverage of one dataset of a contract."""

    dataset_id: int
    coverage: TallyBody


@dataclass(frozen=True)
class CoverageBody:
    """The coverage of a contract on a day, as known on another.

    A cell in which nothing is looked for and nothing is noted is left out.

    Where `clauses_read` is false, what is not there is not known to be missing. Where `outside` says why the contract
    does not apply that day, nothing is looked for in it.
    """

    on: date
    signed_by: date
    known_on: date | None
    clauses_read: bool
    outside: str | None
    coverage: TallyBody
    by_dataset: list[DatasetTallyBody]
    cells: list[CoverageCellBody]


def _tally(tally: Tally) -> TallyBody:
    return TallyBody(tally.due, tally.present, tally.percent)


@route(
    "GET", "/api/v1/contracts/{contract_id:int}/coverage", READ,
    about=about(mark("La couverture d’un contrat un jour donné : chaque genre de clause pour chaque jeu de données."),
                asks=DayQuestions),
)  # fmt: skip
def read_coverage(visit: Visit, contract_id: int) -> Response[CoverageBody]:
    """The coverage of a contract on a day; for one dataset where it is named."""
    asked = visit.asked(DayQuestions)
    contract = get_contract(visit.session, contract_id)
    day = asked.on or visit.today
    signed_by = asked.signed_by or day
    known = get_known(visit.session, contract, asked.known_on, visit.premises.info["time_zone"])
    datasets = list(known.titles)
    coverage = coverage_of(known.written, known.looked_for, datasets, day, signed_by=signed_by)
    outside = say_outside(known.written.contract, day)
    if outside:
        coverage = coverage.unasked()
    of = asked.dataset_id
    body = CoverageBody(
        day, signed_by, asked.known_on, known.was_read, outside or None, _tally(coverage.tally),
        [DatasetTallyBody(one, _tally(coverage.tally_of(one))) for one in datasets if of is None or one == of],
        [
            CoverageCellBody(
                line.kind, column, cell.due, cell.present, cell.state, cell.said_by, list(cell.clauses)
            )
            for line in coverage.lines
            for column, cell in line.cells.items()
            if (cell.due or cell.said_by is not None) and (of is None or column == of)
        ],
    )  # fmt: skip
    return visit.answer(body)


HANDLERS: tuple[HTTPRouteHandler, ...] = (read_coverage,)
