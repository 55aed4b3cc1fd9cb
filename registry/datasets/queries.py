"""Every SELECT about datasets."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ARRAY, BigInteger, Text, any_, bindparam, exists, func, literal, select, text, tuple_
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.datasets.listing.columns import ORDERS, TITLE
from registry.datasets.listing.narrowing import DatasetFilter, narrow
from registry.datasets.listing.selecting import with_bearers
from registry.datasets.models import (
    DataService,
    Dataset,
    DatasetField,
    Derivation,
    Distribution,
    InformationSystem,
    SheetDraft,
)
from registry.datasets.vocabulary import AccessRights, PersonalData, Stage
from registry.kernel.errors import NotFound
from registry.kernel.words import _
from registry.organisations.models import Organisation
from registry.organisations.queries import find_known, find_organisations

Part = TypeVar("Part", bound=Distribution | DataService | DatasetField | Derivation)
PAGE_SIZE = 50

# Written once: every sheet asks for it, and writing a query costs more than running it.
_FILES = (
    select(Distribution)
    .where(col(Distribution.dataset_id) == bindparam("dataset"), ~col(Distribution.annulled))
    .order_by(col(Distribution.id))
)


def get_dataset(session: Session, dataset_id: int, *, lock: bool = False) -> Dataset:
    """One dataset within the asker's rights; with `lock`, nobody else changes it until the end.

    Raises: NotFound.
    """
    query = select(Dataset).where(col(Dataset.id) == dataset_id)
    if lock:
        # What this session read before it got the lock may be out of date: it is read again.
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.execute(query).scalar_one_or_none()
    if found is None:
        raise _unknown()
    return found


def _unknown() -> NotFound:
    return NotFound(_("Ce jeu de données n’existe pas, ou vos droits ne vous le montrent pas."))


def find_distributions(session: Session, dataset_id: int) -> Sequence[Distribution]:
    """The distributions of a dataset that are not annulled, oldest first."""
    return session.execute(_FILES, {"dataset": dataset_id}).scalars().all()


_PARTS: Mapping[Any, Any] = {
    model: select(model).where(col(model.dataset_id) == bindparam("dataset")).order_by(*order)
    for model, order in (
        (Distribution, (col(Distribution.id),)),
        (DataService, (col(DataService.id),)),
        (DatasetField, (col(DatasetField.position), col(DatasetField.id))),
        (Derivation, (col(Derivation.id),)),
    )
}


def find_parts(session: Session, model: type[Part], dataset_id: int) -> Sequence[Part]:
    """Every part of one kind that stands or stood below a sheet, annulled or not, in their order."""
    found: Sequence[Part] = session.execute(_PARTS[model], {"dataset": dataset_id}).scalars().all()
    return found


def find_parts_of(session: Session, model: type[Part], dataset_ids: Iterable[int]) -> Sequence[Part]:
    """Every part of one kind that stands or stood below these sheets, annulled or not."""
    query = select(model).where(model.dataset_id.in_(list(dataset_ids))).order_by(col(model.id))  # type: ignore[attr-defined]
    return session.execute(query).scalars().all()


@dataclass(frozen=True)
class Below:
    """Which kinds of part a sheet has, besides its files: most have none, and are asked for nothing more."""

    services: bool
    fields: bool
    upstream: bool
    downstream: bool


def _has(model: Any, number: Any) -> Any:
    return exists().where(number == col(Dataset.id), ~col(model.annulled))


_WITH_WHAT_IS_BELOW = (
    select(
        Dataset,
        col(Organisation.name).label("owner"),
        _has(DataService, col(DataService.dataset_id)).label("services"),
        _has(DatasetField, col(DatasetField.dataset_id)).label("fields"),
        _has(Derivation, col(Derivation.dataset_id)).label("upstream"),
        _has(Derivation, col(Derivation.source_id)).label("downstream"),
    )
    .join(Organisation, col(Organisation.id) == col(Dataset.organisation_id))
    .where(col(Dataset.id) == bindparam("dataset"))
)


def get_with_below(session: Session, dataset_id: int) -> tuple[Dataset, str, Below]:
    """One dataset within the asker's rights, the name of its owner and what it has below, in one question.

    Raises: NotFound.
    """
    row = session.execute(_WITH_WHAT_IS_BELOW, {"dataset": dataset_id}).one_or_none()
    if row is None:
        raise _unknown()
    return row.Dataset, row.owner, Below(row.services, row.fields, row.upstream, row.downstream)


OTHER_PARTS: tuple[Any, ...] = (DataService, DatasetField, Derivation)
"""What stands below a sheet besides its files, from what most datasets have to what few have."""
_OTHER_PARTS = text(
    "SELECT EXISTS (SELECT FROM data_service WHERE dataset_id = :dataset)"
    " OR EXISTS (SELECT FROM dataset_field WHERE dataset_id = :dataset)"
    " OR EXISTS (SELECT FROM derivation WHERE :dataset IN (dataset_id, source_id))"
)


def has_other_parts(session: Session, dataset_id: int) -> bool:
    """Whether a sheet ever had another part than its files, or another dataset was ever made from it."""
    found: bool = session.execute(_OTHER_PARTS, {"dataset": dataset_id}).scalar_one()
    return found


def find_standing_parts(session: Session, dataset_id: int, below: Below) -> dict[Any, Sequence[Any]]:
    """Every part of a sheet that stands, by its table."""
    has: dict[Any, bool] = {DataService: below.services, DatasetField: below.fields, Derivation: below.upstream}
    parts: dict[Any, Sequence[Any]] = {Distribution: find_distributions(session, dataset_id)}
    for model, some in has.items():
        parts[model] = [row for row in find_parts(session, model, dataset_id) if not row.annulled] if some else []
    return parts


@dataclass(frozen=True)
class Upstream:
    """A dataset from which another is made, in one or several steps, and the terms it passes on.

    `title` is empty where the asker may not read it: its terms bind all the same.
    """

    dataset_id: int
    steps: int
    title: str
    licence: str | None
    personal_data: str | None
    statistical_secrecy: str | None


_UPSTREAM = text(
    "SELECT up.dataset_id, up.steps, coalesce(dataset.title, '') AS title, up.licence, up.personal_data,"
    " up.statistical_secrecy FROM upstream_of(:dataset) AS up LEFT JOIN dataset ON dataset.id = up.dataset_id"
    " ORDER BY up.steps, up.dataset_id"
)


def find_upstream(session: Session, dataset_id: int) -> list[Upstream]:
    """All that a dataset is made from, the nearest first."""
    return [Upstream(*row) for row in session.execute(_UPSTREAM, {"dataset": dataset_id})]


MOST_CHOICES = 200


def find_choosable(session: Session, words: str) -> list[tuple[int, str, str]]:
    """Datasets to choose from, by words of their sheet: number, title and owner; the first of them only."""
    query = (
        select(col(Dataset.id), col(Dataset.title), col(Organisation.name))
        .join(Organisation, col(Organisation.id) == col(Dataset.organisation_id))
        .order_by(col(Dataset.title_sort), col(Dataset.id))
        .limit(MOST_CHOICES)
    )
    narrowed = with_bearers(session, DatasetFilter(words=words))
    return [(row.id, row.title, row.name) for row in session.execute(narrow(query, narrowed))]


def find_titles(session: Session, dataset_ids: Iterable[int]) -> dict[int, str]:
    """The titles of the datasets that the asker may read."""
    rows = session.execute(select(col(Dataset.id), col(Dataset.title)).where(col(Dataset.id).in_(list(dataset_ids))))
    return {row.id: row.title for row in rows}


def find_downstream(session: Session, dataset_id: int) -> Sequence[tuple[int, str]]:
    """The datasets made directly from this one that the asker may read: number and title."""
    rows = session.execute(
        select(col(Dataset.id), col(Dataset.title))
        .join(Derivation, col(Derivation.dataset_id) == col(Dataset.id))
        .where(col(Derivation.source_id) == dataset_id, ~col(Derivation.annulled), ~col(Dataset.annulled))
        .order_by(col(Dataset.title_sort))
    )
    return [(row.id, row.title) for row in rows]


def find_system(session: Session, system_id: int, *, lock: bool = False) -> InformationSystem | None:
    """One information system, if the asker may read it: a sheet may live in that of another body."""
    query = select(InformationSystem).where(col(InformationSystem.id) == system_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.execute(query).scalar_one_or_none()


def get_system(session: Session, system_id: int, *, lock: bool = False) -> InformationSystem:
    """One information system within the asker's rights.

    Raises: NotFound.
    """
    found = find_system(session, system_id, lock=lock)
    if found is None:
        raise NotFound(_("Ce système d’information n’existe pas, ou vos droits ne vous le montrent pas."))
    return found


def find_systems(session: Session, *, annulled: bool = False) -> Sequence[InformationSystem]:
    """The information systems within the asker's rights, by name."""
    return (
        session.execute(
            select(InformationSystem)
            .where(col(InformationSystem.annulled) == annulled)
            .order_by(col(InformationSystem.name_sort), col(InformationSystem.id))
        )
        .scalars()
        .all()
    )


