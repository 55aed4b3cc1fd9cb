"""Every SELECT about processing activities."""

from collections.abc import Sequence

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.kernel.errors import NotFound
from registry.kernel.words import _
from registry.processing.models import ProcessingActivity

Activity = ProcessingActivity
_ORDER = (col(Activity.name_sort), col(Activity.id))


def get_activity(session: Session, activity_id: int, *, lock: bool = False) -> ProcessingActivity:
    """One activity within the asker's rights; with `lock`, nobody else changes it until the end.

    Raises: NotFound.
    """
    query = select(Activity).where(col(Activity.id) == activity_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound(_("Ce traitement n’existe pas, ou vos droits ne vous le montrent pas."))
    return found


def find_activities(
    session: Session,
    *,
    annulled: bool = False,
    organisation_id: int | None = None,
    after: tuple[str, int] | None = None,
    limit: int = 50,
) -> Sequence[ProcessingActivity]:
    """The activities within the asker's rights that follow a place, by name."""
    query = select(Activity).where(col(Activity.annulled) == annulled)
    if organisation_id is not None:
        query = query.where(col(Activity.organisation_id) == organisation_id)
    if after is not None:
        query = query.where(tuple_(*_ORDER) > after)
    return session.execute(query.order_by(*_ORDER).limit(limit)).scalars().all()


def count_activities(session: Session, *, annulled: bool = False, organisation_id: int | None = None) -> int:
    """How many activities the asker may read."""
    query = select(func.count()).select_from(Activity).where(col(Activity.annulled) == annulled)
    if organisation_id is not None:
        query = query.where(col(Activity.organisation_id) == organisation_id)
    return session.execute(query).scalar_one()
