"""The forms of amendments, and the question asked before one, or what an act says, is set aside."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.contracts.clauses.forms import AmendmentForm
from registry.contracts.clauses.models import Amendment
from registry.contracts.clauses.queries import (
    find_written,
    get_amendment,
    get_clause,
    get_stipulation,
)
from registry.contracts.clauses.reading import typed_amendment
from registry.contracts.clauses.service import (
    amend_amendment,
    record_amendment,
    set_amendment_aside,
    set_stipulation_aside,
)
from registry.contracts.clauses.views import (
    AMENDMENT_LABELS,
    AmendmentFormPage,
    AmendmentPage,
    amendment_fields,
    amendment_lines,
    labels_of,
    name_clause,
    name_instrument,
    set_aside_view,
)
from registry.contracts.models import Contract
from registry.contracts.queries import find_datasets_of, get_contract, require_standing
from registry.contracts.vocabulary import AmendmentProgress
from registry.kernel.permissions import Permission
from registry.kernel.words import _
from registry.web.forms import parse_values, read_number
from registry.web.saving import Unsaved, save
from registry.web.setting_aside import Aside, asking_why
from registry.web.visits import Visit, route

_UNDER_WAY = frozenset(AmendmentProgress) - {AmendmentProgress.GIVEN_UP}
READ, RECORD = Permission.CONTRACTS_CONTRACT_READ, Permission.CONTRACTS_CONTRACT_RECORD


def _amendment_page(
    visit: Visit, contract: Contract, amendment: Amendment | None, values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None, *, version: int | None = None, status: int = 200,
) -> Response[Any]:  # fmt: skip
    page = AmendmentFormPage(
        contract_id=contract.id, object=contract.object, id=amendment.id if amendment else None,
        version=version if version is not None else amendment.version if amendment else None,
        values=values, errors=errors or {}, labels=labels_of(AMENDMENT_LABELS),
        progress=[(str(one), one.label) for one in AmendmentProgress],
        annulled=amendment is not None and amendment.annulled,
    )  # fmt: skip
    return visit.page("contracts/amendment.html", page, status=status)


@route("GET", "/contrats/{contract_id:int}/avenants/nouveau", RECORD)
def show_new_amendment(visit: Visit, contract_id: int) -> Response[Any]:
    """An empty amendment, with the next number."""
    contract = get_contract(visit.session, contract_id)
    visit.visitor.require(RECORD, contract.organisation_id)
    require_standing(contract)
    standing = find_written(visit.session, [contract])[contract.id].amendments.values()
    following = max((one.number for one in standing), default=0) + 1
    return _amendment_page(visit, contract, None, {"number": following})


@route("POST", "/contrats/{contract_id:int}/avenants/nouveau", RECORD)
def record_new_amendment(visit: Visit, contract_id: int) -> Response[Any]:
    """Records an amendment, or shows the form again with what was typed."""
    contract = get_contract(visit.session, contract_id)
    visit.visitor.require(RECORD, contract.organisation_id)
    typed = typed_amendment(visit.form_data())
    read = parse_values(AmendmentForm, typed, today=visit.today)
    made = save(read, lambda form: record_amendment(visit.session, contract_id, form))
    if isinstance(made, Unsaved):
        return _amendment_page(visit, contract, None, typed, made.errors, status=made.status)
    return visit.go(f"/contrats/{contract_id}/clauses", done="avenant-enregistre")


@route("GET", "/contrats/avenants/{amendment_id:int}", READ)
def show_amendment(visit: Visit, amendment_id: int) -> Response[Any]:
    """One amendment: its days, what it says of each clause, and what every room knows of it."""
    amendment = get_amendment(visit.session, amendment_id)
    contract = get_contract(visit.session, amendment.contract_id)
    written = find_written(visit.session, [contract])[contract.id]
    titles = {one.id: one.title for one in find_datasets_of(visit.session, contract.id)}
    said = [row for row in written.stipulations.values() if row.amendment_id == amendment_id]
    page = AmendmentPage(
        id=amendment.id, contract_id=contract.id, contract=contract.object, title=name_instrument(amendment),
        object=amendment.object, annulled=amendment.annulled, fields=amendment_fields(amendment),
        stipulations=amendment_lines(said, written, titles), panels=visit.panels_of("amendment", amendment.id),
        may_record=visit.visitor.may(RECORD, contract.organisation_id) and not contract.annulled,
        may_issue=bool(said) and amendment.signed_on is None and not amendment.annulled
        and visit.visitor.may(Permission.REPORTING_DOCUMENT_ISSUE, contract.organisation_id),
    )  # fmt: skip
    return visit.page("contracts/amendment_sheet.html", page)


@route("GET", "/contrats/avenants/{amendment_id:int}/modifier", RECORD)
def show_amend_amendment(visit: Visit, amendment_id: int) -> Response[Any]:
    """The form of an amendment, as it stands."""
    amendment = get_amendment(visit.session, amendment_id)
    visit.visitor.require(RECORD, amendment.organisation_id)
    contract = get_contract(visit.session, amendment.contract_id)
    require_standing(contract)
    values = AmendmentForm.model_construct(
        **{name: getattr(amendment, name) for name in AmendmentForm.model_fields}
    ).model_dump(mode="json")
    return _amendment_page(visit, contract, amendment, values)


@route("POST", "/contrats/avenants/{amendment_id:int}/modifier", RECORD)
def change_amendment(visit: Visit, amendment_id: int) -> Response[Any]:
    """Saves the form of an amendment."""
    amendment = get_amendment(visit.session, amendment_id)
    visit.visitor.require(RECORD, amendment.organisation_id)
    contract = get_contract(visit.session, amendment.contract_id)
    data = visit.form_data()
    typed, version = typed_amendment(data), read_number(data.first("version")) or 0
    if typed.get("signed_on") and typed.get("progress") in _UNDER_WAY and typed["progress"] == amendment.progress:
        # The form still says how far it was: its signature ends that, and nobody should have to say so twice.
        typed["progress"] = None
    read = parse_values(AmendmentForm, typed, today=visit.today)
    made = save(read, lambda form: amend_amendment(visit.session, amendment_id, form, expected=version))
    if isinstance(made, Unsaved):
        return _amendment_page(
            visit, contract, amendment, typed, made.errors, version=made.version or version, status=made.status
        )
    return visit.go(f"/contrats/{contract.id}/clauses", done="avenant-enregistre")


def _amendment_aside(visit: Visit, amendment_id: int) -> Aside:
    row = get_amendment(visit.session, amendment_id)
    visit.visitor.require(RECORD, row.organisation_id)
    contract = get_contract(visit.session, row.contract_id)
    return set_aside_view(
        row, contract, name_instrument(row), _("Ce qu’il dit des clauses sort avec lui ; rien n’est effacé."),
        under=(_("Clauses"), "clauses"), act=partial(set_amendment_aside, visit.session, row.id),
    )  # fmt: skip


def _stipulation_aside(visit: Visit, stipulation_id: int) -> Aside:
    row = get_stipulation(visit.session, stipulation_id)
    visit.visitor.require(RECORD, row.organisation_id)
    clause = get_clause(visit.session, row.clause_id)
    act = get_amendment(visit.session, row.amendment_id) if row.amendment_id else None
    return set_aside_view(
        row, get_contract(visit.session, row.contract_id), f"{name_clause(clause)} ({name_instrument(act)})",
        _("Pour une saisie faite par erreur. Ce qu’un avenant supprime se dit par cet avenant."),
        under=(_("Clauses"), "clauses"), back=f"/contrats/clauses/{clause.id}",
        act=partial(set_stipulation_aside, visit.session, row.id),
    )  # fmt: skip


_ASIDE = (
    *asking_why(
        "/contrats/avenants/{amendment_id:int}/annuler", RECORD, _amendment_aside,
        done=("avenant-annule", "avenant-retabli"),
    ),
    *asking_why(
        "/contrats/stipulations/{stipulation_id:int}/annuler", RECORD, _stipulation_aside,
        done=("clause-annulee", "clause-retablie"),
    ),
)  # fmt: skip

HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_amendment, show_new_amendment, record_new_amendment, show_amend_amendment, change_amendment, *_ASIDE,
)  # fmt: skip
