"""An activity as the registry knew it at an instant: its fields, and what stood below it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.ledger.as_of import row_of
from registry.ledger.queries import find_versions, find_versions_of_rows
from registry.processing.forms import PARTS, ActivityForm
from registry.processing.history import Change, Named, part_values
from registry.processing.models import ProcessingActivity
from registry.processing.parts import PART_KINDS
from registry.processing.queries import find_parts
from registry.processing.wording import field_label, say_part, say_value

MOST_VERSIONS = 2_000
"""How far back the history of an activity is read, and that of each kind of its parts."""
_OWN = tuple(name for name in ActivityForm.model_fields if name not in PARTS)


@dataclass(frozen=True)
class ActivityThen:
    """An activity at an instant; its row, and those of its parts by kind, answer by attribute as tables do."""

    row: Any
    parts: Mapping[str, Sequence[Any]]


def find_activity_then(session: Session, activity_id: int, until: datetime) -> ActivityThen | None:
    """An activity as it stood just before an instant, within the asker's rights; nothing where it did not exist.

    One change writes the activity and its parts a little one after the other, in one transaction: they go together.
    """
    past = find_versions(session, "processing_activity", activity_id, limit=MOST_VERSIONS)
    version = next((one for one in past if one.recorded_at < until), None)
    if version is None:
        return None
    parts = {}
    for name, kind in PART_KINDS.items():
        ids = [row.id for row in find_parts(session, kind.model, activity_id)]
        stood = []
        for versions in find_versions_of_rows(session, str(kind.model.__tablename__), ids, MOST_VERSIONS).values():
            last = next((one for one in versions if one.recorded_at < until or one.xid == version.xid), None)
            if last is not None and not last.snapshot["annulled"]:
                stood.append(row_of(kind.model, last.snapshot))
        parts[name] = sorted(stood, key=lambda row: (row.position, row.id))
    return ActivityThen(row_of(ProcessingActivity, version.snapshot), parts)


def changes_since(
    then: ActivityThen, now: ProcessingActivity, parts_now: Mapping[str, Sequence[Any]], named: Named
) -> list[Change]:
    """What changed of an activity since: label, what it said, what it says now; parts one by one."""
    changes = [
        (field_label(name), say_value(name, before), say_value(name, after))
        for name in _OWN
        if (before := getattr(then.row, name)) != (after := getattr(now, name))
    ]
    for name, kind in PART_KINDS.items():
        before, after = (
            {tuple(getattr(row, key) for key in kind.keys): said_part(name, row, named) for row in rows}
            for rows in (then.parts[name], parts_now.get(name, ()))
        )
        changes += [
            (field_label(name), before.get(key, ""), after.get(key, ""))
            for key in {**before, **after}
            if before.get(key) != after.get(key)
        ]
    return changes


def said_part(kind: str, row: Any, named: Named) -> str:
    """A part of an activity on one line."""
    return say_part(kind, part_values(kind, vars(row)), named)
