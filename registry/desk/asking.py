"""What the pages and the API of desks share: whose desk it is, who has a part in a question, and telling by mail."""

from typing import Any

import structlog
from litestar import Response
from litestar.background_tasks import BackgroundTask

from registry.desk.models import Question
from registry.desk.queries import Asker
from registry.desk.question_queries import find_addresses
from registry.desk.vocabulary import QuestionState
from registry.kernel.errors import Unavailable
from registry.kernel.permissions import Permission, Role
from registry.kernel.words import _
from registry.lifecycle.showing import endorser_of
from registry.platform.mail import Mailer
from registry.reporting.visiting import answered_by
from registry.web.visits import Visit

log = structlog.get_logger(__name__)


def asker_of(visit: Visit) -> Asker:
    """Whose desk it is, and what their roles let them do where."""
    who = visit.visitor
    return Asker(
        account_id=who.account_id,
        person_id=who.person_id,
        recording=who.reach(Permission.DATASETS_SHEET_RECORD),
        law=who.reach(Permission.DATASETS_LAW_RECORD),
        processing=who.reach(Permission.PROCESSING_ACTIVITY_RECORD),
        disposing=who.reach(Permission.PROCESSING_DISPOSAL_PREPARE),
        amending=who.reach(Permission.ORGANISATIONS_ORGANISATION_AMEND),
        appointing=who.reach(Permission.ORGANISATIONS_APPOINTMENT_RECORD),
        importing=who.reach(Permission.EXCHANGE_IMPORT_APPLY),
        jurist=who.grants.get(Role.LEGAL, frozenset()),
        dpo=who.grants.get(Role.DPO, frozenset()),
        breaches=who.reach(Permission.PROCESSING_BREACH_RECORD),
        requests=who.reach(Permission.PROCESSING_REQUEST_RECORD),
        assessing=who.reach(Permission.PROCESSING_ASSESSMENT_RECORD),
        validating=who.reach(Permission.PROCESSING_ASSESSMENT_DECIDE),
        erasing=who.reach(Permission.ERASURES_PERSON_ERASE),
        deciding=who.reach(Permission.COMPLIANCE_DEVIATION_DECIDE),
        approving={report: sorted(bodies) for report, bodies in answered_by(who).items()},
        endorser=endorser_of(who),
        kept_months=visit.premises.home.settings.requests_kept_months,
    )


def require_part(visit: Visit, question: Question) -> None:
    """Refuses who has no part in a question: closing is for who asked, who was asked, and who keeps the sheet.

    Raises: Forbidden.
    """
    who = visit.visitor
    if question.asked_by == who.account_id or (question.asked_to is not None and question.asked_to == who.person_id):
        who.require(Permission.DESK_QUESTION_ASK, question.organisation_id)
    else:
        who.require(Permission.DATASETS_SHEET_RECORD, question.organisation_id)


def tell(visit: Visit, answer: Response[Any], question: Question) -> None:
    """Mails whoever a question now waits for, once the answer has left: a link, and nothing anybody wrote."""
    mailer = Mailer.of(visit.premises.home.settings)
    if not mailer.is_set:
        return
    if question.state is QuestionState.ANSWERED:
        to = find_addresses(visit.session, [], [question.asked_by])
    else:
        to = find_addresses(visit.session, [question.asked_to] if question.asked_to else [], [])
    if to:
        lead = (
            _("Une réponse vous attend dans le registre :")
            if question.state is QuestionState.ANSWERED
            else _("Une question vous attend dans le registre :")
        )
        body = f"{lead}\n\n{mailer.site}/bureau/questions/{question.id}\n"
        answer.background = BackgroundTask(_send, mailer, to, _("Beffroi : une question sur une fiche"), body)


def _send(mailer: Mailer, to: list[str], subject: str, body: str) -> None:
    """Sends the mail; the page has said all that matters, so a failure is for the log."""
    for address in to:
        try:
            mailer.send(address, subject, body)
        except Unavailable as refusal:
            log.warning("question not mailed", reason=refusal.message)
