"""What each figure counts, which risks come first, how services compare: pure functions of values."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from registry.compliance.catalogue import Catalogue
from registry.compliance.listing.rules import Cell
from registry.compliance.policy import Policy
from registry.compliance.vocabulary import Force, Severity, SubjectKind, Verdict
from registry.dashboard.vocabulary import SHARES, Figure
from registry.kernel.dates import plus_months
from registry.kernel.shares import percent

LATE, NEXT = 5, 5
"""How many deadlines missed, and how many to come, a page of directors names."""
MONTHS = 12
"""How far back a trend goes. Units: months."""
CONFIDED = frozenset({SubjectKind.BREACH, SubjectKind.REQUEST})
"""What is read only by who answers for it."""
_KEPT, _FOUNDED = "ACC-01", "RGPD-03"
_PUBLISHED = frozenset({"OD-10", "OD-14", "OD-15", "OD-16", "OD-18", "OD-26", "OD-27"})
"""The policies that oblige a body to put something online."""
_RANKS = {Severity.BLOCKING: 0, Severity.MAJOR: 1, Severity.MINOR: 2}
_OF_PEOPLE = "rgpd"
"""The pack of policies that protect people's own data."""


@dataclass(frozen=True)
class Measure:
    """What a figure counts: the findings of some policies that read one verdict, out of all those that judge.

    `waiting` where what waits for information is of that whole; elsewhere nobody has judged it, and it is told apart.
    """

    policies: frozenset[str]
    counted: Verdict
    waiting: bool = True

    def is_whole(self, verdict: Verdict) -> bool:
        """Whether findings that read so are of the whole out of which the figure is told."""
        return verdict is not Verdict.NOT_APPLICABLE and (self.waiting or verdict is not Verdict.TO_COMPLETE)


def measures_of(catalogue: Catalogue, today: date) -> dict[Figure, Measure]:
    """What each figure counts, by the policies in force on a day."""
    binding, dated, confided = set[str](), set[str](), set[str]()
    judging = set[str]()
    for kind in SubjectKind:
        for policy, version in catalogue.in_force(kind, today):
            judging.add(policy.id)
            if policy.force is not Force.OBLIGATION:
                continue
            binding.add(policy.id)
            if version.deadline is not None:
                dated.add(policy.id)
                if kind in CONFIDED:
                    confided.add(policy.id)
    breach = Verdict.NON_COMPLIANT
    return {
        Figure.KEPT: Measure(frozenset({_KEPT}) & judging, Verdict.COMPLIANT),
        Figure.FOUNDED: Measure(frozenset({_FOUNDED}) & judging, Verdict.COMPLIANT),
        Figure.PUBLISHED: Measure(_PUBLISHED & judging, Verdict.COMPLIANT, waiting=False),
        Figure.BREACHES: Measure(frozenset(binding), breach, waiting=False),
        Figure.LATE: Measure(frozenset(dated), breach, waiting=False),
        Figure.MATTERS: Measure(frozenset(confided), breach),
    }


def days_of(today: date) -> list[date]:
    """The days a trend reads: the last of each of the months before, then today."""
    first = today.replace(day=1)
    return [*(plus_months(first, -back) - timedelta(days=1) for back in range(MONTHS - 1, -1, -1)), today]


@dataclass(frozen=True)
class Count:
    """What a figure says: how many, out of how many that are judged."""

    number: int = 0
    total: int = 0

    @property
    def share(self) -> int | None:
        """In hundredths: a hundred is said of all of them alone; none where nothing is judged."""
        return percent(self.number, self.total)

    def plus(self, other: "Count") -> "Count":
        """Both together."""
        return Count(self.number + other.number, self.total + other.total)


def told(figure: Figure, count: Count) -> int | None:
    """What a trend draws: a share in hundredths, or a number."""
    return count.share if figure in SHARES else count.number


@dataclass(frozen=True)
class Risk:
    """The breaches of one policy: how many, and whether people's own data is at stake."""

    policy: Policy
    of_people: bool
    number: int


def gravest(breaches: Mapping[str, int], catalogue: Catalogue, *, most: int = 3) -> list[Risk]:
    """The risks to look at first: the gravest; then those that touch people's own data; then the most numerous."""
    risks = [
        Risk(policy, catalogue.pack_of(policy.id) == _OF_PEOPLE, number)
        for policy_id, number in breaches.items()
        if number and (policy := catalogue.find(policy_id)) is not None and policy.force is Force.OBLIGATION
    ]
    return sorted(risks, key=lambda one: (_RANKS[one.policy.severity], not one.of_people, -one.number, one.policy.id))[
        :most
    ]


def median_share(counts: Iterable[Count]) -> int | None:
    """The share in the middle of those of bodies where something is judged."""
    shares: Sequence[int] = [share for one in counts if (share := one.share) is not None]
    return int(median(shares)) if shares else None


LEAST_JUDGED = 10
"""Of how many obligations a share says something: a commune that recorded nothing is judged on itself alone."""


_JUDGED = frozenset({Verdict.COMPLIANT, Verdict.NON_COMPLIANT})


@dataclass(frozen=True)
class Shares:
    """How many of the obligations that are judged each body keeps, and how many it breaks."""

    kept: Mapping[int, Count]
    breached: Mapping[int, int]

    @property
    def median(self) -> int | None:
        """The share in the middle of those of the bodies compared."""
        return median_share(self.compared.values())

    @property
    def compared(self) -> Mapping[int, Count]:
        """The bodies of which enough is judged for their shares to be told."""
        return {number: count for number, count in self.kept.items() if count.total >= LEAST_JUDGED}


def shares_of(cells: Iterable[Cell], measure: Measure) -> Shares:
    """What each body keeps of what a measure counts: what waits for information is neither kept nor judged."""
    kept, judged, breached = Counter[int](), Counter[int](), Counter[int]()
    for cell in cells:
        if cell.policy_id not in measure.policies or cell.verdict not in _JUDGED:
            continue
        judged[cell.organisation_id] += cell.number
        if cell.verdict is Verdict.COMPLIANT:
            kept[cell.organisation_id] += cell.number
        if cell.verdict is Verdict.NON_COMPLIANT:
            breached[cell.organisation_id] += cell.number
    return Shares({number: Count(kept[number], total) for number, total in judged.items()}, breached)