def find_systems_page(
    session: Session, *, annulled: bool, after: tuple[str, int] | None, limit: int
) -> Sequence[InformationSystem]:
    """The information systems within the asker's rights that follow a place, by name."""
    order = (col(InformationSystem.name_sort), col(InformationSystem.id))
    query = select(InformationSystem).where(col(InformationSystem.annulled) == annulled)
    if after is not None:
        query = query.where(tuple_(*order) > after)
    return session.execute(query.order_by(*order).limit(limit)).scalars().all()


def count_systems(session: Session, *, annulled: bool = False) -> int:
    """How many information systems the asker may read."""
    query = select(func.count()).select_from(InformationSystem).where(col(InformationSystem.annulled) == annulled)
    return session.execute(query).scalar_one()


def find_datasets_in(session: Session, system_id: int) -> Sequence[tuple[int, str]]:
    """The datasets that live in a system: number and title."""
    rows = session.execute(
        select(col(Dataset.id), col(Dataset.title))
        .where(col(Dataset.information_system_id) == system_id, ~col(Dataset.annulled))
        .order_by(col(Dataset.title_sort))
    )
    return [(row.id, row.title) for row in rows]


def find_by_identifier(
    session: Session, organisation_ids: Iterable[int], identifiers: Iterable[str]
) -> dict[str, list[Dataset]]:
    """The datasets of these organisations that bear these stable identifiers: one a body may bear each."""
    query = (
        select(Dataset)
        .where(
            col(Dataset.organisation_id) == any_(literal(list(organisation_ids), ARRAY(BigInteger))),
            col(Dataset.identifier) == any_(literal(list(identifiers), ARRAY(Text))),
        )
        .order_by(col(Dataset.id))
    )
    found: dict[str, list[Dataset]] = {}
    for row in session.execute(query).scalars():
        found.setdefault(row.identifier, []).append(row)
    return found


