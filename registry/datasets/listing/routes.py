"""The page of the list: its facets, its columns, its order, all in its address."""

from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.compliance.engine import engine_of
from registry.compliance.queries import count_by_verdict
from registry.compliance.vocabulary import SubjectKind
from registry.datasets.addresses import (
    COLUMNS_SHOWN,
    EDITING,
    MODE,
    ORDER,
    PLACE,
    SHOWING,
    SIZE,
    VIEW,
    replaced,
    write,
)
from registry.datasets.listing.columns import ORDERS, read_columns
from registry.datasets.listing.counting import count_facets
from registry.datasets.listing.finding import PageAsked, as_found
from registry.datasets.listing.narrowing import DatasetFilter
from registry.datasets.listing.saved_views import find_default_view, find_views, view_lines
from registry.datasets.listing.selecting import SELECTING, read_selection, selection_query
from registry.datasets.listing.showing import (
    chip_views,
    column_choices,
    column_views,
    facet_views,
    find_held,
    find_names,
    row_views,
    size_choices,
)
from registry.datasets.listing.views import ListPage
from registry.datasets.queries import PAGE_SIZE, find_datasets
from registry.datasets.vocabulary import ListFacet
from registry.kernel.paging import read_cursor, write_cursor
from registry.kernel.permissions import Permission
from registry.web.forms import read_number
from registry.web.visits import Visit, route

READ, RECORD = Permission.DATASETS_SHEET_READ, Permission.DATASETS_SHEET_RECORD
SIZES = (25, 50, 100, 200)
_SEARCHED_TOO = frozenset({"q", "organisation", "donnees", "acces", "etape", "licence", "theme", "format"})
"""What the search narrows by under the same names."""


@route("GET", "/jeux", READ)
def show_list(visit: Visit) -> Response[Any]:
    """The list of datasets, narrowed by what stands in the address."""
    query = visit.request.query_params.dict()
    saved = find_views(visit.session)
    if not query:
        own = find_default_view(visit.session, visit.visitor.account_id, saved)
        if own is not None:
            return visit.go(f"/jeux?{own.query}&{VIEW}={own.id}" if own.query else f"/jeux?{VIEW}={own.id}")
    narrowed = read_selection(visit.session, query, on=visit.today)
    order = visit.query(ORDER) if visit.query(ORDER).removeprefix("-") in ORDERS else ""
    columns = read_columns(visit.query(COLUMNS_SHOWN))
    size = next((one for one in SIZES if str(one) == visit.query(SIZE)), PAGE_SIZE)
    counted = count_facets(visit.session, narrowed)
    names, after = find_names(visit.session), read_cursor(visit.query(PLACE))
    bodies = [(body.name_sort, body.id) for body in names.bodies.values()]
    rows = find_datasets(
        visit.session,
        as_found(visit.session, narrowed, counted, bodies, PageAsked(order, after, size + 1)),
        order=order,
        after=after,
        limit=size,
        fields=[one.field for one in columns if one.field],
    )
    more, rows = len(rows) > size, rows[:size]
    verdicts, practices = count_by_verdict(
        visit.session,
        visit.today,
        kind=SubjectKind.DATASET,
        ids=[row.id for row in rows],
        binding=engine_of(visit.session).catalogue.binding(SubjectKind.DATASET, visit.today),
    )
    pairs = [(name, value) for name, values in query.items() for value in values if value]
    kept = [(name, value) for name, value in pairs if name in SELECTING or name in SHOWING]
    chosen = {facet: values for facet in ListFacet if (values := _chosen(narrowed, query, facet))}
    selected = selection_query(query)
    views = view_lines(saved, visit.visitor.account_id)
    may_record = visit.visitor.may(RECORD)
    page = ListPage(
        rows=row_views(rows, columns, names, find_held(visit.session, columns, rows), visit.visitor.reach(RECORD)),
        verdicts=verdicts,
        practices=practices,
        total=counted.total,
        words=narrowed.words,
        facets=facet_views(counted, chosen, names),
        chips=chip_views(kept, chosen, counted, names),
        annulled=narrowed.annulled,
        kept=[(name, value) for name, value in kept if name in SHOWING],
        columns=column_views(columns, order, kept),
        choices=column_choices(columns, kept),
        sizes=size_choices(kept, size, SIZES),
        is_editing=may_record and visit.query(MODE) == EDITING,
        editing_address=write(replaced(kept, MODE, "" if visit.query(MODE) == EDITING else EDITING)),
        selection=selected,
        query=urlencode(kept),
        search_address=_search_address(kept) if narrowed.words else "",
        clear_address=f"/jeux?{VIEW}=toutes",
        views=views,
        view=next((one for one in views if str(one.id) == visit.query(VIEW)), None),
        next_address=write([*kept, (PLACE, write_cursor(rows[-1].cursor))]) if more else "",
        first_address=write(kept) if visit.query(PLACE) else "",
        export_address="/exports" + (f"?{selected}" if selected else ""),
        is_narrowed=any(name in SELECTING for name, _value in kept),
        may_record=may_record,
        may_import=visit.visitor.may(Permission.EXCHANGE_IMPORT_APPLY),
    )
    return visit.page("datasets/list.html", page)


def _chosen(narrowed: DatasetFilter, query: Any, facet: ListFacet) -> list[str]:
    """The values chosen of a facet that exist, in the order of the address."""
    given = dict.fromkeys(query.get(facet, ()))
    if facet is ListFacet.ORGANISATION:
        return [one for one in given if read_number(one) is not None]
    return [one for one in given if one in narrowed.chosen.get(facet, ())]


def _search_address(kept: list[tuple[str, str]]) -> str:
    return "/recherche?" + urlencode([(name, value) for name, value in kept if name in _SEARCHED_TOO])


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_list,)
