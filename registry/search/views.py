"""What goes out of a search: the page, and the bodies the API answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from registry.datasets.vocabulary import AccessRights, PersonalData, Stage
from registry.kernel.words import current_locale
from registry.platform.lists import load_list
from registry.search.asking import Asked
from registry.search.queries import Found, Sheet
from registry.search.rules import Piece, cut_around, highlight
from registry.search.vocabulary import SearchFacet

MOST_VALUES = 15
"""Of a facet, as many values are shown as one reads, beside those chosen."""


@dataclass(frozen=True)
class ValueView:
    """A value of a facet: how many datasets answer with it, and whether it is chosen."""

    code: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class FacetView:
    """A facet with its values, the commonest first; `name` stands in the address."""

    name: str
    label: str
    values: Sequence[ValueView]

    @property
    def is_chosen(self) -> bool:
        """Whether one of its values narrows the search."""
        return any(one.chosen for one in self.values)


@dataclass(frozen=True)
class HitView:
    """A dataset found: its title and the part of its description that answers, what was looked for marked."""

    id: int
    title: Sequence[Piece]
    snippet: Sequence[Piece]
    organisation: str
    publisher: str
    keywords: Sequence[Sequence[Piece]]


@dataclass(frozen=True)
class SearchPage:
    """The search: what was asked, what answers, and what to do when nothing does.

    `contracts`: how many contracts say the same words; `pages_of_pieces`: the pages of their pieces that do.
    Other pages show both.
    `without_index`: the list's own search answered, there being no index; `behind_since`: since when the index
    misses what was written, if that is long.
    """

    words: str
    is_asked: bool
    total: int
    hits: Sequence[HitView]
    facets: Sequence[FacetView]
    correction: str
    correction_address: str
    is_narrowed: bool
    clear_address: str
    first_address: str
    next_address: str
    list_address: str
    contracts: int
    contracts_address: str
    pages_of_pieces: int
    pieces_address: str
    without_index: bool
    behind_since: datetime | None


@dataclass(frozen=True)
class PieceBody:
    """A part of a text, and whether it is what was looked for."""

    words: str
    marked: bool


@dataclass(frozen=True)
class HitBody:
    """A dataset found."""

    id: int
    title: str
    organisation_id: int
    organisation: str
    snippet: list[PieceBody]


@dataclass(frozen=True)
class ValueBody:
    """A value of a facet, with how many datasets answer with it."""

    code: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class FacetBody:
    """A facet of the search."""

    name: str
    label: str
    values: list[ValueBody]


@dataclass(frozen=True)
class SearchBody:
    """A page of what answers a search.

    `indexed` is false when the list's own search answered; `behind_since` since when the index misses something.
    """

    total: int
    hits: list[HitBody]
    next: str | None
    facets: list[FacetBody]
    did_you_mean: str | None
    indexed: bool
    behind_since: datetime | None


@dataclass(frozen=True)
class SuggestionBody:
    """A sheet offered to who is typing."""

    id: int
    title: str
    organisation: str
    address: str


@dataclass(frozen=True)
class SuggestionsBody:
    """What is offered to who is typing."""

    suggestions: list[SuggestionBody]


def hit_view(sheet: Sheet, asked: Asked) -> HitView:
    """A dataset found, with what was looked for marked."""
    stems, beginning = asked.stems, asked.beginning
    return HitView(
        id=sheet.id,
        title=highlight(sheet.title, stems, beginning),
        snippet=snippet(sheet, asked),
        organisation=sheet.organisation_name,
        publisher=sheet.publisher_name,
        keywords=[highlight(word, stems, beginning) for word in sheet.keywords[:12]],
    )


def snippet(sheet: Sheet, asked: Asked) -> list[Piece]:
    """The part of the description where most of what was looked for stands."""
    stems, beginning = asked.stems, asked.beginning
    return highlight(cut_around(sheet.description, stems, beginning), stems, beginning)


def hit_body(sheet: Sheet, asked: Asked) -> HitBody:
    """A dataset found, as the API gives it."""
    pieces = [PieceBody(one.words, one.marked) for one in snippet(sheet, asked)]
    return HitBody(sheet.id, sheet.title, sheet.organisation_id, sheet.organisation_name, pieces)


def facet_views(
    found: Found, asked: Asked, names: Mapping[SearchFacet, str], organisations: Mapping[int, str]
) -> list[FacetView]:
    """Every facet with the values that answer, and those chosen even where nothing answers."""
    views = []
    for facet in SearchFacet:
        counts, chosen = found.counts.get(facet, {}), asked.chosen.get(facet, frozenset())
        values = [
            ValueView(code, label_of(facet, code, organisations), count, code in chosen)
            for code, count in {**dict.fromkeys(sorted(chosen), 0), **counts}.items()
        ]
        values.sort(key=lambda one: (-one.count, one.label))
        kept = [one for place, one in enumerate(values) if place < MOST_VALUES or one.chosen]
        if kept:
            views.append(FacetView(names[facet], facet.label, kept))
    return views


_LISTS = {SearchFacet.THEME: "themes", SearchFacet.LICENCE: "licences", SearchFacet.FORMAT: "file_types"}
_ENUMERATIONS: Mapping[SearchFacet, type[PersonalData | AccessRights | Stage]] = {
    SearchFacet.PERSONAL_DATA: PersonalData, SearchFacet.ACCESS_RIGHTS: AccessRights, SearchFacet.STAGE: Stage,
}  # fmt: skip


def label_of(facet: SearchFacet, code: str, organisations: Mapping[int, str]) -> str:
    """The words for a value of a facet."""
    if facet is SearchFacet.ORGANISATION:
        return organisations.get(int(code), code)
    if facet in _LISTS:
        return load_list(_LISTS[facet]).label(code, current_locale())
    return str(_ENUMERATIONS[facet](code).label)
