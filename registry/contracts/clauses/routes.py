"""The pages of clauses: the contract as it applies on a day, one clause through its acts, and the forms of both."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.contracts.clauses.against import against_floor
from registry.contracts.clauses.asking import find_known
from registry.contracts.clauses.citing import law_of_kind
from registry.contracts.clauses.coverage import coverage_of
from registry.contracts.clauses.days import days_asked, show_unknown
from registry.contracts.clauses.doubting import doubt_view
from registry.contracts.clauses.forms import PerformanceForm
from registry.contracts.clauses.kinds import kinds
from registry.contracts.clauses.lacking import SHAPES, count_lacking, find_lacking, say_counts
from registry.contracts.clauses.models import Clause
from registry.contracts.clauses.queries import (
    Written,
    find_amendments,
    find_stipulations,
    find_written,
    get_clause,
)
from registry.contracts.clauses.rules import Span
from registry.contracts.clauses.service import (
    tell_performance,
)
from registry.contracts.clauses.showing import floor_of, say_outside
from registry.contracts.clauses.standing import lacking_of, standing_on
from registry.contracts.clauses.views import (
    STIPULATION_LABELS,
    ClausePage,
    ClausesPage,
    clause_view,
    instrument_views,
    labels_of,
    missing_views,
    name_clause,
    name_instrument,
    stipulation_views,
)
from registry.contracts.queries import find_datasets_of, get_contract
from registry.contracts.vocabulary import ClausePerformance, ClauseState
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.organisations.queries import get_organisation
from registry.web.forms import read_number
from registry.web.saving import Unsaved, save
from registry.web.templating import say_day
from registry.web.visits import NOTICES, Visit, route

READ, RECORD = Permission.CONTRACTS_CONTRACT_READ, Permission.CONTRACTS_CONTRACT_RECORD
NOTICES.update(
    {
        "avenant-enregistre": mark("L’avenant est enregistré."),
        "avenant-annule": mark("L’avenant est annulé, avec ce qu’il disait des clauses. Vous pouvez le rétablir."),
        "avenant-retabli": mark("L’avenant est rétabli."),
        "clause-enregistree": mark("La clause est enregistrée."),
        "clause-annulee": mark("Cette version de la clause est annulée. Rien n’est effacé : vous pouvez la rétablir."),
        "clause-retablie": mark("Cette version de la clause est rétablie."),
        "execution-notee": mark("Le suivi de la clause est enregistré."),
    }
)
_IDLE = frozenset(
    {ClauseState.SIGNED, ClauseState.NEGOTIATED, ClauseState.ASKED, ClauseState.ENDED, ClauseState.ABSENT}
)
"""Where a clause stands that was noted and applies on no day, or on other days: it stays in sight all the same."""


@route("GET", "/contrats/{contract_id:int}/clauses", READ)
def show_clauses(visit: Visit, contract_id: int) -> Response[Any]:
    """The contract as it applies on a day: its acts, the clauses in force, the missing ones, the floor of the law."""
    contract = get_contract(visit.session, contract_id)
    asked = days_asked(visit)
    known = find_known(visit.session, contract, asked.known_on, visit.premises.info["time_zone"])
    if known is None:
        return show_unknown(visit, contract, asked, "/clauses")
    day, signed_by, written, titles = asked.day, asked.signed_by, known.written, known.titles
    dataset = read_number(visit.query("jeu"))
    dataset = dataset if dataset in titles else None
    standing = standing_on(written, day, signed_by=signed_by)
    spans = [one for one in written.spans(signed_by=signed_by) if _bears_on(one, dataset)]
    idle = [
        row
        for row in written.stipulations.values()
        if standing[row.clause_id].state in _IDLE and row.id == _latest(written, row.clause_id)
        if dataset is None or not row.datasets or dataset in row.datasets
    ]
    held = {row.clause_id for row in written.stipulations.values()}
    about = list(titles) if dataset is None else [dataset]
    lacking = find_lacking(coverage_of(written, known.looked_for, about, day, signed_by=signed_by))
    floor, note = floor_of(visit.session, written.contract, day)
    outside = say_outside(written.contract, day)
    against = against_floor(visit.session, written, day, signed_by=signed_by)
    page = ClausesPage(
        id=contract.id, object=contract.object, annulled=contract.annulled,
        organisation_name=get_organisation(visit.session, contract.organisation_id).name,
        day=day, day_words=say_day(day), signed_by=signed_by, known_on=asked.known_on, error=asked.error,
        dataset_id=dataset, dataset_title=titles.get(dataset or 0, ""),
        instruments=instrument_views(written, day, signed_by),
        doubts=[
            doubt_view(one, written)
            for one in written.doubts(written.spans(signed_by=signed_by))
        ],
        clauses=[
            clause_view(one, written.stipulations[one.stipulation.id], written, titles,
                        standing[one.stipulation.clause_id], against.get(one.stipulation.id))
            for one in _in_order(spans) if one.holds(day)
        ],
        missing=[] if outside else missing_views(lacking, titles, contract=written.contract, was_read=known.was_read),
        counted=say_counts(count_lacking(lacking), was_read=known.was_read),
        outside=outside,
        was_read=known.was_read,
        others=[clause_view(None, row, written, titles, standing[row.clause_id]) for row in idle],
        annulled_clauses=[
            (one.id, name_clause(one)) for number, one in written.clauses.items() if number not in held
        ],
        annulled_amendments=[
            (one.id, name_instrument(one))
            for one in find_amendments(visit.session, contract_id)
            if one.annulled and asked.known_on is None
        ],
        floor=floor, floor_note=note,
        may_record=visit.visitor.may(RECORD, contract.organisation_id) and not contract.annulled,
    )  # fmt: skip
    return visit.page("contracts/clauses.html", page)


def _bears_on(span: Span, dataset: int | None) -> bool:
    about = span.stipulation.datasets
    return dataset is None or not about or dataset in about


def _in_order(spans: Sequence[Span]) -> list[Span]:
    order = {kind: place for place, kind in enumerate(kinds())}
    return sorted(spans, key=lambda one: (order.get(one.stipulation.kind, len(order)), one.stipulation.clause_id))


def _latest(written: Written, clause_id: int) -> int:
    """The stipulation of a clause that was written last among its acts."""
    rows = [row for row in written.stipulations.values() if row.clause_id == clause_id]

    def place(row: Any) -> tuple[int, int]:
        amendment = written.amendments.get(row.amendment_id)
        return (amendment.number if amendment is not None else 0, row.id)

    return int(max(rows, key=place).id)


@route("GET", "/contrats/clauses/{clause_id:int}", READ)
def show_clause(visit: Visit, clause_id: int) -> Response[Any]:
    """One clause: all that acts say of it, one after the other, and how it is kept."""
    return _clause_page(visit, get_clause(visit.session, clause_id))


def _clause_page(
    visit: Visit, clause: Clause, errors: Mapping[str, str] = {}, *, version: int | None = None, status: int = 200
) -> Response[Any]:  # fmt: skip
    contract = get_contract(visit.session, clause.contract_id)
    written = find_written(visit.session, [contract])[contract.id]
    titles = {one.id: one.title for one in find_datasets_of(visit.session, contract.id)}
    spans = written.spans(signed_by=date.max)
    standing = standing_on(written, visit.today, signed_by=visit.today)[clause.id]
    known = kinds()
    held = against_floor(visit.session, written, visit.today, signed_by=visit.today) if standing.span else {}
    against = held.get(standing.said_by or 0)
    page = ClausePage(
        id=clause.id, version=version or clause.version, contract_id=contract.id, object=contract.object,
        title=known.label(clause.kind), label=clause.label or "", article=law_of_kind(contract, clause.kind),
        asks=known.words(clause.kind, "asks"),
        shape=against.shape if against else SHAPES[standing.state],
        state=standing.state.label, against=against, lacks=lacking_of(clause.kind, standing.state),
        stipulations=stipulation_views(
            find_stipulations(visit.session, clause.id), written, titles, spans, clause.kind
        ),
        values={name: visit.form_data().first(name) for name in PerformanceForm.model_fields} if errors
        else PerformanceForm.model_construct(
            **{name: getattr(clause, name) for name in PerformanceForm.model_fields}
        ).model_dump(mode="json"),
        performance_note=clause.performance_note or "",
        performances=[("", _("Personne ne l’a encore constaté")), *((str(p), p.label) for p in ClausePerformance)],
        errors=errors, labels=labels_of(STIPULATION_LABELS),
        doubts=[
            doubt_view(one, written, but=clause.id)
            for one in written.doubts(spans)
            if any(written.stipulations[number].clause_id == clause.id for number in one.ids)
        ],
        may_record=visit.visitor.may(RECORD, contract.organisation_id) and not contract.annulled,
    )  # fmt: skip
    return visit.page("contracts/clause.html", page, status=status)


@route("POST", "/contrats/clauses/{clause_id:int}", RECORD)
def note_performance(visit: Visit, clause_id: int) -> Response[Any]:
    """Notes how a clause is kept by whom it binds."""
    clause = get_clause(visit.session, clause_id)
    visit.visitor.require(RECORD, clause.organisation_id)
    read, expected = visit.form(PerformanceForm), read_number(visit.form_data().first("version")) or 0
    made = save(read, lambda form: tell_performance(visit.session, clause_id, form, expected=expected))
    if isinstance(made, Unsaved):
        return _clause_page(visit, clause, made.errors, version=made.version or expected, status=made.status)
    return visit.go(f"/contrats/clauses/{clause_id}", done="execution-notee")


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_clauses, show_clause, note_performance)
