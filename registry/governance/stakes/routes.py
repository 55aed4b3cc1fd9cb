"""The page of the six stakes and the three principles, service by service."""

from collections import Counter
from collections.abc import Mapping, Sequence
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
from registry.governance.stakes.views import Count, StakeCell, StakeLine, StakesPage, StakeTable
from registry.kernel.permissions import Permission
from registry.kernel.words import _
from registry.organisations.queries import find_organisations
from registry.web.visits import Visit, route

STAKES, _PRACTICES = "/gouvernance/enjeux", "/gouvernance/enjeux?force=pratiques"


@route("GET", STAKES, Permission.COMPLIANCE_FINDING_READ)
def show_stakes(visit: Visit) -> Response[Any]:
    """What policies find under each stake and each principle, body by body, within the visitor's rights."""
    binding = visit.query("force") != "pratiques"
    catalogue = engine_of(visit.session).catalogue
    matrix = count_stakes(count_alike(visit.session, visit.today), catalogue, binding=binding)
    bodies = {body.id: body.name for body in find_organisations(visit.session) if body.id in matrix.bodies}
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
    bodies: Mapping[int, str], *, binding: bool,
) -> StakeTable:  # fmt: skip
    def line(number: int | None, name: str) -> StakeLine:
        cells = []
        for axis in axes:
            by = matrix.over_all.get(axis, {}) if number is None else matrix.by_body.get((number, axis), {})
            cells.append(StakeCell(axis.label, _counts(axis, by, number, binding=binding)))
        return StakeLine(number, name, cells)

    lines = [line(number, name) for number, name in bodies.items()]
    if len(lines) > 1:
        lines.insert(0, line(None, _("Toutes ces organisations")))
    return StakeTable(code, title, [(axis.label, stating.get(axis, 0)) for axis in axes], lines)


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
