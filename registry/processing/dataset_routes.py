"""The page that ties a dataset to activities of the record, seen from the dataset."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY

from registry.datasets.history import MORE_CHANGES
from registry.datasets.queries import get_dataset
from registry.kernel.errors import Conflict
from registry.kernel.words import _, mark
from registry.processing.dataset_history import CHANGES_OF_DATASETS
from registry.processing.form_pages import RECORD
from registry.processing.namesakes import activity_choices, names_of_linked
from registry.processing.queries import find_activities_of_dataset, get_activity
from registry.processing.service import attach_dataset, detach_dataset
from registry.processing.views import DatasetActivitiesPage
from registry.web.forms import read_number
from registry.web.visits import NOTICES, Visit, route

MORE_CHANGES.extend(CHANGES_OF_DATASETS)
NOTICES.update(
    {
        "jeu-rattache": mark("Le jeu est rattaché au traitement."),
        "jeu-detache": mark("Le jeu n’est plus rattaché à ce traitement."),
    }
)


def _page(visit: Visit, dataset_id: int, error: str = "", *, status: int = 200) -> Response[Any]:
    sheet = get_dataset(visit.session, dataset_id)
    reach = visit.visitor.reach(RECORD)
    linked = find_activities_of_dataset(visit.session, dataset_id)
    names = names_of_linked(visit.session, linked)
    known = {str(one.id) for one in linked}
    words = visit.query("q")
    page = DatasetActivitiesPage(
        id=dataset_id,
        title=sheet.title,
        words=words,
        linked=[(one.id, names[one.id], one.organisation_id in reach) for one in linked],
        choices=[one for one in activity_choices(visit.session, words, reach) if one[0] not in known],
        error=error,
    )
    return visit.page("processing/of_dataset.html", page, status=status)


@route("GET", "/traitements/du-jeu/{dataset_id:int}", RECORD)
def show_activities_of_dataset(visit: Visit, dataset_id: int) -> Response[Any]:
    """The activities that concern a dataset, and those one may tie it to."""
    return _page(visit, dataset_id)


@route("POST", "/traitements/du-jeu/{dataset_id:int}", RECORD)
def tie_dataset(visit: Visit, dataset_id: int) -> Response[Any]:
    """Ties a dataset to an activity, or unties it."""
    get_dataset(visit.session, dataset_id)
    data = visit.form_data()
    away = read_number(data.first("removed"))
    number = away if away is not None else read_number(data.first("activity_id"))
    if number is None:
        message = _("Choisissez le traitement auquel rattacher ce jeu.")
        return _page(visit, dataset_id, message, status=HTTP_422_UNPROCESSABLE_ENTITY)
    visit.visitor.require(RECORD, get_activity(visit.session, number).organisation_id)
    try:
        if away is None:
            attach_dataset(visit.session, number, dataset_id)
        else:
            detach_dataset(visit.session, number, dataset_id)
    except Conflict as refusal:
        return _page(visit, dataset_id, refusal.message, status=HTTP_409_CONFLICT)
    return visit.go(f"/jeux/{dataset_id}#rgpd", done="jeu-rattache" if away is None else "jeu-detache")


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_activities_of_dataset, tie_dataset)
