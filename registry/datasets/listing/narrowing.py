"""What a list of datasets is narrowed to, and the same said to the database: one meaning for every list, export or
bulk edit. `counting.py` counts by the same facets; a test holds the two together."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    any_,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col

from registry.compliance.queries import having_gravest, turning_by
from registry.compliance.vocabulary import SubjectKind, Verdict
from registry.datasets.models import Dataset, Distribution
from registry.datasets.vocabulary import Horizon, ListFacet, OwnerState
from registry.organisations.models import Appointment
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject
from registry.platform.words_in_texts import begins, holds, telling_words

_FEW = 2_000
"""Up to so many sheets chosen by their numbers are fetched one by one."""
EMPTY = "vide"
"""The value, in an address, of a field nobody filled."""
COLUMNS: Mapping[ListFacet, Any] = {
    ListFacet.PERSONAL_DATA: col(Dataset.personal_data),
    ListFacet.ACCESS_RIGHTS: col(Dataset.access_rights),
    ListFacet.STAGE: col(Dataset.stage),
    ListFacet.LICENCE: col(Dataset.licence),
    ListFacet.FREQUENCY: col(Dataset.frequency),
    ListFacet.ORIGIN: col(Dataset.origin),
    ListFacet.NATURE: col(Dataset.nature),
    ListFacet.SYSTEM: col(Dataset.information_system_id),
}
"""The facets that are one column of the sheet."""
FROM_ELSEWHERE = frozenset({ListFacet.VERDICT, ListFacet.DEADLINE, ListFacet.OWNER, ListFacet.FORMAT})
"""The facets that other tables know: the database finds them more slowly."""
VERDICTS = (Verdict.NON_COMPLIANT, Verdict.TO_COMPLETE, Verdict.COMPLIANT)
"""What a list is narrowed to, the gravest first: a sheet counts under the gravest of its findings."""


@dataclass(frozen=True)
class DatasetFilter:
    """What a list of datasets is narrowed to; everything empty means all the asker may read.

    Any value of a facet, all of the facets. `ids` are sheets chosen one by one. `on` is the day on which verdicts,
    deadlines and appointments are read; without it, those facets narrow nothing. `rules` are the policies whose
    verdicts are read where none is chosen: those that bind in law; without any, all. `bearers` are the sheets that
    bear the words, once somebody looked for them (`selecting.py`); else the database looks.
    """

    words: str = ""
    organisation_ids: frozenset[int] = frozenset()
    chosen: Mapping[ListFacet, frozenset[str]] = field(default_factory=dict)
    ids: frozenset[int] = frozenset()
    annulled: bool = False
    on: date | None = None
    rules: frozenset[str] = frozenset()
    bearers: frozenset[int] | None = None


def bearing(words: str, *, begun: bool = False) -> list[ColumnElement[bool]]:
    """What the sheets that bear each of these words answer to, in their title, keywords, publisher or identifier.

    With `begun`, only words that begin so count, as in the index; else any part of one does.
    """
    telling = telling_words(words)
    if begun:
        texts = (col(Dataset.title_sort), cast(col(Dataset.keywords), Text), col(Dataset.publisher_name),
                 col(Dataset.identifier))  # fmt: skip
        return [or_(*(begins(one, word) for one in texts)) for word in telling]
    return [
        or_(
            col(Dataset.title_sort).contains(word, autoescape=True),
            holds(cast(col(Dataset.keywords), Text), word),
            holds(col(Dataset.publisher_name), word),
            col(Dataset.identifier).icontains(word, autoescape=True),
        )
        for word in telling
    ]


def among(ids: Iterable[int]) -> ColumnElement[bool]:
    """That a sheet is one of these; as one value, however many they are."""
    given = list(ids)
    numbers = literal(given, ARRAY(BigInteger))
    if len(given) <= _FEW:
        return col(Dataset.id) == any_(numbers)
    # Said so, the database keeps them in a table of its own and walks the list in its order: it does not fetch
    # thousands of sheets one by one to sort them for the first fifty.
    return col(Dataset.id).in_(select(func.unnest(numbers))).is_(True)


def narrow(query: Select[*tuple[Any, ...]], narrowed: DatasetFilter) -> Select[*tuple[Any, ...]]:
    """The same query of datasets, within what a list is narrowed to."""
    query = query.where(col(Dataset.annulled) == narrowed.annulled)
    looked_for = bearing(narrowed.words) if narrowed.bearers is None else [among(narrowed.bearers)]
    query = query.where(*looked_for)
    if narrowed.organisation_ids:
        query = query.where(col(Dataset.organisation_id).in_(list(narrowed.organisation_ids)))
    if narrowed.ids:
        query = query.where(among(narrowed.ids))
    for facet, values in narrowed.chosen.items():
        if facet in COLUMNS:
            query = query.where(_in_column(COLUMNS[facet], values))
        elif facet in _CONDITIONS and (narrowed.on is not None or facet not in _OF_A_DAY):
            query = query.where(_CONDITIONS[facet](narrowed, values))
    return query


def _in_column(column: Any, values: frozenset[str]) -> ColumnElement[bool]:
    said: list[Any] = sorted(values - {EMPTY})
    if column is COLUMNS[ListFacet.SYSTEM]:
        said = [int(one) for one in said]
    found = column.in_(said)
    return or_(found, column.is_(None)) if EMPTY in values else found


def _themes(_narrowed: DatasetFilter, values: frozenset[str]) -> ColumnElement[bool]:
    held = col(Dataset.themes).op("&&")(cast(sorted(values - {EMPTY}), ARRAY(Text)))
    return or_(held, col(Dataset.themes) == cast([], ARRAY(Text))) if EMPTY in values else held


def _formats(_narrowed: DatasetFilter, values: frozenset[str]) -> ColumnElement[bool]:
    files = select(col(Distribution.id)).where(
        col(Distribution.dataset_id) == col(Dataset.id), ~col(Distribution.annulled)
    )
    held = exists(files.where(col(Distribution.format).in_(sorted(values - {EMPTY}))))
    if EMPTY not in values:
        return held
    return or_(held, ~exists(files.where(col(Distribution.format).is_not(None))))


def _owners(narrowed: DatasetFilter, values: frozenset[str]) -> ColumnElement[bool]:
    if values >= {OwnerState.WITH, OwnerState.WITHOUT}:
        return ~false()
    held = exists(
        select(col(Appointment.id)).where(
            col(Appointment.subject_id) == col(Dataset.id), *owning_on(narrowed.on or date.min)
        )
    )
    return held if OwnerState.WITH in values else ~held


def owning_on(day: date) -> tuple[ColumnElement[bool], ...]:
    """What the appointments of owners of datasets answer to on a day."""
    return (
        col(Appointment.subject_kind) == AppointmentSubject.DATASET,
        col(Appointment.role) == AppointmentRole.OWNER,
        ~col(Appointment.annulled),
        col(Appointment.during).contains(day),
    )


def _verdicts(narrowed: DatasetFilter, values: frozenset[str]) -> ColumnElement[bool]:
    rules = narrowed.chosen.get(ListFacet.POLICY) or narrowed.rules
    read = [one for one in VERDICTS if one in values]
    return col(Dataset.id).in_(having_gravest(SubjectKind.DATASET, narrowed.on or date.min, read, rules))


def _policies(narrowed: DatasetFilter, _values: frozenset[str]) -> ColumnElement[bool]:
    if ListFacet.VERDICT in narrowed.chosen:
        return ~false()
    return _verdicts(narrowed, frozenset(VERDICTS))


def _deadlines(narrowed: DatasetFilter, values: frozenset[str]) -> ColumnElement[bool]:
    day = narrowed.on or date.min
    last = day + timedelta(days=max(Horizon(one).days for one in values))
    return col(Dataset.id).in_(turning_by(SubjectKind.DATASET, day, last))


_OF_A_DAY = frozenset({ListFacet.OWNER, ListFacet.VERDICT, ListFacet.POLICY, ListFacet.DEADLINE})
_CONDITIONS: Mapping[ListFacet, Callable[[DatasetFilter, frozenset[str]], ColumnElement[bool]]] = {
    ListFacet.THEME: _themes,
    ListFacet.FORMAT: _formats,
    ListFacet.OWNER: _owners,
    ListFacet.VERDICT: _verdicts,
    ListFacet.POLICY: _policies,
    ListFacet.DEADLINE: _deadlines,
}
"""ORGANISATION stands in `organisation_ids`: what depends on a body is the organisations' to say."""
