"""The JSON API of deliveries: list, read, record, receive a file, answer, decide of the penalty, with If-Match."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED
from pydantic import BaseModel, ConfigDict, Field

from registry.contracts.api import TAG
from registry.contracts.checks.visiting import check_upload
from registry.contracts.clauses.queries import find_written
from registry.contracts.deliveries.costs import cost_of
from registry.contracts.deliveries.expecting import reading_of
from registry.contracts.deliveries.forms import (
    AcceptForm,
    DeliveryChange,
    DeliveryForm,
    PenaltyForm,
    ReceiptForm,
    RefuseForm,
    UploadedReceiptForm,
)
from registry.contracts.deliveries.models import Delivery, DeliveryReceipt
from registry.contracts.deliveries.queries import (
    DeliveryFilter,
    count_by_state,
    find_deliveries_page,
    find_receipts,
    get_delivery,
    get_receipt,
    place_of,
)
from registry.contracts.deliveries.rules import are_dues_beyond, dues_between
from registry.contracts.deliveries.service import (
    accept_receipt,
    amend_delivery,
    decide_penalty,
    receive,
    record_delivery,
    refuse_receipt,
    refuse_unless_awaited,
    set_delivery_aside,
    set_receipt_aside,
)
from registry.contracts.deliveries.views import DELIVERY_LABELS, RECEIPT_LABELS, standing_of
from registry.contracts.deliveries.visiting import (
    DECIDE,
    DELIVERED_FILE,
    READ,
    RECORD,
    file_of,
    keep_delivery,
    look_at_delivery,
)
from registry.contracts.deliveries.vocabulary import DeliveryChannel, DeliveryState, PenaltyDecision, ReceiptAnswer
from registry.contracts.queries import get_contract
from registry.contracts.vocabulary import Delivered
from registry.documents.vocabulary import FileType
from registry.kernel.errors import FieldError, Invalid
from registry.kernel.words import _, mark
from registry.web.calls import ApiCall, Number, PageQuestions
from registry.web.setting_aside import setting_aside
from registry.web.templating import say_number
from registry.web.visits import Rejected, Visit, route

REASON = "Notée deux fois"
_LABELS = {
    **RECEIPT_LABELS,
    **DELIVERY_LABELS,
    "state": mark("Où en est la livraison"),
    "answer": mark("Ce qui a été répondu"),
    "penalty": mark("Ce qui est décidé de la pénalité"),
    "penalty_cents": mark("Le montant décidé, en centimes"),
    "penalty_counted_cents": mark(
        "Ce que le contrat comptait le jour de la décision, en centimes ; rien s’il compte aussi autrement que par jour"
    ),
    "days_late": mark("Jours de retard, à ce jour ou à l’arrivée"),
    "penalty_due_cents": mark(
        "Le montant que donne la clause, en centimes ; rien sans clause, ni tant que le départ de la pénalité ou "
        "la période du plafond manque"
    ),
    "file_name": mark("Nom du fichier livré"),
    "file_type": mark("Type du fichier, lu dans ses octets"),
    "checks": mark("Ce que les contrôles ont trouvé"),
    "unasked": mark("Vrai si plus aucune clause ne la prévoit"),
    "annulled": mark("Vrai si la ligne est annulée"),
    "contract_id": mark("Contrat"),
    "number": mark("Numéro de la réception"),
    "reason": mark("Pourquoi change une réponse déjà donnée, ou est accepté ce que les contrôles disent de regarder"),
    "dues": mark("Les échéances du calendrier"),
}
_MEDIA = (
    *(one.media_type for one in FileType),
    "application/json",
    "application/geo+json",
    "application/zip",
    "application/xml",
)


def label_of(name: str) -> str:
    """A field’s name in the reader’s language, or nothing."""
    return _(_LABELS[name]) if name in _LABELS else ""


def about(says: str, **more: Any) -> ApiCall:
    """What the document tells of a call about deliveries."""
    return ApiCall(**{"tag": TAG, "says": says, "labels": label_of, **more})


@dataclass(frozen=True)
class DeliveryLineBody:
    """A delivery in a list."""

    id: int
    version: int
    organisation_id: int
    contract_id: int
    clause_id: int | None
    dataset_id: int | None
    kind: Delivered
    label: str | None
    due_on: date | None
    in_time_until: date | None
    received_on: date | None
    answer: ReceiptAnswer | None
    state: DeliveryState


@dataclass(frozen=True)
class ReceiptBody:
    """What came once of a delivery."""

    id: int
    version: int
    delivery_id: int
    number: int
    received_on: date
    channel: DeliveryChannel
    described: str | None
    file_name: str | None
    file_type: str | None
    electronic: bool | None
    open_standard: bool | None
    machine_readable: bool | None
    checks: dict[str, Any]
    answer: ReceiptAnswer
    reasons: str | None
    answered_on: date | None
    correct_by: date | None
    annulled: bool


@dataclass(frozen=True)
class DeliveryBody(DeliveryLineBody):
    """A delivery with what came of it, how late it is and what that costs.

    Units: the three amounts of its penalty in hundredths of a euro.
    """

    indispensable: bool | None
    secret: bool | None
    public_available_on: date | None
    public_notice_posted: bool | None
    notice_received_on: date | None
    notice_days: int | None
    penalty: PenaltyDecision | None
    penalty_cents: int | None
    penalty_counted_cents: int | None
    penalty_reason: str | None
    days_late: int | None
    penalty_due_cents: int | None
    unasked: bool
    annulled: bool
    receipts: list[ReceiptBody]


@dataclass(frozen=True)
class DeliveriesBody:
    """A page of deliveries: what waits for an answer first, then what is late, then what is due."""

    total: int
    deliveries: list[DeliveryLineBody]
    next: str | None


@dataclass(frozen=True)
class DueBody:
    """A day of the calendar of a contract; without a dataset, for the whole contract."""

    clause_id: int
    dataset_id: int | None
    due_on: date


@dataclass(frozen=True)
class CalendarBody:
    """The days on which a contract has something delivered, between two days."""

    dues: list[DueBody]


class DeliveryQuestions(PageQuestions):
    """What the list of deliveries is narrowed to."""

    state: DeliveryState | None = Field(default=None, description=mark("Où en est la livraison."))
    contract_id: Number | None = Field(default=None, description=mark("Le contrat qui la prévoit."))
    dataset_id: Number | None = Field(default=None, description=mark("Le jeu livré."))
    annulled: bool = Field(default=False, description=mark("true pour lire les livraisons annulées, et elles seules."))


class CalendarQuestions(BaseModel):
    """Between which days the calendar is read; without them, this year."""

    model_config = ConfigDict(extra="forbid")

    first: date | None = Field(default=None, description=mark("Premier jour du calendrier."))
    last: date | None = Field(default=None, description=mark("Dernier jour du calendrier."))


_COLUMNS = tuple(name for name in DeliveryLineBody.__dataclass_fields__ if name != "state")
_MORE = (
    "indispensable", "secret", "public_available_on", "public_notice_posted", "notice_received_on", "notice_days",
    "penalty", "penalty_cents", "penalty_counted_cents", "penalty_reason", "unasked", "annulled",
)  # fmt: skip


def _line(visit: Visit, delivery: Delivery) -> dict[str, Any]:
    return {name: getattr(delivery, name) for name in _COLUMNS} | {"state": standing_of(delivery, visit.today)}


def _receipt(receipt: DeliveryReceipt) -> ReceiptBody:
    return ReceiptBody(**{name: getattr(receipt, name) for name in ReceiptBody.__dataclass_fields__})


def _body(visit: Visit, delivery: Delivery) -> DeliveryBody:
    contract = get_contract(visit.session, delivery.contract_id)
    reading = reading_of(find_written(visit.session, [contract])[contract.id], visit.today)
    receipts = find_receipts(visit.session, [delivery.id]).get(delivery.id, [])
    cost = cost_of(visit.session, delivery, receipts, reading, visit.today)
    return DeliveryBody(
        **_line(visit, delivery),
        **{name: getattr(delivery, name) for name in _MORE},
        days_late=cost.lateness.days if cost is not None else None,
        penalty_due_cents=int(cost.amount * 100) if cost and cost.amount is not None and cost.is_sure else None,
        receipts=[_receipt(one) for one in receipts],
    )


@route(
    "GET", "/api/v1/deliveries", READ,
    about=about(
        mark("Les livraisons dans vos droits : ce qui attend une réponse, ce qui est en retard, ce qui est attendu."),
        asks=DeliveryQuestions,
    ),
)  # fmt: skip
def list_deliveries(visit: Visit) -> Response[DeliveriesBody]:
    """The deliveries within the asker's rights."""
    asked = visit.asked(DeliveryQuestions)
    wanted = DeliveryFilter(
        frozenset({asked.state} if asked.state else ()), asked.contract_id, asked.dataset_id, asked.annulled
    )
    said = asked.place(int, str, int)
    try:
        after = (said[0], date.fromisoformat(said[1]), said[2]) if said is not None else None
    except ValueError as error:
        raise Invalid(_("Ce repère de page n’est pas valable : repartez de la première page.")) from error
    found = find_deliveries_page(visit.session, wanted, today=visit.today, after=after, limit=asked.limit + 1)
    more, rows = len(found) > asked.limit, [row for row, _contract in found[: asked.limit]]
    place = place_of(rows[-1], standing_of(rows[-1], visit.today)) if more else None
    following = asked.following((place[0], place[1].isoformat(), place[2]) if place is not None else None)
    by = count_by_state(visit.session, wanted, today=visit.today)
    total = sum(count for state, count in by.items() if not wanted.states or state in wanted.states)
    return visit.answer(DeliveriesBody(total, [DeliveryLineBody(**_line(visit, row)) for row in rows], following))


