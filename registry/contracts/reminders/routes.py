"""The form by which a contract's holder is reminded of what is late."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_503_SERVICE_UNAVAILABLE

from registry.contracts.clauses.queries import find_written
from registry.contracts.deliveries.models import Delivery
from registry.contracts.deliveries.queries import get_delivery
from registry.contracts.deliveries.visiting import name_delivery, trail_of
from registry.contracts.depots.queries import find_links
from registry.contracts.depots.views import link_state
from registry.contracts.depots.vocabulary import DepotState
from registry.contracts.models import Contract
from registry.contracts.queries import find_party_rows, get_contract
from registry.contracts.reminders.forms import ReminderForm, usual_days
from registry.contracts.reminders.models import DeliveryReminder
from registry.contracts.reminders.queries import get_reminder
from registry.contracts.reminders.service import cost_today, record_reminder, refuse_unless_late, set_reminder_aside
from registry.contracts.reminders.views import Door, ReminderPage, agreed_text, proposed_text
from registry.contracts.vocabulary import PartySide
from registry.kernel.dates import plus_days
from registry.kernel.errors import FieldError, Invalid, Unavailable
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.platform.mail import Mailer
from registry.web.forms import read_number
from registry.web.saving import Unsaved, save
from registry.web.setting_aside import Aside, asking_why
from registry.web.visits import NOTICES, Visit, route

RECORD = Permission.CONTRACTS_DELIVERY_RECORD
NOTICES["livraison-relancee"] = mark("La relance est notée.")
NOTICES["relance-annulee"] = mark("La relance est annulée. Rien n’est effacé : vous pouvez la rétablir.")
NOTICES["relance-retablie"] = mark("La relance est rétablie.")


def _delivery(visit: Visit, delivery_id: int) -> Delivery:
    delivery = get_delivery(visit.session, delivery_id)
    visit.visitor.require(RECORD, delivery.organisation_id)
    return delivery


def _page(
    visit: Visit, delivery: Delivery, values: Mapping[str, Any], errors: Mapping[str, str] = {}, status: int = 200,
    version: int | None = None,
) -> Response[Any]:  # fmt: skip
    labels = {
        "sent_on": _("Envoyée le"), "comply_by": _("Délai donné jusqu’au"), "message": _("Texte de la relance"),
        "notice_days": _("Jours que laisserait ensuite la mise en demeure"),
        "recipient": _("Adresse électronique du titulaire"),
    }  # fmt: skip
    page = ReminderPage(
        delivery.id, name_delivery(visit, delivery), delivery.contract_id,
        get_contract(visit.session, delivery.contract_id).object,
        delivery.version if version is None else version, Mailer.of(visit.premises.home.settings).is_set,
        values, errors, labels, usual_days("reminder"),
    )  # fmt: skip
    return visit.page("contracts/reminder.html", page, status=status)


def _door(visit: Visit, contract: Contract) -> Door | None:
    """Where the holder deposits, if a link of theirs opens today: the one that lasts longest."""
    parties = find_party_rows(visit.session, contract.id)
    holders = {number for number, one in parties.items() if one.side in {PartySide.HOLDER, PartySide.CO_HOLDER}}
    open_until = [
        one.expires_on
        for one in find_links(visit.session, contract.id)
        if one.party_id in holders
        and link_state(one, contract, parties.get(one.party_id), visit.today) is DepotState.OPEN
    ]
    return Door(f"{visit.premises.public_url}/depot/", max(open_until)) if open_until else None


@route("GET", "/livraisons/{delivery_id:int}/relancer", RECORD)
def show_remind(visit: Visit, delivery_id: int) -> Response[Any]:
    """The form of a reminder, with a text to read again."""
    delivery = _delivery(visit, delivery_id)
    # What could only be refused is not asked: the page says why, and what to do first.
    cost = refuse_unless_late(visit.session, delivery, visit.today)
    comply_by: date = plus_days(visit.today, usual_days("reminder"))
    values = {
        "sent_on": visit.today.isoformat(),
        "comply_by": comply_by.isoformat(),
        "notice_days": str(usual_days("formal-notice")),
    }
    contract = get_contract(visit.session, delivery.contract_id)
    written = find_written(visit.session, [contract])[contract.id]
    door = _door(visit, contract)
    text = proposed_text(delivery, name_delivery(visit, delivery), contract, cost, written, comply_by, door)
    return _page(visit, delivery, {**values, "message": text})


@route("POST", "/livraisons/{delivery_id:int}/relancer", RECORD)
def remind(visit: Visit, delivery_id: int) -> Response[Any]:
    """Notes a reminder, sent by the registry where an address is given, else by whoever notes it."""
    delivery, data = _delivery(visit, delivery_id), visit.form_data()
    values = {name: data.first(name) for name in ReminderForm.model_fields}
    version = read_number(data.first("version")) or 0
    mailer = Mailer.of(visit.premises.home.settings)

    def agree(form: ReminderForm) -> None:
        """Refuses a letter that contradicts the days recorded beside it, with the letter remade to be read again."""
        day = form.sent_on or visit.today
        cost = cost_today(visit.session, delivery, day)
        if cost is None or not cost.lateness.days:
            return
        contract = get_contract(visit.session, delivery.contract_id)
        written = find_written(visit.session, [contract])[contract.id]
        agreed = agreed_text(form.message, cost, written, form.comply_by)
        if agreed != form.message:
            values["message"] = agreed
            said = _(
                "Le texte ne disait pas les mêmes jours que les champs : il est refait pour s’accorder avec eux. "
                "Relisez-le, puis enregistrez de nouveau."
            )
            raise Invalid(said, (FieldError("message", said),))

    def note(form: ReminderForm) -> DeliveryReminder:
        agree(form)
        mailed = form.recipient is not None and mailer.is_set
        made = record_reminder(visit.session, delivery_id, form, expected=version, today=visit.today, mailed=mailed)
        if form.recipient is not None and mailed:
            # Last, before the commit: what could not be sent is not noted as sent.
            title = _("Relance : {title}").format(title=name_delivery(visit, delivery))
            mailer.send(form.recipient, title, form.message)
        return made

    try:
        made = save(visit.form(ReminderForm), note)
    except Unavailable as refusal:
        return _page(visit, delivery, values, {"_": refusal.message}, HTTP_503_SERVICE_UNAVAILABLE, version)
    if isinstance(made, Unsaved):
        return _page(visit, delivery, values, made.errors, made.status, made.version or version)
    return visit.go(f"/livraisons/{delivery_id}#relances", done="livraison-relancee")


def _of_reminder(visit: Visit, reminder_id: int) -> tuple[DeliveryReminder, Delivery]:
    reminder = get_reminder(visit.session, reminder_id)
    visit.visitor.require(RECORD, reminder.organisation_id)
    return reminder, get_delivery(visit.session, reminder.delivery_id)


def _reminder_aside(visit: Visit, reminder_id: int) -> Aside:
    reminder, delivery = _of_reminder(visit, reminder_id)
    return Aside(
        reminder, _("Relance n° {number}").format(number=reminder.number), trail_of(visit, delivery),
        sentences=(
            _("Pour une relance notée par erreur : aucune mise en demeure ne la suivra. Un courriel déjà parti n’est "
              "pas rappelé."),
            _("Tout revient tel que c’était."),
        ),
        back=f"/livraisons/{delivery.id}#relances", act=partial(set_reminder_aside, visit.session, reminder.id),
    )  # fmt: skip


_ASIDE = asking_why(
    "/livraisons/relances/{reminder_id:int}/annuler", RECORD, _reminder_aside,
    done=("relance-annulee", "relance-retablie"),
)  # fmt: skip
HANDLERS: tuple[HTTPRouteHandler, ...] = (show_remind, remind, *_ASIDE)
