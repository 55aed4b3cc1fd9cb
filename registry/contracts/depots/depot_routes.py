"""The page of an operator, who has no account: what its contract has it deliver, and where it deposits it."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import (
    HTTP_404_NOT_FOUND,
    HTTP_409_CONFLICT,
    HTTP_422_UNPROCESSABLE_ENTITY,
    HTTP_429_TOO_MANY_REQUESTS,
)
from sqlalchemy import text
from sqlalchemy.orm import Session

from registry.accounts.queries import count_failures, digest_of
from registry.accounts.rules import FAILURE_WINDOW, must_wait
from registry.accounts.service import TooManyAttempts
from registry.contracts.checks.visiting import check_upload
from registry.contracts.clauses.queries import find_written
from registry.contracts.deliveries.expecting import reading_of
from registry.contracts.deliveries.forms import ReceiptForm
from registry.contracts.deliveries.models import Delivery
from registry.contracts.deliveries.queries import find_deliveries_of, find_files, find_receipts, get_delivery
from registry.contracts.deliveries.service import cost_of, receive
from registry.contracts.deliveries.visiting import DELIVERED_FILE, keep_delivery, tell_file
from registry.contracts.deliveries.vocabulary import DeliveryChannel, ReceiptAnswer
from registry.contracts.depots.queries import Depositor, enter_depot, find_arrivals, get_link
from registry.contracts.depots.views import ClosedDepotPage, DepotPage, owed_view
from registry.contracts.queries import get_contract
from registry.datasets.queries import find_titles
from registry.kernel.dates import plus_months
from registry.kernel.errors import Conflict, Invalid, NotFound, Refusal, Stale
from registry.kernel.words import _, mark
from registry.organisations.queries import find_names_of
from registry.web.strangers import recognise_next_time
from registry.web.visitors import visitor_address
from registry.web.visits import EVERYBODY, NOTICES, Visit, route

NOTICES["depot-recu"] = mark("Votre fichier est reçu : l’accusé de réception est ci-dessous.")
_CLOSED = mark(
    "Ce lien de dépôt n’ouvre rien : il a expiré, a été révoqué, ou son adresse est incomplète. Demandez-en un autre "
    "au service de la collectivité qui suit votre contrat."
)
_WAIT = mark("Trop d’adresses de dépôt fausses ont été essayées d’ici. Attendez un quart d’heure, puis recommencez.")
_KEPT_MONTHS = 12
"""How long what is accepted stays on the page."""
_NOTE = text("SELECT note_sign_in_failure(:name, :address)")


def _enter(session: Session, token: str, address: str, request_id: str = "") -> Depositor | Refusal:
    """Who holds a link; else why it opens nothing, the attempt being counted, or that too many failed before."""
    name, place = digest_of(token), sha256(address.encode()).digest()
    if must_wait(*count_failures(session, name, place)):
        return TooManyAttempts(_(_WAIT))
    depositor = enter_depot(session, token, request_id)
    if depositor is None:
        session.execute(_NOTE, {"name": name, "address": place})
        return NotFound(_(_CLOSED))
    return depositor


def _admits(session: Session, request: Request[Any, Any, Any]) -> Refusal | None:
    client, settings = request.client, request.app.state.premises.home.settings
    address = visitor_address(
        client.host if client is not None else "?", request.headers.get("x-forwarded-for", ""), settings.trusted_proxies
    )
    entered = _enter(session, str(request.path_params["token"]), address)
    return entered if isinstance(entered, Refusal) else None


def _come_in(visit: Visit, token: str) -> Depositor | Response[Any]:
    """Who holds the link, acting from now on; or the page of a link that opens nothing."""
    visit.headers["X-Robots-Tag"] = "noindex, nofollow"
    entered = _enter(visit.session, token, visit.address, visit.request_id)
    if isinstance(entered, Depositor):
        visit.comes_back = lambda: _come_back(visit, token)
        recognise_next_time(visit)
        return entered
    visit.keep = True
    wait = isinstance(entered, TooManyAttempts)
    if wait:
        visit.headers["Retry-After"] = str(int(FAILURE_WINDOW.total_seconds()))
    status = HTTP_429_TOO_MANY_REQUESTS if wait else HTTP_404_NOT_FOUND
    return visit.page("contracts/depot_closed.html", ClosedDepotPage(wait), status=status)


def _come_back(visit: Visit, token: str) -> None:
    """The same once something slow is done: a link revoked meanwhile writes nothing any more.

    Raises: NotFound.
    """
    if enter_depot(visit.session, token, visit.request_id) is None:
        raise NotFound(_(_CLOSED))


def _page(
    visit: Visit, token: str, who: Depositor, error: str = "", at_fault: int = 0, status: int = 200
) -> Response[Any]:
    session, today = visit.session, visit.today
    contract = get_contract(session, who.contract_id)
    since = plus_months(today, -_KEPT_MONTHS)
    rows = [one for one in find_deliveries_of(session, who.contract_id) if not one.annulled and _is_shown(one, since)]
    receipts = find_receipts(session, [one.id for one in rows])
    kept = [one for each in receipts.values() for one in each]
    files = find_files(session, [one.file_id for one in kept if one.file_id is not None])
    arrivals = find_arrivals(session, [one.id for one in kept])
    titles = find_titles(session, {one.dataset_id for one in rows if one.dataset_id is not None})
    names = find_names_of(session, [who.organisation_id, who.party_id])
    reading = reading_of(find_written(session, [contract])[contract.id], today)
    owed = []
    for one in rows:
        came = receipts.get(one.id, [])
        owed.append(owed_view(one, titles, came, files, arrivals, cost_of(one, came, reading, today), today))
    page = DepotPage(
        token=token, contract=contract.object, reference=contract.reference or "",
        organisation=names.get(who.organisation_id, ""), party=names.get(who.party_id, ""),
        expires_on=get_link(session, who.link_id).expires_on, owed=owed, error=error, at_fault=at_fault,
        limit=DELIVERED_FILE.limit,
    )  # fmt: skip
    return visit.page("contracts/depot.html", page, status=status)


def _is_shown(delivery: Delivery, since: Any) -> bool:
    """Whether the operator still has something to see of a delivery: accepted ones leave after some months."""
    return delivery.answer is not ReceiptAnswer.ACCEPTED or delivery.received_on is None or delivery.received_on > since


@route("GET", "/depot/{token:str}", EVERYBODY)
def show_depot(visit: Visit, token: str) -> Response[Any]:
    """What a contract has its holder deliver, for whoever holds the link."""
    who = _come_in(visit, token)
    return who if isinstance(who, Response) else _page(visit, token, who)


@route(
    "POST", "/depot/{token:str}/livraisons/{delivery_id:int}", EVERYBODY, upload=DELIVERED_FILE, admits=_admits
)  # fmt: skip
def deposit(visit: Visit, token: str, delivery_id: int) -> Response[Any]:
    """Receives a file for a delivery of the contract, checked at once; nothing is accepted here."""
    who = _come_in(visit, token)
    if isinstance(who, Response):
        return who
    delivery = get_delivery(visit.session, delivery_id)
    file = visit.upload.file if visit.upload is not None else None
    if file is None:
        return _page(
            visit, token, who, _("Choisissez le fichier à déposer."), delivery_id, HTTP_422_UNPROCESSABLE_ENTITY
        )
    try:
        # What cannot be kept is refused before anything is read in it.
        told = tell_file(file)
        checks = check_upload(visit, delivery)
        form = ReceiptForm(channel=DeliveryChannel.LINK)
        receive(visit.session, delivery_id, form, replace(told, checks=checks), expected=None)
    except (Conflict, Stale) as refusal:
        return _page(visit, token, who, refusal.message, delivery_id, HTTP_409_CONFLICT)
    except Invalid as refusal:
        return _page(visit, token, who, refusal.message, delivery_id, HTTP_422_UNPROCESSABLE_ENTITY)
    keep_delivery(visit)
    return visit.go(f"/depot/{token}#livraison-{delivery_id}", done="depot-recu")


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_depot, deposit)
