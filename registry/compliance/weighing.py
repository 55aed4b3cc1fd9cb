"""What a change that is only tried would make of the findings: judged in memory, nothing is kept."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.compliance.catalogue import Catalogue
from registry.compliance.engine import Subject
from registry.compliance.evaluation import assess_version
from registry.compliance.vocabulary import Verdict

Bound = Mapping[int, tuple[Any, Mapping[str, Any]]]
"""Subjects by number, each with its row and its facts, as `Subject.bind` gives them."""
_OPEN = frozenset({Verdict.NON_COMPLIANT, Verdict.TO_COMPLETE})


@dataclass(frozen=True)
class Weighed:
    """Of one policy, how many findings a change would settle, how many it would open, and how many it would turn.

    Open is what asks for something: non-compliant or to complete. Turned is from one of these into the other.
    """

    policy_id: str
    resolved: int
    appeared: int
    turned: int


def weigh(catalogue: Catalogue, subject: Subject, before: Bound, after: Bound, *, today: date) -> list[Weighed]:
    """What becomes of the findings of these subjects, by policy; a subject of `after` alone is new."""
    turns: Counter[tuple[str, Verdict, Verdict]] = Counter()
    known: dict[tuple[Any, ...], Verdict] = {}

    def verdict(place: int, facts: Mapping[str, Any] | None) -> Verdict:
        policy, version, compiled = in_force[place]
        if facts is None:
            return Verdict.NOT_APPLICABLE
        key = (place, *[(name, facts[name]) for name in compiled.names if name in facts])
        if key not in known:
            known[key] = assess_version(catalogue, policy, version, facts, today=today).verdict
        return known[key]

    in_force = catalogue.compiled_in_force(subject.kind, today)
    for number, (row, then) in after.items():
        was = before.get(number)
        facts = was[1] if was is not None and subject.concerns(was[0]) else None
        becoming = then if subject.concerns(row) else None
        for place, (policy, _version, compiled) in enumerate(in_force):
            if not _differ(facts, becoming, compiled.names):
                continue
            turns[policy.id, verdict(place, facts), verdict(place, becoming)] += 1
    return _by_policy(turns)


def _differ(facts: Mapping[str, Any] | None, becoming: Mapping[str, Any] | None, names: tuple[str, ...]) -> bool:
    """Whether a policy that reads these facts may say something else."""
    if facts is None or becoming is None:
        return facts is not becoming
    return any((name in facts, facts.get(name)) != (name in becoming, becoming.get(name)) for name in names)


def _by_policy(turns: Mapping[tuple[str, Verdict, Verdict], int]) -> list[Weighed]:
    found: dict[str, Counter[str]] = {}
    for (policy_id, before, after), count in turns.items():
        if before is after:
            continue
        kinds = {(True, False): "resolved", (False, True): "appeared", (True, True): "turned"}
        kind = kinds.get((before in _OPEN, after in _OPEN))
        if kind is not None:
            found.setdefault(policy_id, Counter())[kind] += count
    return [
        Weighed(policy_id, counts["resolved"], counts["appeared"], counts["turned"])
        for policy_id, counts in sorted(found.items())
    ]
