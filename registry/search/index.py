"""The index on this machine: its fields, its folder in the home, and who reads it.

`<home>/search/current` names the folder in use. A new index is built beside it and named there once whole: nobody
ever reads half of one. Nothing in it is a text to show; the ledger's number and root it was made from stand in it.
"""

import contextlib
import json
import secrets
import shutil
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog
from tantivy import Document, Index, IndexWriter, Query, Schema, SchemaBuilder, Searcher, TextAnalyzerBuilder, Tokenizer

from registry.search.rules import read_text
from registry.search.vocabulary import SearchFacet

log = structlog.get_logger(__name__)

EDITION = "2"
"""Of the fields and of how words are read: an index of another edition is rebuilt."""
TITLE, KEYWORDS, TEXT, WORDS = "title", "keywords", "text", "words"
"""Stems of the title, of the keywords, of everything; and every word whole, for beginnings and near misses."""
_SPACES = "spaces"
_HEAP = 60_000_000
"""Units: bytes. What the writer keeps in memory before it writes a segment."""
_MARK_ID = 0
_MOST_SETS = 60_000
_BETWEEN = "\x1f"


class NoIndex(Exception):
    """There is no index to ask on this machine now; its follower makes one."""


class Busy(Exception):
    """Another process writes this index."""


@dataclass(frozen=True)
class Mark:
    """Up to where the ledger is indexed: the number of seals, and the root over them."""

    seal_no: int
    root: str


def _set_of(facet: SearchFacet) -> str:
    """The field where all the values of a facet are one: datasets are counted by it, ten times faster than by each."""
    return str(facet) if facet is SearchFacet.ORGANISATION else f"{facet}_set"


@lru_cache(maxsize=1)
def schema() -> Schema:
    """The fields of the index."""
    made = SchemaBuilder()
    made.add_unsigned_field("id", stored=True, indexed=True, fast=True)
    made.add_unsigned_field(SearchFacet.ORGANISATION, indexed=True, fast=True)
    for name in (TITLE, KEYWORDS, TEXT):
        made.add_text_field(name, tokenizer_name=_SPACES)
    made.add_text_field(WORDS, tokenizer_name=_SPACES, index_option="basic")
    for facet in SearchFacet:
        if facet is not SearchFacet.ORGANISATION:
            made.add_text_field(facet, tokenizer_name="raw", index_option="basic")
            made.add_text_field(_set_of(facet), fast=True, tokenizer_name="raw", index_option="basic")
    made.add_bytes_field("mark", stored=True)
    return made.build()


@dataclass(frozen=True)
class Entry:
    """What is indexed of one dataset; `names` are those machines and files know it and its parts by."""

    id: int
    organisation_id: int
    title: str
    keywords: str
    body: str
    names: str
    facets: Mapping[SearchFacet, Sequence[str]]

    def document(self) -> Document:
        """The same, as the index takes it: stems where texts stood."""
        made = Document()
        made.add_unsigned("id", self.id)
        made.add_unsigned(SearchFacet.ORGANISATION, self.organisation_id)
        words, every = set[str](), list[str]()
        for name, text in ((TITLE, self.title), (KEYWORDS, self.keywords), (TEXT, f"{self.body} . {self.names}")):
            stems, plain = read_text(text)
            every += stems
            made.add_text(name, " ".join(stems if name != TEXT else every))
            words |= plain
        made.add_text(WORDS, " ".join(words))
        for facet, values in self.facets.items():
            for value in values:
                made.add_text(facet, value)
            if values:
                made.add_text(_set_of(facet), _BETWEEN.join(values))
        return made


def place_of(home: Path) -> Path:
    """The folder of a home where its indexes stand."""
    return home / "search"


def current_folder(home: Path) -> Path | None:
    """The index in use, if there is one of this edition."""
    try:
        name = (place_of(home) / "current").read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    folder = place_of(home) / name
    return folder if name.startswith(f"{EDITION}-") and "/" not in name and folder.is_dir() else None


def open_folder(folder: Path, *, create: bool = False) -> Index:
    """An index, with the way it cuts texts.

    Raises: ValueError or OSError when the folder holds no index that can be read.
    """
    if create:
        folder.mkdir(parents=True, mode=0o700)
        found = Index(schema(), str(folder))
    else:
        found = Index.open(str(folder))
    found.register_tokenizer(_SPACES, TextAnalyzerBuilder(Tokenizer.whitespace()).build())
    found.config_reader("manual")
    return found


def new_folder(home: Path) -> Path:
    """Where a new index may be built."""
    return place_of(home) / f"{EDITION}-{secrets.token_hex(6)}"


def open_writer(index: Index) -> IndexWriter:
    """The one writer of an index.

    Raises: Busy when another process holds it.
    """
    try:
        return index.writer(_HEAP, 1)
    except ValueError as error:
        if "LockBusy" in str(error):
            raise Busy from error
        raise


def withdraw(writer: IndexWriter, ids: Sequence[int]) -> None:
    """Takes datasets out of the index, with the next commit."""
    # By a query: the library's deletion by term finds nothing, in silence, in a field of unsigned numbers.
    writer.delete_documents_by_query(Query.term_set_query(schema(), "id", list(ids)))


