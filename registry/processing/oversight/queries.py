"""Every SELECT of the overview that no other corner asks: what nobody read again, what leaves the Union unprotected."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.organisations.models import Organisation
from registry.processing.models import ActivityTransfer, ProcessingActivity
from registry.processing.queries import unread_since
from registry.processing.rules import is_framed

Activity = ProcessingActivity


def find_unread(session: Session, since: date, limit: int) -> tuple[int, Sequence[tuple[int, str, str, date | None]]]:
    """How many activities in use nobody has read again since a day, and the longest unread: number, name, body, day."""
    query: Any = (
        select(
            col(Activity.id), col(Activity.name), col(Organisation.name).label("owner"), col(Activity.reviewed_on),
            func.count().over().label("total"),
        )
        .join(Organisation, col(Organisation.id) == col(Activity.organisation_id))
        .where(
            ~col(Activity.annulled),
            *unread_since(since),
        )
        .order_by(col(Activity.reviewed_on).asc().nulls_first(), col(Activity.name_sort), col(Activity.id))
        .limit(limit)
    )  # fmt: skip
    rows = session.execute(query).all()
    return (rows[0].total if rows else 0), [(row.id, row.name, row.owner, row.reviewed_on) for row in rows]


def find_unprotected(session: Session, limit: int) -> tuple[int, Sequence[tuple[int, str, str]]]:
    """How many transfers leave the Area under no safeguard, and the first: activity's number and name, and country."""
    rows = session.execute(
        select(
            col(Activity.id), col(Activity.name), col(ActivityTransfer.country), col(ActivityTransfer.safeguard),
            col(ActivityTransfer.document),
        )
        .join(Activity, col(Activity.id) == col(ActivityTransfer.activity_id))
        .where(~col(ActivityTransfer.annulled), ~col(Activity.annulled))
        .order_by(col(Activity.name_sort), col(Activity.id), col(ActivityTransfer.id))
    )  # fmt: skip
    found = [(row.id, row.name, row.country) for row in rows if not is_framed(row.country, row.safeguard, row.document)]
    return len(found), found[:limit]
