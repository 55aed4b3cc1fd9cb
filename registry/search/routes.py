"""The page of the search."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.contracts.queries import ContractFilter, count_contracts
from registry.organisations.queries import find_organisations
from registry.search.asking import Asked
from registry.search.index import NoIndex
from registry.search.pieces.queries import find_hits
from registry.search.pieces.routes import READ as READ_CONTRACTS
from registry.search.pieces.routes import reach_of as reach_of_pieces
from registry.search.pieces.rules import read_sought
from registry.search.queries import find_correction, search
from registry.search.views import FacetView, HitView, SearchPage, facet_views, hit_view
from registry.search.visiting import READ, find_in_list, reach_of, read_asked, read_page, say_behind
from registry.search.vocabulary import SearchFacet
from registry.web.visits import Visit, route

NAMES = {
    SearchFacet.ORGANISATION: "organisation",
    SearchFacet.THEME: "theme",
    SearchFacet.PERSONAL_DATA: "donnees",
    SearchFacet.ACCESS_RIGHTS: "acces",
    SearchFacet.LICENCE: "licence",
    SearchFacet.STAGE: "etape",
    SearchFacet.FORMAT: "format",
}
"""What each facet is called in the address: as in that of the list, where it has the same."""


@route("GET", "/recherche", READ)
def show_search(visit: Visit) -> Response[Any]:
    """What answers the words of the address, narrowed by its facets; without words, how to search."""
    asked, page = read_asked(visit, NAMES), read_page(visit)
    narrowing = [(NAMES[facet], one) for facet, values in asked.chosen.items() for one in sorted(values)]
    kept = [("q", asked.words), *narrowing]
    total, hits, facets, more, correction = 0, list[HitView](), list[FacetView](), False, ""
    without_index, behind = False, None
    if asked.parts:
        try:
            found = search(visit.session, visit.premises.home.settings.root, asked, reach_of(visit), page=page)
            organisations = {body.id: body.name for body in find_organisations(visit.session)}
            total, more, sheets = found.total, found.more, found.sheets
            facets = facet_views(found, asked, NAMES, organisations)
            behind = say_behind(visit, found.mark)
            if not total:
                correction = _correction(visit, asked)
        except NoIndex:
            without_index = True
            total, sheets = find_in_list(visit, asked)
        hits = [hit_view(sheet, asked) for sheet in sheets]
    list_kept = [(name, value) for name, value in kept if name in {"q", "organisation", "donnees", "acces", "etape"}]
    view = SearchPage(
        words=asked.words,
        is_asked=bool(asked.parts),
        total=total,
        hits=hits,
        facets=facets,
        correction=correction,
        correction_address=_address("/recherche", [("q", correction), *narrowing]),
        is_narrowed=bool(asked.chosen),
        clear_address=_address("/recherche", [("q", asked.words)]),
        first_address=_address("/recherche", kept) if page > 1 else "",
        next_address=_address("/recherche", [*kept, ("page", str(page + 1))]) if more else "",
        list_address=_address("/jeux", list_kept),
        contracts=_contracts(visit, asked),
        contracts_address=_address("/contrats", [("mots", asked.words)]),
        pages_of_pieces=_pages_of_pieces(visit, asked),
        pieces_address=_address("/recherche/pieces", [("q", asked.words)]),
        without_index=without_index,
        behind_since=behind,
    )
    return visit.page("search/search.html", view)


def _contracts(visit: Visit, asked: Asked) -> int:
    """How many contracts say the same words, for who may read them."""
    if not asked.parts or not visit.visitor.reach(READ_CONTRACTS):
        return 0
    return count_contracts(visit.session, ContractFilter(words=asked.words), today=visit.today)


def _pages_of_pieces(visit: Visit, asked: Asked) -> int:
    """How many pages of pieces of contracts answer the same words, for who may read them."""
    reach = reach_of_pieces(visit)
    if not asked.parts or not reach:
        return 0
    return find_hits(visit.session, read_sought(asked.words), reach, limit=1).total


def _correction(visit: Visit, asked: Asked) -> str:
    return find_correction(visit.session, visit.premises.home.settings.root, asked, reach_of(visit)) or ""


def _address(path: str, kept: Sequence[tuple[str, str]]) -> str:
    said = urlencode([(name, value) for name, value in kept if value])
    return f"{path}?{said}" if said else path


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_search,)
