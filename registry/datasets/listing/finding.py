"""Which sheets stand on a page of the list, where counting knows it faster than the database would find it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from registry.datasets.listing.columns import ORGANISATION, TITLE
from registry.datasets.listing.counting import Counted
from registry.datasets.listing.narrowing import FROM_ELSEWHERE, DatasetFilter
from registry.datasets.queries import find_places
from registry.datasets.vocabulary import ListFacet

_MANY = 2_000
"""Sheets from which on those of a page are looked for in the order of titles."""
_NONE = frozenset({-1})
"""The number of no sheet: no number at all would narrow nothing."""


@dataclass(frozen=True)
class PageAsked:
    """Which page: its order as it stands in an address, the place of the last sheet shown, how many sheets at most."""

    order: str
    after: tuple[str, int] | None
    most: int

    @property
    def key(self) -> str:
        """What it is sorted by."""
        return self.order.removeprefix("-") or TITLE

    @property
    def is_downwards(self) -> bool:
        """Whether the last come first."""
        return self.order.startswith("-")


def as_found(
    session: Session, narrowed: DatasetFilter, counted: Counted, bodies: Iterable[tuple[str, int]], page: PageAsked
) -> DatasetFilter:
    """The same selection, of this page at least, by the numbers of its sheets.

    The database would sort every sheet to show the first by organisation, and look elsewhere than in the sheets for
    words and some facets. `bodies` are the organisations by what they sort by.
    """
    if page.key == ORGANISATION:
        ids = counted.page_by_body(bodies, page.after, page.most, downwards=page.is_downwards)
    elif not narrowed.words.strip() and {*FROM_ELSEWHERE, ListFacet.POLICY}.isdisjoint(narrowed.chosen):
        return narrowed
    elif page.key == TITLE and counted.total > _MANY:
        ids = next_by_title(session, counted, page, annulled=narrowed.annulled)
    else:
        ids = counted.ids()
    return replace(
        narrowed, words="", bearers=None, chosen={}, organisation_ids=frozenset(), ids=frozenset(ids) or _NONE
    )


def next_by_title(session: Session, counted: Counted, page: PageAsked, *, annulled: bool) -> list[int]:
    """The numbers of the next of many sheets, in the order of their titles.

    Titles are walked in that order until a page is full: to tell the database thousands of numbers takes it longer.
    """
    every = counted.picture.all(annulled=annulled).bit_count()
    window, after = page.most * every // max(counted.total, 1) * 3 // 2 + page.most, page.after
    found: list[int] = []
    while len(found) < page.most:
        places = find_places(session, annulled=annulled, after=after, downwards=page.is_downwards, limit=window)
        found += [number for _title, number in places if counted.has(number)]
        if len(places) < window:
            break
        after, window = places[-1], window * 2
    return found[: page.most]
