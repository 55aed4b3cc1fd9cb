"""Where each clause of a contract stands on a day, and which of those one looks for are missing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.contracts.clauses.kinds import Asked, expected_of, scope_is_dataset
from registry.contracts.clauses.queries import Written
from registry.contracts.clauses.rules import Span
from registry.contracts.vocabulary import (
    AmendmentProgress,
    ClauseAct,
    ClausePerformance,
    ClauseState,
    ContractKind,
    PublicService,
)

_CONCESSIONS = frozenset({ContractKind.DSP})
_AGREEMENTS = frozenset({ContractKind.AGREEMENT, ContractKind.PARTICULAR_AGREEMENT, ContractKind.PROTOCOL})


@dataclass(frozen=True)
class ClauseStanding:
    """A clause on a day: its state, and what is in force of it where something is."""

    clause_id: int
    state: ClauseState
    span: Span | None


@dataclass(frozen=True)
class Expectation:
    """A kind one looks for in a contract: where it stands, and of which datasets it is missing.

    `missing_of` is nothing where none is missing; empty where the whole contract lacks it.
    """

    kind: str
    state: ClauseState
    missing_of: tuple[int, ...] | None


def concedes_public_service(contract: Any) -> bool | None:
    """Whether the running of a public service is conceded: a DSP does, a concession where its service is told.

    Law: CCP L1121-1, L1121-3.
    """
    if contract.kind in _CONCESSIONS:
        return True
    if contract.kind == ContractKind.CONCESSION:
        return None if contract.public_service is None else contract.public_service != PublicService.ADMINISTRATION
    return False


def asked_of(contract: Any, *, personal: bool) -> Asked:
    """What decides which clauses one looks for in a contract; `personal` is whether it touches personal data."""
    concession = bool(concedes_public_service(contract))
    return Asked(
        concession=concession,
        personal=personal,
        hosting=bool(contract.hosts_data),
        water=concession and contract.public_service == PublicService.WATER,
        transport=concession and contract.public_service == PublicService.TRANSPORT,
        agreement=contract.kind in _AGREEMENTS,
    )


def standing_on(written: Written, day: date, *, signed_by: date) -> dict[int, ClauseStanding]:
    """Where each clause stands on a day, by what was signed by another."""
    spans: dict[int, list[Span]] = {}
    for span in written.spans(signed_by=signed_by):
        spans.setdefault(span.stipulation.clause_id, []).append(span)
    return {
        number: _standing(clause, spans.get(number, ()), written, day) for number, clause in written.clauses.items()
    }


def _standing(clause: Any, spans: Sequence[Span], written: Written, day: date) -> ClauseStanding:
    for span in spans:
        if span.holds(day):
            seen = clause.performance is not None and clause.performance_on is not None
            told = seen and clause.performance_on <= day
            state = ClauseState(ClausePerformance(clause.performance)) if told else ClauseState.IN_FORCE
            return ClauseStanding(clause.id, state, span)
    if any(span.first > day for span in spans):
        return ClauseStanding(clause.id, ClauseState.SIGNED, None)
    if spans:
        return ClauseStanding(clause.id, ClauseState.ENDED, None)
    drafts = [
        written.amendments[row.amendment_id].progress
        for row in written.stipulations.values()
        if row.clause_id == clause.id and row.amendment_id is not None and row.act != ClauseAct.ENDS
        if written.amendments[row.amendment_id].signed_on is None
    ]
    if AmendmentProgress.NEGOTIATED in drafts:
        return ClauseStanding(clause.id, ClauseState.NEGOTIATED, None)
    if AmendmentProgress.ASKED in drafts or None in drafts:
        return ClauseStanding(clause.id, ClauseState.ASKED, None)
    return ClauseStanding(clause.id, ClauseState.ABSENT, None)


def expectations_of(
    written: Written,
    asked: Asked,
    covered: Mapping[int, str] | Iterable[int],
    day: date,
    *,
    signed_by: date,
    dataset: int | None = None,
) -> list[Expectation]:
    """The kinds one looks for, in the order of the list, each with what is missing of it on a day.

    A kind told dataset by dataset is looked for in each dataset the contract is about; where the contract is about
    none yet, in the contract.
    """
    standing = standing_on(written, day, signed_by=signed_by)
    wanted = [dataset] if dataset is not None else list(covered)
    by_kind: dict[str, list[ClauseStanding]] = {}
    for number, one in standing.items():
        by_kind.setdefault(written.clauses[number].kind, []).append(one)
    found = []
    for kind in expected_of(asked):
        ones = by_kind.get(kind, [])
        held = [one.span.stipulation.datasets for one in ones if one.span is not None]
        state = _best(one.state for one in ones)
        if not scope_is_dataset(kind) or not wanted or any(not about for about in held):
            missing: tuple[int, ...] | None = None if held else ()
        else:
            lacking = tuple(number for number in wanted if not any(number in about for about in held))
            missing = lacking or None
        found.append(Expectation(kind, state, missing))
    return found


_ORDER = (
    ClauseState.BREACHED, ClauseState.PARTLY, ClauseState.PERFORMED, ClauseState.IN_FORCE, ClauseState.WAIVED,
    ClauseState.SIGNED, ClauseState.NEGOTIATED, ClauseState.ASKED, ClauseState.ENDED, ClauseState.ABSENT,
)  # fmt: skip


def _best(states: Iterable[ClauseState]) -> ClauseState:
    """Of several clauses of a kind, what to look at first; absent where there is none."""
    return min(states, key=_ORDER.index, default=ClauseState.ABSENT)
