"""The JSON API of drafts: what is noted on them, and the answer."""

from dataclasses import dataclass
from datetime import date

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED

from registry.kernel.permissions import Role
from registry.kernel.words import mark
from registry.reporting.api import DocumentBody, about, document_body
from registry.reporting.approvals.forms import AnnotationForm, ApprovalForm, SetAsideForm
from registry.reporting.approvals.showing import annotate_one, answer_one, set_one_aside
from registry.reporting.models import DocumentAnnotation
from registry.reporting.queries import find_annotations
from registry.reporting.visiting import APPROVE, READ, document_for
from registry.web.visits import Visit, route


@dataclass(frozen=True)
class AnnotationBody:
    """What somebody noted on a section of a document; no section: on the whole of it."""

    id: int
    document_id: int
    section: str
    text: str
    author_id: int
    written_as: Role
    written_on: date
    set_aside: bool


@dataclass(frozen=True)
class AnnotationsBody:
    """The annotations of a document, in the order they were written."""

    annotations: list[AnnotationBody]


def _body(row: DocumentAnnotation) -> AnnotationBody:
    return AnnotationBody(**{name: getattr(row, name) for name in AnnotationBody.__dataclass_fields__})


@route(
    "GET", "/api/v1/documents/{document_id:int}/annotations", READ,
    about=about(mark("Ce qui est noté sur un document, y compris ce qui est écarté.")),
)  # fmt: skip
def list_annotations(visit: Visit, document_id: int) -> Response[AnnotationsBody]:
    """What is noted on a document."""
    document = document_for(visit, document_id)
    return visit.answer(AnnotationsBody([_body(row) for row in find_annotations(visit.session, document.id)]))


@route(
    "POST", "/api/v1/documents/{document_id:int}/annotations", APPROVE, takes=AnnotationForm,
    about=about(
        mark("Note quelque chose sur un projet : sur une partie, ou sur tout le document."), status=201,
        unlocated=True, example={"section": "synthese", "text": "Le taux mérite une explication."},
    ),
)  # fmt: skip
def create_annotation(visit: Visit, document_id: int) -> Response[AnnotationBody]:
    """Notes something on a draft."""
    made = annotate_one(visit, document_id, visit.given(AnnotationForm))
    return visit.answer(_body(made), status=HTTP_201_CREATED)


@route(
    "PATCH", "/api/v1/documents/{document_id:int}/annotations/{annotation_id:int}", APPROVE, takes=SetAsideForm,
    about=about(
        mark("Écarte une annotation, ou la reprend ; le document final dit celles qui ne sont pas écartées."),
        example={"set_aside": True},
    ),
)  # fmt: skip
def amend_annotation(visit: Visit, document_id: int, annotation_id: int) -> Response[AnnotationBody]:
    """Sets an annotation aside, or brings it back."""
    given = visit.given(SetAsideForm)
    return visit.answer(_body(set_one_aside(visit, document_id, annotation_id, set_aside=given.set_aside)))


@route(
    "POST", "/api/v1/documents/{document_id:int}/decision", APPROVE, takes=ApprovalForm,
    about=about(
        mark("Approuve un projet, ce qui émet le document final par un travail que donne Location, ou le renvoie."),
        versioned=True, example={"answer": "sent-back", "reason": "Le périmètre n’est pas le bon."},
    ),
)  # fmt: skip
def decide_on_document(visit: Visit, document_id: int) -> Response[DocumentBody]:
    """Answers a draft; asks for If-Match."""
    expected, given = visit.expected_version(), visit.given(ApprovalForm)
    answered, run = answer_one(visit, document_id, given, expected=expected)
    if run:
        visit.headers["Location"] = f"/api/v1/jobs/{run}"
    return visit.answer(document_body(answered))


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    list_annotations, create_annotation, amend_annotation, decide_on_document,
)  # fmt: skip
