"""The steps of a contract: which it has, and the day each is due, as `policies/lists/contract_steps.yaml` says them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from registry.contracts.clauses.standing import concedes_public_service
from registry.contracts.rules import Term, term_of
from registry.kernel.dates import plus_months
from registry.platform.lists import CodeList, load_list

START, _END = "start", "end"
_TERM_OF_VALUE = {"exclusivity": "exclusivity_kind"}
"""What a clause notes that `value` is compared with, by its kind."""


def steps() -> CodeList:
    """Every step a contract may have."""
    return load_list("contract_steps")


@dataclass(frozen=True)
class StepTerms:
    """What the list says of a step: in which contracts, due how many months from which day, and done again when."""

    code: str
    kinds: frozenset[str]
    services: frozenset[str]
    conceded: bool
    holds: bool
    consulted_before: date | None
    signed_from: date | None
    clause: str
    value: str
    since: str
    months: int
    every: int | None
    policy: str

    def suits(self, kind: str, service: str, *, holds: bool, conceded: bool) -> bool:
        """Whether contracts of a kind, on a service, may have this step, whatever their days."""
        return (
            (not self.kinds or kind in self.kinds)
            and (not self.services or service in self.services)
            and (not self.conceded or conceded)
            and (not self.holds or holds)
        )

    def is_of_its_days(self, contract: Any) -> bool:
        """Whether the days of a contract give it this step; one that nobody filled is no reason to."""
        if self.consulted_before is None and self.signed_from is None:
            return True
        consulted, signed = contract.consulted_on, contract.signed_on
        return (self.consulted_before is None or (consulted is not None and consulted < self.consulted_before)) and (
            self.signed_from is None or (signed is not None and signed >= self.signed_from)
        )

    def follows(self, terms: Mapping[str, Any]) -> bool:
        """Whether a clause of its kind, by what is noted of it, calls for this step."""
        return not self.value or terms.get(_TERM_OF_VALUE.get(self.clause, "")) == self.value


@lru_cache(maxsize=1)
def _known(of: CodeList) -> tuple[StepTerms, ...]:
    def day(said: Any) -> date | None:
        return date.fromisoformat(str(said)) if said else None

    found = []
    for code, entry in of.entries.items():
        facts = entry.facts
        found.append(
            StepTerms(
                code=code, kinds=frozenset(str(facts.get("kinds", "")).split()),
                services=frozenset(str(facts.get("services", "")).split()),
                conceded=facts.get("conceded") is True, holds=facts.get("holds") is True,
                consulted_before=day(facts.get("consulted_before")), signed_from=day(facts.get("signed_from")),
                clause=str(facts.get("clause", "")), value=str(facts.get("value", "")),
                since=str(facts.get("from", "")), months=int(facts.get("months", 0)),
                every=int(facts["every"]) if "every" in facts else None, policy=str(facts.get("policy", "")),
            )
        )  # fmt: skip
    return tuple(found)


def known_steps() -> tuple[StepTerms, ...]:
    """What the list says of each step, in its order."""
    return _known(steps())


@lru_cache(maxsize=512)
def _suiting(of: CodeList, kind: str, service: str, holds: bool, conceded: bool) -> tuple[StepTerms, ...]:
    """The steps of such contracts: of thousands, few are of another sort than those before."""
    return tuple(one for one in _known(of) if one.suits(kind, service, holds=holds, conceded=conceded))


@dataclass(frozen=True)
class Milestone:
    """A step of a contract as it stands on a day: the day it is due, and what was noted of it.

    `clause_id` is the clause that calls for it, where one does. `due_on` is nothing where no day is set or known, and
    the next one once a step that returns was done; `agreed` says that the parties agreed on that day.
    """

    step: StepTerms
    clause_id: int | None
    due_on: date | None
    done_on: date | None
    undone_on: date | None
    agreed: bool
    rows: tuple[Any, ...]

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done, or again; each year, where it counts from the start of the contract."""
        if self.step.since == START:
            return self.due_on is not None and (self.done_on is None or self.done_on.year < self.due_on.year)
        return self.done_on is None or self.step.every is not None

    def is_overdue(self, today: date) -> bool:
        """Whether its day is past and it is still to be done: on the page of its contract and in every calendar."""
        return self.is_open and self.due_on is not None and self.due_on < today


def noted_of(rows: Iterable[Any], code: str, clause_id: int | None, day: date) -> list[Any]:
    """What was noted of a step by a day, for one clause or for all, the first first."""
    return [
        one
        for one in rows
        if one.step == code
        and not one.annulled
        and (one.clause_id is None or clause_id is None or one.clause_id == clause_id)
        and (one.done_on is None or one.done_on <= day)
        and (one.undone_on is None or one.undone_on <= day)
    ]


def milestones_of(
    contract: Any, held: Mapping[str, Sequence[Any]], rows: Sequence[Any], day: date, *, until: date | None = None
) -> list[Milestone]:
    """The steps of a contract on a day; `held` is what acts say of its clauses in force, by kind.

    With `until`, those due by then alone.
    """
    conceded, term = concedes_public_service(contract) is True, term_of(contract)
    found = []
    for step in _suiting(
        steps(), str(contract.kind), str(contract.public_service), contract.hosts_data is True, conceded
    ):
        if (step.clause and step.clause not in held) or not step.is_of_its_days(contract):
            continue
        if not step.clause:
            found.append(_milestone(step, term, None, {}, rows, day, until))
            continue
        called = [one for one in held[step.clause] if step.follows(one.terms)]
        found += [_milestone(step, term, one.clause_id, one.terms, rows, day, until) for one in called]
    return [one for one in found if one is not None]


def _milestone(
    step: StepTerms, term: Term, clause_id: int | None, terms: Mapping[str, Any], rows: Sequence[Any], day: date,
    until: date | None,
) -> Milestone | None:  # fmt: skip
    noted = noted_of(rows, step.code, clause_id, day) if rows else []
    done = max((one.done_on for one in noted if one.done_on is not None), default=None) if noted else None
    agreed = next((one.planned_on for one in reversed(noted) if one.planned_on is not None), None)
    due = agreed or due_day(step, term, terms, done, day)
    if until is not None and (due is None or due > until):
        return None
    undone = max((one.undone_on for one in noted if one.undone_on is not None), default=None) if noted else None
    return Milestone(step, clause_id, due, done, undone, agreed is not None, tuple(noted))


def due_day(
    step: StepTerms, term: Term, terms: Mapping[str, Any], done: date | None, day: date
) -> date | None:  # fmt: skip
    """The day a step is due, or nothing where none is set or known; the next one where it returns and was done."""
    if step.since == _END:
        first = term.last_on(day)
    elif step.since == START:
        return _yearly(step, term.starts_on, term.last_on(day), day)
    else:
        said = terms.get(step.since)
        first = date.fromisoformat(said) if isinstance(said, str) else None
        if first is not None and done is not None and step.every is not None:
            return plus_months(done, step.every)
    return plus_months(first, step.months) if first is not None else None


def _yearly(step: StepTerms, starts_on: date | None, last: date | None, day: date) -> date | None:
    """What falls due each so many months from the start: within the civil year of the day, while the contract runs."""
    if starts_on is None or not step.every:
        return None
    count = max((day.year - starts_on.year) * 12 // step.every, 0)
    due = plus_months(starts_on, count * step.every) if count else None
    if due is None or due < plus_months(starts_on, step.months) or (last is not None and due > last):
        return None
    return due
