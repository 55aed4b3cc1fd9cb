"""Every SELECT of the public: only columns that its role is granted, and rows that the database lets it see."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, Text, any_, case, false, func, literal, or_, select, text
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.datasets.models import DataService, Dataset, Distribution
from registry.kernel.sort_keys import sort_key
from registry.lifecycle.models import StagePassage
from registry.lifecycle.vocabulary import WithdrawalGround
from registry.organisations.models import Organisation

Row = Mapping[str, Any]
_DATASET = (
    "id", "version", "organisation_id", "identifier", "uri", "title", "title_sort", "description", "keywords", "themes",
    "local_themes", "publisher_name", "publisher_uri", "creator_name", "creator_siret", "contact_service",
    "contact_url", "landing_page", "languages", "access_rights", "frequency", "issued", "modified", "spatial",
    "spatial_granularity", "temporal_start", "temporal_end", "licence", "rights", "conforms_to", "documentation",
    "provenance", "version_label", "applicable_legislation", "hvd_categories", "inspire_themes", "acronym",
    "records_count", "reuser_warning",
)  # fmt: skip
_DISTRIBUTION = (
    "id", "version", "dataset_id", "identifier", "title", "description", "access_url", "download_url", "format",
    "media_type", "licence", "rights", "byte_size", "checksum_algorithm", "checksum_value", "issued", "modified",
    "availability", "languages", "conforms_to", "documentation",
)  # fmt: skip
_SERVICE = (
    "id", "version", "dataset_id", "identifier", "title", "description", "endpoint_url", "endpoint_description",
    "conforms_to", "licence", "documentation",
)  # fmt: skip
_BODY = (
    "id", "version", "parent_id", "lineage", "kind", "name", "name_sort", "siren", "siret", "insee_code", "legal_form",
    "website",
)  # fmt: skip
_ACCENTED, _PLAIN = "àâäáãçéèêëíìîïñóòôöõúùûüÿ’", "aaaaaceeeeiiiinooooouuuuy'"
BATCH = 500
"""How many datasets are read at once: what a feed needs of memory."""


@dataclass(frozen=True)
class Sought:
    """What a reader of the list looks for."""

    words: str = ""
    theme: str = ""
    organisation: int | None = None
    high_value: bool = False


def find_datasets(session: Session, sought: Sought, *, limit: int, offset: int = 0) -> list[Row]:
    """A page of the list: what bears the words sought in its title first, then in its keywords; else by title."""
    order: list[Any] = [col(Dataset.title_sort), col(Dataset.id)]
    if words := _words(sought):
        order.insert(0, sum((_weight(word) for word in words), start=literal(0)).desc())
    query = _datasets().where(*_narrowed(sought)).order_by(*order)
    return _rows(session, query.limit(limit).offset(offset))


def count_datasets(session: Session, sought: Sought) -> int:
    """How many datasets a reader finds."""
    return int(session.execute(select(func.count(col(Dataset.id))).where(*_narrowed(sought))).scalar_one())


def get_dataset(session: Session, dataset_id: int) -> Row | None:
    """One dataset, or nothing where the public does not see it."""
    found = _rows(session, _datasets().where(col(Dataset.id) == dataset_id))
    return found[0] if found else None


@dataclass(frozen=True)
class Withdrawal:
    """When the public lost a dataset and on which ground, where that is told: an annulled sheet tells neither."""

    withdrawn_on: date | None
    ground: WithdrawalGround | None


def find_withdrawal(session: Session, dataset_id: int) -> Withdrawal | None:
    """How a dataset that the public has read left it for good; nothing where it did not."""
    told = text("SELECT withdrawn_on, ground FROM withdrawal_of(:id)").columns(withdrawn_on=Date, ground=Text)
    row = session.execute(told, {"id": dataset_id}).one_or_none()
    return None if row is None else Withdrawal(row.withdrawn_on, WithdrawalGround(row.ground) if row.ground else None)


def find_latest(session: Session, limit: int) -> list[Row]:
    """The datasets changed or published last, the latest first, with the day of it (`told_on`)."""
    published = (
        select(col(StagePassage.dataset_id), func.max(col(StagePassage.passed_on)).label("passed_on"))
        .group_by(col(StagePassage.dataset_id))
        .subquery()
    )
    told_on = func.greatest(col(Dataset.modified), published.c.passed_on)
    query = (
        _datasets()
        .add_columns(told_on.label("told_on"))
        .outerjoin(published, published.c.dataset_id == Dataset.id)
        .order_by(told_on.desc().nulls_last(), col(Dataset.id).desc())
    )
    return _rows(session, query.limit(limit))


def find_themes(session: Session, sought: Sought) -> list[tuple[str, int]]:
    """The themes of what a reader finds besides, each with how many datasets they would find under it."""
    others = _narrowed(replace(sought, theme=""))
    each = select(func.unnest(col(Dataset.themes)).label("theme")).where(*others).subquery()
    query = select(each.c.theme, func.count()).group_by(each.c.theme).order_by(func.count().desc(), each.c.theme)
    return [(row[0], row[1]) for row in session.execute(query)]


def count_by_body(session: Session, sought: Sought, bodies: Mapping[int, Row]) -> dict[int, int]:
    """How many datasets a reader would find under each body, those of the bodies below it included."""
    holder = col(Dataset.organisation_id)
    query = select(holder, func.count()).where(*_narrowed(replace(sought, organisation=None))).group_by(holder)
    found: dict[int, int] = {}
    for own, number in session.execute(query):
        for above in bodies[own]["lineage"] if own in bodies else ():
            found[above] = found.get(above, 0) + number
    return found


def find_bodies(session: Session) -> dict[int, Row]:
    """The bodies that publish and those above them, by number, in the order of their names."""
    query = select(*(getattr(Organisation, name) for name in _BODY)).order_by(col(Organisation.name_sort))
    return {row["id"]: dict(row) for row in session.execute(query).mappings()}


def get_published_on(session: Session, dataset_id: int) -> date | None:
    """Since when a dataset is published: the last time it was."""
    query = select(func.max(col(StagePassage.passed_on))).where(col(StagePassage.dataset_id) == dataset_id)
    return session.execute(query).scalar_one()


def get_disclosure_text(session: Session, dataset_id: int) -> str:
    """The law or decree by which a dataset is public in spite of what a secret protects in it, if there is one."""
    return session.execute(select(func.disclosure_text_of(dataset_id))).scalar_one() or ""


def find_first_days(session: Session, dataset_ids: Sequence[int]) -> dict[int, date]:
    """The day each of these datasets was first published here."""
    query = (
        select(col(StagePassage.dataset_id), func.min(col(StagePassage.passed_on)))
        .where(col(StagePassage.dataset_id).in_(dataset_ids))
        .group_by(col(StagePassage.dataset_id))
    )
    return {row[0]: row[1] for row in session.execute(query)}


@dataclass(frozen=True)
class Parts:
    """The files and the interfaces of some datasets, by the number of the dataset."""

    distributions: Mapping[int, Sequence[Row]] = field(default_factory=dict)
    services: Mapping[int, Sequence[Row]] = field(default_factory=dict)


def find_parts(session: Session, dataset_ids: Sequence[int]) -> Parts:
    """What gives these datasets."""
    return Parts(
        _below(session, Distribution, _DISTRIBUTION, dataset_ids), _below(session, DataService, _SERVICE, dataset_ids)
    )


def find_batches(session: Session, after: int = 0, most: int | None = None) -> Iterator[list[Row]]:
    """Every public dataset by number, from after one of them, a batch at a time; `most` in all."""
    left = most
    while True:
        size = BATCH if left is None else min(BATCH, left)
        query = _datasets().where(col(Dataset.id) > after).order_by(col(Dataset.id)).limit(size)
        found = _rows(session, query) if size else []
        if not found:
            return
        yield found
        if len(found) < size:
            return
        after, left = found[-1]["id"], None if left is None else left - len(found)


def find_page_ends(session: Session, size: int) -> list[int]:
    """The last number of each page of so many datasets: a page begins after the end of the one before."""
    numbered = select(col(Dataset.id), func.row_number().over(order_by=col(Dataset.id)).label("place")).subquery()
    query = select(func.max(numbered.c.id)).group_by((numbered.c.place - 1) // size)
    return sorted(session.execute(query).scalars())


def find_mark(session: Session) -> str:
    """What changes as soon as anything the public reads does: no answer of the whole is made again without need."""
    versions = [
        select(
            func.md5(
                func.coalesce(
                    func.string_agg(
                        func.concat(model.id, "-", model.version), aggregate_order_by(literal(","), col(model.id))
                    ),
                    "",
                )
            )
        ).scalar_subquery()
        for model in (Dataset, Distribution, DataService, Organisation)
    ]
    return str(session.execute(select(func.md5(func.concat(*versions)))).scalar_one())


def _datasets() -> Select[*tuple[Any, ...]]:
    return select(*(getattr(Dataset, name) for name in _DATASET))


def _rows(session: Session, query: Select[*tuple[Any, ...]]) -> list[Row]:
    # Zipped: a dictionary made of a row of SQLAlchemy asks it for each of forty columns by name.
    found = session.execute(query)
    names = tuple(found.keys())
    return [dict(zip(names, row, strict=True)) for row in found]


def _below(session: Session, model: Any, columns: Sequence[str], dataset_ids: Sequence[int]) -> dict[int, list[Row]]:
    query = select(*(getattr(model, name) for name in columns)).where(model.dataset_id.in_(dataset_ids))
    found: dict[int, list[Row]] = {}
    for row in _rows(session, query.order_by(model.id)) if dataset_ids else ():
        found.setdefault(row["dataset_id"], []).append(row)
    return found


def _narrowed(sought: Sought) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [_says(word) for word in _words(sought)]
    if sought.words.strip() and not found:
        found.append(false())  # Signs alone are in no word.
    if sought.theme:
        found.append(literal(sought.theme) == any_(col(Dataset.themes)))
    if sought.organisation is not None:
        below = select(col(Organisation.id)).where(literal(sought.organisation) == any_(col(Organisation.lineage)))
        found.append(col(Dataset.organisation_id).in_(below))
    if sought.high_value:
        found.append(func.cardinality(col(Dataset.hvd_categories)) > 0)
    return found


def _words(sought: Sought) -> list[str]:
    """The words sought, as titles are sorted: letters and digits alone."""
    return re.findall(r"[^\W_]+", sort_key(sought.words))


def _says(word: str) -> ColumnElement[bool]:
    """Whether a word of a dataset's title, keywords or description begins so, accents and case aside."""
    return or_(_begins(col(Dataset.title_sort), word), _begins(_keywords(), word), _begins(_description(), word))


def _weight(word: str) -> ColumnElement[int]:
    """How near a dataset is to a word: its title bears it whole, or begins it, or its keywords do; else its text."""
    title = col(Dataset.title_sort)
    return case(
        (title.regexp_match(rf"\m{word}\M"), 6), (_begins(title, word), 4), (_begins(_keywords(), word), 2), else_=0
    )  # fmt: skip


def _begins(told: Any, word: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = told.regexp_match(rf"\m{word}")
    return found


def _keywords() -> ColumnElement[str]:
    return _plain(func.concat_ws(" ", func.array_to_string(col(Dataset.keywords), " "), col(Dataset.acronym)))


def _description() -> ColumnElement[str]:
    return _plain(func.coalesce(col(Dataset.description), ""))


def _plain(told: ColumnElement[str]) -> ColumnElement[str]:
    return func.translate(func.lower(told), _ACCENTED, _PLAIN)
