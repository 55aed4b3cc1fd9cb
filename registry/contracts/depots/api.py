"""The API of operators: what a link lets a program read and deposit, by the token of the link and no account."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from registry.contracts.checks.views import say_report
from registry.contracts.checks.vocabulary import CheckVerdict
from registry.contracts.deliveries.again import say_refused_before
from registry.contracts.deliveries.models import DeliveryReceipt
from registry.contracts.deliveries.views import DELIVERY_LABELS, RECEIPT_LABELS, standing_of, title_of
from registry.contracts.deliveries.vocabulary import DeliveryState, ReceiptAnswer
from registry.contracts.depots.entering import CLOSED, DEPOSITED_FILE, come_back, deposit_file, refusal_of
from registry.contracts.depots.gathering import Depot, Owed, gather_depot
from registry.contracts.depots.queries import Depositor, enter_depot
from registry.kernel.errors import NotFound, Refusal
from registry.kernel.words import _, mark
from registry.web.calls import ApiCall
from registry.web.cookies import bearer_of
from registry.web.refusals import SignInNeeded
from registry.web.visits import EVERYBODY, Visit, route

TAG = mark("Dépôt d’un titulaire, par son lien")
DEPOT = "/api/v1/depot"
_NEED = mark(
    "Donnez le jeton du lien de dépôt dans l’en-tête Authorization : Bearer, puis ce qui suit /depot/ dans son adresse."
)
_LABELS = {
    **RECEIPT_LABELS,
    **DELIVERY_LABELS,
    "contract": mark("Objet du contrat"),
    "reference": mark("Référence du contrat"),
    "organisation": mark("Destinataire"),
    "party": mark("À qui le lien est donné"),
    "expires_on": mark("Dernier jour du lien"),
    "deliveries": mark("Ce que le contrat fait livrer"),
    "title": mark("Ce qui est livré, en mots"),
    "state": mark("Où en est la livraison"),
    "days_late": mark("Jours de retard, à ce jour ou à l’arrivée ; rien sans échéance"),
    "may_deposit": mark("Vrai tant qu’un fichier est pris pour cette livraison"),
    "number": mark("Numéro du dépôt"),
    "received_at": mark("Moment de la réception"),
    "file_name": mark("Nom du fichier"),
    "file_type": mark("Type du fichier, lu dans ses octets"),
    "sha256": mark("Empreinte SHA-256 du fichier reçu"),
    "refused_before": mark("Que ce fichier est, octet pour octet, un fichier déjà refusé de cette livraison"),
    "answer": mark("Ce que la collectivité a répondu"),
    "checks": mark("Ce que les contrôles ont trouvé"),
    "verdict": mark("Ce que vaut le contrôle"),
    "sentences": mark("Ce qui a été vu, en phrases"),
}


def label_of(name: str) -> str:
    """A field’s name in the reader’s language, or nothing."""
    return _(_LABELS[name]) if name in _LABELS else ""


@dataclass(frozen=True)
class DepotCheckBody:
    """One check of a file that came: its verdict, and why."""

    code: str
    label: str
    verdict: CheckVerdict
    sentences: list[str]


@dataclass(frozen=True)
class DepositBody:
    """What a link deposited once: its acknowledgement, what the checks say, and what was answered."""

    delivery_id: int
    number: int
    received_at: datetime | None
    received_on: date
    file_name: str | None
    file_type: str | None
    sha256: str | None
    days_late: int | None
    checks: list[DepotCheckBody]
    answer: ReceiptAnswer
    reasons: str | None
    answered_on: date | None
    correct_by: date | None
    refused_before: str | None


@dataclass(frozen=True)
class OwedBody:
    """Something that the contract has delivered, and what came of it."""

    id: int
    title: str
    due_on: date | None
    in_time_until: date | None
    state: DeliveryState
    days_late: int | None
    may_deposit: bool
    receipts: list[DepositBody]


@dataclass(frozen=True)
class DepotBody:
    """The one contract that a link opens, and what it has delivered."""

    contract: str
    reference: str | None
    organisation: str
    party: str
    expires_on: date
    deliveries: list[OwedBody]


class DepositForm(BaseModel):
    """The file of a deposit: what the document tells of the form that brings it."""

    model_config = ConfigDict(extra="forbid")

    file: bytes


def _about(says: str, more: str, **rest: Any) -> ApiCall:
    return ApiCall(TAG, says, more, labels=label_of, **rest)


def _admits(session: Session, request: Request[Any, Any, Any]) -> Refusal | None:
    token = bearer_of(request)
    if not token:
        return SignInNeeded(_(_NEED))
    refusal = refusal_of(session, request, token)
    return SignInNeeded(refusal.message) if isinstance(refusal, NotFound) else refusal


def _come_in(visit: Visit) -> Depositor:
    """Who holds the link, acting from now on: it was admitted a moment ago."""
    token = bearer_of(visit.request)
    depositor = enter_depot(visit.session, token, visit.request_id)
    if depositor is None:
        raise SignInNeeded(_(CLOSED))
    visit.comes_back = lambda: come_back(visit, token)
    return depositor


def _days(owed: Owed) -> int | None:
    return owed.cost.lateness.days if owed.cost is not None else None


def _deposit(receipt: DeliveryReceipt, owed: Owed, depot: Depot) -> DepositBody:
    file = depot.files.get(receipt.file_id) if receipt.file_id is not None else None
    checks = say_report(receipt.checks).checks if receipt.checks else []
    return DepositBody(
        delivery_id=receipt.delivery_id, number=receipt.number, received_at=depot.arrivals.get(receipt.id),
        received_on=receipt.received_on, file_name=receipt.file_name, file_type=receipt.file_type,
        sha256=file.sha256 if file is not None else None, days_late=_days(owed),
        checks=[DepotCheckBody(one.code, one.label, CheckVerdict(one.verdict), one.sentences) for one in checks],
        answer=receipt.answer, reasons=receipt.reasons, answered_on=receipt.answered_on, correct_by=receipt.correct_by,
        refused_before=say_refused_before(receipt, owed.receipts, depot.files) or None,
    )  # fmt: skip


def _owed(owed: Owed, depot: Depot, today: date) -> OwedBody:
    one = owed.delivery
    return OwedBody(
        id=one.id, title=title_of(one, depot.titles), due_on=one.due_on, in_time_until=one.in_time_until,
        state=standing_of(one, today), days_late=_days(owed), may_deposit=one.answer is not ReceiptAnswer.ACCEPTED,
        receipts=[_deposit(receipt, owed, depot) for receipt in owed.receipts if not receipt.annulled],
    )  # fmt: skip


@route(
    "GET", DEPOT, EVERYBODY, admits=_admits, own_key=True,
    about=_about(
        mark("Ce qu’un contrat fait livrer à qui tient son lien de dépôt, et ce qui en est déjà arrivé."),
        mark("La clé est le jeton du lien, dans Authorization : Bearer ; elle n’ouvre que ce contrat, sans compte."),
    ),
)  # fmt: skip
def read_depot(visit: Visit) -> Response[DepotBody]:
    """What is owed by the contract of a link."""
    depot = gather_depot(visit.session, _come_in(visit), visit.today)
    contract = depot.contract
    body = DepotBody(
        contract=contract.object, reference=contract.reference, organisation=depot.organisation, party=depot.party,
        expires_on=depot.expires_on, deliveries=[_owed(one, depot, visit.today) for one in depot.owed],
    )  # fmt: skip
    return visit.answer(body)


@route(
    "POST", DEPOT + "/deliveries/{delivery_id:int}/receipts", EVERYBODY, takes=DepositForm, upload=DEPOSITED_FILE,
    admits=_admits, own_key=True,
    about=_about(
        mark("Dépose un fichier pour une livraison du contrat : il est contrôlé aussitôt, et l’accusé est la réponse."),
        mark(
            "La clé est le jeton du lien, dans Authorization : Bearer. Le type est lu dans les octets du fichier. La "
            "collectivité accepte ou refuse ensuite : sa réponse se lit par GET /api/v1/depot."
        ),
        status=201, unlocated=True,
    ),
)  # fmt: skip
def deposit_by_program(visit: Visit, delivery_id: int) -> Response[DepositBody]:
    """Receives a file for a delivery of the contract of a link."""
    who = _come_in(visit)
    made = deposit_file(visit, delivery_id)
    depot = gather_depot(visit.session, who, visit.today)
    owed = next(one for one in depot.owed if one.delivery.id == delivery_id)
    return visit.answer(_deposit(made, owed, depot), status=HTTP_201_CREATED)


HANDLERS: tuple[HTTPRouteHandler, ...] = (read_depot, deposit_by_program)
