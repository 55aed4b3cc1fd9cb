"""The matrix of a contract, its file for a spreadsheet, and the coverage of every contract."""

import csv
import io
from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.contracts.clauses.against import against_floor
from registry.contracts.clauses.asking import Known, find_known, get_known
from registry.contracts.clauses.citing import law_of_kind
from registry.contracts.clauses.coverage import WHOLE, Coverage, coverage_of
from registry.contracts.clauses.days import Days, days_asked, show_unknown
from registry.contracts.clauses.kinds import kinds
from registry.contracts.clauses.lacking import count_lacking, find_lacking, say_counts
from registry.contracts.clauses.queries import find_written
from registry.contracts.clauses.showing import asked_of_each, say_outside
from registry.contracts.matrix.views import (
    CoveragePage,
    CoveragesPage,
    cell_view,
    column_views,
    coverage_line,
    is_counted,
    line_views,
    say_whole,
)
from registry.contracts.queries import (
    ContractFilter,
    count_contracts,
    find_contracts_page,
    find_datasets_of_each,
    get_contract,
    place_of,
)
from registry.contracts.reading import read_contract_place
from registry.contracts.views import state_mark
from registry.contracts.vocabulary import ContractState
from registry.kernel.paging import read_place, write_place
from registry.kernel.permissions import Permission
from registry.kernel.spreadsheets import inert
from registry.kernel.words import _
from registry.organisations.queries import get_organisation
from registry.web.templating import say_day
from registry.web.visits import Visit, route

READ, RECORD = Permission.CONTRACTS_CONTRACT_READ, Permission.CONTRACTS_CONTRACT_RECORD
_PAGE, _LIST = 20, "couverture"
"""Contracts a page: each line of it is a whole matrix."""
_GOING = frozenset(ContractState) - {ContractState.ENDED}


def _covered(known: Known, asked: Days) -> Coverage:
    return coverage_of(known.written, known.looked_for, list(known.titles), asked.day, signed_by=asked.signed_by)


@route("GET", "/contrats/{contract_id:int}/couverture", READ)
def show_coverage(visit: Visit, contract_id: int) -> Response[Any]:
    """Each kind of clause by each dataset, on a day: what is in force, what is under way, what is missing."""
    contract, asked = get_contract(visit.session, contract_id), days_asked(visit)
    known = find_known(visit.session, contract, asked.known_on, visit.premises.info["time_zone"])
    if known is None:
        return show_unknown(visit, contract, asked, "/couverture")
    coverage = _covered(known, asked)
    only_missing = visit.query("manque") == "oui"
    shown = coverage.narrowed() if only_missing else coverage
    tally = coverage.tally
    counted = is_counted(tally, was_read=known.was_read)
    against = against_floor(visit.session, known.written, asked.day, signed_by=asked.signed_by)
    days = {"le": asked.day, "signe": asked.signed_by, "connu": asked.known_on}
    page = CoveragePage(
        id=contract.id, object=contract.object, annulled=contract.annulled,
        organisation_name=get_organisation(visit.session, contract.organisation_id).name,
        day=asked.day, day_words=say_day(asked.day), signed_by=asked.signed_by, known_on=asked.known_on,
        error=asked.error, only_missing=only_missing, was_read=known.was_read,
        figure=say_whole(tally, was_read=known.was_read), due=tally.due, present=tally.present, missing=tally.missing,
        is_against=bool(against),
        counted=say_counts(count_lacking(find_lacking(coverage)), was_read=known.was_read),
        columns=column_views(shown, known.titles, counted=counted),
        lines=line_views(shown, known.written, against, was_read=known.was_read, counted=counted),
        file=f"/contrats/{contract.id}/couverture/fichier?"
        + urlencode({name: one.isoformat() for name, one in days.items() if one is not None}),
        outside=say_outside(known.written.contract, asked.day),
        withheld=any(cell.withheld for line in coverage.lines for cell in line.cells.values()),
        may_record=visit.visitor.may(RECORD, contract.organisation_id) and not contract.annulled,
    )  # fmt: skip
    return visit.page("contracts/coverage.html", page)


@route("GET", "/contrats/{contract_id:int}/couverture/fichier", READ, media_type="text/csv")
def send_coverage(visit: Visit, contract_id: int) -> Response[Any]:
    """The same as a file for a spreadsheet: a cell a line."""
    contract, asked = get_contract(visit.session, contract_id), days_asked(visit)
    known = get_known(visit.session, contract, asked.known_on, visit.premises.info["time_zone"])
    coverage, named = _covered(known, asked), kinds()
    against = against_floor(visit.session, known.written, asked.day, signed_by=asked.signed_by)
    target = io.StringIO()
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(
        [
            _("Genre de clause"), _("Article"), _("Jeu de données"), _("Cherchée"), _("Présente"), _("État"),
            _("Dans quel acte"), _("Adresse"),
        ]
    )  # fmt: skip
    columns = {one.number: one.title for one in column_views(coverage, known.titles, counted=False)}
    outside = say_outside(known.written.contract, asked.day)
    if outside:
        # As on the page: outside its days a contract has no matrix, and nothing can be missing of it.
        writer.writerow(["", "", _("Tout le contrat"), _("non"), _("non"), outside, "", ""])
    for line in coverage.lines if not outside else ():
        for column in coverage.columns:
            cell = line.cells[column]
            if not cell.due and cell.said_by is None:
                continue
            said = cell_view(cell, known.written, against, was_read=known.was_read)
            address = f"{visit.premises.public_url}/contrats/clauses/{said.clause}" if said.clause else ""
            cells = (
                named.label(line.kind), law_of_kind(known.written.contract, line.kind),
                columns[column] if column is not WHOLE else _("Tout le contrat"),
                _("oui") if cell.due else _("non"), _("oui") if cell.present else _("non"), said.word, said.source,
                address,
            )  # fmt: skip
            writer.writerow([inert(one) for one in cells])
    name = f"couverture-contrat-{contract_id}-{asked.day.isoformat()}.csv"
    headers = {**visit.headers, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(target.getvalue().encode("utf-8-sig"), media_type="text/csv", headers=headers)


@route("GET", "/contrats/couverture", READ)
def show_coverages(visit: Visit) -> Response[Any]:
    """The coverage of each contract that is not over, with what is missing most and the next occasion."""
    session, today = visit.session, visit.today
    going = ContractFilter(states=_GOING)
    after = read_contract_place(read_place(_LIST, visit.query("apres") or None, int, str, int))
    found = find_contracts_page(session, going, today=today, after=after, limit=_PAGE + 1)
    more, found = len(found) > _PAGE, found[:_PAGE]
    written = find_written(session, found)
    covered = find_datasets_of_each(session, [one.id for one in found])
    looked_for = asked_of_each(session, found)
    rows = []
    for one in found:
        datasets = [each.id for each in covered.get(one.id, ())]
        coverage = coverage_of(written[one.id], looked_for[one.id], datasets, today, signed_by=today)
        rows.append(coverage_line(one, coverage, written[one.id], state_mark(one, today), today))
    following = ""
    if more:
        over, day, number = place_of(found[-1], today)
        following = f"/contrats/couverture?{urlencode({'apres': write_place(_LIST, (over, day.isoformat(), number))})}"
    page = CoveragesPage(
        rows, count_contracts(session, going, today=today), "/contrats/couverture" if after is not None else "",
        following,
    )  # fmt: skip
    return visit.page("contracts/coverages.html", page)


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_coverages, show_coverage, send_coverage)
