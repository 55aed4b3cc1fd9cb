"""The JSON API of the search, and what is offered to who is typing."""

from typing import Annotated

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from pydantic import BaseModel, ConfigDict, Field

from registry.kernel.errors import Invalid
from registry.kernel.words import _, mark
from registry.organisations.queries import find_organisations
from registry.search.asking import MOST_LETTERS
from registry.search.index import NoIndex
from registry.search.queries import MOST_PAGES, find_correction, find_suggestions, search
from registry.search.views import (
    FacetBody,
    SearchBody,
    SuggestionBody,
    SuggestionsBody,
    ValueBody,
    facet_views,
    hit_body,
)
from registry.search.visiting import READ, find_in_list, reach_of, read_asked, say_behind
from registry.search.vocabulary import SearchFacet
from registry.web.calls import ApiCall, PageQuestions
from registry.web.visits import Visit, route

NAMES = {facet: str(facet) for facet in SearchFacet}
TAG = mark("Recherche")
Words = Annotated[str, Field(max_length=2000)]
Values = Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=100)]


class SearchQuestions(PageQuestions):
    """What is searched for, and what it is narrowed to; a value nobody knows narrows nothing."""

    q: Words = Field(min_length=1, description=mark("Les mots cherchés : accents, pluriels et débuts de mots compris."))
    organisation: Values = Field(default_factory=list, description=mark("Organisation"))
    theme: Values = Field(default_factory=list, description=mark("Thème"))
    personal_data: Values = Field(default_factory=list, description=mark("Données personnelles"))
    access_rights: Values = Field(default_factory=list, description=mark("Niveau d’accès"))
    licence: Values = Field(default_factory=list, description=mark("Licence"))
    stage: Values = Field(default_factory=list, description=mark("Étape"))
    format: Values = Field(default_factory=list, description=mark("Format"))


class SuggestionQuestions(BaseModel):
    """What is being typed."""

    model_config = ConfigDict(extra="forbid")

    q: Words = Field(default="", description=mark("Ce qui est tapé."))


@route(
    "GET", "/api/v1/search", READ,
    about=ApiCall(
        TAG, mark("Les jeux qui répondent à des mots, les meilleurs d’abord, avec les nombres par facette."),
        more=mark("L’ordre est celui de la pertinence : contrairement aux listes, une page peut changer quand des "
                  "fiches changent."),
        asks=SearchQuestions,
    ),
)  # fmt: skip
def find(visit: Visit) -> Response[SearchBody]:
    """What answers `q` within the asker's rights, best first, with counts by facet."""
    questions, asked = visit.asked(SearchQuestions), read_asked(visit, NAMES)
    (page,) = questions.place(int) or (1,)
    limit = questions.limit
    if not 1 <= page <= MOST_PAGES:
        raise Invalid(_("« cursor » mène au-delà des {most} premières pages.").format(most=MOST_PAGES))
    if not asked.parts:
        raise Invalid(_("Dites dans « q » ce que vous cherchez ; /api/v1/datasets donne toute la liste."))
    home, reach = visit.premises.home.settings.root, reach_of(visit)
    try:
        found = search(visit.session, home, asked, reach, page=page, limit=limit)
        correction = find_correction(visit.session, home, asked, reach) if not found.total else None
    except NoIndex:
        total, sheets = find_in_list(visit, asked, limit)
        hits = [hit_body(sheet, asked) for sheet in sheets]
        return visit.answer(SearchBody(total, hits, None, [], None, indexed=False, behind_since=None))
    organisations = {body.id: body.name for body in find_organisations(visit.session)}
    body = SearchBody(
        total=found.total,
        hits=[hit_body(sheet, asked) for sheet in found.sheets],
        next=questions.following((page + 1,) if found.more else None),
        facets=[
            FacetBody(one.name, one.label, [ValueBody(v.code, v.label, v.count, v.chosen) for v in one.values])
            for one in facet_views(found, asked, NAMES, organisations)
        ],
        did_you_mean=correction,
        indexed=True,
        behind_since=say_behind(visit, found.mark),
    )
    return visit.answer(body)


@route(
    "GET", "/api/v1/search/suggestions", READ,
    about=ApiCall(TAG, mark("Les premières fiches qui répondent à ce qui est tapé."), asks=SuggestionQuestions),
)  # fmt: skip
def suggest(visit: Visit) -> Response[SuggestionsBody]:
    """The first sheets that answer what is being typed; none while there is no index."""
    words = visit.asked(SuggestionQuestions).q.replace("\0", " ")[:MOST_LETTERS].strip()
    try:
        sheets = find_suggestions(visit.session, visit.premises.home.settings.root, words, reach_of(visit))
    except NoIndex:
        sheets = []
    return visit.answer(
        SuggestionsBody([SuggestionBody(one.id, one.title, one.organisation_name, f"/jeux/{one.id}") for one in sheets])
    )


HANDLERS: tuple[HTTPRouteHandler, ...] = (find, suggest)
