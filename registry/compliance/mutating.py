"""Whether the cases of the policies would notice a condition gone wrong: each is altered, and its cases run again.

An alteration that no case notices tells of a case that is missing, or of a term that changes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from registry.compliance.catalogue import Catalogue
from registry.compliance.checking import facts_of_case, version_of_case
from registry.compliance.evaluation import Defect, assess_version
from registry.compliance.expressions import Node, read_expression
from registry.compliance.policy import Case, Policy, PolicyError, PolicyVersion
from registry.kernel.dates import plus_days
from registry.kernel.words import _

_FORMULAS = ("when", "require", "deadline", "valid_until")
_SHIFTED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
_TRUTHS = frozenset({"==", "!=", "<=", ">=", "<", ">", "in", "and", "or"})


@dataclass(frozen=True)
class Survivor:
    """An alteration that no case noticed: where it was made, and what the formula became."""

    policy_id: str
    file: str
    formula: str
    altered: str

    def sentence(self) -> str:
        """The same in words."""
        return _("{file}, {formula} : aucun cas ne remarque « {altered} ».").format(
            file=self.file, formula=self.formula, altered=self.altered
        )


@dataclass
class Mutated:
    """How many alterations were tried, and those that no case noticed."""

    tried: int = 0
    survivors: list[Survivor] = field(default_factory=list)

    @property
    def caught(self) -> int:
        """How many were noticed."""
        return self.tried - len(self.survivors)

    @property
    def percent(self) -> float:
        """The share that was noticed, of a hundred."""
        return 100 * self.caught / self.tried if self.tried else 100.0

    def as_json(self) -> dict[str, Any]:
        """The same as JSON."""
        return {
            "tried": self.tried,
            "caught": self.caught,
            "percent": round(self.percent, 2),
            "survivors": [vars(one) for one in self.survivors],
        }


def mutate_catalogue(catalogue: Catalogue) -> Mutated:
    """Alters each formula of each policy in each of its ways, and runs the policy's cases on it."""
    found = Mutated()
    for policy in catalogue.policies:
        for version in policy.versions:
            _mutate_version(catalogue, policy, version, found)
    return found


def _mutate_version(catalogue: Catalogue, policy: Policy, version: PolicyVersion, found: Mutated) -> None:
    cases = [case for case in policy.cases if version_of_case(policy, case) is version]
    facts = [facts_of_case(catalogue, case) for case in cases]
    for name in _FORMULAS:
        source = getattr(version, name)
        for altered in alterations_of(source) if source is not None else ():
            try:
                catalogue.compile(altered, gives_day=name in {"deadline", "valid_until"})
            except PolicyError:
                continue
            # Read anew: a copy would keep the digest by which the compiled formulas are known.
            other = PolicyVersion.model_validate({**version.model_dump(exclude={"parameters"}), name: altered})
            found.tried += 1
            if all(_holds(catalogue, policy, other, case, known) for case, known in zip(cases, facts, strict=True)):
                found.survivors.append(Survivor(policy.id, catalogue.files.get(policy.id, ""), name, altered))


def _holds(catalogue: Catalogue, policy: Policy, version: PolicyVersion, case: Case, facts: dict[str, Any]) -> bool:
    """Whether a case still gives what it expects."""
    try:
        found = assess_version(catalogue, policy, version, facts, today=case.today)
    except Defect:
        return False
    return found.verdict is case.expect and (case.missing is None or set(case.missing) == set(found.missing))


def alterations_of(source: str) -> list[str]:
    """Each formula one alteration away: a part negated, a term dropped, a bound shifted by one, a day, or its sign."""
    return list(dict.fromkeys(_alter(source, read_expression(source), is_truth=_is_truth(source))))


def _is_truth(source: str) -> bool:
    node = read_expression(source)
    return node.kind in _TRUTHS or node.kind == "not" or (node.kind == "name" and node.text.endswith("__present"))


def _alter(source: str, node: Node, *, is_truth: bool) -> Iterator[str]:
    said = source[node.start : node.end]
    if is_truth or node.kind in _TRUTHS:
        yield _with(source, node, f"!({said})")
    if node.kind == "not":
        inner = node.parts[0]
        yield _with(source, node, f"({source[inner.start : inner.end]})")
    if node.kind in {"and", "or"}:
        for dropped in node.parts:
            kept = [source[part.start : part.end] for part in node.parts if part is not dropped]
            yield _with(source, node, f"({(' && ' if node.kind == 'and' else ' || ').join(kept)})")
    if node.kind in _SHIFTED:
        left, right = node.parts
        between = source[left.end : right.start].replace(node.kind, _SHIFTED[node.kind], 1)
        yield source[: left.end] + between + source[right.start :]
    if node.kind == "value" and node.text.lstrip("-").isdigit():
        for step in (-1, 1):
            yield _with(source, node, str(int(node.text) + step))
    if node.kind == "call" and node.text == "day":
        bound = node.parts[0]
        for step in (-1, 1):
            yield _with(source, bound, f"'{plus_days(date.fromisoformat(bound.text), step)}'")
    for part in node.parts:
        yield from _alter(source, part, is_truth=node.kind in {"and", "or", "not"})


def _with(source: str, node: Node, said: str) -> str:
    return source[: node.start] + said + source[node.end :]
