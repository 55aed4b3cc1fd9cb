"""The pages of deliveries: all of them, those of one contract with its calendar, one of them, and its form."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.contracts.clauses.queries import find_written
from registry.contracts.clauses.views import labels_of, name_clause
from registry.contracts.deliveries.again import say_refused_before
from registry.contracts.deliveries.calendar_views import due_line, silent_schedules
from registry.contracts.deliveries.costing import find_costs
from registry.contracts.deliveries.costs import cost_of
from registry.contracts.deliveries.expecting import reading_of
from registry.contracts.deliveries.forms import DeliveryChange, DeliveryForm
from registry.contracts.deliveries.lateness import say_cost_alone, say_decision, say_outcome
from registry.contracts.deliveries.models import Delivery, DeliveryReceipt
from registry.contracts.deliveries.penalty_words import say_penalty
from registry.contracts.deliveries.queries import (
    DeliveryFilter,
    count_by_state,
    find_changes_of_receipts,
    find_deliveries_of,
    find_deliveries_page,
    find_files,
    find_receipts,
    get_delivery,
    place_of,
)
from registry.contracts.deliveries.rules import SCHEDULE, Due, are_dues_beyond, counts_of, dues_between
from registry.contracts.deliveries.service import amend_delivery, record_delivery
from registry.contracts.deliveries.views import (
    DELIVERY_LABELS,
    ContractDeliveriesPage,
    DeliveriesPage,
    DeliveryFormPage,
    DeliveryLine,
    DeliveryPage,
    delivery_fields,
    delivery_line,
    receipt_view,
    say_lateness,
    standing_of,
    state_mark,
    title_of,
)
from registry.contracts.deliveries.visiting import DECIDE, READ, RECORD
from registry.contracts.deliveries.vocabulary import DeliveryState, ReceiptAnswer
from registry.contracts.deliveries.withdrawn import say_withdrawn
from registry.contracts.models import Contract
from registry.contracts.queries import find_datasets_of, find_parties, get_contract, require_standing
from registry.contracts.views import holders_of
from registry.contracts.vocabulary import Delivered
from registry.datasets.queries import find_titles
from registry.kernel.errors import Invalid
from registry.kernel.paging import read_place, write_place
from registry.kernel.words import _, mark
from registry.organisations.queries import get_organisation
from registry.web.forms import parse_form, read_number
from registry.web.saving import Unsaved, save
from registry.web.visits import NOTICES, Visit, route

NOTICES.update(
    {
        "livraison-notee": mark("La livraison est enregistrée."),
        "livraison-annulee": mark("La livraison est annulée. Rien n’est effacé : vous pouvez la rétablir."),
        "livraison-retablie": mark("La livraison est rétablie."),
        "livraison-recue": mark("La réception est notée : acceptez ou refusez ce qui est arrivé."),
        "livraison-acceptee": mark("La réception est acceptée."),
        "reception-refusee": mark("La réception est refusée : une autre, déjà acceptée, compte."),
        "livraison-refusee": mark("La réception est refusée : la livraison reste due."),
        "reception-annulee": mark("La réception est annulée. Rien n’est effacé : vous pouvez la rétablir."),
        "reception-retablie": mark("La réception est rétablie."),
        "penalite-decidee": mark("La décision sur la pénalité est enregistrée."),
    }
)
_PAGE, _LIST = 50, "livraisons"
_TO_DO = frozenset({DeliveryState.WAITING, DeliveryState.LATE, DeliveryState.DUE})
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
MOST_SHOWN = 1000
"""The due days of a year that one page shows."""


@route("GET", "/livraisons", READ)
def show_deliveries(visit: Visit) -> Response[Any]:
    """The deliveries within the visitor's rights: what waits for an answer, what is late, what is due."""
    session, today = visit.session, visit.today
    said = set(visit.query_all("etat"))
    asked = DeliveryFilter(
        frozenset(one for one in DeliveryState if one in said),
        read_number(visit.query("contrat")), read_number(visit.query("jeu")), visit.query("annules") == "true",
    )  # fmt: skip
    place = read_place(_LIST, visit.query("apres") or None, int, str, int)
    try:
        after = (place[0], date.fromisoformat(place[1]), place[2]) if place is not None else None
    except ValueError as error:
        raise Invalid(_("Ce repère de page n’est pas valable : repartez de la première page.")) from error
    found = find_deliveries_page(session, asked, today=today, after=after, limit=_PAGE + 1)
    more, found = len(found) > _PAGE, found[:_PAGE]
    by = count_by_state(session, asked, today=today)
    titles = find_titles(session, {row.dataset_id for row, _contract in found if row.dataset_id is not None})
    choice = [
        *(("etat", str(one)) for one in sorted(asked.states)),
        *([("contrat", str(asked.contract_id))] if asked.contract_id is not None else []),
        *([("jeu", str(asked.dataset_id))] if asked.dataset_id is not None else []),
        *([("annules", "true")] if asked.annulled else []),
    ]
    following = ""
    if more:
        last = found[-1][0]
        rank, day, number = place_of(last, standing_of(last, today))
        following = "/livraisons?" + urlencode(
            [*choice, ("apres", write_place(_LIST, (rank, day.isoformat(), number)))]
        )
    here = "/livraisons" + (f"?{urlencode(choice)}" if choice else "")
    page = DeliveriesPage(
        rows=_lines(visit, found, titles),
        total=sum(count for state, count in by.items() if not asked.states or state in asked.states),
        figures=_figures(by, "/livraisons?"),
        facets=[
            {
                "name": "etat", "label": _("État"),
                "values": [(str(one), one.label, one in asked.states) for one in DeliveryState],
            }
        ],
        narrowed=bool(asked.states or asked.contract_id is not None or asked.dataset_id is not None),
        annulled=asked.annulled,
        contract=(found[0][0].contract_id, found[0][1]) if asked.contract_id is not None and found else None,
        first_address=here if after is not None else "", next_address=following,
    )  # fmt: skip
    return visit.page("contracts/deliveries.html", page)


