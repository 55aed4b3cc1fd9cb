"""The page of the six stakes and the three principles, service by service."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.compliance.catalogue import Catalogue
from registry.compliance.engine import engine_of
from registry.compliance.explanation import verdict_shape, verdict_word
from registry.compliance.listing.counting import count_alike
from registry.compliance.policy import Policy
from registry.compliance.vocabulary import Force, Principle, Stake, SubjectKind, Verdict
from registry.governance.stakes.rules import COUNTED, PRACTICES, Axis, Matrix, count_stakes, stakes_address
from registry.governance.stakes.views import Count, StakeCell, StakeGroup, StakeLine, StakesPage, StakeTable
from registry.kernel.permissions import Permission
from registry.kernel.words import _, ngettext
from registry.organisations.models import Organisation
from registry.organisations.queries import find_organisations
from registry.organisations.vocabulary import OrganisationKind
from registry.web.templating import say_number
from registry.web.visits import Visit, route

STAKES, _PRACTICES = "/gouvernance/enjeux", "/gouvernance/enjeux?force=pratiques"
FOLDED_FROM = 5
"""How many bodies of communes are too many to stand among the services of the authority."""


@route("GET", STAKES, Permission.COMPLIANCE_FINDING_READ)
def show_stakes(visit: Visit) -> Response[Any]:
    """What policies find under each stake and each principle, body by body, within the visitor's rights."""
    binding = visit.query("force") != "pratiques"
    catalogue = engine_of(visit.session).catalogue
    matrix = count_stakes(count_alike(visit.session, visit.today), catalogue, binding=binding)
    bodies = find_organisations(visit.session)
    stating = _stating(catalogue, visit, binding=binding)
    page = StakesPage(
        tables=[
            _table("enjeux", _("Les six enjeux"), list(Stake), stating, matrix, bodies, binding=binding),
            _table("principes", _("Les trois principes"), list(Principle), stating, matrix, bodies, binding=binding),
        ],
        tabs=[(_("Obligations"), STAKES), (_("Recommandations et bonnes pratiques"), _PRACTICES)],
        here=STAKES if binding else _PRACTICES,
        binding=binding,
    )
    return visit.page("governance/stakes.html", page)


def _stating(catalogue: Catalogue, visit: Visit, *, binding: bool) -> Counter[Axis]:
    """How many policies that judge today state each stake and each principle."""
    judging: dict[str, Policy] = {
        policy.id: policy for kind in SubjectKind for policy, _version in catalogue.in_force(kind, visit.today)
    }
    return Counter(
        axis
        for policy in judging.values()
        if (policy.force is Force.OBLIGATION) is binding
        for axis in (policy.stake, policy.principle)
        if axis is not None
    )


def _table(
    code: str, title: str, axes: Sequence[Axis], stating: Mapping[Axis, int], matrix: Matrix,
    bodies: Sequence[Organisation], *, binding: bool,
) -> StakeTable:  # fmt: skip
    def line(number: int | None, name: str) -> StakeLine:
        cells = []
        for axis in axes:
            by = matrix.over_all.get(axis, {}) if number is None else matrix.by_body.get((number, axis), {})
            cells.append(StakeCell(axis.label, _counts(axis, by, number, binding=binding)))
        return StakeLine(number, name, cells)

    return StakeTable(
        code, title, [(axis.label, stating.get(axis, 0)) for axis in axes],
        _groups([body for body in bodies if body.id in matrix.bodies], _communes_of(bodies), line),
    )  # fmt: skip


def _communes_of(bodies: Sequence[Organisation]) -> dict[int, int]:
    """The commune that each body is, or is a service of; a body of the authority is left out."""
    communes = {body.id for body in bodies if body.kind == OrganisationKind.COMMUNE}
    return {body.id: above for body in bodies for above in body.lineage if above in communes}


def _groups(
    bodies: Sequence[Organisation], communes: Mapping[int, int], line: Callable[[int | None, str], StakeLine]
) -> list[StakeGroup]:
    """The authority and its services first; its communes, which may be a hundred, wait behind their number."""
    first = [line(body.id, body.name) for body in bodies if body.id not in communes]
    behind = [line(body.id, body.name) for body in bodies if body.id in communes]
    if not first or len(behind) < FOLDED_FROM:
        first, behind = [*first, *behind], []
    if len(first) + len(behind) > 1:
        first.insert(0, line(None, _("Toutes ces organisations")))
    if not behind:
        return [StakeGroup("", first)] if first else []
    number = len({communes[body.id] for body in bodies if body.id in communes})
    words = ngettext("%(num)s commune, avec ses services", "%(num)s communes, avec leurs services", number)
    return [StakeGroup("", first), StakeGroup(words % {"num": say_number(number)}, behind)]


def _counts(axis: Axis, by: Mapping[Verdict, int], organisation_id: int | None, *, binding: bool) -> list[Count]:
    force = Force.OBLIGATION if binding else PRACTICES[0]
    return [
        Count(
            by[verdict], verdict_shape(force, verdict), verdict_word(force, verdict),
            stakes_address(axis, verdict, binding=binding, organisation_id=organisation_id),
        )
        for verdict in COUNTED
        if by.get(verdict)
    ]  # fmt: skip


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_stakes,)