@route(
    "GET", "/api/v1/contracts/{contract_id:int}/delivery-calendar", READ,
    about=about(
        mark("Les échéances que donnent les clauses de calendrier d’un contrat, cette année ou entre deux jours."),
        asks=CalendarQuestions,
    ),
)  # fmt: skip
def read_calendar(visit: Visit, contract_id: int) -> Response[CalendarBody]:
    """The due days of a contract."""
    asked, year = visit.asked(CalendarQuestions), visit.today.year
    contract = get_contract(visit.session, contract_id)
    reading = reading_of(find_written(visit.session, [contract])[contract.id], visit.today)
    first, last = asked.first or date(year, 1, 1), asked.last or date(year, 12, 31)
    if not 0 <= (last - first).days <= MOST_DAYS:
        sentence = _("Le dernier jour suit le premier, de dix ans au plus.")
        raise Invalid(sentence, (FieldError("last", sentence),))
    if are_dues_beyond(reading.spans, reading.terms, first, last, MOST_DUES):
        beyond = _("Plus de {most} échéances sont prévues entre ces deux jours : demandez une période plus courte.")
        sentence = beyond.format(most=say_number(MOST_DUES))
        raise Invalid(sentence, (FieldError("last", sentence),))
    found = dues_between(reading.spans, reading.terms, first, last)
    return visit.answer(CalendarBody([DueBody(one.clause_id, one.dataset_id, one.day) for one in found]))


