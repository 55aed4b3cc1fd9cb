"""What the records of a file would do, added up as they are compared: none of them is held."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from registry.exchange.anomalies import MOST
from registry.exchange.answer import Datasets
from registry.exchange.edits import KEPT
from registry.exchange.models import ImportAction
from registry.exchange.vocabulary import ReadCatalogue


@dataclass(frozen=True)
class Compared:
    """One record of the file against the register."""

    line_no: int
    identifier: str
    title: str
    action: ImportAction
    dataset_id: int | None
    seen_version: int | None
    content: dict[str, Any]
    changes: dict[str, Any]
    anomalies: list[dict[str, Any]]
    declared_public: bool = False


MET_COMPARING = frozenset(
    {
        "refused",
        "date-to-come",
        "date-too-early",
        "held-elsewhere",
        "known-otherwise",
        "owner-unknown",
        "owner-several",
        "owner-differs",
        "owner-brought",
        "system-unknown",
        "parts-kept",
    }
)
"""The anomalies of a record that its file alone does not show."""


_NOWHERE = frozenset({"owner-unknown", "owner-several"})


@dataclass
class Outcome:
    """The counts of an import, and what whoever brings it in is told of single records.

    `identifiers` are those of the file, `sheets` those its records were recognised as. Of anomalies that comparing
    met, and of values edited by hand that stay, no more are detailed than of anomalies that reading met.
    `unplaced` counts the new sheets that go to the organisation of the import, as the register knows none they name.
    """

    identifiers: frozenset[str]
    distributions: int
    counts: Counter[ImportAction] = field(default_factory=Counter)
    edits_kept: int = 0
    declared_public: int = 0
    unplaced: int = 0
    sheets: set[int] = field(default_factory=set)
    met: list[dict[str, Any]] = field(default_factory=list)
    kept: list[tuple[str, str, Any]] = field(default_factory=list)

    def take(self, found: Iterable[Compared]) -> None:
        """Adds up some more records."""
        for one in found:
            self.counts[one.action] += 1
            self.declared_public += one.declared_public
            self.unplaced += one.action is ImportAction.CREATE and any(
                anomaly["code"] in _NOWHERE for anomaly in one.anomalies
            )
            if one.dataset_id is not None:
                self.sheets.add(one.dataset_id)
            kept = one.changes.get(KEPT, {})
            self.edits_kept += len(kept)
            if len(self.kept) < MOST:
                self.kept += [(one.identifier, name, said) for name, said in kept.items()]
            if one.anomalies and len(self.met) < MOST:
                self.met += [anomaly for anomaly in one.anomalies if anomaly["code"] in MET_COMPARING]


def outcome_of(read: ReadCatalogue) -> Outcome:
    """The outcome of a file before any of its records is compared."""
    if isinstance(read.datasets, Datasets):
        return Outcome(frozenset(read.datasets.identifiers), read.datasets.distributions)
    names: set[str] = set()
    distributions = 0
    for one in read.datasets:
        names.add(one.identifier)
        distributions += len(one.distributions)
    return Outcome(frozenset(names), distributions)
