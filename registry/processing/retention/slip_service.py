"""Slips of disposal: prepared whole from what is due, numbered and frozen at once, withdrawn with a reason."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from registry.kernel.errors import Conflict, FieldError, Invalid, Stale
from registry.kernel.words import FRENCH, _
from registry.ledger.service import say, touch
from registry.organisations.queries import get_organisation
from registry.processing.retention.forms import SlipForm
from registry.processing.retention.models import DisposalArticle, DisposalSlip
from registry.processing.retention.queries import (
    Followed,
    any_disposed,
    find_articles,
    find_bodies,
    find_followed,
    get_last_sequence,
    get_slip,
)
from registry.processing.retention.rules import Origin, why_not_disposed
from registry.processing.retention.vocabulary import SlipState
from registry.processing.retention.wording import say_rule


def prepare_slip(session: Session, body_id: int, form: SlipForm, *, today: date) -> DisposalSlip:
    """A slip of a body that lists these datasets as they stand, under the body's next number of the year.

    Nothing may be destroyed before it bears the visa of the archives. Raises: Invalid, with a sentence for each
    dataset that may not stand on it.
    Law: Code du patrimoine L212-2, L212-3, R212-51.
    """
    get_organisation(session, body_id, lock=True)
    bodies = find_bodies(session)
    every = {one.id: one for one in find_followed(session, bodies, today, FRENCH)}
    chosen = [every.get(number) for number in dict.fromkeys(form.dataset_ids)]
    known = [one for one in chosen if one is not None and one.body_id == body_id]
    if len(known) < len(chosen):
        _refuse(_("Un des jeux choisis n’est pas de cette organisation, ou rien n’est dit de sa conservation."))
    refusals = [f"{one.title} : {' '.join(why)}" for one in known if (why := why_not_disposed(one.proposed))]
    if refusals:
        _refuse(" ".join(refusals))
    say(session, "processing:disposal:prepare", form.reason)
    slip = DisposalSlip(
        organisation_id=body_id, year=today.year, sequence=get_last_sequence(session, body_id, today.year) + 1,
        title=form.title, prepared_on=today,
    )  # fmt: skip
    session.add(slip)
    session.flush()
    session.add_all(
        _article(slip, place, one, bodies.names.get(one.organisation_id, ""), form.reason)
        for place, one in enumerate(known, 1)
    )
    session.flush()
    for one in known:
        touch(session, "dataset", one.id)
    return slip


def withdraw_slip(session: Session, slip_id: int, *, expected: int, reason: str) -> DisposalSlip:
    """Withdraws a slip, with a reason: its datasets may stand on another; its articles stay as they were.

    Raises: NotFound; Stale; Conflict when it is withdrawn already.
    """
    slip = get_slip(session, slip_id, lock=True)
    if slip.version != expected:
        raise Stale(_("Ce bordereau a été modifié entre-temps."), slip.version)
    if slip.state is SlipState.WITHDRAWN:
        raise Conflict(_("Ce bordereau est déjà retiré."))
    articles = find_articles(session, slip_id)
    if any_disposed(session, [article.dataset_id for article in articles]):
        raise Conflict(_("Des jeux de ce bordereau ont été éliminés : il en est la preuve et ne se retire plus."))
    say(session, "processing:disposal:withdraw", reason)
    slip.state = SlipState.WITHDRAWN
    for article in articles:
        article.live = False
        touch(session, "dataset", article.dataset_id)
    session.flush()
    session.refresh(slip)
    return slip


def _article(slip: DisposalSlip, place: int, one: Followed, owner: str, reason: str) -> DisposalArticle:
    rule = one.rule
    values: dict[str, Any] = {
        "organisation_id": one.organisation_id, "slip_id": slip.id, "dataset_id": one.id, "position": place,
        "title": one.title, "owner": owner, "rule": say_rule(rule) if rule is not None else "",
        "agreed": rule is not None and rule.origin is Origin.AGREED, "fate": one.fate, "earliest": one.earliest,
        "latest": one.latest, "volume": one.volume, "until": one.dates.until, "reason": reason,
    }  # fmt: skip
    return DisposalArticle(**values)


def _refuse(message: str) -> None:
    raise Invalid(message, (FieldError("dataset_ids", message),))
