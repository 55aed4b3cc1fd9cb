"""How the list is told: its facets with their counts, what it is narrowed to, its columns, its cells."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from registry.compliance.engine import engine_of
from registry.compliance.vocabulary import SubjectKind, Verdict
from registry.datasets.addresses import COLUMNS_SHOWN, ORDER, SIZE, Pairs, replaced, without, write
from registry.datasets.listing.columns import COLUMNS, ORGANISATION, TITLE, ListColumn
from registry.datasets.listing.counting import Counted
from registry.datasets.listing.narrowing import EMPTY
from registry.datasets.listing.selecting import ANNULLED, CHOSEN_SHEET, ENUMERATIONS, WORDS
from registry.datasets.listing.views import ChipView, ColumnChoice, ColumnView, FacetView, RowView
from registry.datasets.queries import DatasetRow, find_systems
from registry.datasets.vocabulary import ListFacet
from registry.datasets.wording import LISTS, say_value
from registry.kernel.words import _, current_locale, ngettext
from registry.organisations.models import Organisation
from registry.organisations.queries import Known, find_known_among, find_organisations, find_standing
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject
from registry.platform.lists import load_list
from registry.web.templating import say_number

_LISTS = {
    ListFacet.LICENCE: LISTS["licence"],
    ListFacet.THEME: LISTS["themes"],
    ListFacet.FREQUENCY: LISTS["frequency"],
    ListFacet.FORMAT: LISTS["format"],
}
_IN_ORDER = frozenset({ListFacet.VERDICT, ListFacet.POLICY, *ENUMERATIONS})
"""The facets whose values stand in the order of their vocabulary; the others, the most frequent first."""


@dataclass(frozen=True)
class Names:
    """What the values of facets are called, where the register itself names them."""

    bodies: Mapping[int, Organisation]
    systems: Mapping[int, str]
    policies: Mapping[str, str]

    def of(self, facet: ListFacet, value: str) -> str:
        """A value of a facet in words."""
        if value == EMPTY:
            return _("Non renseigné")
        if facet is ListFacet.ORGANISATION:
            body = self.bodies.get(int(value))
            return body.name if body is not None else _("une organisation que vos droits ne montrent pas")
        if facet is ListFacet.SYSTEM:
            return self.systems.get(int(value), _("un système que vos droits ne montrent pas"))
        if facet is ListFacet.POLICY:
            title = self.policies.get(value, "")
            return f"{value} — {title}" if title else value
        if facet is ListFacet.VERDICT:
            return Verdict(value).label
        if facet in ENUMERATIONS:
            return str(ENUMERATIONS[facet](value).label)
        return load_list(_LISTS[facet]).label(value, current_locale())


def find_names(session: Session) -> Names:
    """What organisations, systems and policies are called."""
    engine = engine_of(session)
    today = session.info["today"]()
    return Names(
        {body.id: body for body in find_organisations(session)},
        {system.id: system.name for system in find_systems(session)},
        {policy.id: policy.name() for policy, _version in engine.catalogue.in_force(SubjectKind.DATASET, today)},
    )


def facet_views(counted: Counted, chosen: Mapping[ListFacet, Sequence[str]], names: Names) -> list[FacetView]:
    """The facets that tell sheets apart, each value with how many sheets it would show."""
    views = []
    for facet in ListFacet:
        counts = dict(counted.counts[facet])
        if facet is ListFacet.ORGANISATION:
            counts = _with_what_is_below(counts, names.bodies)
        picked = frozenset(chosen.get(facet, ()))
        values = [one for one in _ordered(facet, counts, names) if counts[one]]
        values += sorted(picked - set(values))
        if len(values) > 1 or picked:
            said = [
                (one, f"{names.of(facet, one)} ({say_number(counts.get(one, 0))})", one in picked) for one in values
            ]
            views.append(FacetView(str(facet), facet.label, said))
    return views


def _with_what_is_below(counts: Mapping[str, int], bodies: Mapping[int, Organisation]) -> dict[str, int]:
    """The count of each body with those of all that depends on it."""
    found: dict[str, int] = {}
    for value, number in counts.items():
        body = bodies.get(int(value))
        for above in body.lineage if body is not None else ():
            found[str(above)] = found.get(str(above), 0) + number
    return {str(number): found[str(number)] for number in bodies if str(number) in found}


def _ordered(facet: ListFacet, counts: Mapping[str, int], names: Names) -> list[str]:
    if facet is ListFacet.ORGANISATION:
        return list(counts)
    if facet in _IN_ORDER:
        ranks = {str(one): rank for rank, one in enumerate(ENUMERATIONS.get(facet, ()))}
        return sorted(counts, key=lambda one: (one == EMPTY, ranks.get(one, 0))) if ranks else list(counts)
    return sorted(counts, key=lambda one: (one == EMPTY, -counts[one], names.of(facet, one)))


def chip_views(
    kept: Pairs, chosen: Mapping[ListFacet, Sequence[str]], counted: Counted, names: Names
) -> list[ChipView]:
    """What the list is narrowed to, one thing at a time, each with the list without it."""
    chips = []
    words = next((value for name, value in kept if name == WORDS), "")
    if words:
        chips.append(ChipView(f"« {words} »", write(without(kept, WORDS)), None))
    for facet, values in chosen.items():
        for value in values:
            label = f"{facet.label}{_(' : ')}{names.of(facet, value)}"
            lifted = counted.lifted.get(facet) if len(values) == 1 else None
            chips.append(ChipView(label, write(without(kept, facet, value=value)), lifted))
    sheets = [value for name, value in kept if name == CHOSEN_SHEET]
    if sheets:
        words = ngettext("{count} fiche choisie", "{count} fiches choisies", len(sheets)).format(count=len(sheets))
        chips.append(ChipView(words, write(without(kept, CHOSEN_SHEET)), None))
    if (ANNULLED, "true") in kept:
        chips.append(ChipView(_("Fiches annulées"), write(without(kept, ANNULLED)), None))
    return chips


def column_views(columns: Sequence[ListColumn], order: str, kept: Pairs) -> list[ColumnView]:
    """The columns shown; a second click on the one that sorts turns it round."""
    current, downwards = order.removeprefix("-") or TITLE, order.startswith("-")
    views = []
    for one in columns:
        state = ("descending" if downwards else "ascending") if one.name == current else ""
        asked = f"-{one.name}" if state == "ascending" else one.name
        address = write(replaced(kept, ORDER, asked)) if one.order is not None else ""
        views.append(ColumnView(one.name, one.label, address, state, one.field or str(one.role or ""), one.in_place))
    return views


def column_choices(columns: Sequence[ListColumn], kept: Pairs) -> list[ColumnChoice]:
    """Every column: those shown in their order, to hide or to move, then the others, to show."""
    names = [one.name for one in columns]
    # The names of columns need no quoting: the rest of the address is written once for them all.
    rest = write([*without(kept, COLUMNS_SHOWN), (COLUMNS_SHOWN, ",")]).removesuffix("%2C")

    def shown(order: Iterable[str]) -> str:
        return rest + "%2C".join(order)

    choices = []
    for place, name in enumerate(names):
        earlier = [*names[: place - 1], name, names[place - 1], *names[place + 1 :]] if place else []
        later = [*names[:place], names[place + 1], name, *names[place + 2 :]] if place + 1 < len(names) else []
        hidden = [one for one in names if one != name]
        choices.append(
            ColumnChoice(
                COLUMNS[name].label,
                True,
                shown(hidden) if name != TITLE else "",
                shown(earlier) if earlier else "",
                shown(later) if later else "",
            )
        )
    others = sorted((one for one in COLUMNS.values() if one.name not in names), key=lambda one: one.label)
    return [*choices, *(ColumnChoice(one.label, False, shown([*names, one.name]), "", "") for one in others)]


def size_choices(kept: Pairs, current: int, sizes: Sequence[int]) -> list[tuple[int, str, bool]]:
    """The sizes of page, each with its address."""
    return [(size, write(replaced(kept, SIZE, str(size))), size == current) for size in sizes]


Held = Mapping[AppointmentRole, Mapping[int, str]]
"""Who holds each role, in words, by sheet."""


def find_held(session: Session, columns: Sequence[ListColumn], rows: Sequence[DatasetRow]) -> Held:
    """Who holds today the roles that the columns name, on each of these sheets."""
    roles = [one.role for one in columns if one.role is not None]
    if not roles:
        return {}
    ids = [row.id for row in rows]
    today = session.info["today"]()
    standing = {role: find_standing(session, AppointmentSubject.DATASET, ids, role, today) for role in roles}
    known = find_known_among(session, {row.person_id for found in standing.values() for row in found.values()})
    return {
        role: {sheet: said_of(known.get(row.person_id)) for sheet, row in found.items()}
        for role, found in standing.items()
    }


def said_of(person: Known | None) -> str:
    """Somebody in a cell: their name, else their address; whoever was erased, or is not to be shown, has neither."""
    return (person.name or person.email or "") if person is not None else ""


def row_views(
    rows: Sequence[DatasetRow], columns: Sequence[ListColumn], names: Names, held: Held, writable: frozenset[int]
) -> list[RowView]:
    """Each line with its cells in words."""
    return [
        RowView(row, {one.name: cell_words(one, row, names, held) for one in columns}, row.organisation_id in writable)
        for row in rows
    ]


def cell_words(column: ListColumn, row: DatasetRow, names: Names, held: Held) -> str:
    """One cell in words; nothing where nobody filled it."""
    if column.role is not None:
        return held[column.role].get(row.id, "")
    if column.name == ORGANISATION:
        return row.organisation_name
    if not column.field:
        return ""
    return field_words(column.field, row.values[column.field], names)


def field_words(field: str, value: Any, names: Names) -> str:
    """The value of a field in words."""
    if field == "information_system_id":
        return names.of(ListFacet.SYSTEM, str(value)) if value is not None else ""
    return say_value(field, value)
