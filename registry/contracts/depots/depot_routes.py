"""The page of an operator, who has no account: what its contract has it deliver, and where it deposits it."""

from typing import Any

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import (
    HTTP_404_NOT_FOUND,
    HTTP_409_CONFLICT,
    HTTP_422_UNPROCESSABLE_ENTITY,
    HTTP_429_TOO_MANY_REQUESTS,
)
from sqlalchemy.orm import Session

from registry.accounts.service import TooManyAttempts
from registry.contracts.depots.entering import DEPOSITED_FILE, come_back, come_in, deposit_file, refusal_of
from registry.contracts.depots.gathering import gather_depot
from registry.contracts.depots.queries import Depositor
from registry.contracts.depots.views import ClosedDepotPage, DepotPage, owed_view
from registry.kernel.errors import Conflict, Invalid, Refusal, Stale
from registry.kernel.words import mark
from registry.web.strangers import recognise_next_time
from registry.web.visits import EVERYBODY, NOTICES, Visit, route

NOTICES["depot-recu"] = mark("Votre fichier est reçu : l’accusé de réception est ci-dessous.")


def _admits(session: Session, request: Request[Any, Any, Any]) -> Refusal | None:
    return refusal_of(session, request, str(request.path_params["token"]))


def _come_in(visit: Visit, token: str) -> Depositor | Response[Any]:
    """Who holds the link, acting from now on; or the page of a link that opens nothing."""
    visit.headers["X-Robots-Tag"] = "noindex, nofollow"
    entered = come_in(visit.session, token, visit.address, visit.request_id)
    if isinstance(entered, Depositor):
        visit.comes_back = lambda: come_back(visit, token)
        recognise_next_time(visit)
        return entered
    visit.keep = True
    wait = isinstance(entered, TooManyAttempts)
    if wait:
        visit.headers["Retry-After"] = str(TooManyAttempts.wait)
    status = HTTP_429_TOO_MANY_REQUESTS if wait else HTTP_404_NOT_FOUND
    return visit.page("contracts/depot_closed.html", ClosedDepotPage(wait), status=status)


def _page(
    visit: Visit, token: str, who: Depositor, error: str = "", at_fault: int = 0, status: int = 200
) -> Response[Any]:
    depot = gather_depot(visit.session, who, visit.today)
    owed = [owed_view(one, depot, visit.today) for one in depot.owed]
    titles = {one.id: one.title for one in owed}
    # What takes no file any more has no field: its part of the page is pointed at.
    place = f"{'file' if any(one.id == at_fault and one.may_deposit for one in owed) else 'livraison'}-{at_fault}"
    page = DepotPage(
        token=token, contract=depot.contract.object, reference=depot.contract.reference or "",
        organisation=depot.organisation, party=depot.party, expires_on=depot.expires_on,
        owed=owed, errors={place: error} if error else {}, labels={place: titles.get(at_fault, "")},
        limit=DEPOSITED_FILE.limit, origin=visit.premises.public_url,
    )  # fmt: skip
    return visit.page("contracts/depot.html", page, status=status)


@route("GET", "/depot/{token:str}", EVERYBODY)
def show_depot(visit: Visit, token: str) -> Response[Any]:
    """What a contract has its holder deliver, for whoever holds the link."""
    who = _come_in(visit, token)
    return who if isinstance(who, Response) else _page(visit, token, who)


@route(
    "POST", "/depot/{token:str}/livraisons/{delivery_id:int}", EVERYBODY, upload=DEPOSITED_FILE, admits=_admits
)  # fmt: skip
def deposit(visit: Visit, token: str, delivery_id: int) -> Response[Any]:
    """Receives a file for a delivery of the contract, checked at once; nothing is accepted here."""
    who = _come_in(visit, token)
    if isinstance(who, Response):
        return who
    try:
        deposit_file(visit, delivery_id)
    except (Conflict, Stale) as refusal:
        return _page(visit, token, who, refusal.message, delivery_id, HTTP_409_CONFLICT)
    except Invalid as refusal:
        return _page(visit, token, who, refusal.message, delivery_id, HTTP_422_UNPROCESSABLE_ENTITY)
    return visit.go(f"/depot/{token}#livraison-{delivery_id}", done="depot-recu")


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_depot, deposit)
