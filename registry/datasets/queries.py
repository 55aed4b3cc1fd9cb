"""Every SELECT about datasets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, Text, bindparam, cast, func, or_, select, tuple_
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.datasets.models import Dataset, Distribution
from registry.datasets.vocabulary import AccessRights, PersonalData, Stage
from registry.kernel.errors import NotFound
from registry.kernel.sort_keys import sort_key
from registry.kernel.words import _
from registry.organisations.models import Organisation

PAGE_SIZE = 50
MOST_LETTERS, MOST_WORDS = 200, 10
"""Of what is searched for, as much as is read: the longest words say most."""
TITLE, ORGANISATION, UPDATE = "titre", "organisation", "mise-a-jour"
ORDERS: Mapping[str, Any] = {
    TITLE: col(Dataset.title_sort),
    ORGANISATION: col(Organisation.name_sort),
    UPDATE: func.coalesce(cast(col(Dataset.modified), Text), ""),
}
"""What the list can be sorted by, as it stands in an address; a `-` before it turns the order round."""

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
        raise NotFound(_("Ce jeu de données n’existe pas, ou vos droits ne vous le montrent pas."))
    return found


def find_distributions(session: Session, dataset_id: int) -> Sequence[Distribution]:
    """The distributions of a dataset that are not annulled, oldest first."""
    return session.execute(_FILES, {"dataset": dataset_id}).scalars().all()


def find_by_identifier(
    session: Session, organisation_ids: Iterable[int], identifiers: Iterable[str], *, lock: bool = False
) -> dict[str, list[Dataset]]:
    """The datasets of these organisations that bear these stable identifiers: one a body may bear each.

    With `lock`, nobody else changes them until the end; they are locked in one order, so that two imports wait
    for each other rather than for ever.
    """
    query = (
        select(Dataset)
        .where(
            col(Dataset.organisation_id).in_(list(organisation_ids)),
            col(Dataset.identifier).in_(list(identifiers)),
        )
        .order_by(col(Dataset.id))
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found: dict[str, list[Dataset]] = {}
    for row in session.execute(query).scalars():
        found.setdefault(row.identifier, []).append(row)
    return found


def find_distributions_of(session: Session, dataset_ids: Iterable[int]) -> dict[int, list[Distribution]]:
    """Every distribution of these datasets, annulled or not, by dataset."""
    found: dict[int, list[Distribution]] = {}
    rows = session.execute(
        select(Distribution).where(col(Distribution.dataset_id).in_(list(dataset_ids))).order_by(col(Distribution.id))
    ).scalars()
    for row in rows:
        found.setdefault(row.dataset_id, []).append(row)
    return found


def find_versions_of(session: Session, dataset_ids: Iterable[int]) -> dict[int, int]:
    """The version each of these datasets has in the database now, by dataset."""
    rows = session.execute(select(col(Dataset.id), col(Dataset.version)).where(col(Dataset.id).in_(list(dataset_ids))))
    return {row.id: row.version for row in rows}


@dataclass(frozen=True)
class DatasetFilter:
    """What a list of datasets is narrowed to; everything empty means all the asker may read."""

    words: str = ""
    organisation_ids: frozenset[int] = frozenset()
    personal_data: tuple[PersonalData, ...] = ()
    access_rights: tuple[AccessRights, ...] = ()
    stages: tuple[Stage, ...] = ()
    annulled: bool = False


_SPELLINGS: Mapping[str, str] = {
    plain: plain + "".join(letter for letter in "àâäáãåçéèêëíìîïñóòôöõúùûüýÿ" if sort_key(letter) == plain)
    for plain in "aceinouy"
}


def _folded(word: str) -> str:
    """The regular expression of a word as `sort_key` leaves it, in texts that kept their accents and ligatures.

    The few letters of the word are spelt out rather than a whole column folded: twenty times faster.
    """
    found = ""
    for letter in word:
        if letter in _SPELLINGS:
            found += f"[{_SPELLINGS[letter]}{_SPELLINGS[letter].upper()}]"
        else:
            found += letter if letter.isalnum() else f"\\{letter}"
    for ligature, opened in (("œŒ", "oe"), ("æÆ", "ae")):
        first, second = (f"[{_SPELLINGS[one]}{_SPELLINGS[one].upper()}]" for one in opened)
        found = found.replace(first + second, f"(?:{first}{second}|[{ligature}])")
    return found


def _narrow(query: Select[*tuple[Any, ...]], narrowed: DatasetFilter) -> Select[*tuple[Any, ...]]:
    query = query.where(col(Dataset.annulled) == narrowed.annulled)
    # Each word costs a reading of the table: a text pasted whole would hold the database for seconds.
    for word in sorted(set(sort_key(narrowed.words[:MOST_LETTERS].replace("%", " ")).split()), key=len)[-MOST_WORDS:]:
        spelt = _folded(word)
        query = query.where(
            or_(
                col(Dataset.title_sort).contains(word, autoescape=True),
                cast(col(Dataset.keywords), Text).regexp_match(spelt, flags="i"),
                col(Dataset.publisher_name).regexp_match(spelt, flags="i"),
            )
        )
    if narrowed.organisation_ids:
        query = query.where(col(Dataset.organisation_id).in_(list(narrowed.organisation_ids)))
    if narrowed.personal_data:
        query = query.where(col(Dataset.personal_data).in_(narrowed.personal_data))
    if narrowed.access_rights:
        query = query.where(col(Dataset.access_rights).in_(narrowed.access_rights))
    if narrowed.stages:
        query = query.where(col(Dataset.stage).in_(narrowed.stages))
    return query


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


def find_datasets(
    session: Session,
    narrowed: DatasetFilter,
    *,
    order: str = "",
    after: tuple[str, int] | None = None,
    limit: int = PAGE_SIZE,
) -> list[DatasetRow]:
    """A page of datasets in an order (by title), from the one after a cursor; one more than `limit` if there are."""
    key, downwards = ORDERS[order.removeprefix("-") or TITLE], order.startswith("-")
    query = _narrow(
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
        )
        for row in rows
    ]


def count_datasets(session: Session, narrowed: DatasetFilter) -> int:
    """How many datasets the list holds."""
    number: int = session.execute(_narrow(select(func.count(col(Dataset.id))), narrowed)).scalar_one()
    return number
