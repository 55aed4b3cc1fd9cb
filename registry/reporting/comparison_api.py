"""The JSON API of a report beside another: each finding that changed, the worst first."""

import json
from dataclasses import dataclass
from typing import Annotated

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from pydantic import Field

from registry.compliance.vocabulary import Force, SubjectKind, Verdict
from registry.kernel.errors import FieldError, Invalid, NotFound
from registry.kernel.words import _, mark
from registry.reporting.api import DocumentBody, about, document_body
from registry.reporting.comparing import compare_subjects
from registry.reporting.visiting import READ, beside, compared_for, order_in_time
from registry.reporting.vocabulary import Change
from registry.web.calls import Number, PageQuestions
from registry.web.visits import Visit, route


class ComparisonQuestions(PageQuestions):
    """What a report is compared to."""

    other: Annotated[
        Number,
        Field(
            description=mark(
                "Le numéro d’un autre document du même rapport sur le même sujet ; rien : celui d’avant, ou le dernier."
            )
        ),
    ] | None = None  # fmt: skip


@dataclass(frozen=True)
class ChangeBody:
    """A finding that changed; no verdict where the earlier report, or the later one, has no such finding."""

    change: Change
    policy_id: str
    title: str
    force: Force
    subject_kind: SubjectKind
    subject_id: str
    subject: str
    organisation: str
    period: int | None
    before: Verdict | None
    after: Verdict | None
    rule_changed: bool


@dataclass(frozen=True)
class ComparisonBody:
    """Two reports on one subject, and a page of what changed; `earlier` is empty where there is no other."""

    earlier: DocumentBody | None
    later: DocumentBody
    total: int
    changes: list[ChangeBody]
    next: str | None


@route(
    "GET", "/api/v1/documents/{document_id:int}/comparison", READ,
    about=about(
        mark("Ce qui a changé entre un rapport de conformité et un autre sur le même sujet, le pire d’abord."),
        asks=ComparisonQuestions,
    ),
)  # fmt: skip
def read_comparison(visit: Visit, document_id: int) -> Response[ComparisonBody]:
    """What changed between two reports of compliance."""
    asked = visit.asked(ComparisonQuestions)
    # Where a page went on from names the other report as well: one that is issued meanwhile is another list.
    number, begins = asked.place(int, int) or (asked.other, 0)
    document = compared_for(visit, document_id)
    try:
        other = beside(visit, document, number)
    except NotFound as error:
        message = _(
            "Le document {number} n’est pas un autre rapport sur le même sujet que le document {id}, dans ce que vos "
            "droits vous montrent. GET /api/v1/documents donne les documents, leur rapport et leur sujet."
        ).format(number=number, id=document.id)
        raise Invalid(message, (FieldError("other", message),)) from error
    if other is None:
        return visit.answer(ComparisonBody(None, document_body(document), 0, [], None))
    earlier, later = sorted((document, other), key=order_in_time)
    read = visit.premises.home.files.read
    found = compare_subjects(*(json.loads(read(one.canonical_sha256)) for one in (earlier, later)))
    # Both reports are as they were issued: how many of the changes were told tells where to go on.
    begins = max(begins, 0)
    ends = begins + asked.limit
    changes = [
        ChangeBody(subject_kind=SubjectKind(subject.kind), subject_id=subject.number, **line)
        for subject, line in found[begins:ends]
    ]
    following = asked.following((other.id, ends) if ends < len(found) else None)
    return visit.answer(ComparisonBody(document_body(earlier), document_body(later), len(found), changes, following))


HANDLERS: tuple[HTTPRouteHandler, ...] = (read_comparison,)
