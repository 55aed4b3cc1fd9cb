"""What an address asks of the search, and what answers where there is no index."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from registry.datasets.listing.narrowing import DatasetFilter
from registry.datasets.queries import count_datasets, find_datasets
from registry.datasets.vocabulary import AccessRights, ListFacet, PersonalData, Stage
from registry.kernel.errors import Invalid
from registry.kernel.permissions import Permission
from registry.kernel.words import _
from registry.platform.clock import now
from registry.search.asking import MOST_LETTERS, Asked
from registry.search.index import Mark
from registry.search.queries import MOST_PAGES, PAGE_SIZE, Sheet, find_behind_since, find_sheets
from registry.search.vocabulary import SearchFacet
from registry.web.forms import read_number
from registry.web.visits import Visit

READ = Permission.DATASETS_SHEET_READ
MOST_CODE = 200
PATIENCE = timedelta(minutes=1)
"""How long what was written may be missing from the index before a page says so."""
_CLOSED: Mapping[SearchFacet, Any] = {
    SearchFacet.PERSONAL_DATA: PersonalData, SearchFacet.ACCESS_RIGHTS: AccessRights, SearchFacet.STAGE: Stage,
}  # fmt: skip

_IN_THE_LIST: Mapping[SearchFacet, ListFacet] = {
    SearchFacet.PERSONAL_DATA: ListFacet.PERSONAL_DATA,
    SearchFacet.ACCESS_RIGHTS: ListFacet.ACCESS_RIGHTS,
    SearchFacet.STAGE: ListFacet.STAGE,
    SearchFacet.LICENCE: ListFacet.LICENCE,
    SearchFacet.THEME: ListFacet.THEME,
    SearchFacet.FORMAT: ListFacet.FORMAT,
}


def reach_of(visit: Visit) -> frozenset[int]:
    """The organisations whose sheets the asker may read: every question to the index is kept within them."""
    return visit.visitor.reach(READ)


def read_asked(visit: Visit, names: Mapping[SearchFacet, str]) -> Asked:
    """What is searched for; a value nobody knows narrows nothing."""
    chosen = {facet: frozenset(_known(visit, facet, name)) for facet, name in names.items()}
    return Asked(
        visit.query("q")[:MOST_LETTERS].replace("\0", " ").strip(),
        {facet: values for facet, values in chosen.items() if values},
    )


def _known(visit: Visit, facet: SearchFacet, name: str) -> set[str]:
    given = {value for value in visit.query_all(name) if value and len(value) <= MOST_CODE}
    if facet is SearchFacet.ORGANISATION:
        # Those the asker does not read are no value either: nothing tells them from those that do not exist.
        numbers = {number for value in given if (number := read_number(value)) is not None}
        return {str(number) for number in numbers & reach_of(visit)}
    if facet in _CLOSED:
        return given & {str(one) for one in _CLOSED[facet]}
    return given


def read_page(visit: Visit) -> int:
    """The page asked for.

    Raises: Invalid.
    """
    said = visit.query("page") or "1"
    page = read_number(said)
    if page is None or not 1 <= page <= MOST_PAGES:
        raise Invalid(_("« page » va de 1 à {most}.").format(most=MOST_PAGES))
    return page


def say_behind(visit: Visit, mark: Mark) -> datetime | None:
    """Since when the index misses something, if that is longer than people expect."""
    since = find_behind_since(visit.session, mark)
    return since if since is not None and now() - since > PATIENCE else None


def narrow_list(asked: Asked) -> DatasetFilter:
    """What the list of datasets can hold of a search, where there is no index."""
    chosen = asked.chosen
    return DatasetFilter(
        words=asked.words,
        organisation_ids=frozenset(int(one) for one in chosen.get(SearchFacet.ORGANISATION, ())),
        chosen={_IN_THE_LIST[facet]: values for facet, values in chosen.items() if facet in _IN_THE_LIST},
    )


def find_in_list(visit: Visit, asked: Asked, limit: int = PAGE_SIZE) -> tuple[int, list[Sheet]]:
    """What the list's own search finds: how many, and the first of them."""
    narrowed = narrow_list(asked)
    rows = find_datasets(visit.session, narrowed, limit=limit)[:limit]
    sheets = find_sheets(visit.session, [row.id for row in rows], reach_of(visit))
    return count_datasets(visit.session, narrowed), sheets
