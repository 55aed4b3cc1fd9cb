"""Every SELECT about joint controllers."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.processing.joint.models import JointArrangement, JointController, JointShare


@dataclass(frozen=True)
class Agreed:
    """What is known of the arrangement on an activity: the row, the controllers with us, who answers for what."""

    row: JointArrangement | None
    controllers: Sequence[JointController]
    shares: Sequence[JointShare]


def find_arrangement(session: Session, activity_id: int, *, lock: bool = False) -> JointArrangement | None:
    """The arrangement on an activity, nothing where nobody said any; with `lock`, nobody else changes it."""
    query = select(JointArrangement).where(col(JointArrangement.activity_id) == activity_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.execute(query).scalar_one_or_none()


def find_controllers(session: Session, activity_id: int, *, all_rows: bool = False) -> Sequence[JointController]:
    """The controllers with us on an activity, in their order; with `all_rows`, also those who no longer are."""
    query = select(JointController).where(col(JointController.activity_id) == activity_id)
    if not all_rows:
        query = query.where(~col(JointController.annulled))
    order = (col(JointController.position), col(JointController.id))
    return session.execute(query.order_by(*order)).scalars().all()


def find_shares(session: Session, activity_id: int) -> Sequence[JointShare]:
    """Who answers for what on an activity."""
    return session.execute(select(JointShare).where(col(JointShare.activity_id) == activity_id)).scalars().all()


def find_agreed(session: Session, activity_id: int) -> Agreed:
    """All that is known of the arrangement on an activity."""
    row = find_arrangement(session, activity_id)
    if row is None:
        return Agreed(None, (), ())
    return Agreed(row, find_controllers(session, activity_id), find_shares(session, activity_id))
