"""Every change to a draft: an annotation, one set aside, the approval, the sending back."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from registry.kernel.errors import Conflict, FieldError, Forbidden, Invalid, Stale
from registry.kernel.permissions import Role
from registry.kernel.words import _, mark
from registry.ledger.service import say
from registry.reporting.approvals.forms import AnnotationForm, ApprovalForm
from registry.reporting.discovery import get_report
from registry.reporting.models import DocumentAnnotation, IssuedDocument
from registry.reporting.queries import find_newer_draft, get_annotation, get_document
from registry.reporting.vocabulary import ApprovalAnswer, DocumentState

NOT_ONES_OWN = mark("Vous avez demandé ce document : c’est à quelqu’un d’autre de l’approuver ou de le renvoyer.")


def whose_answer(document: IssuedDocument) -> str:
    """By which roles a draft is answered, in a sentence for whoever may only annotate it."""
    roles = ", ".join(role.label for role in get_report(document.report_id).approval)
    return _("Ce projet s’approuve ou se renvoie par : {roles}. Vous pouvez l’annoter.").format(roles=roles)


def refusal_of(session: Session, document: IssuedDocument) -> str:
    """Why a document takes neither annotation nor answer any more, in a sentence; nothing where it does."""
    if document.state is DocumentState.DRAFT:
        newer = find_newer_draft(session, document)
        return _replaced(newer) if newer is not None else ""
    return {
        DocumentState.ISSUED: _("Ce document n’est pas un projet : il ne s’annote ni ne s’approuve."),
        DocumentState.FINAL: _("Ce document est final : il ne s’annote ni ne s’approuve plus."),
        DocumentState.APPROVED: _("Ce projet est déjà approuvé : il ne s’annote ni ne se décide plus."),
        DocumentState.SENT_BACK: _("Ce projet a déjà été renvoyé : un nouveau projet s’annotera et s’approuvera."),
        DocumentState.SUPERSEDED: _("Ce projet est déjà décidé : un autre document l’a remplacé."),
    }[document.state]


def _replaced(newer: int) -> str:
    return _("Un projet plus récent sur le même sujet (n° {number}) a remplacé celui-ci : ouvrez-le.").format(
        number=newer
    )


def annotate(
    session: Session,
    document_id: int,
    form: AnnotationForm,
    sections: Mapping[str, str],
    *,
    by: int,
    as_role: Role,
    today: date,
) -> DocumentAnnotation:
    """Notes something on a draft.

    Raises: NotFound; Conflict where it takes no annotation any more; Invalid for a section it does not have.
    """
    document = _waiting(session, document_id)
    if form.section and form.section not in sections:
        message = _("Ce document n’a pas cette partie : choisissez-en une de la liste, ou tout le document.")
        raise Invalid(message, (FieldError("section", message),))
    say(session, "reporting:annotation:record")
    made = DocumentAnnotation(
        organisation_id=document.organisation_id, document_id=document.id, section=form.section, text=form.text,
        author_id=by, written_as=as_role, written_on=today,
    )  # fmt: skip
    session.add(made)
    session.flush()
    session.refresh(made)
    return made


def set_annotation_aside(
    session: Session, document_id: int, annotation_id: int, *, set_aside: bool
) -> DocumentAnnotation:  # fmt: skip
    """Sets an annotation aside, or brings it back; done twice, it is as done once.

    Raises: NotFound; Conflict once the draft is decided.
    """
    _waiting(session, document_id)
    annotation = get_annotation(session, document_id, annotation_id)
    say(session, "reporting:annotation:set-aside" if set_aside else "reporting:annotation:restore")
    annotation.set_aside = set_aside
    session.flush()
    session.refresh(annotation)
    return annotation


def answer_draft(
    session: Session, document_id: int, form: ApprovalForm, *, by: int, as_role: Role, today: date, expected: int
) -> IssuedDocument:
    """Approves a draft, or sends it back to who asked for it.

    Raises: NotFound; Conflict when it is decided or no longer the latest of its subject; Stale; Forbidden to who asked
    for it, and to a role that its report does not name.
    """
    document = _waiting(session, document_id)
    if document.version != expected:
        raise Stale(
            _("Ce projet a changé pendant que vous le lisiez : relisez-le, puis recommencez."), document.version
        )
    if document.asked_by == by:
        raise Forbidden(_(NOT_ONES_OWN))
    if as_role not in get_report(document.report_id).approval:
        raise Forbidden(whose_answer(document))
    approves = form.answer is ApprovalAnswer.APPROVED
    say(session, f"reporting:document:{'approve' if approves else 'send-back'}", form.reason)
    document.state = DocumentState.APPROVED if approves else DocumentState.SENT_BACK
    document.decided_by, document.decided_as, document.decided_on = by, as_role, today
    document.decision_reason = form.reason
    session.flush()
    session.refresh(document)
    return document


def _waiting(session: Session, document_id: int) -> IssuedDocument:
    """A draft that waits, held until the end of the transaction: nothing is noted on what is being decided."""
    document = get_document(session, document_id, None, lock=True)
    if why := refusal_of(session, document):
        raise Conflict(why)
    return document
