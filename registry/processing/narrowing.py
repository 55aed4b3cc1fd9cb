"""The facets of the lists of this room, as they stand in an address."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from registry.kernel.dates import plus_months
from registry.kernel.words import _
from registry.processing.queries import EMPTY, ActivityFilter
from registry.processing.vocabulary import ActivityStatus, LawfulBasis
from registry.web.forms import read_number

ORGANISATION = "organisation"
UNREAD = "relecture"
IN_THE_ADDRESS = ("q", "base", "etat", UNREAD, ORGANISATION, "annules")
"""What narrows the record of processing, as it stands in an address."""
MOST_LETTERS = 200
DUE = "due"
YEAR = 12
"""How old the last reading of a sheet may be; a use, no text sets it. Units: months."""


def read_chosen(query: Mapping[str, Sequence[str]], today: date) -> ActivityFilter:
    """The activities that an address selects; what it says that is nothing narrows nothing."""
    said = {name: query.get(name, ()) for name in IN_THE_ADDRESS}
    return ActivityFilter(
        words=next(iter(said["q"]), "")[:MOST_LETTERS].replace("\0", " "),
        organisation_ids=read_bodies(said[ORGANISATION]),
        bases=frozenset(said["base"]) & {EMPTY, *map(str, LawfulBasis)},
        statuses=frozenset(said["etat"]) & frozenset(map(str, ActivityStatus)),
        unread_since=unread_before(today) if DUE in said[UNREAD] else None,
        annulled=next(iter(said["annules"]), "") == "true",
    )


def unread_before(today: date) -> date:
    """The day since which a sheet that is in use should have been read again."""
    return plus_months(today, -YEAR)


def selection_of(query: Mapping[str, Sequence[str]]) -> str:
    """What an address says that narrows the record, written again."""
    return urlencode([(name, value) for name in IN_THE_ADDRESS for value in query.get(name, ()) if value])


@dataclass(frozen=True)
class FacetPart:
    """A way of narrowing a list: code, words with their number, whether it is chosen."""

    name: str
    label: str
    values: Sequence[tuple[str, str, bool]]


def read_bodies(said: Iterable[str]) -> frozenset[int]:
    """The organisations an address names; what is no number narrows nothing."""
    return frozenset(number for one in said if (number := read_number(one)) is not None)


def bodies_facet(
    chosen: frozenset[int], names: Mapping[int, str], counts: Mapping[int, int] | None = None
) -> list[FacetPart]:
    """The facet of organisations: those that hold something, or without counts those that are chosen."""
    shown = [number for number in names if number in chosen or (counts or {}).get(number)]
    if not shown:
        return []
    values = [
        (str(number), names[number] if counts is None else f"{names[number]} ({counts.get(number, 0)})",
         number in chosen)
        for number in shown
    ]  # fmt: skip
    return [FacetPart(ORGANISATION, _("Organisation"), values)]