def find_distributions_of(session: Session, dataset_ids: Iterable[int]) -> dict[int, list[Distribution]]:
    """Every distribution of these datasets, annulled or not, by dataset."""
    found: dict[int, list[Distribution]] = {}
    rows = session.execute(
        select(Distribution)
        .where(col(Distribution.dataset_id) == any_(literal(list(dataset_ids), ARRAY(BigInteger))))
        .order_by(col(Distribution.id))
    ).scalars()
    for row in rows:
        found.setdefault(row.dataset_id, []).append(row)
    return found


def find_versions_of(session: Session, dataset_ids: Iterable[int]) -> dict[int, int]:
    """The version each of these datasets has in the database now, by dataset."""
    rows = session.execute(select(col(Dataset.id), col(Dataset.version)).where(col(Dataset.id).in_(list(dataset_ids))))
    return {row.id: row.version for row in rows}


@dataclass(frozen=True)
class DatasetRow:
    """One line of the list."""

    id: int
    version: int
    title: str
    organisation_id: int
    organisation_name: str
    personal_data: PersonalData | None
    access_rights: AccessRights | None
    stage: Stage
    modified: Any
    cursor: tuple[str, int]
    values: Mapping[str, Any] = field(default_factory=dict)


def find_datasets(
    session: Session,
    narrowed: DatasetFilter,
    *,
    order: str = "",
    after: tuple[str, int] | None = None,
    limit: int = PAGE_SIZE,
    fields: Sequence[str] = (),
) -> list[DatasetRow]:
    """A page of datasets in an order (by title), from the one after a cursor; one more than `limit` if there are.

    `fields` of the sheet are given beside, in `values`.
    """
    key, downwards = ORDERS[order.removeprefix("-") or TITLE], order.startswith("-")
    query = narrow(
        select(
            col(Dataset.id),
            col(Dataset.version),
            col(Dataset.title),
            key.label("place"),
            col(Dataset.organisation_id),
            col(Dataset.personal_data),
            col(Dataset.access_rights),
            col(Dataset.stage),
            col(Dataset.modified),
            col(Organisation.name).label("organisation_name"),
            *(getattr(Dataset, name).label(f"of_{name}") for name in fields),
        ).join(Organisation, col(Organisation.id) == col(Dataset.organisation_id)),
        narrowed,
    )
    here = tuple_(key, col(Dataset.id))
    if after is not None:
        query = query.where(here < tuple_(*after) if downwards else here > tuple_(*after))
    places = (key.desc(), col(Dataset.id).desc()) if downwards else (key, col(Dataset.id))
    rows = session.execute(query.order_by(*places).limit(limit + 1)).all()
    return [
        DatasetRow(
            id=row.id,
            version=row.version,
            title=row.title,
            organisation_id=row.organisation_id,
            organisation_name=row.organisation_name,
            personal_data=row.personal_data,
            access_rights=row.access_rights,
            stage=row.stage,
            modified=row.modified,
            cursor=(row.place, row.id),
            values={name: getattr(row, f"of_{name}") for name in fields},
        )
        for row in rows
    ]


