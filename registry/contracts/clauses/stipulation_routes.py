"""The forms of a clause: a new one by its kind, what one more act says of it, a correction of what was noted."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.contracts.clauses.citing import law_of_kind
from registry.contracts.clauses.forms import ClauseForm, StipulationForm
from registry.contracts.clauses.kinds import fields_of, kinds, scope_is_dataset
from registry.contracts.clauses.models import Clause
from registry.contracts.clauses.queries import (
    find_stipulations,
    find_written,
    get_clause,
    get_stipulation,
)
from registry.contracts.clauses.reading import TERM, by_input, typed_stipulation
from registry.contracts.clauses.service import (
    amend_stipulation,
    record_clause,
    stipulate,
)
from registry.contracts.clauses.showing import asked_now
from registry.contracts.clauses.views import (
    STIPULATION_LABELS,
    KindsPage,
    StipulationFormPage,
    TermInput,
    kind_choices,
    labels_of,
    name_clause,
    name_instrument,
)
from registry.contracts.models import Contract
from registry.contracts.queries import find_datasets_of, get_contract, require_standing
from registry.contracts.vocabulary import ClauseAct
from registry.kernel.permissions import Permission
from registry.kernel.words import _
from registry.web.forms import parse_values, read_number
from registry.web.saving import Unsaved, save
from registry.web.visits import Visit, route

RECORD = Permission.CONTRACTS_CONTRACT_RECORD


def _stipulation_page(
    visit: Visit, contract: Contract, kind: str, values: Mapping[str, Any], errors: Mapping[str, str] | None = None, *,
    action: str, clause: Clause | None = None, version: int | None = None, acts: Sequence[ClauseAct] = (),
    status: int = 200,
) -> Response[Any]:  # fmt: skip
    """The form of what an act says of a clause of this kind."""
    known, beside = kinds(), by_input(errors or {})
    terms: Mapping[str, Any] = values.get("terms") or {}
    written = find_written(visit.session, [contract])[contract.id]
    amendments = sorted(written.amendments.values(), key=lambda one: one.number)
    page = StipulationFormPage(
        contract_id=contract.id, object=contract.object, action=action, clause_id=clause.id if clause else None,
        is_new_clause=clause is None, kind=kind, title=name_clause(clause) if clause else known.label(kind),
        asks=known.words(kind, "asks"), law=law_of_kind(contract, kind), version=version, values=values, errors=beside,
        labels=labels_of(STIPULATION_LABELS) | {TERM + one.name: one.label for one in fields_of(kind)},
        terms=[
            TermInput(
                TERM + one.name, one.label, one.type, one.choices() if one.type in {"flag", "code"} else (),
                _typed(terms.get(one.name)), beside.get(TERM + one.name, ""),
            )
            for one in fields_of(kind)
        ],
        acts=[(str(one), one.label) for one in acts],
        amendments=[("", _("Le contrat d’origine")), *((str(one.id), name_instrument(one)) for one in amendments)],
        datasets=[
            (str(one.id), one.title or _("Un jeu que vos droits ne montrent pas"))
            for one in find_datasets_of(visit.session, contract.id)
        ],
    )  # fmt: skip
    return visit.page("contracts/stipulation.html", page, status=status)


def _typed(value: Any) -> str:
    """A value as its field shows it again."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        countries = {str(one) for one in value}
        return ", ".join(sorted(countries))
    return "" if value is None else str(value)


@route("GET", "/contrats/{contract_id:int}/clauses/nouvelle", RECORD)
def show_new_clause(visit: Visit, contract_id: int) -> Response[Any]:
    """Asks of which kind the clause is; then its form."""
    contract = get_contract(visit.session, contract_id)
    visit.visitor.require(RECORD, contract.organisation_id)
    require_standing(contract)
    kind, amendment = visit.query("genre"), visit.query("avenant")
    if kind in kinds():
        values = {"amendment_id": amendment, "datasets": _first_datasets(visit, contract, kind)}
        return _stipulation_page(visit, contract, kind, values, action=f"/contrats/{contract_id}/clauses/nouvelle")
    written = find_written(visit.session, [contract])[contract.id]
    asked = asked_now(visit.session, contract)
    expected, others = kind_choices(asked, frozenset(one.kind for one in written.clauses.values()))
    return visit.page(
        "contracts/clause_kinds.html", KindsPage(contract.id, contract.object, amendment, expected, others)
    )


def _first_datasets(visit: Visit, contract: Contract, kind: str) -> list[int]:
    """The dataset of the address, or the only one a contract is about: what one would tick."""
    covered = [one.id for one in find_datasets_of(visit.session, contract.id)]
    asked = read_number(visit.query("jeu"))
    if asked in covered:
        return [asked]
    return covered if scope_is_dataset(kind) and len(covered) == 1 else []


