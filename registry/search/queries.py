"""Asking the index within somebody's rights, and reading what it found from the tables, under row-level security."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Result, any_, bindparam, func, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.datasets.models import Dataset
from registry.ledger.models import LedgerRoot
from registry.organisations.models import Organisation
from registry.search.asking import Asked, answering, every, question, ranked, resembling, within
from registry.search.index import Look, Mark, NoIndex, look
from registry.search.rules import find_nearest, find_words, tolerated
from registry.search.vocabulary import SearchFacet

PAGE_SIZE = 20
MOST_PAGES = 50
"""Further than that, better words are needed."""
_RESEMBLING = 30
_SUGGESTED = 8

# Written once: every search asks for it, and writing a query costs more than running it.
_SHEETS: Any = (
    select(
        col(Dataset.id),
        col(Dataset.title),
        col(Dataset.description),
        col(Dataset.keywords),
        col(Dataset.publisher_name),
        col(Dataset.organisation_id),
        col(Organisation.name).label("organisation_name"),
    )
    .join(Organisation, col(Organisation.id) == col(Dataset.organisation_id))
    .where(
        col(Dataset.id) == any_(bindparam("ids", type_=ARRAY(BigInteger))),
        ~col(Dataset.annulled),
        col(Dataset.organisation_id) == any_(bindparam("organisations", type_=ARRAY(BigInteger))),
    )
)


@dataclass(frozen=True)
class Sheet:
    """A dataset that was found, as the asker may read it now."""

    id: int
    title: str
    description: str
    keywords: tuple[str, ...]
    publisher_name: str
    organisation_id: int
    organisation_name: str

    @property
    def texts(self) -> tuple[str, ...]:
        """What its words are looked for in."""
        return (self.title, *self.keywords, self.description, self.publisher_name, self.organisation_name)


@dataclass(frozen=True)
class Found:
    """What answers a search; `total` and `counts` are of the index, `sheets` of the tables."""

    total: int
    sheets: Sequence[Sheet]
    counts: dict[SearchFacet, dict[str, int]]
    more: bool
    mark: Mark


def search(
    session: Session, home: Path, asked: Asked, organisation_ids: frozenset[int], *, page: int = 1,
    limit: int = PAGE_SIZE,
) -> Found:  # fmt: skip
    """A page of the datasets that answer, best first, with how many answer by each value of each facet.

    Raises: NoIndex when there is none to ask.
    """
    index = look(home)
    ids = index.find(ranked(asked, organisation_ids), limit=limit, offset=(page - 1) * limit)
    chosen = [facet for facet in SearchFacet if asked.chosen.get(facet)]
    counted = index.count(question(asked, organisation_ids), [facet for facet in SearchFacet if facet not in chosen])
    counts = dict(counted.by)
    for facet in chosen:
        # To choose another value adds its datasets: they are counted as if none of this facet were chosen.
        counts |= index.count(question(asked, organisation_ids, but=facet), [facet]).by
    more = counted.total > page * limit and page < MOST_PAGES
    return Found(counted.total, find_sheets(session, ids, organisation_ids), counts, more, index.mark)


def find_sheets(session: Session, ids: Sequence[int], organisation_ids: Iterable[int]) -> list[Sheet]:
    """What the asker may read of these datasets, in this order; those they may not, or no more, are left out."""
    if not ids:
        return []
    reach = list(organisation_ids)
    rows: Result[Any] = session.execute(_SHEETS, {"ids": list(ids), "organisations": reach})
    known = {row.id: _sheet(row) for row in rows.all()}
    return [known[number] for number in ids if number in known]


def _sheet(row: Any) -> Sheet:
    return Sheet(
        row.id, row.title, row.description or "", tuple(row.keywords), row.publisher_name or "", row.organisation_id,
        row.organisation_name,
    )  # fmt: skip


def find_correction(session: Session, home: Path, asked: Asked, organisation_ids: frozenset[int]) -> str | None:
    """What was typed with each word that nothing bears put right, if something then answers.

    The words offered are read from sheets the asker may read, as those spell them.
    Raises: NoIndex when there is none to ask.
    """
    index, words, changed = look(home), asked.words, False
    for part in asked.parts:
        beginning = asked.beginning if part is asked.parts[-1] else ""
        if index.count(every([answering(part, beginning), within(organisation_ids)])).total:
            continue
        for word in part.plain:
            nearest = _nearest(session, index, word, organisation_ids)
            if nearest is not None:
                words, changed = _replaced(words, word, nearest), True
    corrected = Asked(words, asked.chosen)
    return words if changed and index.count(question(corrected, organisation_ids)).total else None


def _nearest(session: Session, index: Look, word: str, organisation_ids: frozenset[int]) -> str | None:
    for most in range(1, tolerated(word) + 1):
        ids = index.find(resembling(word, organisation_ids, most=most), limit=_RESEMBLING)
        texts = [text for sheet in find_sheets(session, ids, organisation_ids) for text in sheet.texts]
        nearest = find_nearest(word, texts, most=most)
        if nearest is not None:
            return nearest
    return None


def _replaced(words: str, wrong: str, right: str) -> str:
    """The same words with one put right, the others as they were typed."""
    out, place = "", 0
    for word in find_words(words):
        if word.plain == (wrong,):
            out += words[place : word.start] + right
            place = word.end
    return out + words[place:]


def find_suggestions(session: Session, home: Path, words: str, organisation_ids: frozenset[int]) -> list[Sheet]:
    """The first sheets that answer what is being typed.

    Raises: NoIndex when there is none to ask.
    """
    asked = Asked(words)
    if not asked.parts:
        return []
    ids = look(home).find(ranked(asked, organisation_ids), limit=_SUGGESTED)
    return find_sheets(session, ids, organisation_ids)


_LATE = 300
"""Of the ledger's entries, how many of the last that were indexed are looked at again: some are written late."""
_BEYOND = text(
    "SELECT CASE WHEN session_user = 'beffroi_app' THEN acting_reads() END AS reads,"
    " (SELECT array_agg(DISTINCT e.row_id) FROM ledger_entry e"
    # A reckoning in the comparison itself, or no upper bound, and the whole ledger would be read.
    " WHERE e.id > (SELECT coalesce(max(entry_id), 0) - :late FROM ledger_seal WHERE seal_no = :known)"
    " AND e.id < 9223372036854775807 AND e.table_name = 'dataset'"
    " AND NOT EXISTS (SELECT FROM ledger_seal s WHERE s.entry_id = e.id AND s.seal_no <= :known)) AS fresh"
)


def find_bearers(session: Session, words: str, *, home: Path) -> tuple[Collection[int], Collection[int]] | None:
    """The datasets that bear words, within what the asker reads; and those written since that it does not know yet.

    None where there is no index, or no word that it could look for.
    """
    asked = Asked(words)
    if not asked.parts:
        return None
    try:
        index = look(home)
        told = session.execute(_BEYOND, {"known": index.mark.seal_no, "late": _LATE}).one()
        # A job or a command reads everything, and names no organisation to look within.
        return index.find_all(question(asked, told.reads)), told.fresh or ()
    except NoIndex:
        return None


def find_behind_since(session: Session, mark: Mark) -> datetime | None:
    """Since when something sealed is not indexed; nothing when the index is up to date."""
    oldest = select(func.min(col(LedgerRoot.sealed_at))).where(col(LedgerRoot.tree_size) > mark.seal_no)
    since: datetime | None = session.execute(oldest).scalar_one()
    return since


def find_lateness(session: Session, home: Path) -> tuple[bool, datetime | None]:
    """Whether this machine has an index, and since when that misses something."""
    try:
        mark = look(home).mark
    except NoIndex:
        return False, None
    return True, find_behind_since(session, mark)