def find_places(
    session: Session, *, annulled: bool, after: tuple[str, int] | None, downwards: bool, limit: int
) -> list[tuple[str, int]]:
    """The places of the next sheets in the order of titles, whatever the list is narrowed to."""
    here = (col(Dataset.title_sort), col(Dataset.id))
    query = select(*here).where(col(Dataset.annulled) == annulled)
    if after is not None:
        query = query.where(tuple_(*here) < tuple_(*after) if downwards else tuple_(*here) > tuple_(*after))
    query = query.order_by(*(one.desc() if downwards else one for one in here)).limit(limit)
    return [(place, number) for place, number in session.execute(query)]


def count_datasets(session: Session, narrowed: DatasetFilter) -> int:
    """How many datasets the list holds."""
    number: int = session.execute(narrow(select(func.count(col(Dataset.id))), narrowed)).scalar_one()
    return number


def find_ids(session: Session, narrowed: DatasetFilter) -> list[int]:
    """The numbers of all that a list holds, in their order."""
    return list(session.execute(narrow(select(col(Dataset.id)), narrowed).order_by(col(Dataset.id))).scalars())


@dataclass(frozen=True)
class DraftRow:
    """One draft of somebody's: of a sheet, or of one to come (`dataset_id` is then empty)."""

    id: int
    dataset_id: int | None
    title: str
    saved_at: datetime
    address: str


def find_drafts(session: Session, account_id: int) -> list[DraftRow]:
    """The drafts of an account, latest first; that of a sheet they may no longer read bears no name but its own."""
    rows = session.execute(
        select(
            col(SheetDraft.id),
            col(SheetDraft.dataset_id),
            col(SheetDraft.saved_at),
            func.coalesce(func.nullif(col(SheetDraft.title), ""), col(Dataset.title), "").label("title"),
        )
        .join(Dataset, col(Dataset.id) == col(SheetDraft.dataset_id), isouter=True)
        .where(col(SheetDraft.account_id) == account_id)
        .order_by(col(SheetDraft.saved_at).desc(), col(SheetDraft.id).desc())
    )
    return [
        DraftRow(
            id=row.id,
            dataset_id=row.dataset_id,
            title=row.title,
            saved_at=row.saved_at,
            address=f"/jeux/nouveau?brouillon={row.id}"
            if row.dataset_id is None
            else f"/jeux/{row.dataset_id}/modifier",
        )
        for row in rows
    ]


def find_draft(
    session: Session, account_id: int, *, dataset_id: int | None, draft_id: int | None = None, lock: bool = False
) -> SheetDraft | None:
    """The draft an account has of a sheet; without a sheet, that of a sheet to come which bears this number."""
    if dataset_id is None and draft_id is None:
        return None
    query = select(SheetDraft).where(
        col(SheetDraft.account_id) == account_id, col(SheetDraft.dataset_id).is_not_distinct_from(dataset_id)
    )
    if dataset_id is None:
        query = query.where(col(SheetDraft.id) == draft_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.execute(query).scalar_one_or_none()


def find_names(session: Session, numbers: Mapping[str, Set[int]]) -> dict[str, dict[int, str]]:
    """The names behind the numbers that fields of sheets hold, by field: those the asker may know."""
    people = [find_known(session, number) for number in numbers.get("contact_person_id", ())]
    bodies = numbers.get("organisation_id", frozenset())
    systems = numbers.get("information_system_id", frozenset())
    return {
        "information_system_id": find_system_names(session, systems) if systems else {},
        "contact_person_id": {one.id: one.name for one in people if one is not None and one.name},
        "organisation_id": {one.id: one.name for one in find_organisations(session)} if bodies else {},
    }


def find_system_names(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """The names of the information systems that the asker may read."""
    rows = session.execute(
        select(col(InformationSystem.id), col(InformationSystem.name)).where(col(InformationSystem.id).in_(list(ids)))
    )
    return {row.id: row.name for row in rows}
