"""The JSON API of processors: those of an activity, the terms of each."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.processing.processors.forms import ProcessorsForm, TermsForm
from registry.processing.processors.queries import find_looked, find_processors, get_processor_party
from registry.processing.processors.service import record_terms, set_processors
from registry.processing.processors.views import TERMS_LABELS, warnings_about
from registry.processing.processors.vocabulary import Article28Point, PointState, SubProcessorAuthorisation
from registry.processing.queries import get_activity
from registry.web.calls import ApiCall
from registry.web.visits import Visit, route

READ, RECORD = Permission.PROCESSING_ACTIVITY_READ, Permission.PROCESSING_ACTIVITY_RECORD
_LABELS = TERMS_LABELS | {
    "processors": mark("Sous-traitants"),
    "processor_id": mark("Organisation qui traite les données"),
    "contract_id": mark("Contrat qui la lie"),
    "party_id": mark("Numéro de la partie au contrat"),
    "task": mark("Ce qu’elle fait"),
    "point": mark("Point de l’article 28 §3"),
    "state": mark("Présent, absent ou à vérifier"),
    "place": mark("Où dans le contrat"),
    "country": mark("Pays"),
    "warnings": mark("Ce qui est à revoir"),
}
POINTS = [{"point": "a", "state": "present", "place": "Annexe RGPD, article 3"}]


def label_of(name: str) -> str:
    """A field’s name in the reader’s language, or nothing."""
    return _(_LABELS[name]) if name in _LABELS else ""


def about(says: str, **more: Any) -> ApiCall:
    """What the document tells of a call of this corner."""
    return ApiCall(**{"tag": mark("Sous-traitants"), "says": says, "labels": label_of, **more})


@dataclass(frozen=True)
class ProcessorBody:
    """A processor of an activity; `party_id` is under which number its terms are read."""

    processor_id: int
    contract_id: int | None
    party_id: int | None
    task: str | None


@dataclass(frozen=True)
class ProcessorsBody:
    """The processors of an activity; `version` is the ETag of the activity."""

    version: int
    processors: list[ProcessorBody]


@dataclass(frozen=True)
class PointBody:
    """A point of art. 28 §3."""

    point: Article28Point
    state: PointState
    place: str | None


@dataclass(frozen=True)
class SubProcessorBody:
    """Who works below a processor; without name below one that the asker may not see, which that would tell."""

    name: str
    country: str | None
    task: str | None


@dataclass(frozen=True)
class TermsBody:
    """The terms of a processor; `version` is their ETag, 0 where nobody said any."""

    version: int
    party_id: int
    contract_id: int
    processor_id: int
    reviewed_on: date | None
    authorisation: SubProcessorAuthorisation | None
    authorised_on: date | None
    authorisation_place: str | None
    no_sub_processors: bool
    notes: str | None
    points: list[PointBody]
    sub_processors: list[SubProcessorBody]
    warnings: list[str]


def _processors(visit: Visit, activity_id: int) -> ProcessorsBody:
    held = find_processors(visit.session, [activity_id]).get(activity_id, [])
    rows = [
        ProcessorBody(
            one.row.processor_id, one.row.contract_id, one.party.id if one.party is not None else None, one.row.task
        )
        for one in held
    ]
    return ProcessorsBody(get_activity(visit.session, activity_id).version, rows)


@route(
    "GET", "/api/v1/processing-activities/{activity_id:int}/processors", READ,
    about=about(mark("Les sous-traitants d’un traitement, avec le contrat qui lie chacun.")),
)  # fmt: skip
def list_processors(visit: Visit, activity_id: int) -> Response[ProcessorsBody]:
    """The processors of an activity."""
    get_activity(visit.session, activity_id)
    return visit.answer(_processors(visit, activity_id))


@route(
    "POST", "/api/v1/processing-activities/{activity_id:int}/processors", RECORD, takes=ProcessorsForm,
    about=about(
        mark("Dit tous les sous-traitants d’un traitement ; ceux qui ne sont plus nommés le quittent."),
        versioned=True, example={"processors": [{"processor_id": 2, "contract_id": 1, "task": "Hébergement"}]},
    ),
)  # fmt: skip
def replace_processors(visit: Visit, activity_id: int) -> Response[ProcessorsBody]:
    """Makes the processors of an activity those given; asks for If-Match."""
    expected, given = visit.expected_version(), visit.given(ProcessorsForm)
    visit.visitor.require(RECORD, get_activity(visit.session, activity_id).organisation_id)
    set_processors(visit.session, activity_id, given, expected=expected)
    visit.settle()
    return visit.answer(_processors(visit, activity_id))


def _terms(visit: Visit, party_id: int) -> TermsBody:
    one = get_processor_party(visit.session, party_id)
    looked = find_looked(visit.session, [party_id])[party_id]
    row = looked.row
    return TermsBody(
        version=row.version if row is not None else 0, party_id=party_id, contract_id=one.contract.id,
        processor_id=one.party.party_id,
        reviewed_on=row.reviewed_on if row is not None else None,
        authorisation=row.authorisation if row is not None else None,
        authorised_on=row.authorised_on if row is not None else None,
        authorisation_place=row.authorisation_place if row is not None else None,
        no_sub_processors=row is not None and row.no_sub_processors,
        notes=row.notes if row is not None else None,
        points=[PointBody(point.point, point.state, point.place) for point in looked.points],
        sub_processors=[
            SubProcessorBody(below.name if one.name else "", below.country, below.task)
            for below in looked.sub_processors
        ],
        warnings=warnings_about(one, looked, visit.today),
    )  # fmt: skip


@route(
    "GET", "/api/v1/processors/{party_id:int}/terms", READ,
    about=about(mark("Ce que règle le contrat d’un sous-traitant (RGPD art. 28 §3), et qui travaille sous lui.")),
)  # fmt: skip
def read_terms(visit: Visit, party_id: int) -> Response[TermsBody]:
    """The terms of a processor."""
    return visit.answer(_terms(visit, party_id))


@route(
    "PATCH", "/api/v1/processors/{party_id:int}/terms", RECORD, takes=TermsForm,
    about=about(
        mark("Change les champs donnés des clauses d’un sous-traitant ; « sub_processors » les remplace tous."),
        versioned=True, example={"authorisation": "general", "points": POINTS},
    ),
)  # fmt: skip
def change_terms_given(visit: Visit, party_id: int) -> Response[TermsBody]:
    """Changes the terms given; asks for If-Match."""
    expected, given = visit.expected_version(), visit.given(TermsForm)
    visit.visitor.require(RECORD, get_processor_party(visit.session, party_id).contract.organisation_id)
    record_terms(visit.session, party_id, given, expected=expected)
    visit.settle()
    return visit.answer(_terms(visit, party_id))


HANDLERS: tuple[HTTPRouteHandler, ...] = (list_processors, replace_processors, read_terms, change_terms_given)
