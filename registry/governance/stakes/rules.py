"""The six stakes and the three principles: what the policies that state them find, body by body.

A pure function of what the list of findings counts, so that each figure opens exactly what it counts.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from registry.compliance.catalogue import Catalogue
from registry.compliance.listing.rules import Cell, Facet
from registry.compliance.views import FINDINGS
from registry.compliance.vocabulary import Force, Principle, Stake, Verdict

Axis = Stake | Principle
COUNTED = (Verdict.NON_COMPLIANT, Verdict.TO_COMPLETE, Verdict.COMPLIANT)
"""What is counted, the gravest first: what does not apply is no matter of governance."""
PRACTICES = tuple(force for force in Force if force is not Force.OBLIGATION)


@dataclass(frozen=True)
class Matrix:
    """How many findings read each verdict, by stake or principle, and by body or over all of them.

    A finding counts once under its stake, and once more under its principle where its policy states one.
    """

    by_body: Mapping[tuple[int, Axis], Mapping[Verdict, int]]
    over_all: Mapping[Axis, Mapping[Verdict, int]]
    bodies: frozenset[int]
    """The bodies that something is said of."""


def count_stakes(cells: Iterable[Cell], catalogue: Catalogue, *, binding: bool) -> Matrix:
    """The matrix of what binds in law, or of practices, as `registry.compliance.listing.counting.count_alike` counts.

    The two are never added up: a practice left undone is no breach.
    """
    by_body: dict[tuple[int, Axis], Counter[Verdict]] = {}
    over_all: dict[Axis, Counter[Verdict]] = {}
    bodies = set()
    for cell in cells:
        policy = catalogue.find(cell.policy_id)
        if policy is None or (policy.force is Force.OBLIGATION) is not binding or cell.verdict not in COUNTED:
            continue
        for axis in (policy.stake, policy.principle):
            if axis is not None:
                by_body.setdefault((cell.organisation_id, axis), Counter())[cell.verdict] += cell.number
                over_all.setdefault(axis, Counter())[cell.verdict] += cell.number
                bodies.add(cell.organisation_id)
    return Matrix(by_body, over_all, frozenset(bodies))


def stakes_address(axis: Axis, verdict: Verdict, *, binding: bool, organisation_id: int | None = None) -> str:
    """The list of the findings that a figure of the matrix counts: of one body, or of all."""
    facet = Facet.STAKE if isinstance(axis, Stake) else Facet.PRINCIPLE
    forces = (Force.OBLIGATION,) if binding else PRACTICES
    said = [(Facet.VERDICT, verdict), *((Facet.FORCE, force) for force in forces), (facet, axis)]
    return f"{FINDINGS}?{urlencode([*said, *([(Facet.ORGANISATION, organisation_id)] if organisation_id else [])])}"
