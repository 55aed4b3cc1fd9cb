"""Every SELECT about amendments and clauses; each reads the tables as they stand, or as they stood at an instant."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.contracts.clauses.kinds import says_something
from registry.contracts.clauses.models import Amendment, Clause, ClauseStipulation
from registry.contracts.clauses.rules import Doubtful, Instrument, Span, Stipulation, doubts_of, spans_of
from registry.contracts.models import Contract
from registry.contracts.queries import get_one
from registry.contracts.rules import Term, term_of
from registry.contracts.vocabulary import ClauseAct
from registry.documents.subjects import Provable, finding
from registry.documents.vocabulary import ProofSubject
from registry.kernel.permissions import Permission
from registry.kernel.words import _
from registry.ledger.as_of import find_rows

Row = TypeVar("Row", Amendment, Clause, ClauseStipulation)


@dataclass(frozen=True)
class Written:
    """All that is written of the clauses of one contract, annulled lines left out.

    `amendments`, `clauses` and `stipulations` are the rows by number; `said` the same stipulations as plain values.
    """

    contract: Any
    amendments: Mapping[int, Any]
    clauses: Mapping[int, Any]
    stipulations: Mapping[int, Any]
    said: Sequence[Stipulation]

    @property
    def term(self) -> Term:
        """The days of the contract."""
        return term_of(self.contract)

    def doubts(self, spans: Sequence[Span]) -> list[Doubtful]:
        """What does not hold together, given the days of each stipulation."""
        rows = sorted(self.amendments.values(), key=lambda row: (row.number, row.id))
        amendments = [Instrument(one.number, one.signed_on, one.effective_on) for one in rows]
        return doubts_of(self.said, spans, self.term, signed_on=self.contract.signed_on, amendments=amendments)

    def spans(self, *, signed_by: date) -> list[Span]:
        """The days of each stipulation, as what was signed by a day makes them."""
        return spans_of(self.said, self.term, signed_by=signed_by)


def held_on(written: Written, day: date) -> dict[str, list[Any]]:
    """What acts say of the clauses in force on a day, by kind."""
    held: dict[str, list[Any]] = {}
    for span in written.spans(signed_by=day):
        if span.holds(day):
            held.setdefault(span.stipulation.kind, []).append(written.stipulations[span.stipulation.id])
    return held


def find_written(
    session: Session, contracts: Iterable[Any], *, until: datetime | None = None
) -> dict[int, Written]:  # fmt: skip
    """What is written of the clauses of these contracts, by contract: three questions, however many they are."""
    rows = {one.id: one for one in contracts}
    amendments, clauses, stipulations = (
        _by_contract(session, model, rows, until) for model in (Amendment, Clause, ClauseStipulation)
    )
    return put_together(rows, amendments, clauses, stipulations)


def put_together(
    rows: Mapping[int, Any],
    amendments: Mapping[int, Iterable[Any]],
    clauses: Mapping[int, Iterable[Any]],
    stipulations: Mapping[int, Iterable[Any]],
    *,
    is_told: Callable[[str, Any], bool] = says_something,
) -> dict[int, Written]:
    """What is written of the clauses of contracts, from the rows of each by contract.

    `is_told` says of a kind and a stipulation whether anything is noted of it.
    """
    found = {}
    for number, contract in rows.items():
        acts = {one.id: one for one in amendments.get(number, ())}
        heads = {one.id: one for one in clauses.get(number, ())}
        lines = {
            one.id: one
            for one in stipulations.get(number, ())
            if one.clause_id in heads and (one.amendment_id is None or one.amendment_id in acts)
        }
        said = [
            _plain(one, kind, contract, acts.get(one.amendment_id), told=is_told(kind, one))
            for one in lines.values()
            for kind in (heads[one.clause_id].kind,)
        ]
        found[number] = Written(contract, acts, heads, lines, said)
    return found


_LINES = (
    ClauseStipulation.id, ClauseStipulation.contract_id, ClauseStipulation.clause_id, ClauseStipulation.amendment_id,
    ClauseStipulation.act, ClauseStipulation.terms, ClauseStipulation.datasets, ClauseStipulation.effective_on,
    ClauseStipulation.last_on, ClauseStipulation.survives, ClauseStipulation.article, Clause.kind,
)  # fmt: skip


def find_written_of(session: Session, contracts: Iterable[Any], kinds: Iterable[str]) -> dict[int, Written]:
    """What is written of the clauses of some kinds alone, of the contracts that have any: two questions, now.

    Each stipulation answers for its clause too, of which only the kind is read.
    """
    rows = {one.id: one for one in contracts}
    found = session.execute(
        select(
            *map(col, _LINES),
            # Whether there are any: their words are long, and nobody reads them here.
            col(ClauseStipulation.text).is_not(None).label("text"),
            col(ClauseStipulation.reasons).is_not(None).label("reasons"),
        )
        .join(Clause, col(Clause.id) == col(ClauseStipulation.clause_id))
        .where(
            col(Clause.kind).in_(list(kinds)),
            col(ClauseStipulation.contract_id).in_(list(rows)),
            ~col(ClauseStipulation.annulled),
        )
    ).all()
    changed = sorted({line.contract_id for line in found if line.amendment_id is not None})
    of_these = select(Amendment).where(col(Amendment.contract_id).in_(changed), ~col(Amendment.annulled))
    acts = {one.id: one for one in session.execute(of_these).scalars()} if changed else {}
    lines: dict[int, list[Any]] = {}
    for line in found:
        if line.amendment_id is None or line.amendment_id in acts:
            lines.setdefault(line.contract_id, []).append(line)
    return {
        number: Written(
            rows[number], acts, {line.clause_id: line for line in of}, {line.id: line for line in of},
            [
                _plain(line, line.kind, rows[number], acts.get(line.amendment_id),
                       told=says_something(line.kind, line))
                for line in of
            ],
        )
        for number, of in lines.items()
    }  # fmt: skip


def _by_contract(
    session: Session,
    model: type[Amendment | Clause | ClauseStipulation],
    wanted: Iterable[int],
    until: datetime | None,
) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in find_rows(session, model, until=until, column="contract_id", among=wanted):
        if model is Clause or not row.annulled:
            found.setdefault(row.contract_id, []).append(row)
    return found


def _plain(row: Any, kind: str, contract: Any, amendment: Any | None, *, told: bool) -> Stipulation:
    instrument = (
        Instrument(amendment.number, amendment.signed_on, amendment.effective_on)
        if amendment is not None
        else Instrument(0, contract.signed_on, contract.starts_on)
    )
    return Stipulation(
        id=row.id, clause_id=row.clause_id, kind=kind, instrument=instrument, act=ClauseAct(row.act),
        datasets=frozenset(row.datasets), effective_on=row.effective_on, last_on=row.last_on, survives=row.survives,
        told=told,
    )  # fmt: skip


def get_amendment(session: Session, amendment_id: int, *, lock: bool = False) -> Amendment:
    """One amendment within the asker's rights.

    Raises: NotFound.
    """
    missing = _("Cet avenant n’existe pas, ou vos droits ne vous le montrent pas.")
    return get_one(session, Amendment, amendment_id, missing, lock=lock)


def get_clause(session: Session, clause_id: int, *, lock: bool = False) -> Clause:
    """One clause within the asker's rights.

    Raises: NotFound.
    """
    message = _("Cette clause n’existe pas, ou vos droits ne vous la montrent pas.")
    return get_one(session, Clause, clause_id, message, lock=lock)


def get_stipulation(session: Session, stipulation_id: int, *, lock: bool = False) -> ClauseStipulation:
    """One stipulation within the asker's rights.

    Raises: NotFound.
    """
    message = _("Cette version de clause n’existe pas, ou vos droits ne vous la montrent pas.")
    return get_one(session, ClauseStipulation, stipulation_id, message, lock=lock)


def find_amendments(session: Session, contract_id: int) -> Sequence[Amendment]:
    """Every amendment of a contract, annulled or not, in the order of their numbers."""
    query = select(Amendment).where(col(Amendment.contract_id) == contract_id).order_by(col(Amendment.number))
    return session.execute(query).scalars().all()


def names_of_amendments(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Each of these amendments by its number and the object of its contract."""
    rows = session.execute(
        select(col(Amendment.id), col(Amendment.number), col(Contract.object))
        .join(Contract, col(Contract.id) == col(Amendment.contract_id))
        .where(col(Amendment.id).in_(list(ids)))
    )
    said = _("Avenant n° {number} — {contract}")
    return {row.id: said.format(number=row.number, contract=row.object) for row in rows}


def find_stipulations(session: Session, clause_id: int) -> Sequence[ClauseStipulation]:
    """Every stipulation of a clause, annulled or not, in the order they were recorded."""
    query = (
        select(ClauseStipulation)
        .where(col(ClauseStipulation.clause_id) == clause_id)
        .order_by(col(ClauseStipulation.id))
    )
    return session.execute(query).scalars().all()


PROVED = Provable(
    ProofSubject.AMENDMENT, Permission.CONTRACTS_CONTRACT_READ, "/contrats/avenants/{id}",
    finding(Amendment, Amendment.object),
)  # fmt: skip
"""How evidence reaches an amendment."""
