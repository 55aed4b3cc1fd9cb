"""The JSON API of the points of a refusal."""

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.kernel.words import mark
from registry.lifecycle.api import RefusalPointBody, about, point_body
from registry.lifecycle.forms import RefusalPointAnswerForm
from registry.lifecycle.queries import get_point
from registry.lifecycle.refusal_service import close_point
from registry.lifecycle.showing import ASK
from registry.web.visits import Visit, route


@route(
    "POST", "/api/v1/refusal-points/{refusal_point_id:int}/answer", ASK, takes=RefusalPointAnswerForm,
    about=about(
        mark("Dit ce qu’est devenu un point d’un refus, corrigé ou répondu, tant que rien n’est redemandé."),
        versioned=True, example={"state": "answered", "answer": "La licence est imposée par la convention de 2021."},
    ),
)  # fmt: skip
def create_answer(visit: Visit, refusal_point_id: int) -> Response[RefusalPointBody]:
    """Closes a point; asks for If-Match."""
    expected, given = visit.expected_version(), visit.given(RefusalPointAnswerForm)
    visit.visitor.require(ASK, get_point(visit.session, refusal_point_id).organisation_id)
    closed = close_point(
        visit.session, refusal_point_id, given, by=visit.visitor.account_id, today=visit.today, expected=expected
    )  # fmt: skip
    return visit.answer(point_body(closed))


HANDLERS: tuple[HTTPRouteHandler, ...] = (create_answer,)