def _lines(visit: Visit, found: Sequence[tuple[Delivery, str]], titles: Mapping[int, str]) -> list[DeliveryLine]:
    """The deliveries of a list, each with who holds its contract and what its lateness costs."""
    session, today = visit.session, visit.today
    contracts = {row.contract_id for row, _contract in found}
    parties = find_parties(session, contracts) if contracts else {}
    costs = find_costs(session, [row for row, _contract in found], today)
    return [
        replace(
            delivery_line(row, contract, titles, today), holders=holders_of(parties.get(row.contract_id, [])),
            penalty=say_cost_alone(costs.get(row.id)), decided=say_outcome(row) if row.penalty is not None else "",
        )
        for row, contract in found
    ]  # fmt: skip


def _figures(by: Mapping[DeliveryState, int], address: str) -> list[tuple[int, str, str, str]]:
    return [
        (by[DeliveryState.WAITING], _("attendent votre réponse"), f"{address}etat={DeliveryState.WAITING}", "wait"),
        (by[DeliveryState.LATE], _("en retard"), f"{address}etat={DeliveryState.LATE}", "bad"),
        (by[DeliveryState.DUE], _("attendues"), f"{address}etat={DeliveryState.DUE}", ""),
    ]


def _year_asked(visit: Visit) -> tuple[int, str]:
    """The year to show, and what is wrong with the one that was asked for."""
    said = visit.query("annee")
    year = read_number(said) if said else visit.today.year
    if year is not None and _FIRST_YEAR <= year <= _LAST_YEAR:
        return year, ""
    sentence = _("« {said} » n’est pas une année entre {first} et {last} : voici l’année en cours.")
    return visit.today.year, sentence.format(said=said[:20], first=_FIRST_YEAR, last=_LAST_YEAR)


@route("GET", "/contrats/{contract_id:int}/livraisons", READ)
def show_contract_deliveries(visit: Visit, contract_id: int) -> Response[Any]:
    """What a contract has delivered in a year: what is due, late or received, and the days of its calendar to come."""
    contract = get_contract(visit.session, contract_id)
    year, error = _year_asked(visit)
    written = find_written(visit.session, [contract])[contract.id]
    reading = reading_of(written, visit.today)
    rows = [one for one in find_deliveries_of(visit.session, contract_id) if not one.annulled or not one.unasked]
    held = {Due(one.clause_id, one.dataset_id, one.due_on) for one in rows if one.clause_id and one.due_on}
    first, last = date(year, 1, 1), date(year, 12, 31)
    too_many = are_dues_beyond(reading.spans, reading.terms, first, last, MOST_SHOWN)
    dues = [
        one for one in (() if too_many else dues_between(reading.spans, reading.terms, first, last)) if one not in held
    ]
    shown = [one for one in rows if not one.annulled and (one.due_on is None or one.due_on.year == year)]
    about = {one.dataset_id for one in shown} | {one.dataset_id for one in dues}
    titles = find_titles(visit.session, [one for one in about if one is not None])
    may_keep = visit.visitor.may(RECORD, contract.organisation_id) and not contract.annulled
    lines = [delivery_line(one, "", titles, visit.today) for one in shown]
    lines += [due_line(one, contract_id, titles, visit.today, may_record=may_keep) for one in dues]
    by = dict.fromkeys(DeliveryState, 0)
    for one in rows:
        if not one.annulled:
            by[standing_of(one, visit.today)] += 1
    page = ContractDeliveriesPage(
        id=contract.id, object=contract.object, annulled=contract.annulled, year=year, error=error,
        rows=sorted(lines, key=lambda one: (one.due_on or date.max, one.title)),
        figures=_figures(by, f"/livraisons?contrat={contract.id}&"),
        silent=silent_schedules(written, visit.today), beyond=MOST_SHOWN if too_many else 0,
        has_schedule=any(one.kind == SCHEDULE for one in written.clauses.values()),
        may_record=visit.visitor.may(DECIDE, contract.organisation_id) and not contract.annulled, may_keep=may_keep,
    )  # fmt: skip
    return visit.page("contracts/contract_deliveries.html", page)


