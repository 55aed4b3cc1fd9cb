"""The links of operators, for who records the contract: made, renewed, revoked; each address is shown once."""

from collections.abc import Mapping
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY

from registry.contracts.depots.forms import MOST_DAYS, USUAL_DAYS, DepotForm, RenewForm
from registry.contracts.depots.models import OperatorLink
from registry.contracts.depots.queries import find_links, get_link
from registry.contracts.depots.rules import delivers
from registry.contracts.depots.service import make_operator_link, renew_operator_link, revoke_operator_link
from registry.contracts.depots.views import LinkMadePage, LinksPage, link_line
from registry.contracts.models import Contract
from registry.contracts.queries import find_party_rows, get_contract
from registry.contracts.vocabulary import PartySide
from registry.kernel.errors import Conflict, Invalid, Stale
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.organisations.queries import find_names_of
from registry.web.forms import read_number
from registry.web.visits import NOTICES, Rejected, Visit, route

RECORD = Permission.CONTRACTS_CONTRACT_RECORD
NOTICES["depot-revoque"] = mark("Le lien est révoqué : il n’ouvre plus rien.")


def _contract(visit: Visit, contract_id: int) -> Contract:
    contract = get_contract(visit.session, contract_id)
    visit.visitor.require(RECORD, contract.organisation_id)
    return contract


def _page(
    visit: Visit, contract: Contract, values: Mapping[str, Any], errors: Mapping[str, str] = {}, status: int = 200
) -> Response[Any]:
    links = find_links(visit.session, contract.id)
    every = find_party_rows(visit.session, contract.id)
    rows = [row for row in every.values() if delivers(row)]
    # Who owes the data comes first: it is the one chosen unless somebody chooses another.
    parties = [row.party_id for row in sorted(rows, key=lambda row: (row.side is not PartySide.HOLDER, row.id))]
    names = find_names_of(visit.session, [*parties, *(one.party_id for one in links)])
    page = LinksPage(
        id=contract.id, object=contract.object, annulled=contract.annulled,
        links=[link_line(one, contract, every.get(one.party_id), names, visit.today) for one in links],
        parties=[(str(number), names.get(number, "")) for number in parties],
        values=values, errors=errors, labels={"party_id": _("Pour"), "days": _("Durée, en jours")},
        usual=USUAL_DAYS, most=MOST_DAYS,
    )  # fmt: skip
    return visit.page("contracts/depot_links.html", page, status=status)


@route("GET", "/contrats/{contract_id:int}/liens-de-depot", RECORD)
def show_depot_links(visit: Visit, contract_id: int) -> Response[Any]:
    """The links of a contract, and the form of another."""
    return _page(visit, _contract(visit, contract_id), {"days": str(USUAL_DAYS)})


@route("POST", "/contrats/{contract_id:int}/liens-de-depot", RECORD)
def make_depot_link(visit: Visit, contract_id: int) -> Response[Any]:
    """Makes a link; its address is shown on this answer alone."""
    contract, data = _contract(visit, contract_id), visit.form_data()
    values = {name: data.first(name) for name in DepotForm.model_fields}
    read = visit.form(DepotForm)
    if isinstance(read, Rejected):
        return _page(visit, contract, values, read.errors, HTTP_422_UNPROCESSABLE_ENTITY)
    try:
        link, token = make_operator_link(visit.session, contract_id, read.form, today=visit.today)
    except Invalid as refusal:
        return _page(visit, contract, values, refusal.by_field, HTTP_422_UNPROCESSABLE_ENTITY)
    except Conflict as refusal:
        return _page(visit, contract, values, {"_": refusal.message}, HTTP_409_CONFLICT)
    return _shown_once(visit, contract, link, token)


def _shown_once(visit: Visit, contract: Contract, link: OperatorLink, token: str) -> Response[Any]:
    names = find_names_of(visit.session, [link.party_id])
    page = LinkMadePage(
        contract.id, contract.object, names.get(link.party_id, ""), f"{visit.premises.public_url}/depot/{token}",
        link.expires_on,
    )  # fmt: skip
    return visit.page("contracts/depot_made.html", page)


def _of_link(visit: Visit, link_id: int) -> tuple[OperatorLink, Contract]:
    link = get_link(visit.session, link_id)
    return link, _contract(visit, link.contract_id)


@route("POST", "/contrats/liens-de-depot/{depot_id:int}/renouveler", RECORD)
def renew_depot_link(visit: Visit, depot_id: int) -> Response[Any]:
    """Gives a link another address and some more days."""
    link, contract = _of_link(visit, depot_id)
    expected = read_number(visit.form_data().first("version")) or 0
    try:
        renewed, token = renew_operator_link(
            visit.session, link.id, RenewForm(), expected=expected, today=visit.today
        )  # fmt: skip
    except (Stale, Conflict) as refusal:
        return _page(visit, contract, {}, {"_": refusal.message}, HTTP_409_CONFLICT)
    return _shown_once(visit, contract, renewed, token)


@route("POST", "/contrats/liens-de-depot/{depot_id:int}/revoquer", RECORD)
def revoke_depot_link(visit: Visit, depot_id: int) -> Response[Any]:
    """Closes a link at once."""
    link, contract = _of_link(visit, depot_id)
    try:
        revoke_operator_link(visit.session, link.id, expected=read_number(visit.form_data().first("version")) or 0)
    except (Stale, Conflict) as refusal:
        return _page(visit, contract, {}, {"_": refusal.message}, HTTP_409_CONFLICT)
    return visit.go(f"/contrats/{contract.id}/liens-de-depot", done="depot-revoque")


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_depot_links, make_depot_link, renew_depot_link, revoke_depot_link)
