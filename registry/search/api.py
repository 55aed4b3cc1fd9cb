"""The JSON API of the search, and what is offered to who is typing."""

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.kernel.errors import Invalid
from registry.kernel.words import _
from registry.organisations.queries import find_organisations
from registry.search.asking import MOST_LETTERS
from registry.search.index import NoIndex
from registry.search.queries import PAGE_SIZE, find_correction, find_suggestions, search
from registry.search.views import (
    FacetBody,
    SearchBody,
    SuggestionBody,
    SuggestionsBody,
    ValueBody,
    facet_views,
    hit_body,
)
from registry.search.visiting import READ, find_in_list, reach_of, read_asked, read_page, say_behind
from registry.search.vocabulary import SearchFacet
from registry.web.forms import read_number
from registry.web.visits import Visit, route

NAMES = {facet: str(facet) for facet in SearchFacet}
MOST_A_PAGE = 100


@route("GET", "/api/v1/search", READ)
def find(visit: Visit) -> Response[SearchBody]:
    """What answers `q` within the asker's rights, best first, with counts by facet."""
    asked, page = read_asked(visit, NAMES), read_page(visit)
    limit = read_number(visit.query("limit") or str(PAGE_SIZE))
    if limit is None or not 1 <= limit <= MOST_A_PAGE:
        raise Invalid(_("« limit » va de 1 à {most}.").format(most=MOST_A_PAGE))
    if not asked.parts:
        raise Invalid(_("Dites dans « q » ce que vous cherchez ; /api/v1/datasets donne toute la liste."))
    home, reach = visit.premises.home.settings.root, reach_of(visit)
    try:
        found = search(visit.session, home, asked, reach, page=page, limit=limit)
        correction = find_correction(visit.session, home, asked, reach) if not found.total else None
    except NoIndex:
        total, sheets = find_in_list(visit, asked, limit)
        hits = [hit_body(sheet, asked) for sheet in sheets]
        return visit.answer(SearchBody(total, 1, None, hits, [], None, indexed=False, behind_since=None))
    organisations = {body.id: body.name for body in find_organisations(visit.session)}
    body = SearchBody(
        total=found.total,
        page=page,
        next_page=page + 1 if found.more else None,
        hits=[hit_body(sheet, asked) for sheet in found.sheets],
        facets=[
            FacetBody(one.name, one.label, [ValueBody(v.code, v.label, v.count, v.chosen) for v in one.values])
            for one in facet_views(found, asked, NAMES, organisations)
        ],
        did_you_mean=correction,
        indexed=True,
        behind_since=say_behind(visit, found.mark),
    )
    return visit.answer(body)


@route("GET", "/api/v1/search/suggestions", READ)
def suggest(visit: Visit) -> Response[SuggestionsBody]:
    """The first sheets that answer what is being typed; none while there is no index."""
    words = visit.query("q")[:MOST_LETTERS].strip()
    try:
        sheets = find_suggestions(visit.session, visit.premises.home.settings.root, words, reach_of(visit))
    except NoIndex:
        sheets = []
    return visit.answer(
        SuggestionsBody([SuggestionBody(one.id, one.title, one.organisation_name, f"/jeux/{one.id}") for one in sheets])
    )


HANDLERS: tuple[HTTPRouteHandler, ...] = (find, suggest)