@route("POST", "/contrats/{contract_id:int}/clauses/nouvelle", RECORD)
def record_new_clause(visit: Visit, contract_id: int) -> Response[Any]:
    """Records a clause with what an act says of it, or shows the form again with what was typed."""
    contract = get_contract(visit.session, contract_id)
    visit.visitor.require(RECORD, contract.organisation_id)
    data = visit.form_data()
    kind = data.first("kind")
    if kind not in kinds():
        return visit.go(f"/contrats/{contract_id}/clauses/nouvelle")
    typed = {**typed_stipulation(data, kind), "kind": kind, "label": data.first("label").strip() or None}
    action = f"/contrats/{contract_id}/clauses/nouvelle"
    read = parse_values(ClauseForm, typed, today=visit.today)
    made = save(read, lambda form: record_clause(visit.session, contract_id, form))
    if isinstance(made, Unsaved):
        return _stipulation_page(visit, contract, kind, typed, made.errors, action=action, status=made.status)
    return visit.go(f"/contrats/{contract_id}/clauses", done="clause-enregistree")


@route("GET", "/contrats/clauses/{clause_id:int}/acte", RECORD)
def show_stipulate(visit: Visit, clause_id: int) -> Response[Any]:
    """The form of what one more act says of a clause, with the words in force to begin with."""
    clause = get_clause(visit.session, clause_id)
    visit.visitor.require(RECORD, clause.organisation_id)
    contract = get_contract(visit.session, clause.contract_id)
    require_standing(contract)
    rows = [one for one in find_stipulations(visit.session, clause_id) if not one.annulled]
    values: dict[str, Any] = {"act": str(ClauseAct.REPLACES)}
    if rows:
        last = rows[-1]
        values |= {"terms": last.terms, "datasets": last.datasets, "text": last.text, "survives": last.survives}
    return _stipulation_page(
        visit, contract, clause.kind, values, action=f"/contrats/clauses/{clause_id}/acte", clause=clause,
        acts=tuple(ClauseAct),
    )  # fmt: skip


@route("POST", "/contrats/clauses/{clause_id:int}/acte", RECORD)
def record_stipulation(visit: Visit, clause_id: int) -> Response[Any]:
    """Records what one more act says of a clause."""
    clause = get_clause(visit.session, clause_id)
    visit.visitor.require(RECORD, clause.organisation_id)
    return _save_stipulation(
        visit, clause, f"/contrats/clauses/{clause_id}/acte", None,
        lambda form, _expected: stipulate(visit.session, clause_id, form),
    )  # fmt: skip


def _save_stipulation(visit: Visit, clause: Clause, action: str, version: int | None, write: Any) -> Response[Any]:
    contract = get_contract(visit.session, clause.contract_id)
    typed = typed_stipulation(visit.form_data(), clause.kind)
    read = parse_values(StipulationForm, typed, today=visit.today)
    acts = tuple(ClauseAct)
    made = save(read, lambda form: write(form, version))
    if isinstance(made, Unsaved):
        return _stipulation_page(
            visit, contract, clause.kind, typed, made.errors, action=action, clause=clause,
            version=made.version or version, acts=acts, status=made.status,
        )  # fmt: skip
    return visit.go(f"/contrats/clauses/{clause.id}", done="clause-enregistree")


@route("GET", "/contrats/stipulations/{stipulation_id:int}/modifier", RECORD)
def show_amend_stipulation(visit: Visit, stipulation_id: int) -> Response[Any]:
    """The form of what an act says of a clause, as it was noted."""
    row = get_stipulation(visit.session, stipulation_id)
    visit.visitor.require(RECORD, row.organisation_id)
    clause, contract = get_clause(visit.session, row.clause_id), get_contract(visit.session, row.contract_id)
    require_standing(contract)
    values = StipulationForm.model_construct(
        **{name: getattr(row, name) for name in StipulationForm.model_fields}
    ).model_dump(mode="json")
    return _stipulation_page(
        visit, contract, clause.kind, values, action=f"/contrats/stipulations/{stipulation_id}/modifier", clause=clause,
        version=row.version, acts=tuple(ClauseAct),
    )  # fmt: skip


@route("POST", "/contrats/stipulations/{stipulation_id:int}/modifier", RECORD)
def change_stipulation(visit: Visit, stipulation_id: int) -> Response[Any]:
    """Corrects what was noted of what an act says of a clause."""
    row = get_stipulation(visit.session, stipulation_id)
    visit.visitor.require(RECORD, row.organisation_id)
    version = read_number(visit.form_data().first("version")) or 0
    return _save_stipulation(
        visit, get_clause(visit.session, row.clause_id), f"/contrats/stipulations/{stipulation_id}/modifier", version,
        lambda form, expected: amend_stipulation(visit.session, stipulation_id, form, expected=expected),
    )  # fmt: skip


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_new_clause, record_new_clause, show_stipulate, record_stipulation, show_amend_stipulation, change_stipulation,
)  # fmt: skip
