"""What would settle a finding: the missing facts, told apart where any one of several would do."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import product
from typing import Any, TypeVar

from registry.compliance.catalogue import PRESENT, Catalogue, Part
from registry.compliance.evaluation import as_day, bind, value_of
from registry.compliance.policy import PolicyError, PolicyVersion

Said = TypeVar("Said", bound=Hashable)
Way = tuple[str, ...]
"""Facts that settle something together."""
Group = tuple[Way, ...]
"""Ways of which any one is enough."""


def groups_to_settle(
    catalogue: Catalogue, version: PolicyVersion, facts: Mapping[str, Any], missing: Sequence[str]
) -> list[Group]:
    """The missing facts of a finding by what would settle it: each group by any one of its ways.

    Whether a rule applies at all hangs on each fact it waits for; what it requires may be met in several ways. What
    is `missing` for another reason, or under a text that can no longer be read, stands alone.
    """
    read = {name: as_day(catalogue, name, value) for name, value in facts.items()}
    groups = _of_requirement(catalogue, version, read, applies=False) if missing else []
    told = {fact for group in groups for way in group for fact in way}
    if not told <= set(missing):
        groups, told = [], set()
    return [*groups, *(((name,),) for name in missing if name not in told)]


def other_ways(catalogue: Catalogue, version: PolicyVersion, fact: str) -> list[Way]:
    """What would meet a requirement instead of a fact, as its text is written: nothing where the fact is needed."""
    for group in _of_requirement(catalogue, version, {}, applies=True):
        others = [way for way in group if fact not in way]
        if 0 < len(others) < len(group):
            return others
    return []


def _of_requirement(
    catalogue: Catalogue, version: PolicyVersion, facts: Mapping[str, Any], *, applies: bool
) -> list[Group]:
    """The groups of what a version requires, once it is known, or taken, to apply."""
    try:
        compiled = catalogue.compiled(version)
    except PolicyError:
        return []
    activation = catalogue.environment.Activation(bind(catalogue, facts, compiled))
    if not applies and compiled.when is not None and value_of(compiled.when, activation) is not True:
        return []
    return _groups(compiled.require, activation, facts, wanted=True)


def _groups(part: Part, activation: Any, facts: Mapping[str, Any], *, wanted: bool) -> list[Group]:
    """What is to be known for a part to be `wanted`: every group, each by any one of its ways."""
    if value_of(part, activation) is not None:
        return []
    if not part.parts:
        names = (name.removesuffix(PRESENT) for name in sorted(part.facts) if name not in facts)
        return [(tuple(dict.fromkeys(names)),)]
    if part.node.kind == "not":
        return _groups(part.parts[0], activation, facts, wanted=not wanted)
    within = [_groups(inner, activation, facts, wanted=wanted) for inner in part.parts]
    undecided = [groups for groups in within if groups]
    if len(undecided) == 1 or (part.node.kind == "and") is wanted:
        return [group for groups in undecided for group in groups]
    return [tuple(way for groups in undecided for way in _together(groups))]


def _together(groups: Iterable[Group]) -> list[Way]:
    """The ways of groups that are all needed: one of each."""
    return [tuple(dict.fromkeys(fact for way in ways for fact in way)) for ways in product(*groups)]


def said_in_groups(groups: Iterable[Group], say: Callable[[str], Said]) -> list[tuple[tuple[Said, ...], ...]]:
    """Groups of facts in the words of readers: what two facts call alike is asked once, and nothing that is not needed.

    First what is needed in any case, a group of one way of one word each; then the groups of several ways.
    """
    needed: dict[Said, None] = {}
    chosen: list[list[tuple[Said, ...]]] = []
    for group in groups:
        ways = [tuple(dict.fromkeys(say(fact) for fact in way)) for way in group]
        common = set(ways[0]).intersection(*ways[1:])
        needed |= dict.fromkeys(word for word in ways[0] if word in common)
        chosen.append(ways)
    several: dict[tuple[tuple[Said, ...], ...], None] = {}
    for ways in chosen:
        left = list(dict.fromkeys(tuple(word for word in way if word not in needed) for way in ways))
        if () not in left:
            least = [way for way in left if not any(set(other) < set(way) for other in left)]
            several.setdefault(tuple(least))
    return [*(((word,),) for word in needed), *several]
