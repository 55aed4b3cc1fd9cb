"""What a page of a portal's list says of those after it: read in a process apart, as all that a stranger wrote is."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from registry.inspection.child import Failed, ask_child
from registry.inspection.limits import Limits

LIMITS = Limits(memory_bytes=1024**3, seconds=60)
"""A page is short; one made to fill the memory fills that of its own process, and is then no page."""


@dataclass(frozen=True)
class Page:
    """Whether an answer is a page of a list; the address of the next one, or of the whole export to take instead."""

    is_page: bool = False
    following: str | None = None
    export: str | None = None


@dataclass(frozen=True)
class _Answer:
    """What the child says; a problem is of no page."""

    page: Page = Page()


_ANSWER = TypeAdapter(_Answer)


def look_at_page(path: Path, address: str) -> Page:
    """What the answer of an address says of the pages of its list; no page at all, where it is not one."""
    order = {"path": str(path.absolute()), "address": address}
    said = ask_child("registry.exchange.portals.page_worker", order, LIMITS)
    return Page() if isinstance(said, Failed) else _ANSWER.validate_json(said).page
