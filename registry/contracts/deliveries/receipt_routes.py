"""The forms of what came of a delivery: receive, accept, refuse, decide of the penalty, set aside."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.contracts.checks.views import say_alarms, say_report
from registry.contracts.checks.visiting import check_upload
from registry.contracts.clauses.queries import find_written
from registry.contracts.clauses.views import labels_of
from registry.contracts.deliveries.costs import cost_of
from registry.contracts.deliveries.expecting import reading_of
from registry.contracts.deliveries.forms import AcceptForm, PenaltyForm, ReceiptForm, RefuseForm
from registry.contracts.deliveries.lateness import say_decision
from registry.contracts.deliveries.models import Delivery, DeliveryReceipt
from registry.contracts.deliveries.penalty_words import say_penalty
from registry.contracts.deliveries.queries import find_receipts, get_delivery, get_receipt
from registry.contracts.deliveries.service import (
    FILES,
    accept_receipt,
    correction_day,
    decide_penalty,
    followed_before,
    receive,
    refuse_receipt,
    refuse_unless_awaited,
    set_delivery_aside,
    set_receipt_aside,
)
from registry.contracts.deliveries.views import RECEIPT_LABELS, AnswerPage
from registry.contracts.deliveries.visiting import (
    DECIDE,
    DELIVERED_FILE,
    READ,
    RECORD,
    file_of,
    keep_delivery,
    look_at_delivery,
    name_delivery,
    trail_of,
)
from registry.contracts.deliveries.vocabulary import DeliveryChannel, PenaltyDecision, ReceiptAnswer
from registry.contracts.queries import get_contract
from registry.kernel.words import _, mark
from registry.web.forms import parse_form, read_number
from registry.web.saving import Unsaved, save
from registry.web.setting_aside import Aside, asking_why
from registry.web.templating import say_day
from registry.web.visits import Visit, route

_CHANNELS = (DeliveryChannel.UPLOAD, *(one for one in DeliveryChannel if one not in FILES))
_ASIDE_SAYS = mark("Pour ce qui a été noté par erreur ou n’est pas dû. Rien n’est effacé, et le motif reste.")
_BACK_SAYS = mark("Tout revient tel que c’était.")
_CHOOSE_AGAIN = mark("Choisissez de nouveau le fichier : le navigateur ne le garde pas.")


def _act_page(
    visit: Visit, delivery: Delivery, kind: str, values: Mapping[str, Any], errors: Mapping[str, str], *,
    heading: str, lead: str, action: str, button: str, version: int, choices: Sequence[tuple[str, str]] = (),
    changes: bool = False, status: int = 200,
) -> Response[Any]:  # fmt: skip
    page = AnswerPage(
        kind=kind, id=delivery.id, title=name_delivery(visit, delivery), contract_id=delivery.contract_id,
        contract=get_contract(visit.session, delivery.contract_id).object, heading=heading, lead=lead, action=action,
        button=button, version=version, values=values, errors=errors,
        labels=labels_of(RECEIPT_LABELS) | {"reason": _("Pourquoi cette réponse change") if changes else _("Pourquoi")}
        | ({"reason": _("Pourquoi accepter")} if kind == "accept" else {}),
        choices=choices, limit=DELIVERED_FILE.limit, changes=changes,
    )  # fmt: skip
    return visit.page("contracts/delivery_act.html", page, status=status)


def _of_delivery(visit: Visit, delivery_id: int, permission: Any = RECORD) -> Delivery:
    delivery = get_delivery(visit.session, delivery_id)
    visit.visitor.require(permission, delivery.organisation_id)
    return delivery


def _of_receipt(visit: Visit, receipt_id: int) -> tuple[DeliveryReceipt, Delivery]:
    receipt = get_receipt(visit.session, receipt_id)
    visit.visitor.require(RECORD, receipt.organisation_id)
    return receipt, get_delivery(visit.session, receipt.delivery_id)


def _version(visit: Visit) -> int:
    return read_number(visit.form_data().first("version")) or 0


def _receive_page(
    visit: Visit, delivery: Delivery, values: Mapping[str, Any], errors: Mapping[str, str] | None = None, *,
    version: int | None = None, status: int = 200,
) -> Response[Any]:  # fmt: skip
    return _act_page(
        visit, delivery, "receive", values, errors or {}, heading=_("Noter une réception"),
        lead=_("Déposez le fichier livré, ou dites ce qui est arrivé autrement. Rien n’est accepté d’office."),
        action=f"/livraisons/{delivery.id}/recevoir", button=_("Noter la réception"),
        version=delivery.version if version is None else version,
        choices=[(str(one), one.label) for one in _CHANNELS], status=status,
    )  # fmt: skip


@route("GET", "/livraisons/{delivery_id:int}/recevoir", RECORD)
def show_receive(visit: Visit, delivery_id: int) -> Response[Any]:
    """The form of what came."""
    delivery = _of_delivery(visit, delivery_id)
    values = {"received_on": visit.today.isoformat(), "channel": str(DeliveryChannel.UPLOAD)}
    return _receive_page(visit, delivery, values)


@route("POST", "/livraisons/{delivery_id:int}/recevoir", RECORD, upload=DELIVERED_FILE)
def receive_delivery(visit: Visit, delivery_id: int) -> Response[Any]:
    """Notes that something came, and keeps its file; or shows the form again with what is wrong."""
    delivery, data = _of_delivery(visit, delivery_id), visit.form_data()
    values = {name: data.first(name) for name in ReceiptForm.model_fields}
    version = _version(visit)
    sent = visit.upload is not None and visit.upload.file is not None
    lost = {"file": _(_CHOOSE_AGAIN)} if sent else {}

    def note(form: ReceiptForm) -> DeliveryReceipt:
        if form.channel in FILES:
            # Whoever is signed in deposits here by themselves: no form makes it come from the holder.
            form = form.model_copy(update={"channel": DeliveryChannel.UPLOAD})
        refuse_unless_awaited(visit.session, delivery, form.channel)
        file = look_at_delivery(visit, delivery)
        if file is not None:
            file = replace(file, checks=check_upload(visit, delivery))
        return receive(visit.session, delivery_id, form, file, expected=version)

    made = save(visit.form(ReceiptForm), note)
    if isinstance(made, Unsaved):
        errors, now = {**lost, **made.errors}, made.version or version
        return _receive_page(visit, delivery, values, errors, version=now, status=made.status)
    keep_delivery(visit)
    return visit.go(f"/livraisons/{delivery_id}", done="livraison-recue")


def _changes(receipt: DeliveryReceipt) -> bool:
    """Whether to answer is to change an answer, which asks why."""
    return receipt.answer is not ReceiptAnswer.WAITING


def _say_accepting(visit: Visit, receipt: DeliveryReceipt, delivery: Delivery) -> tuple[str, bool]:
    """What it is to accept a receipt, and whether one is asked why: another counts so far, or people may be told."""
    day, alarms = say_day(receipt.received_on), say_alarms(receipt.checks) if receipt.checks else ""
    seen = _("Les contrôles y ont vu de quoi regarder avant d’accepter : {checks}.").format(checks=alarms)
    accepted = delivery.answer is ReceiptAnswer.ACCEPTED
    for one in find_receipts(visit.session, [delivery.id]).get(delivery.id, []) if accepted else ():
        if one.answer is ReceiptAnswer.ACCEPTED and not one.annulled and one.id != receipt.id:
            sentence = _(
                "La réception n° {other}, arrivée le {before}, est déjà acceptée. Si vous acceptez aussi la réception "
                "n° {number}, arrivée le {day}, elle seule comptera : son jour d’arrivée, son format, ses contrôles."
            )
            said = {"other": one.number, "before": say_day(one.received_on), "number": receipt.number, "day": day}
            return " ".join([sentence.format(**said), *([seen] if alarms else [])]), True
    owed = _("Ce qui est arrivé le {day} est bien ce qui était dû.").format(day=day)
    return (f"{owed} {seen}", True) if alarms else (owed, False)


def _accept_page(
    visit: Visit, receipt: DeliveryReceipt, delivery: Delivery, values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None, *, version: int | None = None, status: int = 200,
) -> Response[Any]:  # fmt: skip
    lead, follows = _say_accepting(visit, receipt, delivery)
    return _act_page(
        visit, delivery, "accept", values, errors or {}, heading=_("Accepter la réception"), lead=lead,
        action=f"/livraisons/receptions/{receipt.id}/accepter", button=_("Accepter"),
        version=receipt.version if version is None else version, changes=follows or _changes(receipt), status=status,
    )  # fmt: skip


@route("GET", "/livraisons/receptions/{receipt_id:int}/accepter", RECORD)
def show_accept(visit: Visit, receipt_id: int) -> Response[Any]:
    """The form of an acceptance: why, where another answer was given before."""
    return _accept_page(visit, *_of_receipt(visit, receipt_id), {})


@route("POST", "/livraisons/receptions/{receipt_id:int}/accepter", RECORD)
def accept_delivery(visit: Visit, receipt_id: int) -> Response[Any]:
    """Says that what came is what was owed."""
    receipt, delivery = _of_receipt(visit, receipt_id)
    data, version = visit.form_data(), _version(visit)
    values = {"reason": data.first("reason")}
    read = parse_form(AcceptForm, data, today=visit.today)
    made = save(read, lambda form: accept_receipt(visit.session, receipt_id, form, expected=version))
    if isinstance(made, Unsaved):
        now = made.version or version
        return _accept_page(visit, receipt, delivery, values, made.errors, version=now, status=made.status)
    return visit.go(f"/livraisons/{receipt.delivery_id}", done="livraison-acceptee")


def _say_refusing(visit: Visit, receipt: DeliveryReceipt, delivery: Delivery) -> str:
    """What it is to refuse a receipt, and which counts again where this one did."""
    receipts = find_receipts(visit.session, [delivery.id]).get(delivery.id, [])
    if (before := followed_before(receipts, but=receipt)) is not None:
        return _(
            "La réception n° {number}, arrivée le {day} et acceptée avant elle, comptera de nouveau. Dites ce qui "
            "manque ou ne va pas dans celle-ci."
        ).format(number=before.number, day=say_day(before.received_on))
    return _("Une livraison refusée reste due. Dites ce qui manque ou ne va pas, et jusqu’à quand le corriger.")


def _refuse_page(
    visit: Visit, receipt: DeliveryReceipt, delivery: Delivery, values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None, *, version: int | None = None, status: int = 200,
) -> Response[Any]:  # fmt: skip
    return _act_page(
        visit, delivery, "refuse", values, errors or {}, heading=_("Refuser la réception"),
        lead=_say_refusing(visit, receipt, delivery),
        action=f"/livraisons/receptions/{receipt.id}/refuser", button=_("Refuser"),
        version=receipt.version if version is None else version, changes=_changes(receipt), status=status,
    )  # fmt: skip


def _reasons(receipt: DeliveryReceipt) -> str:
    """What the checks found wrong, as reasons to begin with."""
    return "\n".join(say_report(receipt.checks).faults) if receipt.checks else ""


@route("GET", "/livraisons/receptions/{receipt_id:int}/refuser", RECORD)
def show_refuse(visit: Visit, receipt_id: int) -> Response[Any]:
    """The form of a refusal, with the day that the quality clause gives to correct."""
    receipt, delivery = _of_receipt(visit, receipt_id)
    contract = get_contract(visit.session, delivery.contract_id)
    reading = reading_of(find_written(visit.session, [contract])[contract.id], visit.today)
    correct_by = correction_day(reading, delivery, visit.today)
    values = {"correct_by": correct_by.isoformat() if correct_by else "", "reasons": _reasons(receipt)}
    return _refuse_page(visit, receipt, delivery, values)


@route("POST", "/livraisons/receptions/{receipt_id:int}/refuser", RECORD)
def refuse_delivery(visit: Visit, receipt_id: int) -> Response[Any]:
    """Says why what came is not what was owed."""
    receipt, delivery = _of_receipt(visit, receipt_id)
    data, version = visit.form_data(), _version(visit)
    values = {name: data.first(name) for name in RefuseForm.model_fields}
    read = parse_form(RefuseForm, data, today=visit.today)

    def refuse(form: RefuseForm) -> DeliveryReceipt:
        # The field is there: left empty, it says that no time is given.
        said = RefuseForm(**{"correct_by": None, **form.model_dump(include=form.model_fields_set)})
        return refuse_receipt(visit.session, receipt_id, said, expected=version)

    made = save(read, refuse)
    if isinstance(made, Unsaved):
        now = made.version or version
        return _refuse_page(visit, receipt, delivery, values, made.errors, version=now, status=made.status)
    counts = delivery.answer is ReceiptAnswer.ACCEPTED
    return visit.go(f"/livraisons/{delivery.id}", done="reception-refusee" if counts else "livraison-refusee")


def _penalty_page(
    visit: Visit, delivery: Delivery, values: Mapping[str, Any], errors: Mapping[str, str] | None = None, *,
    version: int | None = None, status: int = 200,
) -> Response[Any]:  # fmt: skip
    contract = get_contract(visit.session, delivery.contract_id)
    written = find_written(visit.session, [contract])[contract.id]
    receipts = find_receipts(visit.session, [delivery.id]).get(delivery.id, [])
    cost = cost_of(visit.session, delivery, receipts, reading_of(written, visit.today), visit.today)
    # What was decided before is about to be replaced.
    said = [*filter(None, [say_decision(delivery, cost)]), *say_penalty(cost, written)]
    return _act_page(
        visit, delivery, "penalty", values, errors or {}, heading=_("Décider de la pénalité"),
        lead=" ".join(said) or _("Cette livraison n’est pas en retard : il n’y a pas de pénalité."),
        action=f"/livraisons/{delivery.id}/penalite", button=_("Enregistrer la décision"),
        version=delivery.version if version is None else version,
        choices=[(str(one), one.label) for one in PenaltyDecision], status=status,
    )  # fmt: skip


@route("GET", "/livraisons/{delivery_id:int}/penalite", DECIDE)
def show_penalty(visit: Visit, delivery_id: int) -> Response[Any]:
    """Asks whether the penalty of a late delivery is applied or remitted."""
    return _penalty_page(visit, _of_delivery(visit, delivery_id, DECIDE), {})


@route("POST", "/livraisons/{delivery_id:int}/penalite", DECIDE)
def penalise(visit: Visit, delivery_id: int) -> Response[Any]:
    """Applies the penalty of a late delivery, or remits it."""
    delivery, data, version = _of_delivery(visit, delivery_id, DECIDE), visit.form_data(), _version(visit)
    values = {name: data.first(name) for name in PenaltyForm.model_fields}
    made = save(
        visit.form(PenaltyForm), lambda form: decide_penalty(visit.session, delivery_id, form, expected=version)
    )  # fmt: skip
    if isinstance(made, Unsaved):
        now = made.version or version
        return _penalty_page(visit, delivery, values, made.errors, version=now, status=made.status)
    return visit.go(f"/livraisons/{delivery_id}", done="penalite-decidee")


def _delivery_aside(visit: Visit, delivery_id: int) -> Aside:
    delivery = _of_delivery(visit, delivery_id)
    trail = trail_of(visit, delivery)
    return Aside(
        delivery, trail[-1][0], trail,
        heads=(_("Annuler la livraison"), _("Rétablir la livraison")), sentences=(_(_ASIDE_SAYS), _(_BACK_SAYS)),
        back=f"/livraisons/{delivery.id}", act=partial(set_delivery_aside, visit.session, delivery.id),
    )  # fmt: skip


def _receipt_aside(visit: Visit, receipt_id: int) -> Aside:
    receipt, delivery = _of_receipt(visit, receipt_id)
    return Aside(
        receipt, _("Réception du {day}").format(day=say_day(receipt.received_on)), trail_of(visit, delivery),
        sentences=(_(_ASIDE_SAYS), _(_BACK_SAYS)), back=f"/livraisons/{delivery.id}",
        act=partial(set_receipt_aside, visit.session, receipt.id),
    )  # fmt: skip


@route("GET", "/livraisons/receptions/{receipt_id:int}/fichier", READ)
def download_delivered(visit: Visit, receipt_id: int) -> Response[Any]:
    """The file of a receipt."""
    return file_of(visit, get_receipt(visit.session, receipt_id))


_ASIDE = (
    *asking_why(
        "/livraisons/{delivery_id:int}/annuler", RECORD, _delivery_aside,
        done=("livraison-annulee", "livraison-retablie"),
    ),
    *asking_why(
        "/livraisons/receptions/{receipt_id:int}/annuler", RECORD, _receipt_aside,
        done=("reception-annulee", "reception-retablie"),
    ),
)  # fmt: skip
HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_receive, receive_delivery, show_accept, accept_delivery, show_refuse, refuse_delivery, show_penalty, penalise,
    download_delivered, *_ASIDE,
)  # fmt: skip
