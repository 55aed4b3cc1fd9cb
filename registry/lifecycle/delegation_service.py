"""Visas handed over for a time: by whom, to whom, and how it ends early."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from registry.accounts.queries import Colleague, find_holders
from registry.kernel.errors import Conflict, FieldError, Forbidden, Invalid, Stale
from registry.kernel.permissions import Role
from registry.kernel.words import _
from registry.ledger.service import say
from registry.lifecycle.charts import load_chart
from registry.lifecycle.forms import VisaDelegationForm
from registry.lifecycle.models import VisaDelegation
from registry.lifecycle.queries import find_overlapping, get_delegation, hold_delegating
from registry.lifecycle.vocabulary import VisaKind
from registry.web.templating import say_day


def find_stand_ins(session: Session, kind: VisaKind, organisation_id: int, *, but: int) -> list[Colleague]:
    """To whom somebody may hand over a visa on an organisation."""
    return find_holders(session, load_chart().visas[kind].delegated_to, organisation_id, but=but)


def delegate_visa(
    session: Session, form: VisaDelegationForm, *, by: int, roles: Sequence[Role], today: date
) -> VisaDelegation:
    """Hands over the visas of one kind for some days; `roles` are those of who does, on that organisation.

    Raises: Forbidden to who gives no such visa there; Invalid where the other may not, or the days cross others.
    """
    terms = load_chart().visas[form.kind]
    if not set(roles) & set(terms.given_by):
        allowed = ", ".join(role.label for role in terms.given_by)
        raise Forbidden(
            _("« {visa} » ne se confie que par qui le donne sur cette organisation : {roles}.").format(
                visa=terms.name(), roles=allowed
            )
        )
    if form.delegate_id not in {
        one.account_id for one in find_stand_ins(session, form.kind, form.organisation_id, but=by)
    }:
        allowed = ", ".join(role.label for role in terms.delegated_to)
        sentence = _("« {visa} » se confie, sur cette organisation, à : {roles}. Choisissez quelqu’un d’autre.")
        sentence = sentence.format(visa=terms.name(), roles=allowed)
        raise Invalid(sentence, (FieldError("delegate_id", sentence),))
    if form.starts_on < today:
        # Nobody answered in another's stead before that was said.
        sentence = _("Une délégation commence aujourd’hui au plus tôt : corrigez le premier jour.")
        raise Invalid(sentence, (FieldError("starts_on", sentence),))
    hold_delegating(session, by)
    other = find_overlapping(session, by, form.kind, form.organisation_id, form.starts_on, form.ends_on)
    if other is not None:
        sentence = _(
            "Vous avez déjà confié ce visa du {start} au {end} : mettez-y fin d’abord, ou choisissez d’autres jours."
        ).format(start=say_day(other.starts_on), end=say_day(other.ends_on))
        raise Invalid(sentence, (FieldError("starts_on", sentence),))
    say(session, "lifecycle:visa:delegate", form.reason)
    made = VisaDelegation(delegator_id=by, **form.model_dump())
    session.add(made)
    session.flush()
    session.refresh(made)
    return made


def end_delegation(
    session: Session, delegation_id: int, reason: str, *, by: int, today: date, expected: int
) -> VisaDelegation:
    """Ends a delegation before its last day: by who handed over, or who was handed.

    Raises: NotFound to anybody else; Stale; Conflict where it is over.
    """
    delegation = get_delegation(session, delegation_id, by, lock=True)
    if delegation.version != expected:
        raise Stale(
            _("Cette délégation a changé pendant que vous la lisiez : relisez-la, puis recommencez."),
            delegation.version,
        )
    require_open(delegation, today)
    say(session, "lifecycle:delegation:end", reason)
    delegation.ended_on, delegation.ended_reason = today, reason
    session.flush()
    session.refresh(delegation)
    return delegation


def require_open(delegation: VisaDelegation, today: date) -> None:
    """Refuses to end what is over.

    Raises: Conflict.
    """
    if delegation.ended_on is not None or delegation.ends_on < today:
        raise Conflict(_("Cette délégation a déjà pris fin : rien n’est à faire."))
