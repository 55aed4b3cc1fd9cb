"""Every SELECT about stand-ins: who does somebody's tasks while they are away, and for whom somebody does."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import any_, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.datasets.models import Dataset
from registry.desk.models import StandIn
from registry.kernel.errors import NotFound
from registry.kernel.words import _
from registry.organisations.models import Organisation

MOST = 50
_OPEN = col(StandIn.ended_on).is_(None)


def find_stand_ins_of(session: Session, account_id: int) -> Sequence[StandIn]:
    """Who stands in or stood in for an account, and for whom it does or did: the last first."""
    mine = or_(col(StandIn.away_id) == account_id, col(StandIn.stand_in_id) == account_id)
    return session.execute(select(StandIn).where(mine).order_by(col(StandIn.id).desc()).limit(MOST)).scalars().all()


def find_stood_for(session: Session, account_id: int, today: date) -> Sequence[StandIn]:
    """For whom an account stands in on a day."""
    query = select(StandIn).where(
        col(StandIn.stand_in_id) == account_id, _OPEN,
        col(StandIn.starts_on) <= today, col(StandIn.ends_on) >= today,
    )  # fmt: skip
    return session.execute(query.order_by(col(StandIn.id))).scalars().all()


def get_stand_in(session: Session, stand_in_id: int, account_id: int, *, lock: bool = False) -> StandIn:
    """Of what an account is one of the two parties; with `lock`, nobody else changes it until the end.

    Raises: NotFound.
    """
    found = session.get(StandIn, stand_in_id, with_for_update=lock or None, populate_existing=lock)
    if found is None or account_id not in {found.away_id, found.stand_in_id}:
        raise NotFound(_("Cette suppléance n’existe pas, ou ce n’est pas la vôtre."))
    return found


def find_crossing(session: Session, away_id: int, organisation_id: int, start: date, end: date) -> StandIn | None:
    """Who stands in already for an account on an organisation, in these days."""
    query = select(StandIn).where(
        col(StandIn.away_id) == away_id, col(StandIn.organisation_id) == organisation_id, _OPEN,
        col(StandIn.starts_on) <= end, col(StandIn.ends_on) >= start,
    )  # fmt: skip
    return session.execute(query.limit(1)).scalar_one_or_none()


def find_stood_in_on(session: Session, dataset_id: int) -> Sequence[StandIn]:
    """Who stood in for those that keep a dataset, from its organisation or from one above it."""
    query = (
        select(StandIn)
        .join(Dataset, col(Dataset.id) == dataset_id)
        .join(Organisation, col(Organisation.id) == col(Dataset.organisation_id))
        .where(
            col(StandIn.organisation_id) == any_(col(Organisation.lineage)),
            func.keeps_dataset(col(StandIn.away_id), dataset_id, col(StandIn.starts_on)),
        )
    )
    return session.execute(query).scalars().all()
