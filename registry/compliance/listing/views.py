"""What the page of findings shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from registry.compliance.views import SubjectLine


@dataclass(frozen=True)
class FindingsPage:
    """A page of findings, with its facets (a name, a label, values with their words and whether each is chosen) and
    the ready lists of the visitor's roles (words, address). `whole` is the contract it is narrowed to, if it is."""

    total: int
    rows: Sequence[SubjectLine]
    facets: Sequence[dict[str, Any]]
    ready: Sequence[tuple[str, str]]
    here: str
    narrowed: bool
    whole: tuple[int, str] | None
    first_address: str
    next_address: str
