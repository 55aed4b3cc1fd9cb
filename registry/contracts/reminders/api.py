"""The JSON API of reminders: those of a delivery, and setting aside one noted by mistake."""

from dataclasses import dataclass
from datetime import date

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.contracts.api import TAG
from registry.contracts.deliveries.queries import get_delivery
from registry.contracts.reminders.models import DeliveryReminder
from registry.contracts.reminders.queries import find_reminders, get_reminder
from registry.contracts.reminders.routes import RECORD
from registry.contracts.reminders.service import set_reminder_aside
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.web.calls import ApiCall
from registry.web.setting_aside import setting_aside
from registry.web.visits import Visit, route

_LABELS = {
    "delivery_id": mark("Livraison"),
    "number": mark("Numéro de la relance"),
    "sent_on": mark("Envoyée le"),
    "comply_by": mark("Délai donné jusqu’au"),
    "notice_days": mark("Jours que laisserait ensuite la mise en demeure"),
    "message": mark("Texte de la relance"),
    "mailed": mark("Vrai si le registre l’a envoyée lui-même"),
    "recipient": mark("Adresse électronique du titulaire"),
    "annulled": mark("Vrai si la ligne est annulée"),
    "reminders": mark("Relances"),
}


def label_of(name: str) -> str:
    """A field’s name in the reader’s language, or nothing."""
    return _(_LABELS[name]) if name in _LABELS else ""


def about(says: str, **more: object) -> ApiCall:
    """What the document tells of a call about reminders."""
    return ApiCall(**{"tag": TAG, "says": says, "labels": label_of, **more})  # type: ignore[arg-type]


@dataclass(frozen=True)
class ReminderBody:
    """A reminder that was sent; `comply_by` is the last day it gave, included."""

    id: int
    version: int
    delivery_id: int
    number: int
    sent_on: date
    comply_by: date
    notice_days: int | None
    message: str
    mailed: bool
    recipient: str | None
    annulled: bool


@dataclass(frozen=True)
class RemindersBody:
    """The reminders of a delivery, annulled or not, in order."""

    reminders: list[ReminderBody]


def _body(row: DeliveryReminder) -> ReminderBody:
    return ReminderBody(**{name: getattr(row, name) for name in ReminderBody.__dataclass_fields__})


@route(
    "GET", "/api/v1/deliveries/{delivery_id:int}/reminders", Permission.CONTRACTS_CONTRACT_READ,
    about=about(mark("Les relances d’une livraison : le texte, le jour, l’adresse et le délai donné.")),
)  # fmt: skip
def list_reminders(visit: Visit, delivery_id: int) -> Response[RemindersBody]:
    """The reminders of a delivery."""
    delivery = get_delivery(visit.session, delivery_id)
    return visit.answer(RemindersBody([_body(one) for one in find_reminders(visit.session, delivery.id)]))


_ASIDE = setting_aside(
    "/api/v1/delivery-reminders/{reminder_id:int}", RECORD, ReminderBody, about=about, reason="Notée deux fois",
    named=("annul_reminder", "restore_reminder"),
    says=(
        mark("Met de côté une relance notée par erreur, en disant pourquoi."),
        mark("Rétablit une relance annulée, en disant pourquoi."),
    ),
    get=get_reminder, act=set_reminder_aside, tell=lambda _visit, row: _body(row),
)  # fmt: skip
HANDLERS: tuple[HTTPRouteHandler, ...] = (list_reminders, *_ASIDE)
