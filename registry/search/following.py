"""Keeping the index like the tables: built whole from them, then following the ledger by its seal numbers.

What is indexed is read from the tables at one moment, never from the ledger: the ledger only says which datasets
changed. A row that was indexed too early is indexed again when its entry is sealed, so that none is ever missed.
"""

import contextlib
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from sqlmodel import col
from tantivy import Index, IndexWriter

from registry.datasets.models import Dataset, Distribution
from registry.ledger.models import LedgerRoot
from registry.ledger.queries import get_head
from registry.organisations.models import Organisation
from registry.platform.database import Acting, at_one_moment, transaction
from registry.platform.home import Home
from registry.search.index import (
    Entry,
    Mark,
    NoIndex,
    current_folder,
    new_folder,
    open_folder,
    open_writer,
    put_in_use,
    read_mark,
    reading,
    set_aside,
    sweep,
    withdraw,
    write_mark,
)
from registry.search.rules import without_way
from registry.search.vocabulary import SearchFacet

log = structlog.get_logger(__name__)

ACTING = Acting("search")
_CHUNK = 2_000

# A distribution's entry names its dataset, even once it is gone.
_TOUCHED = text(
    "SELECT DISTINCT e.table_name, CASE e.table_name WHEN 'distribution' THEN (e.snapshot ->> 'dataset_id')::bigint"
    " ELSE e.row_id END AS number"
    " FROM ledger_seal s JOIN ledger_entry e ON e.id = s.entry_id"
    " WHERE s.seal_no > :after AND s.seal_no <= :until"
    " AND e.table_name IN ('dataset', 'distribution', 'organisation')"
)

Said = Callable[[int], None]


@contextlib.contextmanager
def _moment(home: Home) -> Iterator[Session]:
    with transaction(at_one_moment(home.jobs), ACTING) as session:
        yield session


def _mark(session: Session) -> Mark:
    head = get_head(session)
    return Mark(head.seal_no, head.root)


def find_entries(session: Session, ids: Collection[int] | None = None) -> Iterator[list[Entry]]:
    """What is to be indexed of every dataset that is not annulled, or of some of them, by chunks."""
    wanted = None if ids is None else sorted(ids)
    after, place = 0, 0
    while True:
        query = (
            select(
                col(Dataset.id), col(Dataset.organisation_id), col(Dataset.title), col(Dataset.keywords),
                col(Dataset.identifier), col(Dataset.acronym), col(Dataset.uri),
                col(Dataset.local_themes), col(Dataset.description), col(Dataset.publisher_name), col(Dataset.themes),
                col(Dataset.personal_data), col(Dataset.access_rights), col(Dataset.licence), col(Dataset.stage),
                col(Organisation.name).label("organisation_name"),
            )
            .join(Organisation, col(Organisation.id) == col(Dataset.organisation_id))
            .where(~col(Dataset.annulled))
            .order_by(col(Dataset.id))
        )  # fmt: skip
        if wanted is None:
            query = query.where(col(Dataset.id) > after).limit(_CHUNK)
        else:
            query = query.where(col(Dataset.id).in_(wanted[place : place + _CHUNK]))
        rows = session.execute(query).all()
        if rows:
            yield _entries(session, rows)
        place += _CHUNK
        if (wanted is None and len(rows) < _CHUNK) or (wanted is not None and place >= len(wanted)):
            return
        after = rows[-1].id if rows else after


def _entries(session: Session, rows: Sequence[Any]) -> list[Entry]:
    files: dict[int, list[tuple[str | None, str | None]]] = {}
    for number, form, licence in session.execute(
        select(col(Distribution.dataset_id), col(Distribution.format), col(Distribution.licence)).where(
            col(Distribution.dataset_id).in_([row.id for row in rows]),
            ~col(Distribution.annulled),
        )
    ):
        files.setdefault(number, []).append((form, licence))
    return [_entry(row, files.get(row.id, [])) for row in rows]


def _entry(row: Any, files: Sequence[tuple[str | None, str | None]]) -> Entry:
    licences = {licence for licence in (row.licence, *(licence for _form, licence in files)) if licence}
    return Entry(
        id=row.id,
        organisation_id=row.organisation_id,
        title=row.title,
        keywords=" . ".join([*row.keywords, *row.local_themes]),
        body=" . ".join(part for part in (row.description, row.publisher_name, row.organisation_name) if part),
        names=" . ".join(without_way(name) for name in (row.identifier, row.acronym, row.uri) if name),
        facets={
            SearchFacet.THEME: sorted(set(row.themes)),
            SearchFacet.PERSONAL_DATA: [row.personal_data] if row.personal_data else [],
            SearchFacet.ACCESS_RIGHTS: [row.access_rights] if row.access_rights else [],
            SearchFacet.LICENCE: sorted(licences),
            SearchFacet.STAGE: [row.stage],
            SearchFacet.FORMAT: sorted({form for form, _licence in files if form}),
        },
    )