MOST_DAYS, MOST_DUES = 3660, 10_000


@route(
    "POST", "/api/v1/contracts/{contract_id:int}/deliveries", RECORD, takes=DeliveryForm,
    about=about(
        mark("Note une livraison due hors calendrier, ou une échéance passée d’une clause de calendrier."), status=201,
        example={"label": "Plans des réseaux", "due_on": "2026-12-31", "indispensable": True},
    ),
)  # fmt: skip
def create_delivery(visit: Visit, contract_id: int) -> Response[DeliveryBody]:
    """Records a delivery."""
    given = visit.given(DeliveryForm)
    visit.visitor.require(RECORD, get_contract(visit.session, contract_id).organisation_id)
    made = record_delivery(visit.session, contract_id, given)
    visit.headers["Location"] = f"/api/v1/deliveries/{made.id}"
    return visit.answer(_body(visit, made), status=HTTP_201_CREATED)


@route(
    "GET", "/api/v1/deliveries/{delivery_id:int}", READ,
    about=about(mark("Une livraison : ce qui est arrivé, le retard, et ce qu’en fait la clause de pénalité.")),
)  # fmt: skip
def read_delivery(visit: Visit, delivery_id: int) -> Response[DeliveryBody]:
    """One delivery."""
    return visit.answer(_body(visit, get_delivery(visit.session, delivery_id)))


def _may(visit: Visit, delivery_id: int, permission: Any = RECORD) -> None:
    visit.visitor.require(permission, get_delivery(visit.session, delivery_id).organisation_id)


@route(
    "PATCH", "/api/v1/deliveries/{delivery_id:int}", RECORD, takes=DeliveryChange,
    about=about(
        mark("Change les champs donnés d’une livraison ; l’échéance d’un calendrier se corrige par sa clause."),
        versioned=True, example={"public_available_on": "2026-10-05"},
    ),
)  # fmt: skip
def correct_delivery(visit: Visit, delivery_id: int) -> Response[DeliveryBody]:
    """Changes the fields given; asks for If-Match."""
    expected, given = visit.expected_version(), visit.given(DeliveryChange)
    _may(visit, delivery_id)
    return visit.answer(_body(visit, amend_delivery(visit.session, delivery_id, given, expected=expected)))


_ASIDE = setting_aside(
    "/api/v1/deliveries/{delivery_id:int}", RECORD, DeliveryBody, about=about, reason=REASON,
    named=("annul_delivery", "restore_delivery"),
    says=(
        mark("Met de côté une livraison qui n’est pas due, en disant pourquoi ; rien n’est supprimé."),
        mark("Rétablit une livraison annulée, en disant pourquoi."),
    ),
    get=get_delivery, act=set_delivery_aside, tell=_body,
)  # fmt: skip


