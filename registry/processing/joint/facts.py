"""What is known of the arrangement between joint controllers on a day, under the names the policies use."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.ledger.as_of import find_rows
from registry.processing.joint.models import JointArrangement

BOUND = ("activity.joint_arrangement", "activity.joint_outline_available")


def bind_arrangements(
    session: Session, activities: Mapping[int, Any], *, until: datetime | None
) -> dict[int, dict[str, Any]]:
    """The facts of the arrangement on each of these activities, given by number with its row."""
    rows = {
        row.activity_id: row
        for row in find_rows(session, JointArrangement, until=until, column="activity_id", among=activities)
    }
    return {number: _facts_of(rows.get(number)) for number in activities}


def _facts_of(row: Any) -> dict[str, Any]:
    """Nothing where nobody spoke of an arrangement; once it is begun, what it lacks is known to lack."""
    if row is None:
        return {}
    return {
        "activity.joint_arrangement": row.agreed_on is not None or row.law is not None,
        "activity.joint_outline_available": row.outline_published_on is not None or row.outline_url is not None,
    }
