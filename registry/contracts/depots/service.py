"""Making, renewing and revoking the links of operators."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from registry.accounts.queries import digest_of
from registry.accounts.service import new_token
from registry.contracts.depots.forms import DepotForm, RenewForm
from registry.contracts.depots.models import OperatorLink
from registry.contracts.depots.queries import get_link
from registry.contracts.depots.rules import DELIVERING, delivers
from registry.contracts.queries import find_party_rows, get_contract
from registry.kernel.errors import Conflict, FieldError, Invalid, Stale
from registry.kernel.words import _, mark
from registry.ledger.service import say

_LEFT = mark("Cette partie ne livre plus rien par ce contrat : donnez un lien à une partie qui livre.")


def make_operator_link(
    session: Session, contract_id: int, form: DepotForm, *, today: date
) -> tuple[OperatorLink, str]:  # fmt: skip
    """A link for a party that delivers by a contract, and what stands in its address, which is told this once.

    Raises: NotFound; Conflict when the contract is annulled; Invalid when the body is no party of it, or the authority
    that receives.
    """
    contract = get_contract(session, contract_id)
    if contract.annulled:
        raise Conflict(_("Ce contrat est annulé : rétablissez-le avant de le modifier."))
    party = find_party_rows(session, contract_id).get(form.party_id)
    if party is None or party.annulled:
        raise _wrong(_("Choisissez une partie de ce contrat : un lien se donne à qui il oblige."))
    if party.side not in DELIVERING:
        raise _wrong(_("L’autorité reçoit ce que le contrat fait livrer : un lien se donne à qui livre."))
    token = new_token()
    say(session, "contracts:link:make")
    made = OperatorLink(
        organisation_id=contract.organisation_id, contract_id=contract_id, party_id=form.party_id,
        token_hash=digest_of(token).hex(), expires_on=today + timedelta(days=form.days),
    )  # fmt: skip
    session.add(made)
    session.flush()
    session.refresh(made)
    return made, token


def renew_operator_link(
    session: Session, link_id: int, form: RenewForm, *, expected: int, today: date
) -> tuple[OperatorLink, str]:  # fmt: skip
    """The same link with another address, for some more days; the former address opens nothing any more.

    Raises: NotFound; Stale; Conflict when its contract is annulled, or when the party left it.
    """
    link = _as_read(session, link_id, expected)
    if get_contract(session, link.contract_id).annulled:
        raise Conflict(_("Ce contrat est annulé : rétablissez-le avant de le modifier."))
    if not delivers(find_party_rows(session, link.contract_id).get(link.party_id)):
        raise Conflict(_(_LEFT))
    token = new_token()
    say(session, "contracts:link:renew")
    link.token_hash, link.expires_on = digest_of(token).hex(), today + timedelta(days=form.days)
    link.revoked = False
    session.flush()
    session.refresh(link)
    return link, token


def revoke_operator_link(session: Session, link_id: int, *, expected: int) -> OperatorLink:
    """Closes a link at once.

    Raises: NotFound; Stale; Conflict when it is revoked already.
    """
    link = _as_read(session, link_id, expected)
    if link.revoked:
        raise Conflict(_("Ce lien est déjà révoqué : il n’ouvre plus rien."))
    say(session, "contracts:link:revoke")
    link.revoked = True
    session.flush()
    session.refresh(link)
    return link


def _wrong(sentence: str) -> Invalid:
    return Invalid(sentence, (FieldError("party_id", sentence),))


def _as_read(session: Session, link_id: int, expected: int) -> OperatorLink:
    link = get_link(session, link_id, lock=True)
    if link.version != expected:
        raise Stale(_("Ce lien a été modifié entre-temps."), link.version)
    return link