def write_mark(writer: IndexWriter, mark: Mark) -> None:
    """Says in the index up to where it follows the ledger, in the same commit as what it follows."""
    withdraw(writer, [_MARK_ID])
    said = Document()
    said.add_unsigned("id", _MARK_ID)
    said.add_bytes("mark", json.dumps([mark.seal_no, mark.root]).encode())
    writer.add_document(said)


def read_mark(searcher: Searcher) -> Mark | None:
    """Up to where an index follows the ledger."""
    hits = searcher.search(Query.term_query(schema(), "id", _MARK_ID), limit=1).hits
    if not hits:
        return None
    seal_no, root = json.loads(searcher.doc(hits[0][1])["mark"][0])
    return Mark(seal_no, root)


def put_in_use(home: Path, folder: Path) -> None:
    """Names a whole index as the one to read, and takes away the others."""
    coming = place_of(home) / f"current.{secrets.token_hex(4)}"
    coming.write_text(folder.name, "ascii")
    coming.replace(place_of(home) / "current")
    sweep(home)


def set_aside(home: Path, folder: Path) -> None:
    """Stops reading an index that cannot be read: its follower makes another."""
    if current_folder(home) == folder:
        (place_of(home) / "current").unlink(missing_ok=True)


def sweep(home: Path) -> None:
    """Takes away the indexes nobody reads any more, save those somebody still writes."""
    kept = current_folder(home)
    for folder in place_of(home).iterdir():
        if folder.is_dir() and folder != kept and not _is_written(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_written(folder: Path) -> bool:
    try:
        with reading():
            open_writer(open_folder(folder))
    except Busy:
        return True
    except NoIndex:
        pass
    return False


@contextlib.contextmanager
def reading() -> Iterator[None]:
    """Says in one word that an index cannot be read, however the reader took it.

    Raises: NoIndex.
    """
    try:
        yield
    except (ValueError, OSError) as error:
        raise NoIndex from error
    except BaseException as error:
        # The library, written in Rust, panics at some files it cannot read; its exception has no public name.
        if type(error).__name__ == "PanicException":
            raise NoIndex from error
        raise


@dataclass(frozen=True)
class Counts:
    """How many datasets answer, in all and by each value of some facets."""

    total: int
    by: dict[SearchFacet, dict[str, int]]


class Look:
    """One moment of the index: all that is asked of it is answered from the same state."""

    def __init__(self, home: Path, folder: Path, searcher: Searcher, mark: Mark) -> None:
        self._home = home
        self._folder = folder
        self._searcher = searcher
        self.mark = mark

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            with reading():
                yield
        except NoIndex:
            log.exception("index unreadable; set aside", folder=self._folder.name)
            set_aside(self._home, self._folder)
            raise

    def find(self, query: Query, *, limit: int, offset: int = 0) -> list[int]:
        """The numbers of some of the datasets that answer, best first."""
        with self._asking():
            hits = self._searcher.search(query, limit=limit, offset=offset, count=False).hits
            places = [place for _score, place in hits]
            ids = self._searcher.fast_field_values("id", places) if places else []
            return [int(number) for number in ids if number is not None]

    def find_all(self, query: Query) -> list[int]:
        """The numbers of every dataset that answers, in no order."""
        return self.find(query, limit=max(self._searcher.num_docs, 1))

    def count(self, query: Query, facets: Iterable[SearchFacet] = ()) -> Counts:
        """How many datasets answer, and how many by each value of these facets."""
        asked: dict[str, Any] = {
            str(facet): {"terms": {"field": _set_of(facet), "size": _MOST_SETS}} for facet in facets
        }
        with self._asking():
            answer = self._searcher.aggregate(query, {**asked, "total": {"value_count": {"field": "id"}}})
        total = int(answer.pop("total")["value"])
        return Counts(total, {SearchFacet(name): _by_value(said["buckets"]) for name, said in answer.items()})


def _by_value(buckets: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in buckets:
        for code in _as_code(one["key"]).split(_BETWEEN):
            found[code] = found.get(code, 0) + int(one["doc_count"])
    return found


def _as_code(key: Any) -> str:
    return str(int(key)) if isinstance(key, float | int) else str(key)


class _Reader:
    """An index opened by this process; it looks again when a commit changed it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._index = open_folder(folder)
        self._stamp = (0, 0)
        self._searcher: Searcher | None = None
        self._mark: Mark | None = None

    def look(self, home: Path) -> Look:
        state = (self.folder / "meta.json").stat()
        stamp = (state.st_mtime_ns, state.st_ino)
        if self._searcher is None or stamp != self._stamp:
            self._index.reload()
            self._searcher = self._index.searcher()
            self._mark, self._stamp = read_mark(self._searcher), stamp
        if self._mark is None:
            raise NoIndex
        return Look(home, self.folder, self._searcher, self._mark)


_readers: dict[Path, _Reader] = {}
_lock = threading.Lock()


def look(home: Path) -> Look:
    """The index of a home as it stands now.

    Raises: NoIndex when there is none to ask.
    """
    folder = current_folder(home)
    if folder is None:
        raise NoIndex
    with _lock:
        reader = _readers.get(home)
        try:
            with reading():
                if reader is None or reader.folder != folder:
                    reader = _readers[home] = _Reader(folder)
                return reader.look(home)
        except NoIndex:
            _readers.pop(home, None)
            set_aside(home, folder)
            raise