@route("GET", "/livraisons/{delivery_id:int}", READ)
def show_delivery(visit: Visit, delivery_id: int) -> Response[Any]:
    """One delivery: what is owed, what came, how late it is, and what the contract makes of it."""
    delivery = get_delivery(visit.session, delivery_id)
    visit.agrees.update({"livraison-annulee": delivery.annulled, "livraison-retablie": not delivery.annulled})
    contract = get_contract(visit.session, delivery.contract_id)
    written = find_written(visit.session, [contract])[contract.id]
    receipts = find_receipts(visit.session, [delivery.id]).get(delivery.id, [])
    files = find_files(visit.session, [one.file_id for one in receipts if one.file_id is not None])
    titles = find_titles(visit.session, [delivery.dataset_id] if delivery.dataset_id is not None else [])
    cost = cost_of(visit.session, delivery, receipts, reading_of(written, visit.today), visit.today)
    changes, by = find_changes_of_receipts(visit.session, receipts)
    open_ = not delivery.annulled and not contract.annulled
    clause = written.clauses.get(delivery.clause_id) if delivery.clause_id is not None else None
    page = DeliveryPage(
        id=delivery.id, version=delivery.version, title=title_of(delivery, titles), contract_id=contract.id,
        contract=contract.object, organisation_name=get_organisation(visit.session, contract.organisation_id).name,
        annulled=delivery.annulled, unasked=delivery.unasked,
        withdrawn=say_withdrawn(visit.session, delivery, written, visit.premises.info["time_zone"]),
        state=state_mark(standing_of(delivery, visit.today)),
        fields=delivery_fields(delivery),
        dataset=(delivery.dataset_id, titles.get(delivery.dataset_id, "")) if delivery.dataset_id is not None else None,
        clause=(clause.id, name_clause(clause)) if clause is not None else None,
        lateness=say_lateness(delivery, cost) if open_ else [], penalty=say_penalty(cost, written) if open_ else [],
        decided=say_decision(delivery, cost), decided_reason=delivery.penalty_reason or "",
        receipts=[
            receipt_view(
                one, files.get(one.file_id or 0), changes.get(one.id, ()), by, say_refused_before(one, receipts, files)
            )
            for one in reversed(receipts)
        ],
        counting=_counting(receipts), panels=visit.panels_of("delivery", delivery.id),
        is_accepted=delivery.answer is ReceiptAnswer.ACCEPTED,
        may_record=visit.visitor.may(RECORD, delivery.organisation_id) and not contract.annulled,
        may_decide=visit.visitor.may(DECIDE, delivery.organisation_id) and open_,
        may_receive=open_ and delivery.answer is not ReceiptAnswer.ACCEPTED,
        awaits_notice=open_ and cost is not None and cost.awaits_notice and cost.noticed_until is None,
        can_penalise=cost is not None and delivery.answer is not ReceiptAnswer.WAITING
        and bool(cost.lateness.days) and bool(cost.amount or cost.others),
    )  # fmt: skip
    return visit.page("contracts/delivery.html", page)


def _counting(receipts: Sequence[DeliveryReceipt]) -> int | None:
    """The number of the receipt that counts, where several were accepted one after the other."""
    standing = [one for one in receipts if not one.annulled]
    counts = counts_of(standing)
    accepted = {ReceiptAnswer.ACCEPTED, ReceiptAnswer.FOLLOWED}
    return counts.number if counts and len([one for one in standing if one.answer in accepted]) > 1 else None


