"""How the list of findings is narrowed, and what each value of a facet would count."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from registry.compliance.catalogue import Catalogue
from registry.compliance.policy import Policy
from registry.compliance.vocabulary import Holding, Verdict


class Facet(StrEnum):
    """What the list is narrowed by: the name of the question in its address."""

    VERDICT = "constat"
    FORCE = "force"
    SEVERITY = "gravite"
    PACK = "domaine"
    STAKE = "enjeu"
    PRINCIPLE = "principe"
    KIND = "genre"
    ROLE = "role"
    HELD = "ecart"
    POLICY = "regle"
    ORGANISATION = "organisation"


@dataclass(frozen=True)
class Cell:
    """How many findings of a policy read alike on one body, under the same deviation or none."""

    policy_id: str
    organisation_id: int
    verdict: Verdict
    held: Holding
    number: int


Chosen = Mapping[Facet, frozenset[str]]
"""The values chosen of each facet: any of them will do; a facet left out narrows nothing."""


@dataclass
class Tally:
    """How many findings are listed, of which cells, and how many each value of a facet would list beside what others
    leave."""

    total: int = 0
    listed: list[Cell] = field(default_factory=list)
    by_value: dict[Facet, Counter[str]] = field(default_factory=lambda: {facet: Counter() for facet in Facet})


def values_of(policy: Policy, catalogue: Catalogue) -> dict[Facet, frozenset[str]]:
    """What a policy says to each facet that speaks of policies."""
    return {
        Facet.FORCE: frozenset({policy.force}),
        Facet.SEVERITY: frozenset({policy.severity}),
        Facet.PACK: frozenset({catalogue.pack_of(policy.id)}),
        Facet.STAKE: frozenset({policy.stake} if policy.stake else ()),
        Facet.PRINCIPLE: frozenset({policy.principle} if policy.principle else ()),
        Facet.KIND: frozenset({policy.subject}),
        Facet.ROLE: frozenset(policy.owed_by),
        Facet.POLICY: frozenset({policy.id}),
    }


def count_cells(cells: Iterable[Cell], catalogue: Catalogue, *choices: Chosen) -> list[Tally]:
    """One tally a choice. A value is counted beside what the other facets leave: chosen too, it would list as many."""
    # Cells that differ by their body alone answer every other facet alike: a policy is asked once, not once a body.
    alike: dict[tuple[str, Verdict, Holding], list[Cell]] = {}
    for cell in cells:
        alike.setdefault((cell.policy_id, cell.verdict, cell.held), []).append(cell)
    known: dict[str, dict[Facet, frozenset[str]]] = {}
    tallies = [Tally() for _each in choices]
    for (policy_id, verdict, held), those in alike.items():
        if policy_id not in known:
            policy = catalogue.find(policy_id)
            # What a rule found that left the catalogue stands until the next evaluation.
            alone = {Facet.POLICY: frozenset({policy_id})}
            known[policy_id] = alone if policy is None else values_of(policy, catalogue)
        own = {**known[policy_id], Facet.VERDICT: frozenset({verdict}), Facet.HELD: frozenset({held})}
        for chosen, tally in zip(choices, tallies, strict=True):
            _tally(tally, chosen, own, those)
    return tallies


def _tally(tally: Tally, chosen: Chosen, own: Mapping[Facet, frozenset[str]], those: Sequence[Cell]) -> None:
    """Counts cells that differ by their body alone; `own` is what they answer to the other facets."""
    others = [facet for facet in chosen if facet is not Facet.ORGANISATION]
    left_by = [facet for facet in others if not chosen[facet] & own.get(facet, frozenset())]
    if len(left_by) > 1:
        return
    bodies = chosen.get(Facet.ORGANISATION)
    inside = those if bodies is None else [cell for cell in those if str(cell.organisation_id) in bodies]
    number = sum(cell.number for cell in inside)
    if not left_by:
        tally.total += number
        tally.listed += inside
        counts = tally.by_value[Facet.ORGANISATION]
        for cell in those:
            counts[str(cell.organisation_id)] += cell.number
    if inside:
        for facet in left_by or own:
            for value in own.get(facet, ()):
                tally.by_value[facet][value] += number
