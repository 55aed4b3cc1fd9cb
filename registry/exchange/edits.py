"""What somebody edited by hand since imports last wrote it: it stays, unless whoever imports takes the file's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from registry.exchange.rules import EMPTY, changes_of, distribution_changes
from registry.ledger.queries import Version, find_versions_of_rows

KEPT = "kept"
"""Under which name the changes of a record hold what it would change of the values edited by hand."""
_EVERY_VERSION = 10_000_000
UNDO_EVENT = "exchange:import:undo"
BULK_EVENTS = "datasets:bulk:"


@dataclass(frozen=True)
class Edits:
    """The fields of a sheet that are as somebody left them, and those of each of its distributions, by row."""

    sheet: frozenset[str] = frozenset()
    files: Mapping[int, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Sifted:
    """What an import changes of a sheet, what it leaves of the hand of somebody, and the distributions to write."""

    changes: dict[str, Any]
    kept: dict[str, Any]
    distributions: list[dict[str, Any]]


def find_edits(session: Session, files: Mapping[int, Sequence[int]]) -> dict[int, Edits]:
    """What was edited by hand of these sheets, each given with the rows of its distributions."""
    sheets = find_versions_of_rows(session, "dataset", list(files), _EVERY_VERSION)
    every_row = [row for rows in files.values() for row in rows]
    rows = find_versions_of_rows(session, "distribution", every_row, _EVERY_VERSION)
    return {
        sheet: Edits(
            edited(sheets.get(sheet, ())), {row: edited(rows.get(row, ())) for row in of_sheet}
        )
        for sheet, of_sheet in files.items()
    }  # fmt: skip


def edited(versions: Sequence[Version]) -> frozenset[str]:
    """The fields of a row that differ from what imports last wrote in them; what was undone counts for nothing.

    A field that no import wrote is one somebody filled, unless it is empty. `versions` come latest first.
    """
    undone = {one.batch_id for one in versions if one.event == UNDO_EVENT}
    before: Mapping[str, Any] = {}
    written: dict[str, Any] = {}
    for one in reversed(versions):
        # A bulk edit has a number too: what it wrote is of the hand of somebody.
        if one.batch_id is not None and not str(one.event).startswith(BULK_EVENTS):
            if one.batch_id in undone:
                continue
            written.update({name: now for name, now in one.snapshot.items() if (name, now) not in before.items()})
        before = one.snapshot
    return frozenset(
        name
        for name, now in before.items()
        if (written[name] != now if name in written else now not in EMPTY)
    )  # fmt: skip


def sift(
    content: Mapping[str, Any],
    changes: Mapping[str, Any],
    edits: Edits,
    rows: Sequence[tuple[int, bool, Mapping[str, Any]]],
) -> Sifted:
    """Sets apart what a record would change of the values edited by hand.

    `rows` are the distributions at the register: their number, whether they are annulled, and their values.
    """
    changes = dict(changes)
    kept = {name: changes.pop(name) for name in list(changes) if name in edits.sheet}
    if "contact" in changes and "contact_person_id" in edits.sheet:
        del changes["contact"]
        # Whom it names is in `content` alone, which the end of the import empties.
        kept["contact"] = [None, None]
    wanted, left = _sift_files(content["distributions"], edits, rows)
    touched = distribution_changes([values for _id, annulled, values in rows if not annulled], wanted)
    changes.pop("distributions", None)
    if touched:
        changes["distributions"] = touched
    if left:
        kept["distributions"] = left
    return Sifted(changes, kept, wanted)


def _sift_files(
    read: Sequence[Mapping[str, Any]], edits: Edits, rows: Sequence[tuple[int, bool, Mapping[str, Any]]]
) -> tuple[list[dict[str, Any]], dict[str, list[str]]]:
    """The distributions to write so that what is of the hand of somebody stays, and what that leaves aside."""
    known = {str(values["identifier"]): (row, annulled, values) for row, annulled, values in rows}
    wanted: list[dict[str, Any]] = []
    left: dict[str, list[str]] = {"added": [], "changed": [], "removed": []}
    for one in read:
        name = str(one["identifier"])
        row, annulled, values = known.get(name, (0, False, {}))
        by_hand = edits.files.get(row, frozenset())
        if annulled and "annulled" in by_hand:
            left["added"].append(name)
            continue
        stay = {} if annulled else {part: values[part] for part in by_hand if part in one}
        if stay.keys() & changes_of(values, one).keys():
            left["changed"].append(name)
        wanted.append({**one, **stay})
    said = {str(one["identifier"]) for one in read}
    for name, (row, annulled, values) in known.items():
        if name not in said and not annulled and "identifier" in edits.files.get(row, frozenset()):
            left["removed"].append(name)
            wanted.append(dict(values))
    return wanted, {kind: names for kind, names in left.items() if names}


def take_the_files(changes: Mapping[str, Any], content: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The changes and the content of a record once the values edited by hand are taken from the file too."""
    kept = dict(changes[KEPT])
    merged = {name: pair for name, pair in changes.items() if name != KEPT}
    left = kept.pop("distributions", {})
    if left:
        already = merged.get("distributions", {})
        kinds = ("added", "changed", "removed")
        every = {kind: sorted({*already.get(kind, ()), *left.get(kind, ())}) for kind in kinds}
        merged["distributions"] = {kind: names for kind, names in every.items() if names}
    if "contact" in kept:
        kept["contact"] = [None, content["contact"].get("email") or content["contact"].get("name")]
    rest = {name: part for name, part in content.items() if name != "source_distributions"}
    return {**merged, **kept}, {**rest, "distributions": content.get("source_distributions", rest["distributions"])}
