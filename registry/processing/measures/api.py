"""The JSON API of protective measures: list, read, record, change, set aside."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED

from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.organisations.vocabulary import AppointmentRole
from registry.processing.measures.forms import MeasureChange, MeasureCreation
from registry.processing.measures.models import ProtectiveMeasure
from registry.processing.measures.queries import MeasureFilter, count_measures, find_measures, get_measure
from registry.processing.measures.service import amend_measure, record_measure, set_measure_aside
from registry.processing.measures.views import MEASURE_LABELS
from registry.processing.measures.vocabulary import MeasureState, ProtectiveKind
from registry.web.calls import ApiCall
from registry.web.setting_aside import setting_aside
from registry.web.visits import Visit, route

READ, RECORD = Permission.PROCESSING_ACTIVITY_READ, Permission.PROCESSING_ACTIVITY_RECORD
EXAMPLE = {"organisation_id": 1, "name": "Chiffrer les sauvegardes", "kind": "encryption", "cost": "1250.50",
           "owner_role": "steward", "due_on": "2027-06-30"}  # fmt: skip


def label_of(name: str) -> str:
    """A field’s name in the reader’s language, or nothing."""
    return _(MEASURE_LABELS[name]) if name in MEASURE_LABELS else ""


def about(says: str, **more: Any) -> ApiCall:
    """What the document tells of a call of this corner."""
    return ApiCall(**{"tag": mark("Mesures de protection"), "says": says, "labels": label_of, **more})


@dataclass(frozen=True)
class MeasureBody:
    """A protective measure; `version` is its ETag.

    Units: `cost` in euros, tax included, as a decimal in text.
    """

    id: int
    version: int
    organisation_id: int
    activity_id: int | None
    name: str
    kind: ProtectiveKind | None
    state: MeasureState
    cost: str | None
    owner_role: AppointmentRole | None
    owner_note: str | None
    due_on: date | None
    done_on: date | None
    notes: str | None
    annulled: bool
    late: bool


@dataclass(frozen=True)
class MeasuresBody:
    """The measures within the asker's rights: what is still to be done by its day, then the rest."""

    total: int
    late: int
    measures: list[MeasureBody]


def _body(visit: Visit, row: ProtectiveMeasure) -> MeasureBody:
    told = {name: getattr(row, name) for name in MeasureBody.__dataclass_fields__ if name not in {"cost", "late"}}
    late = row.state.is_open and row.due_on is not None and row.due_on < visit.today
    return MeasureBody(**told, cost=str(row.cost) if row.cost is not None else None, late=late)


@route(
    "GET", "/api/v1/protective-measures", READ,
    about=about(mark("Les mesures de protection dans vos droits, ce qui reste à faire d’abord.")),
)  # fmt: skip
def list_measures(visit: Visit) -> Response[MeasuresBody]:
    """The measures within the asker's rights."""
    asked = MeasureFilter()
    tally = count_measures(visit.session, asked, today=visit.today)
    rows = [_body(visit, one.row) for one in find_measures(visit.session, asked, today=visit.today)]
    return visit.answer(MeasuresBody(tally.total, tally.late, rows))


@route(
    "POST", "/api/v1/protective-measures", RECORD, takes=MeasureCreation,
    about=about(mark("Enregistre une mesure de protection."), status=201, example=EXAMPLE),
)  # fmt: skip
def create_measure(visit: Visit) -> Response[MeasureBody]:
    """Records a measure."""
    given = visit.given(MeasureCreation)
    visit.visitor.require(RECORD, given.organisation_id)
    made = record_measure(visit.session, given.organisation_id, given.sheet())
    visit.headers["Location"] = f"/api/v1/protective-measures/{made.id}"
    return visit.answer(_body(visit, made), status=HTTP_201_CREATED)


@route("GET", "/api/v1/protective-measures/{measure_id:int}", READ, about=about(mark("Une mesure de protection.")))
def read_measure(visit: Visit, measure_id: int) -> Response[MeasureBody]:
    """One measure."""
    return visit.answer(_body(visit, get_measure(visit.session, measure_id)))


@route(
    "PATCH", "/api/v1/protective-measures/{measure_id:int}", RECORD, takes=MeasureChange,
    about=about(
        mark("Change les champs donnés d’une mesure ; les autres restent."),
        versioned=True, example={"state": "done", "done_on": "2026-10-01"},
    ),
)  # fmt: skip
def correct_measure(visit: Visit, measure_id: int) -> Response[MeasureBody]:
    """Changes the fields given; asks for If-Match."""
    expected, given = visit.expected_version(), visit.given(MeasureChange)
    visit.visitor.require(RECORD, get_measure(visit.session, measure_id).organisation_id)
    return visit.answer(_body(visit, amend_measure(visit.session, measure_id, given, expected=expected)))


_ASIDE = setting_aside(
    "/api/v1/protective-measures/{measure_id:int}", RECORD, MeasureBody, about=about, reason="Enregistrée deux fois",
    named=("annul_measure", "restore_measure"),
    says=(
        mark("Met de côté une mesure enregistrée par erreur, en disant pourquoi ; rien n’est supprimé."),
        mark("Rétablit une mesure annulée, en disant pourquoi."),
    ),
    get=get_measure, act=set_measure_aside, tell=_body,
)  # fmt: skip
HANDLERS: tuple[HTTPRouteHandler, ...] = (
    list_measures, create_measure, read_measure, correct_measure, *_ASIDE,
)  # fmt: skip
