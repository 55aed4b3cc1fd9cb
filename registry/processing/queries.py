"""Every SELECT about processing activities."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, bindparam, exists, func, or_, select, text, tuple_
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from registry.datasets.models import Dataset, InformationSystem
from registry.kernel.errors import NotFound
from registry.kernel.sort_keys import sort_key
from registry.kernel.words import _
from registry.organisations.models import Organisation
from registry.processing.models import (
    ActivityData,
    ActivityDataset,
    ActivityPrincipal,
    ActivityRecipient,
    ActivityRight,
    ActivitySystem,
    ActivityTransfer,
    ProcessingActivity,
)
from registry.processing.vocabulary import ActivityStatus, AutomatedDecision, LawfulBasis

Activity = ProcessingActivity
Part = (
    ActivityData
    | ActivityDataset
    | ActivityPrincipal
    | ActivityRecipient
    | ActivityRight
    | ActivitySystem
    | ActivityTransfer
)
SomePart = TypeVar("SomePart", bound=Part)
_ORDER = (col(Activity.name_sort), col(Activity.id))


def get_activity(session: Session, activity_id: int, *, lock: bool = False) -> ProcessingActivity:
    """One activity within the asker's rights; with `lock`, nobody else changes it until the end.

    Raises: NotFound.
    """
    query = select(Activity).where(col(Activity.id) == activity_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.execute(query).scalar_one_or_none()
    if found is None:
        raise _unknown()
    return found


MOST_NAMESAKES = 20


def find_namesakes(session: Session, activity: ProcessingActivity) -> Sequence[ProcessingActivity]:
    """The other activities of the same record that bear the same name, accents and capitals aside."""
    if activity.annulled:
        return []
    query = select(Activity).where(
        col(Activity.organisation_id) == activity.organisation_id, col(Activity.name_sort) == activity.name_sort,
        col(Activity.id) != activity.id, ~col(Activity.annulled),
    )  # fmt: skip
    return session.execute(query.order_by(col(Activity.id)).limit(MOST_NAMESAKES)).scalars().all()


@dataclass(frozen=True)
class Below:
    """Which kinds of part an activity has: those it has none of are asked nothing more."""

    data: bool
    recipients: bool
    transfers: bool
    rights: bool
    datasets: bool
    systems: bool
    principals: bool


def _has(model: Any) -> Any:
    return exists().where(col(model.activity_id) == col(Activity.id), ~col(model.annulled))


# Written once: every sheet asks for it, and writing a query costs more than running it.
_WITH_WHAT_IS_BELOW = (
    select(
        Activity,
        col(Organisation.name).label("owner"),
        _has(ActivityData).label("data"),
        _has(ActivityRecipient).label("recipients"),
        _has(ActivityTransfer).label("transfers"),
        _has(ActivityRight).label("rights"),
        _has(ActivityDataset).label("datasets"),
        _has(ActivitySystem).label("systems"),
        _has(ActivityPrincipal).label("principals"),
    )
    .join(Organisation, col(Organisation.id) == col(Activity.organisation_id))
    .where(col(Activity.id) == bindparam("activity"))
)


def get_with_below(session: Session, activity_id: int) -> tuple[ProcessingActivity, str, Below]:
    """One activity within the asker's rights, the name of its body and what it has below, in one question.

    Raises: NotFound.
    """
    row = session.execute(_WITH_WHAT_IS_BELOW, {"activity": activity_id}).one_or_none()
    if row is None:
        raise _unknown()
    below = Below(row.data, row.recipients, row.transfers, row.rights, row.datasets, row.systems, row.principals)
    return row.ProcessingActivity, row.owner, below


def _unknown() -> NotFound:
    return NotFound(_("Ce traitement n’existe pas, ou vos droits ne vous le montrent pas."))


EMPTY = "vide"
"""The value, in an address, of a field nobody filled."""


@dataclass(frozen=True)
class ActivityFilter:
    """What a list of activities is narrowed to; nothing in a set narrows nothing. `EMPTY` is a basis nobody gave."""

    words: str = ""
    organisation_ids: frozenset[int] = frozenset()
    bases: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    unread_since: date | None = None
    annulled: bool = False

    @property
    def is_narrow(self) -> bool:
        """Whether anything is chosen."""
        return bool(self.words or self.organisation_ids or self.bases or self.statuses or self.unread_since)


def _conditions(chosen: ActivityFilter) -> list[ColumnElement[bool]]:
    given = [col(Activity.annulled) == chosen.annulled]
    given += [col(Activity.name_sort).contains(word, autoescape=True) for word in sort_key(chosen.words).split()]
    if chosen.organisation_ids:
        given.append(col(Activity.organisation_id).in_(chosen.organisation_ids))
    if chosen.bases:
        said = col(Activity.lawful_basis).in_(sorted(chosen.bases - {EMPTY}))
        given.append(or_(said, col(Activity.lawful_basis).is_(None)) if EMPTY in chosen.bases else said)
    if chosen.statuses:
        given.append(col(Activity.status).in_(sorted(chosen.statuses)))
    if chosen.unread_since is not None:
        given += unread_since(chosen.unread_since)
    return given


def unread_since(day: date) -> list[ColumnElement[bool]]:
    """That an activity is in use and nobody has read its sheet again since a day."""
    read = col(Activity.reviewed_on)
    return [
        col(Activity.status).in_((ActivityStatus.ACTIVE, ActivityStatus.SUSPENDED)), or_(read.is_(None), read < day)
    ]  # fmt: skip


def find_activities(
    session: Session, chosen: ActivityFilter, *, after: tuple[str, int] | None = None, limit: int = 50
) -> Sequence[ProcessingActivity]:
    """The activities within the asker's rights that follow a place, by name."""
    query = select(Activity).where(*_conditions(chosen))
    if after is not None:
        query = query.where(tuple_(*_ORDER) > after)
    return session.execute(query.order_by(*_ORDER).limit(limit)).scalars().all()


