"""Every change to an accepted deviation."""

from collections.abc import Sequence
from datetime import date

from psycopg.errors import UniqueViolation
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.compliance.deviations.forms import DeviationDecisionForm, DeviationForm
from registry.compliance.deviations.models import AcceptedDeviation
from registry.compliance.deviations.queries import OPEN, find_open, get_deviation
from registry.compliance.deviations.rules import LONGEST, last_day
from registry.compliance.deviations.vocabulary import Answer, DeviationState
from registry.compliance.models import Finding
from registry.compliance.queries import Found
from registry.compliance.vocabulary import Verdict
from registry.kernel.errors import Conflict, FieldError, Forbidden, Invalid, Stale
from registry.kernel.permissions import Role
from registry.kernel.words import _, mark
from registry.ledger.service import say
from registry.web.templating import say_day

NOTHING_TO_ASK = mark(
    "La règle est respectée, ne s’applique pas ou attend un fait : il n’y a pas d’écart à demander sur ce constat."
)
ALREADY_ENDED = mark("Cet écart a déjà pris fin : demandez-en un autre si le constat demeure.")


def longest_of(session: Session) -> int:
    """How long a deviation may be accepted for here. Units: months."""
    return int(session.info.get("deviation_months", LONGEST))


def ask_deviation(
    session: Session, found: Found, form: DeviationForm, *, by: int, as_role: Role, today: date
) -> AcceptedDeviation:
    """Asks that a body goes on with a breach for a time; somebody else decides.

    Raises: Conflict when the finding is no breach any more, or when one waits already; Invalid when it runs too long.
    """
    if found.verdict is not Verdict.NON_COMPLIANT:
        raise Conflict(_(NOTHING_TO_ASK))
    waiting = _("Un écart est déjà demandé sur ce constat : il attend sa décision.")
    key = (found.subject_kind, found.subject_id, found.policy_id, found.period)
    if DeviationState.ASKED in find_open(session, *key):
        raise Conflict(waiting)
    _check_expiry(session, form.expires_on, today)
    say(session, "compliance:deviation:ask")
    made = AcceptedDeviation(
        organisation_id=found.organisation_id, subject_kind=found.subject_kind, subject_id=found.subject_id,
        policy_id=found.policy_id, period=found.period, asked_by=by, asked_as=as_role, asked_on=today,
        **form.model_dump(),
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as refused:
        if not isinstance(refused.orig, UniqueViolation):
            raise
        raise Conflict(waiting) from refused
    session.refresh(made)
    return made


def decide_deviation(
    session: Session,
    deviation_id: int,
    form: DeviationDecisionForm,
    *,
    by: int,
    as_role: Role,
    today: date,
    expected: int,
) -> AcceptedDeviation:
    """Answers who asked; the deviation approved before on the same finding, if there is one, gives way.

    Raises: NotFound; Stale; Conflict when it waits for nothing any more; Forbidden to who asked; Invalid when it runs
    too long, or its day has passed.
    """
    deviation = _as_read(session, deviation_id, expected)
    if deviation.state is not DeviationState.ASKED:
        raise Conflict(_("Cet écart n’attend plus de décision : relisez ce qu’il est devenu."))
    if deviation.asked_by == by:
        raise Forbidden(_("Vous avez demandé cet écart : c’est à quelqu’un d’autre d’en décider."))
    expires_on = form.expires_on or deviation.expires_on
    approves = form.answer is Answer.APPROVED
    if approves:
        if expires_on <= today:
            _refuse_expiry(_("L’échéance demandée n’est plus à venir : donnez un jour à venir, ou refusez."))
        _check_expiry(session, expires_on, today)
    say(session, f"compliance:deviation:{'approve' if approves else 'refuse'}", form.decision_reason)
    if approves:
        _give_way(session, deviation, today)
    deviation.state = DeviationState.APPROVED if approves else DeviationState.REFUSED
    deviation.decided_by, deviation.decided_as, deviation.decided_on = by, as_role, today
    deviation.decision_reason, deviation.expires_on = form.decision_reason, expires_on
    session.flush()
    session.refresh(deviation)
    return deviation


def withdraw_deviation(
    session: Session, deviation_id: int, reason: str, *, today: date, expected: int
) -> AcceptedDeviation:
    """Withdraws what was asked for, or ends what was approved; nothing is deleted, and it may be asked anew.

    Raises: NotFound; Stale; Conflict when it has ended already.
    """
    deviation = _as_read(session, deviation_id, expected)
    if not deviation.state.is_open:
        raise Conflict(_(ALREADY_ENDED))
    say(session, "compliance:deviation:withdraw", reason)
    deviation.state, deviation.ended_on, deviation.ended_reason = DeviationState.WITHDRAWN, today, reason
    session.flush()
    session.refresh(deviation)
    return deviation


def close_unneeded(session: Session, finding_ids: Sequence[int], today: date, why: str | None = None) -> None:
    """Ends the deviations on findings that ask for nothing any more: they close by themselves, `why` if more is known.

    Whoever settles the finding is their author in the ledger.
    """
    session.execute(
        update(AcceptedDeviation)
        .where(
            col(Finding.id).in_(finding_ids),
            col(AcceptedDeviation.subject_id) == col(Finding.subject_id),
            col(AcceptedDeviation.subject_kind) == col(Finding.subject_kind),
            col(AcceptedDeviation.policy_id) == col(Finding.policy_id),
            col(AcceptedDeviation.period) == col(Finding.period),
            col(AcceptedDeviation.state).in_(OPEN),
        )
        .values(state=DeviationState.UNNEEDED, ended_on=today, ended_reason=why)
        .execution_options(synchronize_session=False)
    )


def _give_way(session: Session, deviation: AcceptedDeviation, today: date) -> None:
    key = (deviation.subject_kind, deviation.subject_id, deviation.policy_id, deviation.period)
    before = find_open(session, *key, lock=True).get(DeviationState.APPROVED)
    if before is not None:
        before.state, before.ended_on = DeviationState.REPLACED, today
        session.flush()


def _as_read(session: Session, deviation_id: int, expected: int) -> AcceptedDeviation:
    deviation = get_deviation(session, deviation_id, lock=True)
    if deviation.version != expected:
        raise Stale(
            _("Cet écart a changé pendant que vous le lisiez : relisez-le, puis recommencez."), deviation.version
        )
    return deviation


def _check_expiry(session: Session, expires_on: date, today: date) -> None:
    months = longest_of(session)
    last = last_day(today, months)
    if expires_on > last:
        _refuse_expiry(
            _("Un écart s’assume {months} mois au plus : donnez un jour jusqu’au {day}.").format(
                months=months, day=say_day(last)
            )
        )


def _refuse_expiry(sentence: str) -> None:
    raise Invalid(sentence, (FieldError("expires_on", sentence),))
