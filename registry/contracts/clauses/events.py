"""The days of a contract: what happened, or is to happen, on each; for its time line and for the note on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.kernel.words import _

_NAMES = (
    "consulted_on", "signed_on", "essential_data_published_on", "starts_on", "ends_on", "renewed_until",
)  # fmt: skip


@dataclass(frozen=True)
class Event:
    """What happened on a day; `changes_what_binds` where clauses begin or end with it."""

    day: date
    words: str
    changes_what_binds: bool = False


def events_of(contract: Any, amendments: Iterable[Any]) -> list[Event]:
    """The days of a contract and of its amendments, in order."""
    words = {
        "consulted_on": _("Consultation engagée"), "signed_on": _("Contrat signé"),
        "essential_data_published_on": _("Données essentielles du contrat publiées"),
        "starts_on": _("Le contrat commence"), "ends_on": _("Terme du contrat"),
        "renewed_until": _("Terme de la reconduction"),
    }  # fmt: skip
    found = [
        Event(day, words[name], name in {"starts_on", "ends_on", "renewed_until"})
        for name in _NAMES
        if (day := getattr(contract, name)) is not None
    ]
    for one in amendments:
        found += _of_amendment(one)
    return sorted(found, key=lambda one: one.day)


def _of_amendment(one: Any) -> list[Event]:
    if one.annulled:
        return []
    act = _("avenant n° {number}").format(number=one.number)
    applies = one.effective_on if one.effective_on != one.signed_on else None
    told = (
        (one.signed_on, _("Signature de l’{act} : {object}").format(act=act, object=one.object), applies is None),
        (applies, _("L’{act} s’applique").format(act=act), True),
        (one.published_on, _("Données essentielles de l’{act} publiées").format(act=act), False),
    )
    return [Event(day, words, binds) for day, words, binds in told if day is not None]
