"""What clauses of several contracts make of one dataset: functions of values.

Which term must be alike in all of them, and which is bound by the strictest, is told by `clause_fields.yaml`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.contracts.clauses.kinds import strictest_of, together_of
from registry.contracts.rules import Term
from registry.contracts.vocabulary import Clash, PartnerLeave, Waiver
from registry.kernel.dates import plus_days

_ONLINE = frozenset({"publication"})
_USED = frozenset({"publication", "use-and-reuse"})
_DUE = frozenset({"supply", "schedule"})


@dataclass(frozen=True)
class Told:
    """A clause in force for a dataset: of which contract, of which kind, and what is noted of it.

    `bare` is of one of which nothing is noted, not even where it is written.
    """

    stipulation_id: int
    contract_id: int
    kind: str
    terms: Mapping[str, Any]
    bare: bool = False


@dataclass(frozen=True)
class Clashing:
    """What cannot all be followed: which stipulations say it, about which term, and the value that binds if one does.

    The first of `ids` is the one that forbids, where one does.
    """

    clash: Clash
    ids: tuple[int, ...]
    term: str = ""
    binding: Any = None


def clashes_of(told: Sequence[Told]) -> list[Clashing]:
    """What does not go together among the clauses in force for one dataset, the gravest first."""
    return [*_against(told), *_apart(told), *_twice(told)]


def _against(told: Sequence[Told]) -> list[Clashing]:
    """What one clause forbids and another provides for, be they of one contract."""
    found = []
    for one in told:
        for clash, kinds in _forbidden_by(one):
            others = tuple(other.stipulation_id for other in told if other.kind in kinds)
            if others:
                found.append(Clashing(clash, (one.stipulation_id, *others)))
    return found


def _forbidden_by(one: Told) -> Iterable[tuple[Clash, frozenset[str]]]:
    if one.kind == "reuse-ban":
        yield Clash.BANNED, _USED
    if one.kind == "redistribution" and (
        one.terms.get("leave") == PartnerLeave.FORBIDDEN or one.terms.get("to_public") is False
    ):
        yield Clash.NOT_PASSED_ON, _ONLINE
    if one.kind == "exclusivity":
        yield Clash.EXCLUSIVE, _ONLINE
    if one.kind == "waiver" and one.terms.get("waiver") == Waiver.WHOLE:
        yield Clash.WAIVED, _DUE


def _apart(told: Sequence[Told]) -> list[Clashing]:
    """What contracts say of one thing and do not say alike; within one contract, its own doubts tell it."""
    said: dict[tuple[str, str], dict[int, Told]] = {}
    for one in told:
        for name in one.terms:
            # Of one contract, the first: two clauses of a kind in it are an overlap, which its page tells.
            said.setdefault((one.kind, name), {}).setdefault(one.contract_id, one)
    found = []
    for (_kind, name), by_contract in said.items():
        how, ones = together_of(name), list(by_contract.values())
        values = [one.terms[name] for one in ones]
        if not how or all(value == values[0] for value in values):
            continue
        ids = tuple(one.stipulation_id for one in ones)
        if how == "alike":
            found.append(Clashing(Clash.DIFFERENT, ids, name))
        else:
            found.append(Clashing(Clash.STRICTER, ids, name, strictest_of(name, values)))
    return found


def _twice(told: Sequence[Told]) -> list[Clashing]:
    supplied = {one.contract_id: one.stipulation_id for one in told if one.kind == "supply"}
    return [Clashing(Clash.TWICE, tuple(supplied.values()))] if len(supplied) > 1 else []


@dataclass(frozen=True)
class Bare:
    """Days on which no contract binds about a dataset: the day after the last one ended, the day before the next."""

    first: date | None
    last: date | None


def bare_days(terms: Iterable[Term], day: date) -> Bare | None:
    """The days around one on which none of these contracts binds; nothing where one does, or where none has dates."""
    dated = [one for one in terms if one.starts_on is not None]
    if not dated or any(binds(one, day) for one in dated):
        return None
    ended = [last for one in dated if (last := one.binds_until) is not None and last < day]
    coming = [one.starts_on for one in dated if one.starts_on is not None and one.starts_on > day]
    return Bare(
        plus_days(max(ended), 1) if ended else None,
        plus_days(min(coming), -1) if coming else None,
    )


def binds(term: Term, day: date) -> bool:
    """Whether a contract of these days binds on a day, all renewals allowed for."""
    starts, last = term.starts_on, term.binds_until
    return starts is not None and starts <= day and (last is None or day <= last)
