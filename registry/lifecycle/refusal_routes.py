"""The page of one point of a refusal: what it asks, what became of it."""

from collections.abc import Mapping
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.compliance.panels import say_assessment
from registry.datasets.queries import get_dataset
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.lifecycle.charts import load_chart
from registry.lifecycle.forms import POINT_LABELS, RefusalPointAnswerForm
from registry.lifecycle.queries import count_open_points, get_point, get_request, was_asked_again
from registry.lifecycle.refusal_service import close_point, judge_policy
from registry.lifecycle.refusal_showing import point_lines
from registry.lifecycle.showing import ASK
from registry.lifecycle.views import PointPage
from registry.lifecycle.vocabulary import RefusalPointState
from registry.web.forms import read_number
from registry.web.saving import Unsaved, save
from registry.web.visits import NOTICES, Visit, route

NOTICES.update(
    {
        "point-clos": mark("Votre réponse est enregistrée. D’autres points en attendent encore une."),
        "points-clos": mark("Chaque point du refus a sa réponse : vous pouvez redemander le passage."),
    }
)
_CHOICES = (
    (RefusalPointState.MENDED, mark("La fiche est corrigée")),
    (RefusalPointState.ANSWERED, mark("Je réponds sans corriger")),
)


def _page(
    visit: Visit, point_id: int, values: Mapping[str, Any], errors: Mapping[str, str], status: int = 200
) -> Response[Any]:
    point = get_point(visit.session, point_id)
    request, sheet = get_request(visit.session, point.request_id), get_dataset(visit.session, point.dataset_id)
    move, again = load_chart().find(request.move), was_asked_again(visit.session, request)
    said = judge_policy(visit.session, point, sheet, request, visit.today)
    if not values and point.state is not RefusalPointState.OPEN:
        values = {"state": str(point.state), "answer": point.answer or ""}
    page = PointPage(
        id=point.id, version=point.version, dataset_id=sheet.id, title=sheet.title,
        move=move.name() if move is not None else request.move, request_id=request.id,
        point=point_lines(visit, [point], closable=False)[0],
        said=say_assessment(visit, said, sheet.id, sheet.organisation_id) if said is not None else None,
        may_answer=visit.visitor.may(ASK, point.organisation_id) and not again and not sheet.annulled,
        asked_again=again, values=values, errors=errors,
        labels={name: _(label) for name, label in POINT_LABELS.items()},
        states=[(str(one), _(label)) for one, label in _CHOICES],
    )  # fmt: skip
    return visit.page("lifecycle/point.html", page, status=status)


@route("GET", "/visas/points/{refusal_point_id:int}", Permission.DATASETS_SHEET_READ)
def show_point(visit: Visit, refusal_point_id: int) -> Response[Any]:
    """One point of a refusal, beside what its policy says now."""
    return _page(visit, refusal_point_id, {}, {})


@route("POST", "/visas/points/{refusal_point_id:int}", ASK)
def answer_point(visit: Visit, refusal_point_id: int) -> Response[Any]:
    """Keeps what became of a point, or shows why it cannot be and keeps what was typed."""
    point = get_point(visit.session, refusal_point_id)
    visit.visitor.require(ASK, point.organisation_id)
    data, read = visit.form_data(), visit.form(RefusalPointAnswerForm)
    typed = {name: data.first(name) for name in ("state", "answer")}
    closed = save(
        read,
        lambda form: close_point(
            visit.session, refusal_point_id, form, by=visit.visitor.account_id, today=visit.today,
            expected=read_number(data.first("version")) or 0,
        ),
    )  # fmt: skip
    if isinstance(closed, Unsaved):
        return _page(visit, refusal_point_id, typed, closed.errors, closed.status)
    left = count_open_points(visit.session, closed.dataset_id)
    return visit.go(f"/jeux/{closed.dataset_id}/etape", done="point-clos" if left else "points-clos")


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_point, answer_point)
