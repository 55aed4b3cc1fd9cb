"""How one comes in by a link, from its page or from a program: who holds it, and what a deposit is."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

from litestar import Request
from sqlalchemy import text
from sqlalchemy.orm import Session

from registry.accounts.queries import count_failures, digest_of
from registry.accounts.rules import must_wait
from registry.accounts.service import TooManyAttempts
from registry.contracts.checks.visiting import check_upload
from registry.contracts.deliveries.forms import ReceiptForm
from registry.contracts.deliveries.models import DeliveryReceipt
from registry.contracts.deliveries.queries import get_delivery
from registry.contracts.deliveries.service import receive, refuse_unless_awaited
from registry.contracts.deliveries.visiting import DELIVERED_FILE, keep_delivery, tell_file
from registry.contracts.deliveries.vocabulary import DeliveryChannel
from registry.contracts.depots.queries import Depositor, enter_depot
from registry.kernel.errors import FieldError, Invalid, NotFound, Refusal
from registry.kernel.words import _, mark
from registry.web.uploads import Receiving
from registry.web.visitors import visitor_address
from registry.web.visits import Visit

DEPOSITED_FILE = Receiving(
    DELIVERED_FILE.limit,
    mark(
        "Ce fichier dépasse {limit} Mio, le plus que le registre prend en une fois, et rien n’en est gardé. "
        "Remettez-le autrement (un support, une adresse de téléchargement) au service de la collectivité qui suit "
        "votre contrat : il notera sa réception à son jour. Ne le découpez pas : un seul dépôt accepté compte pour une "
        "livraison."
    ),
)
CLOSED = mark(
    "Ce lien de dépôt n’ouvre rien : il a expiré, a été révoqué, ou son adresse est incomplète. Demandez-en un autre "
    "au service de la collectivité qui suit votre contrat."
)
_WAIT = mark("Trop d’adresses de dépôt fausses ont été essayées d’ici. Attendez un quart d’heure, puis recommencez.")
_NO_FILE = mark("Choisissez le fichier à déposer.")
_NOTE = text("SELECT note_sign_in_failure(:name, :address)")


def come_in(session: Session, token: str, address: str, request_id: str = "") -> Depositor | Refusal:
    """Who holds a link; else why it opens nothing, the attempt being counted, or that too many failed before."""
    name, place = digest_of(token), sha256(address.encode()).digest()
    if must_wait(*count_failures(session, name, place)):
        return TooManyAttempts(_(_WAIT))
    depositor = enter_depot(session, token, request_id)
    if depositor is None:
        session.execute(_NOTE, {"name": name, "address": place})
        return NotFound(_(CLOSED))
    return depositor


def come_back(visit: Visit, token: str) -> None:
    """The same once something slow is done: a link revoked meanwhile writes nothing any more.

    Raises: NotFound.
    """
    if enter_depot(visit.session, token, visit.request_id) is None:
        raise NotFound(_(CLOSED))


def refusal_of(session: Session, request: Request[Any, Any, Any], token: str) -> Refusal | None:
    """Why a link opens nothing, told before anything that comes with the request is read."""
    client, settings = request.client, request.app.state.premises.home.settings
    address = visitor_address(
        client.host if client is not None else "?", request.headers.get("x-forwarded-for", ""), settings.trusted_proxies
    )
    entered = come_in(session, token, address)
    return entered if isinstance(entered, Refusal) else None


def deposit_file(visit: Visit, delivery_id: int) -> DeliveryReceipt:
    """Receives the file that came by a link for a delivery of its contract, checked at once; nothing is accepted here.

    Raises: NotFound; Conflict when nothing is awaited any more; Invalid for no file, or one that is not kept.
    """
    delivery = get_delivery(visit.session, delivery_id)
    # What no answer awaits is not read: a file takes seconds to go through.
    refuse_unless_awaited(visit.session, delivery, DeliveryChannel.LINK)
    file = visit.upload.file if visit.upload is not None else None
    if file is None:
        raise Invalid(_(_NO_FILE), (FieldError("file", _(_NO_FILE)),))
    # What cannot be kept is refused before anything is read in it.
    told = tell_file(visit, delivery, file)
    checks = check_upload(visit, delivery)
    form = ReceiptForm(channel=DeliveryChannel.LINK)
    made = receive(visit.session, delivery_id, form, replace(told, checks=checks), expected=None)
    keep_delivery(visit)
    return made