def find_activity_ids(session: Session, chosen: ActivityFilter) -> Sequence[int]:
    """The numbers of all the activities a list holds, by name."""
    return session.execute(select(col(Activity.id)).where(*_conditions(chosen)).order_by(*_ORDER)).scalars().all()


def count_activities(session: Session, chosen: ActivityFilter) -> int:
    """How many activities a list holds."""
    return session.execute(select(func.count()).select_from(Activity).where(*_conditions(chosen))).scalar_one()


@dataclass(frozen=True)
class ActivityCounts:
    """How many activities each value of each facet would show, within what the other facets keep."""

    organisations: Mapping[int, int]
    bases: Mapping[str, int]
    statuses: Mapping[str, int]


def count_values(session: Session, chosen: ActivityFilter) -> ActivityCounts:
    """The counts beside the facets of the list."""

    def by(column: Any, within: ActivityFilter) -> dict[Any, int]:
        rows = session.execute(select(column, func.count()).where(*_conditions(within)).group_by(column))
        return {EMPTY if value is None else value: number for value, number in rows}

    return ActivityCounts(
        by(col(Activity.organisation_id), replace(chosen, organisation_ids=frozenset())),
        by(col(Activity.lawful_basis), replace(chosen, bases=frozenset())),
        by(col(Activity.status), replace(chosen, statuses=frozenset())),
    )


def count_by_body(session: Session) -> Mapping[int, tuple[int, int]]:
    """How many activities the record of each body holds, and how many of them rest on no basis yet."""
    rows = session.execute(
        select(col(Activity.organisation_id), func.count(), func.count().filter(col(Activity.lawful_basis).is_(None)))
        .where(~col(Activity.annulled))
        .group_by(col(Activity.organisation_id))
    )
    return {body_id: (number, unfounded) for body_id, number, unfounded in rows}


def find_parts(session: Session, model: type[SomePart], activity_id: int) -> Sequence[SomePart]:
    """Every part of one kind that stands or stood below an activity, annulled or not, in their order."""
    query = select(model).where(col(model.activity_id) == activity_id).order_by(col(model.position), col(model.id))
    return session.execute(query).scalars().all()