def rebuild(home: Home, said: Said = lambda _count: None) -> int:
    """Builds the index anew from the tables, then puts it in use; the one before answers meanwhile.

    Returns how many datasets it holds. Raises: NoIndex when the folder cannot be written.
    """
    root = home.settings.root
    folder = new_folder(root)
    count = 0
    with reading(), _moment(home) as session:
        mark = _mark(session)
        writer = open_writer(open_folder(folder, create=True))
        for entries in find_entries(session):
            for entry in entries:
                writer.add_document(entry.document())
            count += len(entries)
            said(count)
        write_mark(writer, mark)
        writer.commit()
        writer.wait_merging_threads()
    put_in_use(root, folder)
    return count


class Follower:
    """The one process of this machine that writes the index, if tantivy's lock says so."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._root: Path = home.settings.root
        self._folder: Path | None = None
        self._index: Index | None = None
        self._writer: IndexWriter | None = None

    def step(self) -> int:
        """Follows the ledger to where it is sealed; makes the index where there is none to follow.

        Returns how many datasets were indexed. Raises: Busy while another process follows.
        """
        folder = current_folder(self._root)
        if folder is None:
            return self._rebuild("none")
        try:
            with reading():
                writer, index = self._open(folder)
                return self._catch_up(writer, index)
        except NoIndex:
            log.warning("the index cannot be read; it is made again", folder=folder.name)
            self.close()
            set_aside(self._root, folder)
            return self._rebuild("unreadable")

    def _rebuild(self, reason: str) -> int:
        self.close()
        count = rebuild(self._home)
        log.info("index built", datasets=count, reason=reason)
        return count

    def _open(self, folder: Path) -> tuple[IndexWriter, Index]:
        if self._folder != folder or self._writer is None or self._index is None:
            self.close()
            index = open_folder(folder)
            self._writer, self._index, self._folder = open_writer(index), index, folder
            sweep(self._root)
        return self._writer, self._index

    def _catch_up(self, writer: IndexWriter, index: Index) -> int:
        index.reload()
        mark = read_mark(index.searcher())
        with _moment(self._home) as session:
            head = _mark(session)
            if mark is None or not _is_of_this_ledger(session, mark, head):
                return self._rebuild("of another ledger")
            if head == mark:
                return 0
            ids = _find_touched(session, mark.seal_no, head.seal_no)
            try:
                for chunk in _chunks(sorted(ids)):
                    withdraw(writer, chunk)
                for entries in find_entries(session, ids) if ids else ():
                    for entry in entries:
                        writer.add_document(entry.document())
                write_mark(writer, head)
                writer.commit()
            except BaseException:
                # What was half said to the writer must not come with the next commit.
                self.close()
                raise
        return len(ids)

    def close(self) -> None:
        """Lets another process write."""
        # What was not committed goes with the writer; its folder may be gone already.
        with contextlib.suppress(NoIndex), reading():
            if self._writer is not None:
                self._writer.rollback()
                self._writer.wait_merging_threads()
        self._writer = self._index = self._folder = None


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for place in range(0, len(ids), _CHUNK):
        yield ids[place : place + _CHUNK]


def _is_of_this_ledger(session: Session, mark: Mark, head: Mark) -> bool:
    """Whether an index was made from this very ledger: one that was restored may have less, or something else."""
    if mark.seal_no == 0:
        return True
    query = select(col(LedgerRoot.root)).where(col(LedgerRoot.tree_size) == mark.seal_no)
    root = session.execute(query).scalar_one_or_none()
    return mark.seal_no <= head.seal_no and root is not None and bytes(root).hex() == mark.root


def _find_touched(session: Session, after: int, until: int) -> set[int]:
    """The datasets whose entries, files or owners changed between two seals."""
    touched: dict[str, set[int]] = {"dataset": set(), "distribution": set(), "organisation": set()}
    for table, number in session.execute(_TOUCHED, {"after": after, "until": until}):
        if number is not None:
            touched[table].add(number)
    ids = touched["dataset"] | touched["distribution"]
    if touched["organisation"]:
        owned = select(col(Dataset.id)).where(col(Dataset.organisation_id).in_(sorted(touched["organisation"])))
        ids |= set(session.execute(owned).scalars())
    return ids
