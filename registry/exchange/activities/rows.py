"""An activity as the row of the whole table."""

from collections.abc import Iterator, Sequence
from typing import Any

from registry.exchange.activities.columns import part_line
from registry.exchange.activities.queries import Pointed, Whole
from registry.exchange.exports.queries import Bodies, Row
from registry.processing.forms import PARTS, ActivityForm
from registry.processing.wording import POINTING


def record_rows(wholes: Sequence[Whole], pointed: Pointed, bodies: Bodies) -> Iterator[Row]:
    """Each activity as a row of the table."""
    for one in wholes:
        activity = one.activity
        row: Row = {name: getattr(activity, name) for name in ActivityForm.model_fields if name not in PARTS}
        row |= {
            "organisation_key": bodies.key(activity.organisation_id),
            "organisation_name": bodies.name(activity.organisation_id),
        }
        for name in PARTS:
            said = (_values(name, part, pointed) for part in one.parts[name])
            row[name] = "\n".join(part_line(name, values) for values in said if values is not None)
        yield row


def _values(name: str, part: Any, pointed: Pointed) -> dict[str, Any] | None:
    """What a part says; nothing of one that points to what the asker may not read."""
    if name not in POINTING:
        return {column: getattr(part, column) for column in type(part).model_fields}
    known = pointed.of(name, getattr(part, POINTING[name]))
    if known is None:
        return None
    return {**known, "fields": "\n".join(part.fields)} if name == "datasets" else known
