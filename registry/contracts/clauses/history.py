"""What became of the amendments of a contract, in words, for its history."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from registry.contracts.clauses.views import AMENDMENT_LABELS
from registry.contracts.views import history_views
from registry.contracts.vocabulary import AmendmentProgress
from registry.datasets.views import ChangeView
from registry.kernel.words import _, mark
from registry.ledger.queries import Version
from registry.web.templating import say_day

AMENDMENT_EVENTS = {
    "contracts:amendment:record": mark("Avenant n° {number} enregistré"),
    "contracts:amendment:amend": mark("Avenant n° {number} modifié"),
    "contracts:amendment:annul": mark("Avenant n° {number} annulé"),
    "contracts:amendment:restore": mark("Avenant n° {number} rétabli"),
}


def say_amendment_value(name: str, value: Any) -> str:
    """A field of an amendment in words, as the ledger keeps it; nothing for what is empty."""
    if value is None or value == "":
        return ""
    if name == "progress":
        return AmendmentProgress(value).label
    # The ledger keeps days as text.
    return say_day(date.fromisoformat(value)) if name.endswith("_on") and isinstance(value, str) else str(value)


def amendment_history(
    amendments: Mapping[int, int], versions: Mapping[int, Sequence[Version]], actors: Mapping[str, str]
) -> list[ChangeView]:
    """Every change of the amendments of a contract, in words; `amendments` gives the number of each."""
    found = []
    for row, number in amendments.items():
        said = {event: _(words).format(number=number) for event, words in AMENDMENT_EVENTS.items()}
        found += history_views(
            versions.get(row, ()), actors, labels=AMENDMENT_LABELS, say=say_amendment_value, events=said,
            otherwise=said["contracts:amendment:amend"],
        )  # fmt: skip
    return found
