"""What pages and the API of drafts ask alike: what a document is in words, the annotating, the answer."""

from collections.abc import Mapping

from markupsafe import Markup

from registry.accounts.queries import find_actor_names
from registry.compliance.deviations.showing import role_for
from registry.kernel.words import _
from registry.platform.jobs import defer, find_under_way
from registry.reporting.approvals.forms import AnnotationForm, ApprovalForm
from registry.reporting.approvals.service import (
    NOT_ONES_OWN,
    annotate,
    answer_draft,
    refusal_of,
    set_annotation_aside,
    whose_answer,
)
from registry.reporting.approvals.views import AnnotationLine, ReadingPage
from registry.reporting.composing import compose_reading
from registry.reporting.discovery import get_report
from registry.reporting.models import DocumentAnnotation, IssuedDocument
from registry.reporting.queries import find_annotations, find_final_of
from registry.reporting.visiting import APPROVE, FINISH_JOB, TONES, approver_role, document_for, order_of, who_approves
from registry.reporting.vocabulary import ApprovalAnswer, DocumentState
from registry.web.visits import Visit


def annotate_one(visit: Visit, document_id: int, form: AnnotationForm) -> DocumentAnnotation:
    """Notes something on a draft, as a role that may.

    Raises: NotFound; Forbidden; Conflict; Invalid.
    """
    document = document_for(visit, document_id)
    return annotate(
        visit.session, document.id, form, get_report(document.report_id).sections, by=visit.visitor.account_id,
        as_role=role_for(visit, APPROVE, document.organisation_id), today=visit.today,
    )  # fmt: skip


def set_one_aside(visit: Visit, document_id: int, annotation_id: int, *, set_aside: bool) -> DocumentAnnotation:
    """Sets an annotation aside, or brings it back.

    Raises: NotFound; Forbidden; Conflict.
    """
    document = document_for(visit, document_id)
    visit.visitor.require(APPROVE, document.organisation_id)
    return set_annotation_aside(visit.session, document.id, annotation_id, set_aside=set_aside)


def answer_one(visit: Visit, document_id: int, form: ApprovalForm, *, expected: int) -> tuple[IssuedDocument, int]:
    """Answers a draft; once approved, the number of the job that issues the final document, or 0.

    Where that job has failed, to approve again runs it again: what was decided stays.
    Raises: NotFound; Forbidden; Conflict; Stale.
    """
    document = document_for(visit, document_id)
    role = approver_role(visit.visitor, document)
    if role is None:
        # As whoever may only annotate: refused, in the words of the service.
        role = role_for(visit, APPROVE, document.organisation_id)
    if not (form.answer is ApprovalAnswer.APPROVED and is_stuck(visit, document)):
        document = answer_draft(
            visit.session, document.id, form, by=visit.visitor.account_id, as_role=role, today=visit.today,
            expected=expected,
        )  # fmt: skip
    if document.state is not DocumentState.APPROVED:
        return document, 0
    run = defer(
        visit.session, FINISH_JOB, key=f"{document.id}:final", organisation_id=document.organisation_id,
        actor=visit.actor, account_id=visit.visitor.account_id,
        arguments={"draft": document.id, "report": document.report_id},
    )  # fmt: skip
    return document, run.id


def is_stuck(visit: Visit, document: IssuedDocument) -> bool:
    """Whether a draft is approved while nothing issues its final document: the job that did has failed."""
    return (
        document.state is DocumentState.APPROVED
        and find_under_way(visit.session, FINISH_JOB, str(document.id)) is None
        and find_final_of(visit.session, document.id) is None
    )


def reading_page(
    visit: Visit, document: IssuedDocument, values: Mapping[str, str], errors: Mapping[str, str], version: int
) -> ReadingPage:
    """A draft beside what is noted on it, with what the visitor may do about it."""
    report = get_report(document.report_id)
    why = refusal_of(visit.session, document)
    may = visit.visitor.may(APPROVE, document.organisation_id)
    own = document.asked_by == visit.visitor.account_id
    answers = approver_role(visit.visitor, document) is not None
    body = _body(visit, document)
    return ReadingPage(
        id=document.id, version=version, title=document.title, state=document.state.label,
        tone=TONES[document.state], as_of=document.as_of, body=body or Markup(),
        unreadable="" if body else _("Le texte de ce document ne peut pas être montré ici : téléchargez le document."),
        refusal=why, sections=[("", _("Tout le document")), *report.sections.items()],
        annotations=annotation_lines(visit, document), may_annotate=may and not why,
        may_decide=answers and not why and not own, values=values, errors=errors,
        whose=_whose(visit, document, own=own, answers=answers) if may and not why else (),
        answers=[(str(one), one.label) for one in ApprovalAnswer],
    )  # fmt: skip


def _whose(visit: Visit, document: IssuedDocument, *, own: bool, answers: bool) -> tuple[str, ...]:
    """To whoever may annotate a draft and not answer it: why, and who may."""
    if answers and not own:
        return ()
    why = _(NOT_ONES_OWN) if own else whose_answer(document)
    return why, who_approves(visit, document.report_id, document.organisation_id, asker=document.asked_by)


def annotation_lines(visit: Visit, document: IssuedDocument) -> list[AnnotationLine]:
    """What is noted on a document, in words."""
    sections = get_report(document.report_id).sections
    rows = find_annotations(visit.session, document.id)
    actors = {row.author_id: f"account:{row.author_id}" for row in rows}
    names = find_actor_names(visit.session, set(actors.values())) if rows else {}
    return [
        AnnotationLine(
            id=row.id, section=row.section, where=sections.get(row.section) or _("Tout le document"), text=row.text,
            author=names[actors[row.author_id]], role=row.written_as.label, written_on=row.written_on,
            set_aside=row.set_aside,
        )
        for row in rows
    ]  # fmt: skip


def _body(visit: Visit, document: IssuedDocument) -> Markup | None:
    """The text of a document; none where this version of the registry reads its twin no more."""
    twin = visit.premises.home.files.read(document.canonical_sha256)
    try:
        return compose_reading(get_report(document.report_id), twin, order=order_of(document))
    except ValueError:
        return None
