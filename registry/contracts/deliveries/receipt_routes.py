"""The forms of what came of a delivery: receive, accept, refuse, decide of the penalty, set aside."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY

from registry.contracts.checks.views import say_report
from registry.contracts.checks.visiting import check_upload
from registry.contracts.clauses.queries import find_written
from registry.contracts.clauses.views import again, labels_of
from registry.contracts.deliveries.expecting import reading_of
from registry.contracts.deliveries.forms import AcceptForm, PenaltyForm, ReceiptForm, RefuseForm
from registry.contracts.deliveries.models import Delivery, DeliveryReceipt
from registry.contracts.deliveries.queries import find_receipts, get_delivery, get_receipt
from registry.contracts.deliveries.service import (
    FILES,
    accept_receipt,
    correction_day,
    cost_of,
    decide_penalty,
    receive,
    refuse_receipt,
    refuse_unless_awaited,
    set_delivery_aside,
    set_receipt_aside,
)
from registry.contracts.deliveries.views import RECEIPT_LABELS, AnswerPage, say_penalty, title_of
from registry.contracts.deliveries.visiting import (
    DECIDE,
    DELIVERED_FILE,
    READ,
    RECORD,
    file_of,
    keep_delivery,
    look_at_delivery,
)
from registry.contracts.deliveries.vocabulary import DeliveryChannel, PenaltyDecision, ReceiptAnswer
from registry.contracts.queries import get_contract
from registry.datasets.queries import find_titles
from registry.kernel.errors import Conflict, Invalid, Stale
from registry.kernel.words import _, mark
from registry.web.forms import parse_form, read_number
from registry.web.templating import say_day
from registry.web.typed import AnnulForm
from registry.web.visits import Rejected, Visit, route

_CHANNELS = (DeliveryChannel.UPLOAD, *(one for one in DeliveryChannel if one not in FILES))
_WHY = mark("Dites en quelques mots pourquoi : ce motif reste au registre.")
_CHOOSE_AGAIN = mark("Choisissez de nouveau le fichier : le navigateur ne le garde pas.")


def _act_page(
    visit: Visit, delivery: Delivery, kind: str, values: Mapping[str, Any], errors: Mapping[str, str], *,
    heading: str, lead: str, action: str, button: str, version: int, choices: Sequence[tuple[str, str]] = (),
    changes: bool = False, status: int = 200,
) -> Response[Any]:  # fmt: skip
    titles = find_titles(visit.session, [delivery.dataset_id] if delivery.dataset_id is not None else [])
    page = AnswerPage(
        kind=kind, id=delivery.id, title=title_of(delivery, titles), contract_id=delivery.contract_id,
        contract=get_contract(visit.session, delivery.contract_id).object, heading=heading, lead=lead, action=action,
        button=button, version=version, values=values, errors=errors,
        labels=labels_of(RECEIPT_LABELS) | {"reason": _("Pourquoi cette réponse change") if changes else _("Pourquoi")},
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
    read = visit.form(ReceiptForm)
    if isinstance(read, Rejected):
        errors = {**lost, **read.errors}
        return _receive_page(visit, delivery, values, errors, version=version, status=HTTP_422_UNPROCESSABLE_ENTITY)
    form = read.form
    if form.channel in FILES:
        # Whoever is signed in deposits here by themselves: no form makes it come from the holder.
        form = form.model_copy(update={"channel": DeliveryChannel.UPLOAD})
    try:
        refuse_unless_awaited(visit.session, delivery, form.channel)
        file = look_at_delivery(visit)
        if file is not None:
            file = replace(file, checks=check_upload(visit, delivery))
        receive(visit.session, delivery_id, form, file, expected=version)
    except Invalid as refusal:
        errors = {**lost, **refusal.by_field}
        return _receive_page(visit, delivery, values, errors, version=version, status=HTTP_422_UNPROCESSABLE_ENTITY)
    except (Stale, Conflict) as refusal:
        now = refusal.current_version if isinstance(refusal, Stale) else version
        errors = {**lost, **again(refusal)}
        return _receive_page(visit, delivery, values, errors, version=now, status=HTTP_409_CONFLICT)
    keep_delivery(visit)
    return visit.go(f"/livraisons/{delivery_id}", done="livraison-recue")


def _changes(receipt: DeliveryReceipt) -> bool:
    """Whether to answer is to change an answer, which asks why."""
    return receipt.answer is not ReceiptAnswer.WAITING


def _accept_page(
    visit: Visit, receipt: DeliveryReceipt, delivery: Delivery, values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None, *, version: int | None = None, status: int = 200,
) -> Response[Any]:  # fmt: skip
    return _act_page(
        visit, delivery, "accept", values, errors or {}, heading=_("Accepter la réception"),
        lead=_("Ce qui est arrivé le {day} est bien ce qui était dû.").format(day=say_day(receipt.received_on)),
        action=f"/livraisons/receptions/{receipt.id}/accepter", button=_("Accepter"),
        version=receipt.version if version is None else version, changes=_changes(receipt), status=status,
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
    if isinstance(read, Rejected):
        return _accept_page(
            visit, receipt, delivery, values, read.errors, version=version, status=HTTP_422_UNPROCESSABLE_ENTITY
        )
    try:
        accept_receipt(visit.session, receipt_id, read.form, expected=version)
    except Invalid as refusal:
        return _accept_page(
            visit, receipt, delivery, values, refusal.by_field, version=version, status=HTTP_422_UNPROCESSABLE_ENTITY
        )
    except (Stale, Conflict) as refusal:
        now = refusal.current_version if isinstance(refusal, Stale) else version
        return _accept_page(
            visit, receipt, delivery, values, again(refusal), version=now, status=HTTP_409_CONFLICT
        )  # fmt: skip
    return visit.go(f"/livraisons/{receipt.delivery_id}", done="livraison-acceptee")


def _refuse_page(
    visit: Visit, receipt: DeliveryReceipt, delivery: Delivery, values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None, *, version: int | None = None, status: int = 200,
) -> Response[Any]:  # fmt: skip
    return _act_page(
        visit, delivery, "refuse", values, errors or {}, heading=_("Refuser la réception"),
        lead=_("Une livraison refusée reste due. Dites ce qui manque ou ne va pas, et jusqu’à quand le corriger."),
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
    if isinstance(read, Rejected):
        return _refuse_page(
            visit, receipt, delivery, values, read.errors, version=version, status=HTTP_422_UNPROCESSABLE_ENTITY
        )
    # The field is there: left empty, it says that no time is given.
    form = RefuseForm(**{"correct_by": None, **read.form.model_dump(include=read.form.model_fields_set)})
    try:
        refuse_receipt(visit.session, receipt_id, form, expected=version)
    except Invalid as refusal:
        return _refuse_page(
            visit, receipt, delivery, values, refusal.by_field, version=version, status=HTTP_422_UNPROCESSABLE_ENTITY
        )
    except (Stale, Conflict) as refusal:
        now = refusal.current_version if isinstance(refusal, Stale) else version
        return _refuse_page(
            visit, receipt, delivery, values, again(refusal), version=now, status=HTTP_409_CONFLICT
        )  # fmt: skip
    return visit.go(f"/livraisons/{receipt.delivery_id}", done="livraison-refusee")


def _penalty_page(
    visit: Visit, delivery: Delivery, values: Mapping[str, Any], errors: Mapping[str, str] | None = None, *,
    version: int | None = None, status: int = 200,
) -> Response[Any]:  # fmt: skip
    contract = get_contract(visit.session, delivery.contract_id)
    written = find_written(visit.session, [contract])[contract.id]
    receipts = find_receipts(visit.session, [delivery.id]).get(delivery.id, [])
    cost = cost_of(visit.session, delivery, receipts, reading_of(written, visit.today), visit.today)
    said = say_penalty(cost, written)
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
    read = visit.form(PenaltyForm)
    if isinstance(read, Rejected):
        return _penalty_page(
            visit, delivery, values, read.errors, version=version, status=HTTP_422_UNPROCESSABLE_ENTITY
        )  # fmt: skip
    try:
        decide_penalty(visit.session, delivery_id, read.form, expected=version)
    except (Stale, Conflict) as refusal:
        now = refusal.current_version if isinstance(refusal, Stale) else version
        return _penalty_page(visit, delivery, values, again(refusal), version=now, status=HTTP_409_CONFLICT)
    return visit.go(f"/livraisons/{delivery_id}", done="penalite-decidee")


def _aside_page(
    visit: Visit, delivery: Delivery, receipt: DeliveryReceipt | None, error: str = "", *, version: int | None = None,
    status: int = 200,
) -> Response[Any]:  # fmt: skip
    row = delivery if receipt is None else receipt
    back = row.annulled
    what = _("la livraison") if receipt is None else _("la réception du {day}").format(day=say_day(receipt.received_on))
    own = f"/livraisons/{delivery.id}" if receipt is None else f"/livraisons/receptions/{receipt.id}"
    return _act_page(
        visit, delivery, "aside", {}, {"reason": error} if error else {},
        heading=(_("Rétablir {what}") if back else _("Annuler {what}")).format(what=what),
        lead=_("Tout revient tel que c’était.") if back
        else _("Pour ce qui a été noté par erreur ou n’est pas dû. Rien n’est effacé, et le motif reste."),
        action=f"{own}/annuler", button=_("Rétablir") if back else _("Annuler"),
        version=row.version if version is None else version, status=status,
    )  # fmt: skip


@route("GET", "/livraisons/{delivery_id:int}/annuler", RECORD)
def show_annul_delivery(visit: Visit, delivery_id: int) -> Response[Any]:
    """Asks why a delivery is set aside, or brought back."""
    return _aside_page(visit, _of_delivery(visit, delivery_id), None)


def _set_aside(visit: Visit, delivery: Delivery, receipt: DeliveryReceipt | None, save: Any) -> bool | Response[Any]:
    """Does what the form asks, or gives the page again; whether it was to annul."""
    read, aside = visit.form(AnnulForm), not (receipt or delivery).annulled
    if isinstance(read, Rejected):
        return _aside_page(visit, delivery, receipt, _(_WHY), status=HTTP_422_UNPROCESSABLE_ENTITY)
    try:
        save(expected=_version(visit), reason=read.form.reason, annulled=aside)
    except (Stale, Conflict) as refusal:
        return _aside_page(visit, delivery, receipt, again(refusal)["_"], status=HTTP_409_CONFLICT)
    return aside


@route("POST", "/livraisons/{delivery_id:int}/annuler", RECORD)
def annul_delivery(visit: Visit, delivery_id: int) -> Response[Any]:
    """Sets a delivery aside, or brings it back."""
    delivery = _of_delivery(visit, delivery_id)
    done = _set_aside(
        visit, delivery, None, lambda **more: set_delivery_aside(visit.session, delivery_id, **more)
    )  # fmt: skip
    if isinstance(done, Response):
        return done
    return visit.go(f"/livraisons/{delivery_id}", done="livraison-annulee" if done else "livraison-retablie")


@route("GET", "/livraisons/receptions/{receipt_id:int}/annuler", RECORD)
def show_annul_receipt(visit: Visit, receipt_id: int) -> Response[Any]:
    """Asks why a receipt is set aside, or brought back."""
    receipt, delivery = _of_receipt(visit, receipt_id)
    return _aside_page(visit, delivery, receipt)


@route("POST", "/livraisons/receptions/{receipt_id:int}/annuler", RECORD)
def annul_receipt(visit: Visit, receipt_id: int) -> Response[Any]:
    """Sets a receipt aside, or brings it back."""
    receipt, delivery = _of_receipt(visit, receipt_id)
    done = _set_aside(
        visit, delivery, receipt, lambda **more: set_receipt_aside(visit.session, receipt_id, **more)
    )  # fmt: skip
    if isinstance(done, Response):
        return done
    return visit.go(f"/livraisons/{delivery.id}", done="reception-annulee" if done else "reception-retablie")


@route("GET", "/livraisons/receptions/{receipt_id:int}/fichier", READ)
def download_delivered(visit: Visit, receipt_id: int) -> Response[Any]:
    """The file of a receipt."""
    return file_of(visit, get_receipt(visit.session, receipt_id))


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_receive, receive_delivery, show_accept, accept_delivery, show_refuse, refuse_delivery, show_penalty, penalise,
    show_annul_delivery, annul_delivery, show_annul_receipt, annul_receipt, download_delivered,
)  # fmt: skip
