"""The JSON API of suggestions: what an inspection suggests of a dataset's fields, and a person's decisions."""

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.datasets.api import about
from registry.datasets.detection.forms import ReviewForm
from registry.datasets.detection.queries import find_suggestions
from registry.datasets.detection.service import review_suggestions
from registry.datasets.detection.views import SuggestionsBody, suggestions_body
from registry.datasets.queries import get_dataset
from registry.kernel.permissions import Permission
from registry.kernel.words import mark
from registry.web.visits import Visit, route

READ, DECIDE = Permission.DATASETS_SHEET_READ, Permission.DATASETS_LAW_RECORD
TAG = mark("Jeux de données")


@route(
    "GET", "/api/v1/datasets/{dataset_id:int}/suggestions", READ,
    about=about(mark("Ce que la recherche de données personnelles suggère des champs, sans valeur."), tag=TAG),
)  # fmt: skip
def list_suggestions(visit: Visit, dataset_id: int) -> Response[SuggestionsBody]:
    """The suggestions of a dataset, the surest first."""
    sheet = get_dataset(visit.session, dataset_id)
    return visit.answer(suggestions_body(sheet.id, sheet.version, find_suggestions(visit.session, sheet.id)))


@route(
    "POST", "/api/v1/datasets/{dataset_id:int}/suggestions/review", DECIDE, takes=ReviewForm,
    about=about(
        mark("Retient, confirme ou écarte des suggestions ; la fiche les dit aussitôt. Écarter demande un motif."),
        tag=TAG, versioned=True,
        example={"decisions": [{"id": 1, "decision": "confirmed"}]},
    ),
)  # fmt: skip
def review(visit: Visit, dataset_id: int) -> Response[SuggestionsBody]:
    """Applies decisions; asks for If-Match with the version of the dataset."""
    expected = visit.expected_version()
    given = visit.given(ReviewForm)
    visit.visitor.require(DECIDE, get_dataset(visit.session, dataset_id).organisation_id)
    sheet = review_suggestions(visit.session, dataset_id, given, expected=expected)
    visit.settle()
    return visit.answer(suggestions_body(sheet.id, sheet.version, find_suggestions(visit.session, sheet.id)))


HANDLERS: tuple[HTTPRouteHandler, ...] = (list_suggestions, review)
