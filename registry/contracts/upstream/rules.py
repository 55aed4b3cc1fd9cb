"""What clauses upstream make of what is made below: functions of values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from registry.contracts.clauses.kinds import strictest_of
from registry.contracts.covering.rules import Told
from registry.contracts.vocabulary import PartnerLeave
from registry.datasets.vocabulary import Origin

TERMS = (
    ("crossing", "leave"), ("redistribution", "leave"), ("redistribution", "to_communes"),
    ("redistribution", "to_contractors"), ("redistribution", "to_public"), ("own-use", "leave"),
    ("anonymisation", "least_count"),
)  # fmt: skip
"""What flows down from a source to what is made of it: kinds of clauses, and what one notes of them."""
BAN = "reuse-ban"


@dataclass(frozen=True)
class Imposed:
    """The strictest of what clauses upstream say of a term, and which stipulations say it; no term for a ban."""

    kind: str
    term: str
    value: Any
    ids: tuple[int, ...]


def imposed_by(told: Iterable[Told]) -> list[Imposed]:
    """What these clauses impose together, bans first; of each term the strictest, as the list of terms orders it."""
    every = list(told)
    bans = tuple(dict.fromkeys(one.stipulation_id for one in every if one.kind == BAN))
    found = [Imposed(BAN, "", True, bans)] if bans else []
    for kind, term in TERMS:
        said = [(one.stipulation_id, one.terms[term]) for one in every if one.kind == kind and term in one.terms]
        if said:
            value = strictest_of(term, [each for _number, each in said])
            ids = tuple(dict.fromkeys(number for number, each in said if each == value))
            found.append(Imposed(kind, term, value, ids))
    return found


def crossing_of(told: Sequence[Told], origin: str | None, *, made: bool) -> PartnerLeave | None:
    """Whether what binds a source lets it be crossed with other data; nothing where nobody said.

    A ban on reuse forbids it; a clause of crossing says it; the right to use the data freely (CCP L3131-4) gives it. A
    contract silent on it neither gives nor refuses: what the body produces itself it may cross, and of what it makes,
    the sources answer. What comes from others without a word of it is not known.
    """
    if any(one.kind == BAN for one in told):
        return PartnerLeave.FORBIDDEN
    leaves = [one.terms.get("leave") for one in told if one.kind == "crossing"]
    if leaves:
        known = [one for one in leaves if one is not None]
        if PartnerLeave.FORBIDDEN in known:
            return PartnerLeave.FORBIDDEN
        return PartnerLeave(strictest_of("leave", known)) if len(known) == len(leaves) else None
    free = made or origin == Origin.PRODUCED or any(one.kind == "use-and-reuse" and not one.bare for one in told)
    return PartnerLeave.ALLOWED if free else None


def may_be_crossed(leaves: Iterable[PartnerLeave | None]) -> bool | None:
    """Whether every source may be crossed: one that may not is enough; nothing where one asks for a leave to be had."""
    found = list(leaves)
    if PartnerLeave.FORBIDDEN in found:
        return False
    return True if found and all(one is PartnerLeave.ALLOWED for one in found) else None