def find_standing(session: Session, model: type[SomePart], activity_id: int) -> list[SomePart]:
    """The parts of one kind that stand below an activity, in their order."""
    return [row for row in find_parts(session, model, activity_id) if not row.annulled]


def find_every_part(session: Session, model: type[SomePart], activity_ids: Sequence[int]) -> dict[int, list[SomePart]]:
    """The parts of one kind that stand below these activities, by activity, in their order."""
    query = (
        select(model)
        .where(col(model.activity_id).in_(list(activity_ids)), ~col(model.annulled))
        .order_by(col(model.activity_id), col(model.position), col(model.id))
    )
    found: dict[int, list[SomePart]] = {}
    for row in session.execute(query).scalars():
        found.setdefault(row.activity_id, []).append(row)
    return found


@dataclass(frozen=True)
class Linked:
    """What an activity points to: its number, and its name where the asker may read it."""

    id: int
    name: str
    fields: Sequence[str] = ()


def find_linked_datasets(session: Session, activity_id: int) -> list[Linked]:
    """The datasets an activity uses or makes; those the asker may not read bear no name."""
    rows = session.execute(
        select(col(ActivityDataset.dataset_id), col(ActivityDataset.fields), col(Dataset.title))
        .outerjoin(Dataset, col(Dataset.id) == col(ActivityDataset.dataset_id))
        .where(col(ActivityDataset.activity_id) == activity_id, ~col(ActivityDataset.annulled))
        .order_by(col(ActivityDataset.position), col(ActivityDataset.id))
    )
    return [Linked(row.dataset_id, row.title or "", row.fields) for row in rows]


def find_linked_systems(session: Session, activity_id: int) -> list[Linked]:
    """The systems an activity runs on; those the asker may not read bear no name."""
    rows = session.execute(
        select(col(ActivitySystem.information_system_id), col(InformationSystem.name))
        .outerjoin(InformationSystem, col(InformationSystem.id) == col(ActivitySystem.information_system_id))
        .where(col(ActivitySystem.activity_id) == activity_id, ~col(ActivitySystem.annulled))
        .order_by(col(ActivitySystem.position), col(ActivitySystem.id))
    )
    return [Linked(row.information_system_id, row.name or "") for row in rows]


def find_principals(session: Session, activity_id: int) -> list[Linked]:
    """The bodies on whose behalf an activity is carried out."""
    rows = session.execute(
        select(col(ActivityPrincipal.principal_id), col(Organisation.name))
        .outerjoin(Organisation, col(Organisation.id) == col(ActivityPrincipal.principal_id))
        .where(col(ActivityPrincipal.activity_id) == activity_id, ~col(ActivityPrincipal.annulled))
        .order_by(col(ActivityPrincipal.position), col(ActivityPrincipal.id))
    )
    return [Linked(row.principal_id, row.name or "") for row in rows]


_ADJUSTED = (
    select(func.jsonb_object_agg(col(ActivityRight.right), col(ActivityRight.applies)))
    .where(col(ActivityRight.activity_id) == col(Activity.id), ~col(ActivityRight.annulled))
    .correlate(Activity)
    .scalar_subquery()
)
_Other = aliased(Activity)
_HAS_NAMESAKE = exists().where(
    col(_Other.organisation_id) == col(Activity.organisation_id), col(_Other.name_sort) == col(Activity.name_sort),
    col(_Other.id) != col(Activity.id), ~col(_Other.annulled),
)  # fmt: skip


@dataclass(frozen=True)
class ActivityOfDataset:
    """An activity that concerns a dataset, in short."""

    id: int
    name: str
    organisation_id: int
    status: ActivityStatus
    lawful_basis: LawfulBasis | None
    automated_decision: AutomatedDecision | None
    article9_conditions: Sequence[str]
    adjusted: Mapping[str, bool]
    """The rights that somebody granted or refused against what the basis says."""
    has_namesake: bool