@route(
    "POST", "/api/v1/deliveries/{delivery_id:int}/receipts", RECORD, takes=UploadedReceiptForm, upload=DELIVERED_FILE,
    about=about(
        mark("Note ce qui est arrivé d’une livraison, avec son fichier."), versioned=True, status=201, unlocated=True,
        more=mark("Le type est lu dans les octets du fichier ; ce qui peut porter un programme est refusé."),
    ),
)  # fmt: skip
def create_receipt(visit: Visit, delivery_id: int) -> Response[ReceiptBody]:
    """Keeps a file as what came of a delivery; asks for If-Match."""
    expected, read = visit.expected_version(), visit.form(ReceiptForm)
    if isinstance(read, Rejected):
        problems = tuple(FieldError(path, message) for path, message in read.errors.items())
        raise Invalid(_("Le formulaire ne convient pas."), problems)
    _may(visit, delivery_id)
    delivery = get_delivery(visit.session, delivery_id)
    refuse_unless_awaited(visit.session, delivery, DeliveryChannel.API)
    file = look_at_delivery(visit, delivery)
    if file is not None:
        file = replace(file, checks=check_upload(visit, delivery))
    said = read.form
    form = said.model_copy(update={"channel": DeliveryChannel.API}) if file is not None else said
    made = receive(visit.session, delivery_id, form, file, expected=expected)
    keep_delivery(visit)
    return visit.answer(_receipt(made), status=HTTP_201_CREATED)


@route(
    "GET", "/api/v1/delivery-receipts/{receipt_id:int}/file", READ,
    about=about(mark("Le fichier reçu, octet pour octet."), media_types=_MEDIA),
)  # fmt: skip
def read_delivered(visit: Visit, receipt_id: int) -> Response[bytes]:
    """The file of a receipt."""
    return file_of(visit, get_receipt(visit.session, receipt_id))


def _may_answer(visit: Visit, receipt_id: int) -> None:
    visit.visitor.require(RECORD, get_receipt(visit.session, receipt_id).organisation_id)


@route(
    "POST", "/api/v1/delivery-receipts/{receipt_id:int}/acceptance", RECORD, takes=AcceptForm,
    about=about(
        mark("Accepte ce qui est arrivé."), versioned=True, example={"answered_on": "2026-11-20"},
        more=mark(
            "Une seule réception d’une livraison compte. Où une autre est déjà acceptée, celle-ci compte à sa place, "
            "pour le jour d’arrivée comme pour le format : « reason » dit pourquoi, et l’autre devient « followed »."
        ),
    ),
)  # fmt: skip
def accept(visit: Visit, receipt_id: int) -> Response[ReceiptBody]:
    """Says that what came is what was owed; asks for If-Match."""
    expected, given = visit.expected_version(), visit.given(AcceptForm)
    _may_answer(visit, receipt_id)
    return visit.answer(_receipt(accept_receipt(visit.session, receipt_id, given, expected=expected)))


@route(
    "POST", "/api/v1/delivery-receipts/{receipt_id:int}/refusal", RECORD, takes=RefuseForm,
    about=about(
        mark("Refuse ce qui est arrivé, en disant pourquoi ; sans « correct_by », le délai de la clause de qualité."),
        versioned=True, example={"reasons": "La colonne des volumes manque."},
    ),
)  # fmt: skip
def refuse(visit: Visit, receipt_id: int) -> Response[ReceiptBody]:
    """Says why what came is not what was owed; asks for If-Match."""
    expected, given = visit.expected_version(), visit.given(RefuseForm)
    _may_answer(visit, receipt_id)
    return visit.answer(_receipt(refuse_receipt(visit.session, receipt_id, given, expected=expected)))


_RECEIPT_ASIDE = setting_aside(
    "/api/v1/delivery-receipts/{receipt_id:int}", RECORD, ReceiptBody, about=about, reason=REASON,
    named=("annul_receipt", "restore_receipt"),
    says=(
        mark("Met de côté une réception notée par erreur, en disant pourquoi."),
        mark("Rétablit une réception annulée, en disant pourquoi."),
    ),
    get=get_receipt, act=set_receipt_aside, tell=lambda _visit, row: _receipt(row),
)  # fmt: skip


@route(
    "POST", "/api/v1/deliveries/{delivery_id:int}/penalty", DECIDE, takes=PenaltyForm,
    about=about(
        mark("Applique la pénalité d’une livraison en retard, en tout ou pour le montant dit, ou la remet."),
        versioned=True, example={"penalty": "applied", "penalty_reason": "Mise en demeure restée sans effet"},
    ),
)  # fmt: skip
def decide(visit: Visit, delivery_id: int) -> Response[DeliveryBody]:
    """Applies the penalty of a late delivery, or remits it; asks for If-Match."""
    expected, given = visit.expected_version(), visit.given(PenaltyForm)
    _may(visit, delivery_id, DECIDE)
    return visit.answer(_body(visit, decide_penalty(visit.session, delivery_id, given, expected=expected)))


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    list_deliveries, read_calendar, create_delivery, read_delivery, correct_delivery, *_ASIDE, create_receipt,
    read_delivered, accept, refuse, *_RECEIPT_ASIDE, decide,
)  # fmt: skip
