"""The directors' page: the same figures in the words of the registry, or in those of every day."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.compliance.engine import engine_of
from registry.compliance.listing.counting import count_alike
from registry.compliance.listing.rules import Chosen, Facet, Tally, count_cells
from registry.compliance.views import DIRECTED, findings_address
from registry.compliance.vocabulary import Force, Principle, Stake, Verdict
from registry.dashboard.plain import STAGES
from registry.dashboard.queries import find_trends
from registry.dashboard.rules import (
    LATE,
    LEAST_JUDGED,
    NEXT,
    Count,
    Measure,
    Shares,
    days_of,
    gravest,
    measures_of,
    shares_of,
)
from registry.dashboard.views import (
    DeadlinesView,
    DirectorsPage,
    MatrixCell,
    MatrixLine,
    ServiceView,
    StageView,
    address_of,
    beside_median,
    figure_view,
    matters_in_words,
    risk_view,
    split_in_words,
    waiting_view,
)
from registry.dashboard.vocabulary import SHARES, SHOWN, Figure
from registry.datasets.listing.counting import count_facets
from registry.datasets.listing.narrowing import DatasetFilter
from registry.datasets.vocabulary import ListFacet, Stage
from registry.desk.deadline_words import say_deadlines
from registry.governance.stakes.rules import Axis, Matrix, count_stakes, stakes_address
from registry.kernel.permissions import Permission, Role
from registry.kernel.words import _, mark
from registry.organisations.models import Organisation
from registry.organisations.queries import find_organisations
from registry.organisations.vocabulary import OrganisationKind
from registry.processing.issuing import documents_to_issue
from registry.web.visits import Visit, route

READ = Permission.COMPLIANCE_FINDING_READ
_AXES: tuple[Axis, ...] = (*Stake, *Principle)
PLAIN = "elus"
"""What stands in the address of the page without jargon."""
DOCUMENTS = {
    False: ("directors-brief", mark("Imprimer en une page")),
    True: ("directors-brief-plain", mark("Imprimer en une page")),
}
"""The page as a document to print, in the words of the registry or in those of every day."""


@route("GET", "/pilotage", READ)
def show_directors_page(visit: Visit) -> Response[Any]:
    """How the services one directs stand, or all that one reads: figures, risks, stages, services."""
    directed = visit.visitor.grants.get(Role.DIRECTOR, frozenset())
    catalogue, bodies = engine_of(visit.session).catalogue, find_organisations(visit.session)
    directed &= {body.id for body in bodies}
    word = DIRECTED if directed else ""
    cells = count_alike(visit.session, visit.today)
    measures, plain = measures_of(catalogue, visit.today), visit.query("version") == PLAIN
    tallies = count_cells(cells, catalogue, *(_chosen(figure, measures[figure], directed) for figure in SHOWN))
    told = dict(zip(SHOWN, tallies, strict=True))
    trends, days = find_trends(visit.session, directed or None), days_of(visit.today)
    kept = trends[Figure.MATTERS]
    breaches = Counter[str]()
    for cell in told[Figure.BREACHES].listed:
        breaches[cell.policy_id] += cell.number
    shares = shares_of(cells, measures[Figure.BREACHES])
    confided, reach = visit.visitor.may(Permission.PROCESSING_BREACH_READ), visit.visitor.reach(READ)
    view = DirectorsPage(
        plain=plain,
        scope=_scope(bodies, directed),
        figures=[
            figure_view(
                one, _count(told[one], measures[one]), trends[one], days, address_of(one, measures[one], word),
                waiting_view(_waiting(told[one], measures[one]), one, measures[one], word),
                _split(told[one], one, [body for body in bodies if body.id in (directed or reach)]), plain=plain,
            )
            for one in SHOWN
        ],
        counted=max(kept, default=None),
        matters=matters_in_words(kept[max(kept)], plain=plain) if kept and not confided else "",
        risks=[risk_view(one, catalogue, visit.today, word, plain=plain) for one in gravest(breaches, catalogue)],
        stages=_stages(visit, directed, bodies, plain=plain),
        services=_services(bodies, directed, shares),
        median=shares.median,
        compared=len(shares.compared),
        least=LEAST_JUDGED,
        axes=[] if plain else [axis.label for axis in _AXES],
        matrix=[] if plain else _matrix(bodies, directed, shares, count_stakes(cells, catalogue, binding=True)),
        deadlines=DeadlinesView((), 0, ()) if plain else _deadlines(visit),
        documents=documents_to_issue(
            visit, READ, [DOCUMENTS[plain]], [body.id for body in _tops(bodies, directed or visit.visitor.reach(READ))]
        ),
    )  # fmt: skip
    return visit.page("dashboard/directors.html", view)


def _chosen(figure: Figure, measure: Measure, directed: frozenset[int]) -> Chosen:
    """What the list that a figure opens is narrowed to: the figure is the total of that list."""
    chosen: dict[Facet, frozenset[str]] = {Facet.VERDICT: frozenset({str(measure.counted)})}
    if figure is Figure.BREACHES:
        chosen[Facet.FORCE] = frozenset({str(Force.OBLIGATION)})
    else:
        chosen[Facet.POLICY] = measure.policies
    if directed:
        chosen[Facet.ORGANISATION] = frozenset(map(str, directed))
    return chosen


def _count(tally: Tally, measure: Measure) -> Count:
    read = tally.by_value[Facet.VERDICT]
    return Count(tally.total, sum(number for verdict, number in read.items() if measure.is_whole(Verdict(verdict))))


def _waiting(tally: Tally, measure: Measure) -> int:
    """How many wait for information beside what the figure counts."""
    return 0 if measure.waiting else tally.by_value[Facet.VERDICT].get(str(Verdict.TO_COMPLETE), 0)


def _split(tally: Tally, figure: Figure, bodies: Sequence[Organisation]) -> str:
    """Of what is broken, how much is of the communes, where the figure adds them to those of another body."""
    communes = {body.id for body in bodies if body.kind is OrganisationKind.COMMUNE}
    own = {body.id for body in bodies if communes.isdisjoint(body.lineage)}
    if figure in SHARES or not communes or not own:
        return ""
    of_own = sum(cell.number for cell in tally.listed if cell.organisation_id in own)
    return split_in_words(of_own, tally.total - of_own) if tally.total else ""


def _scope(bodies: Sequence[Organisation], directed: frozenset[int]) -> str:
    """Of what the page speaks, in a sentence."""
    if not directed:
        return _("Tout ce que vos rôles vous laissent lire.")
    names = [body.name for body in _tops(bodies, directed)]
    said = ", ".join(names[:3])
    return _("Ce que vous dirigez, et ce qui en dépend : {names}.").format(
        names=said if len(names) <= 3 else f"{said}…"
    )


def _tops(bodies: Sequence[Organisation], directed: frozenset[int]) -> list[Organisation]:
    """The bodies directed that stand below no other of them."""
    return [body for body in bodies if body.id in directed and not directed & set(body.lineage) - {body.id}]


def _stages(visit: Visit, directed: frozenset[int], bodies: Sequence[Organisation], *, plain: bool) -> list[StageView]:
    """How many datasets stand at each stage, each with its list."""
    counted = count_facets(visit.session, DatasetFilter(organisation_ids=directed, on=visit.today))
    counts = counted.counts[ListFacet.STAGE]
    most = max(counts.values(), default=0) or 1
    within = [("organisation", str(body.id)) for body in _tops(bodies, directed)]
    return [
        StageView(
            _(STAGES[stage]) if plain else stage.label,
            counts.get(str(stage), 0),
            f"/jeux?{urlencode([('etape', str(stage)), *within])}",
            round(100 * counts.get(str(stage), 0) / most),
        )
        for stage in Stage
    ]


def _services(bodies: Sequence[Organisation], directed: frozenset[int], shares: Shares) -> list[ServiceView]:
    """The bodies of the scope in the order of their names, beside the middle of all those that the reader sees."""
    middle, lines, compared = shares.median, [], shares.compared
    for body in bodies:
        count = compared.get(body.id)
        if count is None or count.share is None or (directed and body.id not in directed):
            continue
        lines.append(ServiceView(
            body.id, body.name, count.share, count.number, count.total, shares.breached.get(body.id, 0),
            findings_address(Verdict.NON_COMPLIANT, binding=True, organisation=body.id),
            beside_median(count.share, middle),
        ))  # fmt: skip
    return lines


def _matrix(
    bodies: Sequence[Organisation], directed: frozenset[int], shares: Shares, counted: Matrix
) -> list[MatrixLine]:
    """The breaches of the bodies compared, under each stake and each principle, after those of all that one reads."""

    def line(number: int | None, name: str) -> MatrixLine:
        by = counted.over_all if number is None else {axis: counted.by_body.get((number, axis), {}) for axis in _AXES}
        breach = Verdict.NON_COMPLIANT
        return MatrixLine(name, [
            MatrixCell(
                by.get(axis, {}).get(breach, 0),
                sum(by.get(axis, {}).get(verdict, 0) for verdict in (breach, Verdict.COMPLIANT)),
                stakes_address(axis, breach, binding=True, organisation_id=number),
            )
            for axis in _AXES
        ])  # fmt: skip

    compared = [
        body for body in bodies if body.id in shares.compared and (not directed or body.id in directed)
    ]  # fmt: skip
    whole = [] if directed else [line(None, _("Tout ce que vous lisez"))]
    return [*whole, *(line(body.id, body.name) for body in compared)]


def _deadlines(visit: Visit) -> DeadlinesView:
    """The same deadlines as their own page tells: the first of those missed, and of those to come."""
    lines = say_deadlines(visit.session, visit.visitor, visit.today, mine=False, limit=max(LATE, NEXT))
    late = [one for one in lines if one.day < visit.today]
    missed = late[0].of_all if late else 0
    return DeadlinesView(late[:LATE], missed, lines[len(late) : len(late) + NEXT])


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_directors_page,)