def find_activities_of_dataset(session: Session, dataset_id: int) -> list[ActivityOfDataset]:
    """The activities that use or make a dataset, by name, within the asker's rights."""
    rows = session.execute(
        select(
            col(Activity.id), col(Activity.name), col(Activity.organisation_id), col(Activity.status),
            col(Activity.lawful_basis), col(Activity.automated_decision), col(Activity.article9_conditions),
            _ADJUSTED.label("adjusted"), _HAS_NAMESAKE.label("has_namesake"),
        )
        .join(ActivityDataset, col(ActivityDataset.activity_id) == col(Activity.id))
        .where(col(ActivityDataset.dataset_id) == dataset_id, ~col(ActivityDataset.annulled), ~col(Activity.annulled))
        .order_by(*_ORDER)
    )  # fmt: skip
    return [
        ActivityOfDataset(
            row.id, row.name, row.organisation_id, row.status, row.lawful_basis, row.automated_decision,
            row.article9_conditions, row.adjusted or {}, row.has_namesake,
        )
        for row in rows
    ]  # fmt: skip


def find_ties_of_dataset(session: Session, dataset_id: int) -> list[tuple[int, int, str]]:
    """Every tie of a dataset to an activity, undone ones too: its number, and the number and name of the activity."""
    rows: Any = session.execute(
        select(col(ActivityDataset.id), col(Activity.id).label("activity_id"), col(Activity.name))
        .join(Activity, col(Activity.id) == col(ActivityDataset.activity_id))
        .where(col(ActivityDataset.dataset_id) == dataset_id)
        .order_by(col(ActivityDataset.id))
    )
    return [(row.id, row.activity_id, row.name) for row in rows]


MOST_CHOICES = 200


def find_choosable_activities(
    session: Session, words: str, organisation_ids: Iterable[int]
) -> list[tuple[int, str, str]]:
    """Activities of these bodies to choose from, by words of their name: number, name and body; the first only."""
    query: Any = (
        select(col(Activity.id), col(Activity.name), col(Organisation.name).label("owner"))
        .join(Organisation, col(Organisation.id) == col(Activity.organisation_id))
        .where(~col(Activity.annulled), col(Activity.organisation_id).in_(list(organisation_ids)))
        .order_by(*_ORDER)
        .limit(MOST_CHOICES)
    )
    for word in sort_key(words).split():
        query = query.where(col(Activity.name_sort).contains(word, autoescape=True))
    return [(row.id, row.name, row.owner) for row in session.execute(query)]


@dataclass(frozen=True)
class PersonalFields:
    """What is known of the personal data of a dataset beyond its own field.

    `declared` and `detected` count its fields that tell of a person; `since` is when what is declared was recorded,
    `found_on` the day an inspection first saw what somebody then accepted, `waiting` how many suggestions nobody
    reviewed.
    """

    declared: int
    detected: int
    since: datetime | None
    found_on: date | None
    waiting: int


_PERSONAL_FIELDS = text(
    "SELECT count(*) FILTER (WHERE evidence = 'asserted') AS declared,"
    " count(*) FILTER (WHERE evidence = 'detected') AS detected,"
    " (SELECT min(said.recorded_at) FROM ledger_entry said WHERE said.table_name = 'dataset' AND said.row_id = :dataset"
    "   AND said.version > coalesce((SELECT max(before.version) FROM ledger_entry before"
    "     WHERE before.table_name = 'dataset' AND before.row_id = :dataset"
    "       AND before.snapshot ->> 'personal_data' IS DISTINCT FROM :declared), 0)) AS since,"
    " (SELECT min(seen_on) FROM field_suggestion WHERE dataset_id = :dataset AND state IN ('kept', 'confirmed'))"
    "   AS found_on,"
    " (SELECT count(*) FROM field_suggestion WHERE dataset_id = :dataset AND state = 'waiting') AS waiting"
    " FROM dataset_field WHERE dataset_id = :dataset AND NOT annulled AND coalesce(personal_category, 'none') <> 'none'"
)


def get_personal_fields(session: Session, dataset_id: int, declared: str | None) -> PersonalFields:
    """How many fields of a dataset tell of a person, and since when its sheet says what it says of them."""
    row = session.execute(_PERSONAL_FIELDS, {"dataset": dataset_id, "declared": declared}).one()
    return PersonalFields(row.declared, row.detected, row.since, row.found_on, row.waiting)
