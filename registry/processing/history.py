"""The history of an activity in words: its sheet, and all that stands below it, one change after another."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from registry.datasets.views import ChangeView
from registry.kernel.words import _, mark
from registry.ledger.queries import Version
from registry.processing.parts import PART_KINDS
from registry.processing.views import EVENTS, SILENT
from registry.processing.wording import field_label, say_part, say_value

Parts = Mapping[str, Mapping[int, Sequence[Version]]]
"""The history of each part, latest first, by kind and row."""
Named = Mapping[str, Mapping[int, str]]
"""What parts point to, by kind: the names that the reader may know."""
Change = tuple[str, str, str]
_BY_AN_IMPORT = {
    "processing:activity:record": mark("Traitement inscrit au registre par l’import n° {number}"),
    "processing:activity:amend": mark("Fiche du traitement modifiée par l’import n° {number}"),
}


def history_views(
    versions: Sequence[Version], parts: Parts, actors: Mapping[str, str], named: Named
) -> list[ChangeView]:
    """Every change of an activity in words, latest first, as it is given; what was written together is one change.

    What stands below an activity is told from its second version on: the first says all of it.
    """
    below = _by_transaction(parts, named)
    return [
        ChangeView(
            version=newer.version,
            at=newer.recorded_at,
            actor=actors.get(newer.actor, newer.actor),
            sentence=_sentence(newer),
            reason=newer.reason,
            changes=(*_own(newer, older), *below.get(newer.xid, ())) if older is not None else (),
        )
        for newer, older in _pairs(versions)
    ]


def _pairs(versions: Sequence[Version]) -> Iterable[tuple[Version, Version | None]]:
    return zip(versions, [*versions[1:], None], strict=True)


def _sentence(version: Version) -> str:
    event = version.event or ""
    if version.batch_id is not None and event in _BY_AN_IMPORT:
        return _(_BY_AN_IMPORT[event]).format(number=version.batch_id)
    return _(EVENTS.get(event, mark("Fiche du traitement modifiée")))


def _own(newer: Version, older: Version) -> Iterable[Change]:
    return (
        (field_label(name), say_value(name, older.snapshot.get(name)), say_value(name, value))
        for name, value in newer.snapshot.items()
        if name not in SILENT and older.snapshot.get(name) != value
    )


def _by_transaction(parts: Parts, named: Named) -> dict[int, list[Change]]:
    found: dict[int, list[Change]] = {}
    for kind, rows in parts.items():
        for versions in rows.values():
            for newer, older in _pairs(versions):
                before, after = said_then(kind, older, named), said_then(kind, newer, named)
                if before != after:
                    found.setdefault(newer.xid, []).append((field_label(kind), before, after))
    return found


def said_then(kind: str, version: Version | None, named: Named) -> str:
    """A part as it stood at one of its versions, on one line; nothing where it did not stand."""
    if version is None or version.verb == "delete" or version.snapshot["annulled"]:
        return ""
    return say_part(kind, part_values(kind, version.snapshot), named)


def part_values(kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """What a part says of itself: the fields of its form, in their order."""
    return {name: row.get(name) for name in PART_KINDS[kind].form.model_fields}
