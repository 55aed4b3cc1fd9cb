"""The text of a document, page by page, read in a child process within limits: this one loads no reader."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from registry.inspection.child import Failed, ask_child
from registry.inspection.limits import Limits
from registry.inspection.problems import Detail, Problem

_WORKER = "registry.inspection.page_texts_worker"
PAGE_LIMITS = Limits(file_bytes=100 * 2**20, memory_bytes=1024**3, seconds=120)
MOST_PAGES = 1_000
"""Further pages are not read: what is left out is told."""


@dataclass(frozen=True)
class PageText:
    """A page that bears text: its number, from 1."""

    number: int
    words: str


@dataclass(frozen=True)
class PagesRead:
    """What a document says, as far as it can be read.

    `pages` counts all of them, `read` the first ones, that were read; those without text are in `texts` no more than
    those that were not read. A document that is cut into no pages is told in passages of a few paragraphs:
    `has_pages` is false. `problem` says what kept the rest, or everything, from being read.
    """

    pages: int = 0
    read: int = 0
    has_pages: bool = True
    texts: Sequence[PageText] = ()
    problem: Problem | None = None
    details: dict[str, Detail] = field(default_factory=dict)


def read_pages(path: Path, kind: str, *, limits: Limits = PAGE_LIMITS, most: int = MOST_PAGES) -> PagesRead:
    """The text of a document of a kind (`pdf`, `docx`, `odt`, `txt`, `csv`), at most its first pages.

    What keeps it from being read is told, never raised.
    """
    size = path.stat().st_size
    if size > limits.file_bytes:
        return PagesRead(
            problem=Problem.TOO_LARGE, details={"size": size // 2**20, "limit": limits.file_bytes // 2**20}
        )
    said = ask_child(_WORKER, {"path": str(path.absolute()), "kind": kind, "most": most}, limits)
    if isinstance(said, Failed):
        return PagesRead(problem=said.problem, details=said.details)
    try:
        return msgspec.json.decode(said.splitlines()[-1] if said else b"", type=PagesRead)
    except msgspec.DecodeError:
        return PagesRead(problem=Problem.UNFORESEEN, details={"kind": "no answer"})
