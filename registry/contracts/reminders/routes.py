"""The form by which a contract's holder is reminded of what is late."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY, HTTP_503_SERVICE_UNAVAILABLE

from registry.contracts.clauses.queries import find_written
from registry.contracts.clauses.views import again
from registry.contracts.deliveries.models import Delivery
from registry.contracts.deliveries.queries import get_delivery
from registry.contracts.deliveries.views import title_of
from registry.contracts.queries import get_contract
from registry.contracts.reminders.forms import USUAL_DAYS, ReminderForm
from registry.contracts.reminders.service import record_reminder, refuse_unless_late
from registry.contracts.reminders.views import ReminderPage, proposed_text
from registry.datasets.queries import find_titles
from registry.kernel.dates import plus_days
from registry.kernel.errors import Conflict, Invalid, Stale, Unavailable
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.platform.mail import Mailer
from registry.web.forms import read_number
from registry.web.visits import NOTICES, Rejected, Visit, route

RECORD = Permission.CONTRACTS_DELIVERY_RECORD
NOTICES["livraison-relancee"] = mark("La relance est notée.")


def _delivery(visit: Visit, delivery_id: int) -> Delivery:
    delivery = get_delivery(visit.session, delivery_id)
    visit.visitor.require(RECORD, delivery.organisation_id)
    return delivery


def _title(visit: Visit, delivery: Delivery) -> str:
    titles = find_titles(visit.session, [delivery.dataset_id] if delivery.dataset_id is not None else [])
    return title_of(delivery, titles)


def _page(
    visit: Visit, delivery: Delivery, values: Mapping[str, Any], errors: Mapping[str, str] = {}, status: int = 200,
    version: int | None = None,
) -> Response[Any]:  # fmt: skip
    labels = {
        "sent_on": _("Envoyée le"), "comply_by": _("Délai donné jusqu’au"), "message": _("Texte de la relance"),
        "recipient": _("Adresse électronique du titulaire"),
    }  # fmt: skip
    page = ReminderPage(
        delivery.id, _title(visit, delivery), delivery.contract_id,
        get_contract(visit.session, delivery.contract_id).object,
        delivery.version if version is None else version, Mailer.of(visit.premises.home.settings).is_set,
        values, errors, labels,
    )  # fmt: skip
    return visit.page("contracts/reminder.html", page, status=status)


@route("GET", "/livraisons/{delivery_id:int}/relancer", RECORD)
def show_remind(visit: Visit, delivery_id: int) -> Response[Any]:
    """The form of a reminder, with a text to read again."""
    delivery = _delivery(visit, delivery_id)
    comply_by: date = plus_days(visit.today, USUAL_DAYS)
    values = {"sent_on": visit.today.isoformat(), "comply_by": comply_by.isoformat()}
    try:
        cost = refuse_unless_late(visit.session, delivery, visit.today)
    except Conflict as refusal:
        return _page(visit, delivery, values, {"_": refusal.message}, HTTP_409_CONFLICT)
    contract = get_contract(visit.session, delivery.contract_id)
    written = find_written(visit.session, [contract])[contract.id]
    text = proposed_text(delivery, _title(visit, delivery), contract.object, cost, written, comply_by)
    return _page(visit, delivery, {**values, "message": text})


@route("POST", "/livraisons/{delivery_id:int}/relancer", RECORD)
def remind(visit: Visit, delivery_id: int) -> Response[Any]:
    """Notes a reminder, sent by the registry where an address is given, else by whoever notes it."""
    delivery, data = _delivery(visit, delivery_id), visit.form_data()
    values = {name: data.first(name) for name in ReminderForm.model_fields}
    version = read_number(data.first("version")) or 0
    read = visit.form(ReminderForm)
    if isinstance(read, Rejected):
        return _page(visit, delivery, values, read.errors, HTTP_422_UNPROCESSABLE_ENTITY, version)
    mailer, form = Mailer.of(visit.premises.home.settings), read.form
    mailed = form.recipient is not None and mailer.is_set
    try:
        record_reminder(visit.session, delivery_id, form, expected=version, today=visit.today, mailed=mailed)
        if form.recipient is not None and mailed:
            # Last, before the commit: what could not be sent is not noted as sent.
            mailer.send(form.recipient, _("Relance : {title}").format(title=_title(visit, delivery)), form.message)
    except Invalid as refusal:
        return _page(visit, delivery, values, refusal.by_field, HTTP_422_UNPROCESSABLE_ENTITY, version)
    except Unavailable as refusal:
        return _page(visit, delivery, values, {"_": refusal.message}, HTTP_503_SERVICE_UNAVAILABLE, version)
    except (Stale, Conflict) as refusal:
        now = refusal.current_version if isinstance(refusal, Stale) else version
        return _page(visit, delivery, values, again(refusal), HTTP_409_CONFLICT, now)
    return visit.go(f"/livraisons/{delivery_id}#relances", done="livraison-relancee")


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_remind, remind)
