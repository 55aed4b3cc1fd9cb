"""Where each clause of a contract stands on a day."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.contracts.clauses.kinds import Asked, say_lacking, scope_is_dataset
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
    """A clause on a day: its state, what is in force of it where something is, and the stipulation that says so.

    `applies_from` is the first day of what is signed and applies later.
    """

    clause_id: int
    state: ClauseState
    span: Span | None
    said_by: int | None = None
    applies_from: date | None = None

    @property
    def answers(self) -> bool:
        """Whether it is in force and says something: one of which nothing is noted is still to be completed."""
        return self.span is not None and self.span.stipulation.told


def concedes_public_service(contract: Any) -> bool | None:
    """Whether the running of a public service is conceded: a DSP does, a concession where its service is told.

    Law: CCP L1121-1, L1121-3.
    """
    if contract.kind in _CONCESSIONS:
        return True
    if contract.kind == ContractKind.CONCESSION:
        return None if contract.public_service is None else contract.public_service != PublicService.ADMINISTRATION
    return False


def asked_of(contract: Any, *, personal: Collection[int]) -> Asked:
    """What decides which clauses one looks for in a contract; `personal` are its datasets that hold personal data.

    Whether it touches personal data is as somebody told it, else as these let see.
    """
    concession = bool(concedes_public_service(contract))
    return Asked(
        concession=concession,
        personal=bool(personal) if contract.personal_data is None else contract.personal_data,
        hosting=bool(contract.hosts_data),
        water=concession and contract.public_service == PublicService.WATER,
        transport=concession and contract.public_service == PublicService.TRANSPORT,
        agreement=contract.kind in _AGREEMENTS,
        personal_datasets=frozenset(personal),
    )


def standing_on(written: Written, day: date, *, signed_by: date) -> dict[int, ClauseStanding]:
    """Where each clause stands on a day, by what was signed by another."""
    spans: dict[int, list[Span]] = {}
    for span in written.spans(signed_by=signed_by):
        spans.setdefault(span.stipulation.clause_id, []).append(span)
    drafts = drafts_of(written)
    return {
        number: stand(clause, spans.get(number, ()), drafts.get(number, ()), day)
        for number, clause in written.clauses.items()
    }


def drafts_of(written: Written) -> dict[int, list[tuple[AmendmentProgress | None, Any]]]:
    """What acts that are not signed would add or change, by clause: where the act stands, and the stipulation."""
    found: dict[int, list[tuple[AmendmentProgress | None, Any]]] = {}
    for row in written.stipulations.values():
        act = written.amendments.get(row.amendment_id)
        if act is not None and act.signed_on is None and row.act != ClauseAct.ENDS:
            found.setdefault(row.clause_id, []).append((act.progress, row))
    return found


def stand(
    clause: Any, spans: Sequence[Span], drafts: Sequence[tuple[AmendmentProgress | None, Any]], day: date
) -> ClauseStanding:
    """Where a clause stands on a day, given its days in their order and what is drafted of it."""
    for span in spans:
        if span.holds(day) and not span.stipulation.told:
            return ClauseStanding(clause.id, ClauseState.TO_COMPLETE, span, span.stipulation.id)
        if span.holds(day):
            seen = clause.performance is not None and clause.performance_on is not None
            told = seen and clause.performance_on <= day
            state = ClauseState(ClausePerformance(clause.performance)) if told else ClauseState.IN_FORCE
            return ClauseStanding(clause.id, state, span, span.stipulation.id)
    coming = next((span for span in spans if span.first > day), None)
    if coming is not None:
        return ClauseStanding(clause.id, ClauseState.SIGNED, None, coming.stipulation.id, coming.first)
    if spans:
        return ClauseStanding(clause.id, ClauseState.ENDED, None, spans[-1].stipulation.id)
    for state, progresses in _DRAFTED:
        row = next((row for progress, row in drafts if progress in progresses), None)
        if row is not None:
            return ClauseStanding(clause.id, state, None, row.id)
    return ClauseStanding(clause.id, ClauseState.ABSENT, None)


_DRAFTED = (
    (ClauseState.NEGOTIATED, (AmendmentProgress.NEGOTIATED,)),
    (ClauseState.ASKED, (AmendmentProgress.ASKED, None)),
)
"""Of an act that is not signed, what its clauses are: the one that is nearest to a signature first."""


def columns_of(kind: str, datasets: Sequence[int]) -> tuple[int | None, ...]:
    """Where a clause of this kind is looked for: in each dataset where it is told of datasets, else in the contract.

    Nothing stands for the whole contract; so does it where the contract is about no dataset yet.
    """
    return tuple(datasets) if scope_is_dataset(kind) and datasets else (None,)


ORDER = (
    ClauseState.BREACHED, ClauseState.PARTLY, ClauseState.PERFORMED, ClauseState.IN_FORCE, ClauseState.WAIVED,
    ClauseState.TO_COMPLETE, ClauseState.SIGNED, ClauseState.NEGOTIATED, ClauseState.ASKED, ClauseState.ENDED,
    ClauseState.ABSENT,
)  # fmt: skip
"""Of several states, which to look at first."""


def lacking_of(kind: str, state: ClauseState) -> str:
    """What is to be noted of a clause; nothing where something is."""
    return say_lacking(kind) if state is ClauseState.TO_COMPLETE else ""
