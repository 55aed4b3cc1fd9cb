"""What moved in the template an activity was copied from: seen field by field, taken up or not, and no longer told."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY

from registry.kernel.errors import Conflict, Invalid, NotFound, Stale
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.processing.activity_templates import ActivityTemplate, find_activity_template
from registry.processing.comparing import moved_fields
from registry.processing.layout_parts import PART_PAGES
from registry.processing.models import ProcessingActivity
from registry.processing.parts import PART_KINDS
from registry.processing.queries import find_standing, get_activity
from registry.processing.service import acknowledge_template
from registry.processing.views import TemplateMovedPage
from registry.web.forms import read_number
from registry.web.visits import NOTICES, Visit, route

RECORD = Permission.PROCESSING_ACTIVITY_RECORD
NOTICES["modele-vu"] = mark("C’est noté : la fiche est à jour de son modèle.")


def _copied(visit: Visit, activity_id: int) -> tuple[ProcessingActivity, ActivityTemplate]:
    activity = get_activity(visit.session, activity_id)
    visit.visitor.require(RECORD, activity.organisation_id)
    template = find_activity_template(activity.template)
    if template is None:
        raise NotFound(_("Cette fiche n’est pas copiée d’un modèle du registre."))
    return activity, template


def _page(
    visit: Visit, activity: ProcessingActivity, template: ActivityTemplate, error: str = "", status: int = 200
) -> Response[Any]:
    parts = {name: find_standing(visit.session, PART_KINDS[name].model, activity.id)
             for name in PART_KINDS.keys() & template.values.keys()}  # fmt: skip
    page = TemplateMovedPage(
        id=activity.id,
        version=activity.version,
        name=activity.name,
        template=template.name(),
        rows=moved_fields(template, activity, parts),
        parts={page.name: slug for slug, page in PART_PAGES.items()},
        is_known=activity.template_said is not None,
        error=error,
    )
    return visit.page("processing/template_moved.html", page, status=status)


@route("GET", "/traitements/{activity_id:int}/modele", RECORD)
def show_moved_template(visit: Visit, activity_id: int) -> Response[Any]:
    """What moved in the template of an activity, field by field."""
    return _page(visit, *_copied(visit, activity_id))


@route("POST", "/traitements/{activity_id:int}/modele", RECORD)
def keep_moved_template(visit: Visit, activity_id: int) -> Response[Any]:
    """Says that what moved was seen, and takes up what was ticked."""
    activity, template = _copied(visit, activity_id)
    data = visit.form_data()
    expected = read_number(data.first("version")) or 0
    try:
        acknowledge_template(visit.session, activity_id, template, data.all("take"), expected=expected)
    except Invalid as refusal:
        return _page(visit, activity, template, refusal.message, HTTP_422_UNPROCESSABLE_ENTITY)
    except (Stale, Conflict) as refusal:
        return _page(visit, activity, template, refusal.message, HTTP_409_CONFLICT)
    return visit.go(f"/traitements/{activity_id}", done="modele-vu")


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_moved_template, keep_moved_template)
