"""The JSON API of arrangements between joint controllers."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.processing.joint.forms import ArrangementForm
from registry.processing.joint.queries import find_agreed
from registry.processing.joint.service import record_arrangement
from registry.processing.joint.views import ARRANGEMENT_LABELS
from registry.processing.joint.vocabulary import JointDuty
from registry.processing.queries import get_activity
from registry.web.calls import ApiCall
from registry.web.visits import Visit, route

READ, RECORD = Permission.PROCESSING_ACTIVITY_READ, Permission.PROCESSING_ACTIVITY_RECORD
_LABELS = ARRANGEMENT_LABELS | {
    "name": mark("Nom de l’organisme"),
    "contact": mark("Où le joindre"),
    "duty": mark("Obligation"),
    "answers": mark("Qui en répond"),
}
EXAMPLE = {"agreed_on": "2025-03-01", "controllers": [{"name": "Commune voisine"}],
           "shares": [{"duty": "information", "answers": "Chacun pour ses usagers"}]}  # fmt: skip


def label_of(name: str) -> str:
    """A field’s name in the reader’s language, or nothing."""
    return _(_LABELS[name]) if name in _LABELS else ""


def about(says: str, **more: Any) -> ApiCall:
    """What the document tells of a call of this corner."""
    return ApiCall(**{"tag": mark("Traitements"), "says": says, "labels": label_of, **more})


@dataclass(frozen=True)
class JointControllerBody:
    """A controller with us."""

    name: str
    contact: str | None


@dataclass(frozen=True)
class ShareBody:
    """Who answers for one duty."""

    duty: JointDuty
    answers: str | None


@dataclass(frozen=True)
class ArrangementBody:
    """An arrangement between joint controllers; `version` is its ETag, 0 where nobody said any."""

    version: int
    activity_id: int
    agreed_on: date | None
    law: str | None
    contact_point: str | None
    outline: str | None
    outline_url: str | None
    outline_published_on: date | None
    notes: str | None
    controllers: list[JointControllerBody]
    shares: list[ShareBody]


_COLUMNS = ("agreed_on", "law", "contact_point", "outline", "outline_url", "outline_published_on", "notes")


def _body(visit: Visit, activity_id: int) -> ArrangementBody:
    agreed = find_agreed(visit.session, activity_id)
    return ArrangementBody(
        version=agreed.row.version if agreed.row is not None else 0,
        activity_id=activity_id,
        **{name: getattr(agreed.row, name, None) for name in _COLUMNS},
        controllers=[JointControllerBody(one.name, one.contact) for one in agreed.controllers],
        shares=[ShareBody(one.duty, one.answers) for one in agreed.shares],
    )


@route(
    "GET", "/api/v1/processing-activities/{activity_id:int}/arrangement", READ,
    about=about(mark("L’accord entre responsables conjoints d’un traitement, et qui répond de quoi (RGPD art. 26).")),
)  # fmt: skip
def read_arrangement(visit: Visit, activity_id: int) -> Response[ArrangementBody]:
    """The arrangement on an activity."""
    get_activity(visit.session, activity_id)
    return visit.answer(_body(visit, activity_id))


@route(
    "PATCH", "/api/v1/processing-activities/{activity_id:int}/arrangement", RECORD, takes=ArrangementForm,
    about=about(
        mark("Change les champs donnés de l’accord ; « controllers », s’il est donné, les remplace tous."),
        versioned=True, example=EXAMPLE,
    ),
)  # fmt: skip
def change_arrangement_given(visit: Visit, activity_id: int) -> Response[ArrangementBody]:
    """Changes the arrangement; asks for If-Match."""
    expected, given = visit.expected_version(), visit.given(ArrangementForm)
    visit.visitor.require(RECORD, get_activity(visit.session, activity_id).organisation_id)
    record_arrangement(visit.session, activity_id, given, expected=expected)
    visit.settle()
    return visit.answer(_body(visit, activity_id))


HANDLERS: tuple[HTTPRouteHandler, ...] = (read_arrangement, change_arrangement_given)
