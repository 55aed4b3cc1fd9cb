"""The pages of what a contract owes: the reports of its operator, year by year."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_200_OK

from registry.contracts.clauses.queries import find_written
from registry.contracts.clauses.views import labels_of, set_aside_view
from registry.contracts.followup.due import owed_reports
from registry.contracts.followup.forms import ReportForm
from registry.contracts.followup.models import ContractReport
from registry.contracts.followup.queries import find_pieces, find_reports, get_report
from registry.contracts.followup.reading import typed_report
from registry.contracts.followup.rules import BY_LAW, ReportDue
from registry.contracts.followup.service import amend_report, record_report, set_report_aside
from registry.contracts.followup.views import (
    REPORT_LABELS,
    ReportFormPage,
    ReportsPage,
    parts_of,
    pieces_choices,
    report_line,
    set_aside_lines,
)
from registry.contracts.models import Contract
from registry.contracts.queries import get_contract, require_standing
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.organisations.queries import get_organisation
from registry.web.forms import parse_values, read_number
from registry.web.saving import Unsaved, save
from registry.web.setting_aside import Aside, asking_why
from registry.web.visits import NOTICES, Visit, route

READ, RECORD = Permission.CONTRACTS_CONTRACT_READ, Permission.CONTRACTS_CONTRACT_RECORD
NOTICES.update(
    {
        "rapport-note": mark("Le rapport est noté."),
        "rapport-annule": mark("Le rapport est annulé. Rien n’est effacé : vous pouvez le rétablir."),
        "rapport-retabli": mark("Le rapport est rétabli."),
    }
)


def dues_of(visit: Visit, contract: Contract) -> dict[int, ReportDue]:
    """The reports owed until this civil year, by financial year."""
    if contract.starts_on is None:
        return {}
    return owed_reports(contract, find_written(visit.session, [contract])[contract.id], visit.today)


@route("GET", "/contrats/{contract_id:int}/rapports", READ)
def show_reports(visit: Visit, contract_id: int) -> Response[Any]:
    """The reports of a contract, each year owed or noted, the last first."""
    contract = get_contract(visit.session, contract_id)
    rows, dues, pieces = (
        find_reports(visit.session, contract_id), dues_of(visit, contract), find_pieces(visit.session, contract_id),
    )  # fmt: skip
    by_year = {one.year: one for one in rows if not one.annulled}
    parts = parts_of(contract)
    page = ReportsPage(
        id=contract.id, object=contract.object, annulled=contract.annulled,
        organisation_name=get_organisation(visit.session, contract.organisation_id).name,
        owes=contract.kind in BY_LAW or bool(dues), undated=contract.starts_on is None,
        lines=[
            report_line(by_year.get(year), year, dues.get(year), pieces, parts=parts, today=visit.today)
            for year in sorted({*by_year, *dues}, reverse=True)
        ],
        set_aside=set_aside_lines(rows),
        may_record=visit.visitor.may(RECORD, contract.organisation_id) and not contract.annulled,
    )  # fmt: skip
    return visit.page("contracts/reports.html", page)


def _form_page(
    visit: Visit,
    contract: Contract,
    report: ContractReport | None,
    values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
    *,
    version: int | None = None,
    status: int = HTTP_200_OK,
) -> Response[Any]:
    pieces = find_pieces(visit.session, contract.id)
    labels = labels_of(REPORT_LABELS)
    page = ReportFormPage(
        contract_id=contract.id, object=contract.object, id=report.id if report else None,
        version=version if version is not None else report.version if report else None,
        values={**values, "evidence": [str(one) for one in values.get("evidence") or ()]},
        errors={name.partition(".")[0]: message for name, message in (errors or {}).items()}, labels=labels,
        parts=[(one, labels[one]) for one in parts_of(contract)],
        answers=_answers(_("Personne n’a regardé"), _("Non")),
        answers_put=_answers(_("Non renseigné"), _("Pas encore")), pieces=pieces_choices(pieces),
        annulled=report is not None and report.annulled,
    )  # fmt: skip
    return visit.page("contracts/report.html", page, status=status)


def _answers(unknown: str, denied: str) -> Sequence[tuple[str, str]]:
    return [("", unknown), ("true", _("Oui")), ("false", denied)]


@route("GET", "/contrats/{contract_id:int}/rapports/nouveau", RECORD)
def show_new_report(visit: Visit, contract_id: int) -> Response[Any]:
    """An empty report, of the year of the address or of the last one owed."""
    contract = get_contract(visit.session, contract_id)
    visit.visitor.require(RECORD, contract.organisation_id)
    require_standing(contract)
    year = read_number(visit.query("exercice")) or visit.today.year - 1
    return _form_page(visit, contract, None, {"year": str(year)})


@route("POST", "/contrats/{contract_id:int}/rapports/nouveau", RECORD)
def record_new_report(visit: Visit, contract_id: int) -> Response[Any]:
    """Records a report, or shows the form again with what was typed."""
    contract = get_contract(visit.session, contract_id)
    visit.visitor.require(RECORD, contract.organisation_id)
    typed = typed_report(visit.form_data())
    read = parse_values(ReportForm, typed, today=visit.today)
    made = save(read, lambda form: record_report(visit.session, contract_id, form))
    if isinstance(made, Unsaved):
        return _form_page(visit, contract, None, typed, made.errors, status=made.status)
    return visit.go(f"/contrats/{contract_id}/rapports", done="rapport-note")


def _report(visit: Visit, contract_report_id: int) -> tuple[ContractReport, Contract]:
    report = get_report(visit.session, contract_report_id)
    visit.visitor.require(RECORD, report.organisation_id)
    return report, get_contract(visit.session, report.contract_id)


@route("GET", "/contrats/rapports/{contract_report_id:int}/modifier", RECORD)
def show_amend_report(visit: Visit, contract_report_id: int) -> Response[Any]:
    """The form of a report, as it stands."""
    report, contract = _report(visit, contract_report_id)
    require_standing(contract)
    values = ReportForm.model_construct(**{name: getattr(report, name) for name in ReportForm.model_fields})
    return _form_page(visit, contract, report, values.model_dump(mode="json"))


@route("POST", "/contrats/rapports/{contract_report_id:int}/modifier", RECORD)
def change_report(visit: Visit, contract_report_id: int) -> Response[Any]:
    """Saves the form of a report."""
    report, contract = _report(visit, contract_report_id)
    data = visit.form_data()
    typed, version = typed_report(data), read_number(data.first("version")) or 0
    read = parse_values(ReportForm, typed, today=visit.today)
    made = save(read, lambda form: amend_report(visit.session, contract_report_id, form, expected=version))
    if isinstance(made, Unsaved):
        return _form_page(
            visit, contract, report, typed, made.errors, version=made.version or version, status=made.status
        )
    return visit.go(f"/contrats/{contract.id}/rapports", done="rapport-note")


def _report_aside(visit: Visit, contract_report_id: int) -> Aside:
    report, contract = _report(visit, contract_report_id)
    return set_aside_view(
        report, contract, _("Rapport de l’exercice {year}").format(year=report.year),
        _("Pour une saisie faite par erreur : un rapport incomplet se complète."),
        under=(_("Rapports"), "rapports"), act=partial(set_report_aside, visit.session, report.id),
    )  # fmt: skip


_ASIDE = asking_why(
    "/contrats/rapports/{contract_report_id:int}/annuler", RECORD, _report_aside,
    done=("rapport-annule", "rapport-retabli"),
)  # fmt: skip

HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_reports, show_new_report, record_new_report, show_amend_report, change_report, *_ASIDE,
)  # fmt: skip
