"""What goes out about what binds a dataset from upstream, and how it is said without what the reader may not see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.contracts.clauses.kinds import fields_of, kinds
from registry.contracts.clauses.views import name_instrument
from registry.contracts.covering.views import InForce, in_force_for, told_of
from registry.contracts.upstream.queries import Binding
from registry.contracts.upstream.rules import BAN, Imposed, crossing_of, imposed_by
from registry.kernel.words import _


@dataclass(frozen=True)
class PlaceView:
    """Where a clause that binds is written; without an address, a contract that the reader may not see."""

    words: str
    address: str
    sources: Sequence[tuple[int, str]]


@dataclass(frozen=True)
class ImposedView:
    """What clauses upstream impose of one thing: the strictest, and where it is written."""

    label: str
    words: str
    forbids: bool
    places: Sequence[PlaceView]


@dataclass(frozen=True)
class UpstreamPanel:
    """What contracts about the sources of a dataset impose on it today, and the sources of which nobody said it.

    Each source is its number and its title, which is none where the reader may not see it.
    """

    id: int
    imposed: Sequence[ImposedView]
    silent: Sequence[tuple[int, str]]


def held_upstream(found: Binding, dataset_id: int, day: date) -> dict[int, list[InForce]]:
    """The clauses in force for each dataset that this one is made from, the nearest first."""
    return {
        one.dataset_id: in_force_for(found.about.get(one.dataset_id, ()), one.dataset_id, day, day)
        for one in found.sources.get(dataset_id, ())
        if one.steps
    }


def silent_sources(found: Binding, dataset_id: int, held: Mapping[int, Sequence[InForce]]) -> list[int]:
    """The sources of which nothing tells whether they may be crossed with other data."""
    return [
        one.dataset_id
        for one in found.sources.get(dataset_id, ())
        if one.steps and crossing_of(told_of(held[one.dataset_id]), one.origin, made=one.made) is None
    ]


def imposed_views(
    held: Mapping[int, Sequence[InForce]], places: Mapping[int, Any], titles: Mapping[int, str]
) -> list[ImposedView]:
    """What is imposed, term by term; `places` and `titles` are of what the reader may see."""
    every = [one for ones in held.values() for one in ones]
    return [_imposed(one, held, places, titles) for one in imposed_by(told_of(every))]


def _imposed(
    said: Imposed, held: Mapping[int, Sequence[InForce]], places: Mapping[int, Any], titles: Mapping[int, str]
) -> ImposedView:
    field = next((one for one in fields_of(said.kind) if one.name == said.term), None)
    label = kinds().label(said.kind)
    if field is not None and said.term != "leave":
        label = _("{kind}, {term}").format(kind=label, term=field.label)
    words = field.say(said.value) if field is not None and said.kind != BAN else _("Interdit par une clause en vigueur")
    by_place: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for dataset, ones in held.items():
        for one in ones:
            if one.row.id in said.ids:
                sources = by_place.setdefault(_place(one, places.get(one.row.id)), [])
                sources.append(name_source(dataset, titles))
    return ImposedView(
        label, words, said.value in ("forbidden", False) or said.kind == BAN,
        [PlaceView(*place, list(dict.fromkeys(sources))) for place, sources in by_place.items()],
    )  # fmt: skip


def _place(one: InForce, seen: Any | None) -> tuple[str, str]:
    if seen is None:
        return _("un contrat que vos droits ne montrent pas"), ""
    act = name_instrument(one.covering.written.amendments.get(one.row.amendment_id))
    where = f"{act}, {seen.article}" if seen.article else act
    words = _("« {contract} » ({where})").format(contract=seen.object, where=where)
    return words, f"/contrats/{seen.contract_id}/clauses"


def name_source(number: int, titles: Mapping[int, str]) -> tuple[int, str]:
    """A source by its number and its title; its title is empty where the reader may not see it."""
    return number, titles.get(number, "")
