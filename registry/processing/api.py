"""The JSON API of the record of processing: list, read, record, amend, annul, with ETag and If-Match."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED
from pydantic import Field

from registry.compliance.vocabulary import SubjectKind
from registry.datasets.api import REASON, about, verdict_bodies
from registry.kernel.permissions import Permission
from registry.kernel.words import mark
from registry.processing.bodies import ActivitiesBody, ActivityBody, ActivityLineBody, part_body
from registry.processing.forms import PARTS, ActivityChange, ActivityCreation
from registry.processing.models import ProcessingActivity
from registry.processing.parts import PART_KINDS
from registry.processing.queries import (
    ActivityFilter,
    count_activities,
    find_activities,
    find_standing,
    get_activity,
    get_with_below,
)
from registry.processing.service import amend_activity, record_activity, set_activity_aside
from registry.processing.wording import FIELD_LABELS, field_label
from registry.web.calls import ApiCall, Number, PageQuestions
from registry.web.setting_aside import setting_aside
from registry.web.visits import Visit, route

READ, RECORD, ANNUL = (
    Permission.PROCESSING_ACTIVITY_READ,
    Permission.PROCESSING_ACTIVITY_RECORD,
    Permission.PROCESSING_ACTIVITY_ANNUL,
)


_COLUMNS = tuple(name for name in ActivityBody.__dataclass_fields__ if name not in {*PARTS, "findings"})
_OF_A_LINE = tuple(ActivityLineBody.__dataclass_fields__)
TAG = mark("Traitements")
EXAMPLE = {
    "organisation_id": 1, "name": "Inscription à la cantine", "status": "active", "role": "controller",
    "purpose": "Inscrire les enfants et facturer les repas.", "lawful_basis": "public-task",
    "founding_text": "Code de l’éducation, article R531-52", "security_measures": ["access-control", "backup"],
}  # fmt: skip


def _body(visit: Visit, activity: ProcessingActivity) -> ActivityBody:
    _row, _owner, below = get_with_below(visit.session, activity.id)
    parts: dict[str, Any] = {
        name: [part_body(name, row) for row in find_standing(visit.session, kind.model, activity.id)]
        if getattr(below, name)
        else []
        for name, kind in PART_KINDS.items()
    }
    return ActivityBody(
        **{name: getattr(activity, name) for name in _COLUMNS},
        **parts,
        findings=verdict_bodies(visit, SubjectKind.ACTIVITY, activity.id),
    )


def label_of(name: str) -> str:
    """A field's name in the reader's language, or nothing."""
    return field_label(name) if name in FIELD_LABELS else ""


def told(says: str, **more: Any) -> ApiCall:
    """What the document tells of a call about activities."""
    return about(says, tag=TAG, labels=label_of, **more)


class ActivityQuestions(PageQuestions):
    """What the list of activities is narrowed to."""

    annulled: bool = Field(default=False, description=mark("true pour lire les fiches annulées, et elles seules."))
    organisation: Number | None = Field(default=None, description=mark("Le numéro de l’organisation."))


@route(
    "GET", "/api/v1/processing-activities", READ,
    about=told(mark("Le registre des traitements dans vos droits, par nom."), asks=ActivityQuestions),
)  # fmt: skip
def list_activities(visit: Visit) -> Response[ActivitiesBody]:
    """The activities within the asker's rights, by name."""
    asked = visit.asked(ActivityQuestions)
    bodies = frozenset() if asked.organisation is None else frozenset({asked.organisation})
    narrowed = ActivityFilter(organisation_ids=bodies, annulled=asked.annulled)
    rows = find_activities(visit.session, narrowed, after=asked.place(str, int), limit=asked.limit + 1)
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    lines = [ActivityLineBody(**{name: getattr(row, name) for name in _OF_A_LINE}) for row in rows]
    following = asked.following((rows[-1].name_sort, rows[-1].id) if more else None)
    return visit.answer(ActivitiesBody(count_activities(visit.session, narrowed), lines, following))


@route(
    "POST", "/api/v1/processing-activities", RECORD, takes=ActivityCreation,
    about=told(mark("Inscrit un traitement au registre d’une organisation."), status=201, example=EXAMPLE),
)  # fmt: skip
def create_activity(visit: Visit) -> Response[ActivityBody]:
    """Enters an activity in the record; the answer says what the policies find."""
    given = visit.given(ActivityCreation)
    visit.visitor.require(RECORD, given.organisation_id)
    activity = record_activity(visit.session, given.organisation_id, given.sheet())
    visit.settle()
    visit.session.refresh(activity)
    visit.headers["Location"] = f"/api/v1/processing-activities/{activity.id}"
    return visit.answer(_body(visit, activity), status=HTTP_201_CREATED)


@route(
    "GET", "/api/v1/processing-activities/{activity_id:int}", READ,
    about=told(mark("Un traitement du registre, avec ses constats du jour.")),
)  # fmt: skip
def read_activity(visit: Visit, activity_id: int) -> Response[ActivityBody]:
    """One activity of the record, with today's findings."""
    return visit.answer(_body(visit, get_activity(visit.session, activity_id)))


@route(
    "PATCH", "/api/v1/processing-activities/{activity_id:int}", RECORD, takes=ActivityChange,
    about=told(
        mark("Change les champs donnés d’un traitement ; les autres restent."),
        versioned=True, example={"status": "active", "reviewed_on": "2026-10-01"},
    ),
)  # fmt: skip
def change_activity(visit: Visit, activity_id: int) -> Response[ActivityBody]:
    """Changes the fields given; asks for If-Match."""
    expected = visit.expected_version()
    given = visit.given(ActivityChange)
    visit.visitor.require(RECORD, get_activity(visit.session, activity_id).organisation_id)
    activity = amend_activity(visit.session, activity_id, given, expected=expected)
    visit.settle()
    return visit.answer(_body(visit, activity))


_ASIDE = setting_aside(
    "/api/v1/processing-activities/{activity_id:int}", ANNUL, ActivityBody, about=told, reason=REASON["reason"],
    named=("annul_activity", "restore_activity"),
    says=(
        mark("Met de côté un traitement inscrit par erreur, en disant pourquoi ; rien n’est supprimé."),
        mark("Rétablit un traitement annulé, en disant pourquoi."),
    ),
    get=get_activity, act=set_activity_aside, tell=_body,
)  # fmt: skip
HANDLERS: tuple[HTTPRouteHandler, ...] = (
    list_activities, create_activity, read_activity, change_activity, *_ASIDE,
)  # fmt: skip