def _form_page(
    visit: Visit, contract: Contract, values: Mapping[str, Any], errors: Mapping[str, str] | None = None, *,
    delivery: Delivery | None = None, version: int | None = None, status: int = 200,
) -> Response[Any]:  # fmt: skip
    written = find_written(visit.session, [contract])[contract.id]
    # A clause of which all that acts say is annulled was recorded by mistake: nothing follows it.
    standing = {row.clause_id for row in written.stipulations.values()}
    page = DeliveryFormPage(
        contract_id=contract.id, contract=contract.object, id=delivery.id if delivery else None,
        version=version if version is not None else delivery.version if delivery else None,
        action=f"/livraisons/{delivery.id}/modifier" if delivery else f"/contrats/{contract.id}/livraisons/nouvelle",
        values=values, errors=errors or {}, labels=labels_of(DELIVERY_LABELS),
        kinds=[(str(one), one.label) for one in Delivered],
        datasets=[
            (str(one.id), one.title or _("Un jeu que vos droits ne montrent pas"))
            for one in find_datasets_of(visit.session, contract.id)
        ],
        clauses=[
            (str(one.id), name_clause(one))
            for one in written.clauses.values()
            if one.kind == SCHEDULE and (one.id in standing or (delivery is not None and delivery.clause_id == one.id))
        ],
        follows=delivery is not None and delivery.clause_id is not None,
    )  # fmt: skip
    return visit.page("contracts/delivery_form.html", page, status=status)


def _typed(visit: Visit) -> dict[str, Any]:
    return {name: visit.form_data().first(name) for name in DeliveryForm.model_fields}


@route("GET", "/contrats/{contract_id:int}/livraisons/nouvelle", RECORD)
def show_new_delivery(visit: Visit, contract_id: int) -> Response[Any]:
    """An empty delivery; the address may say which due day of the calendar it is."""
    contract = get_contract(visit.session, contract_id)
    visit.visitor.require(RECORD, contract.organisation_id)
    require_standing(contract)
    values = {
        "kind": str(Delivered.DATA), "clause_id": visit.query("clause"), "dataset_id": visit.query("jeu"),
        "due_on": visit.query("echeance"),
    }  # fmt: skip
    return _form_page(visit, contract, values)


@route("POST", "/contrats/{contract_id:int}/livraisons/nouvelle", RECORD)
def record_new_delivery(visit: Visit, contract_id: int) -> Response[Any]:
    """Records a delivery, or shows the form again with what was typed."""
    contract = get_contract(visit.session, contract_id)
    visit.visitor.require(RECORD, contract.organisation_id)
    made = save(visit.form(DeliveryForm), lambda form: record_delivery(visit.session, contract_id, form))
    if isinstance(made, Unsaved):
        return _form_page(visit, contract, _typed(visit), made.errors, status=made.status)
    return visit.go(f"/livraisons/{made.id}", done="livraison-notee")


@route("GET", "/livraisons/{delivery_id:int}/modifier", RECORD)
def show_amend_delivery(visit: Visit, delivery_id: int) -> Response[Any]:
    """The form of a delivery, as it stands."""
    delivery = get_delivery(visit.session, delivery_id)
    visit.visitor.require(RECORD, delivery.organisation_id)
    values = DeliveryForm.model_validate(delivery).model_dump(mode="json")
    return _form_page(visit, get_contract(visit.session, delivery.contract_id), values, delivery=delivery)


@route("POST", "/livraisons/{delivery_id:int}/modifier", RECORD)
def change_delivery(visit: Visit, delivery_id: int) -> Response[Any]:
    """Saves the form of a delivery, or shows it again with what was typed; an emptied field says nothing any more."""
    delivery = get_delivery(visit.session, delivery_id)
    visit.visitor.require(RECORD, delivery.organisation_id)
    contract, data = get_contract(visit.session, delivery.contract_id), visit.form_data()
    expected = read_number(data.first("version")) or 0

    def amend(form: DeliveryChange) -> Delivery:
        emptied = dict.fromkeys(name for name in DeliveryChange.model_fields if data.has(name) and name != "kind")
        said = DeliveryChange(**{**emptied, **form.model_dump(include=form.model_fields_set)})
        return amend_delivery(visit.session, delivery_id, said, expected=expected)

    made = save(parse_form(DeliveryChange, data, today=visit.today), amend)
    if isinstance(made, Unsaved):
        return _form_page(
            visit, contract, _typed(visit), made.errors, delivery=delivery, version=made.version or expected,
            status=made.status,
        )  # fmt: skip
    return visit.go(f"/livraisons/{delivery_id}", done="livraison-notee")


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_deliveries, show_contract_deliveries, show_delivery, show_new_delivery, record_new_delivery,
    show_amend_delivery, change_delivery,
)  # fmt: skip
