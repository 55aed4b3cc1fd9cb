"""The JSON API of what a contract owes: the reports of its operator, with ETag and If-Match."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED

from registry.contracts.followup.forms import ReportChange, ReportForm
from registry.contracts.followup.models import ContractReport
from registry.contracts.followup.queries import find_reports, get_report
from registry.contracts.followup.service import amend_report, record_report, set_report_aside
from registry.contracts.followup.step_views import STEP_LABELS
from registry.contracts.followup.views import REPORT_LABELS
from registry.contracts.queries import get_contract
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.web.calls import ApiCall
from registry.web.setting_aside import setting_aside
from registry.web.visits import Visit, route

READ, RECORD = Permission.CONTRACTS_CONTRACT_READ, Permission.CONTRACTS_CONTRACT_RECORD
TAG = mark("Contrats")
REASON = "Noté deux fois"
_LABELS = (
    REPORT_LABELS
    | STEP_LABELS
    | {
        "steps": mark("Étapes du contrat, dans l’ordre de la liste"),
        "noted": mark("Ce qui a été noté de l’étape"),
        "due_on": mark("Le jour où l’étape est due"),
        "agreed": mark("Vrai si les parties ont convenu de ce jour"),
        "contract_id": mark("Contrat"),
        "reports": mark("Rapports du titulaire, le dernier exercice d’abord"),
        "evidence": mark("Numéros des preuves qui l’appuient, versées au contrat"),
        "annulled": mark("Vrai si la ligne est annulée"),
    }
)


def label_of(name: str) -> str:
    """A field’s name in the reader’s language, or nothing."""
    return _(_LABELS[name]) if name in _LABELS else ""


def about(says: str, **more: Any) -> ApiCall:
    """What the document tells of a call of this corner."""
    return ApiCall(**{"tag": TAG, "says": says, "labels": label_of, **more})


@dataclass(frozen=True)
class ContractReportBody:
    """The report of an operator on a financial year; what nobody looked at is null."""

    id: int
    version: int
    contract_id: int
    year: int
    received_on: date | None
    accounts: bool | None
    quality: bool | None
    assets: bool | None
    investments: bool | None
    return_inventory: bool | None
    commitments: bool | None
    tariffs: bool | None
    environment: bool | None
    committee: bool | None
    committee_on: date | None
    council: bool | None
    council_on: date | None
    evidence: list[int]
    notes: str | None
    annulled: bool


@dataclass(frozen=True)
class ContractReportsBody:
    """The reports of a contract, annulled or not, the last financial year first."""

    reports: list[ContractReportBody]


def _report(row: ContractReport) -> ContractReportBody:
    return ContractReportBody(**{name: getattr(row, name) for name in ContractReportBody.__dataclass_fields__})


@route(
    "GET", "/api/v1/contracts/{contract_id:int}/reports", READ,
    about=about(mark("Les rapports annuels du titulaire d’un contrat.")),
)  # fmt: skip
def list_reports(visit: Visit, contract_id: int) -> Response[ContractReportsBody]:
    """The reports of a contract."""
    contract = get_contract(visit.session, contract_id)
    return visit.answer(ContractReportsBody([_report(one) for one in find_reports(visit.session, contract.id)]))


@route(
    "POST", "/api/v1/contracts/{contract_id:int}/reports", RECORD, takes=ReportForm,
    about=about(mark("Note le rapport annuel d’un exercice, reçu ou pas."), status=201,
                example={"year": 2025, "received_on": "2026-05-20", "accounts": True, "quality": True}),
)  # fmt: skip
def create_report(visit: Visit, contract_id: int) -> Response[ContractReportBody]:
    """Records a report."""
    visit.visitor.require(RECORD, get_contract(visit.session, contract_id).organisation_id)
    made = record_report(visit.session, contract_id, visit.given(ReportForm))
    visit.headers["Location"] = f"/api/v1/contract-reports/{made.id}"
    return visit.answer(_report(made), status=HTTP_201_CREATED)


@route(
    "GET",
    "/api/v1/contract-reports/{contract_report_id:int}",
    READ,
    about=about(mark("Le rapport annuel d’un exercice.")),
)
def read_report(visit: Visit, contract_report_id: int) -> Response[ContractReportBody]:
    """One report."""
    return visit.answer(_report(get_report(visit.session, contract_report_id)))


@route(
    "PATCH", "/api/v1/contract-reports/{contract_report_id:int}", RECORD, takes=ReportChange,
    about=about(mark("Change les champs donnés d’un rapport : son passage à l’assemblée, par exemple."), versioned=True,
                example={"council_on": "2026-06-25"}),
)  # fmt: skip
def correct_report(visit: Visit, contract_report_id: int) -> Response[ContractReportBody]:
    """Changes the fields given; asks for If-Match."""
    expected, given = visit.expected_version(), visit.given(ReportChange)
    visit.visitor.require(RECORD, get_report(visit.session, contract_report_id).organisation_id)
    return visit.answer(_report(amend_report(visit.session, contract_report_id, given, expected=expected)))


_ASIDE = setting_aside(
    "/api/v1/contract-reports/{contract_report_id:int}", RECORD, ContractReportBody, about=about, reason=REASON,
    named=("annul_report", "restore_report"),
    says=(mark("Met de côté un rapport noté par erreur."), mark("Rétablit un rapport annulé, en disant pourquoi.")),
    get=get_report, act=set_report_aside, tell=lambda _visit, row: _report(row),
)  # fmt: skip
HANDLERS: tuple[HTTPRouteHandler, ...] = (
    list_reports, create_report, read_report, correct_report, *_ASIDE,
)  # fmt: skip
