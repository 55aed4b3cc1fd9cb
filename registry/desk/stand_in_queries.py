"""Every SELECT about stand-ins: who does somebody's tasks while they are away, and for whom somebody does."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import ARRAY, BigInteger, DateTime, bindparam, or_, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.desk.models import StandIn
from registry.kernel.errors import NotFound
from registry.kernel.words import _

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


# From the moment it was named to the moment it was ended, which the ledger knows, on a day when who is away keeps the
# dataset and who stands in does not: what one does on a sheet of one's own is done for oneself.
_STOOD_IN = text(
    """
SELECT DISTINCT ON (act.at) act.at, s.away_id
  FROM unnest(:accounts, :moments) AS act (account_id, at)
  CROSS JOIN LATERAL (SELECT (act.at AT TIME ZONE :zone)::date AS day) AS own
  JOIN stand_in s ON s.stand_in_id = act.account_id AND own.day BETWEEN s.starts_on AND s.ends_on
  JOIN dataset d ON d.id = :dataset
  JOIN organisation o ON o.id = d.organisation_id AND s.organisation_id = ANY (o.lineage)
  CROSS JOIN LATERAL (
    SELECT min(e.recorded_at) AS named, min(e.recorded_at) FILTER (WHERE e.event = 'desk:stand-in:end') AS ended
      FROM ledger_entry e WHERE e.table_name = 'stand_in' AND e.row_id = s.id) AS said
 WHERE act.at >= said.named AND (said.ended IS NULL OR act.at < said.ended)
   AND keeps_dataset(s.away_id, d.id, own.day) AND NOT keeps_dataset(s.stand_in_id, d.id, own.day)
 ORDER BY act.at, s.id
"""
).bindparams(
    bindparam("accounts", type_=ARRAY(BigInteger)), bindparam("moments", type_=ARRAY(DateTime(timezone=True)))
)  # fmt: skip


def find_stood_in_on(session: Session, dataset_id: int, acts: Mapping[datetime, int]) -> Mapping[datetime, int]:
    """For which accounts, that keep a dataset, others acted on it as their stand-in: given who acted, by moment."""
    rows = session.execute(
        _STOOD_IN,
        {
            "dataset": dataset_id, "zone": session.info["time_zone"],
            "accounts": list(acts.values()), "moments": list(acts),
        },
    )  # fmt: skip
    return {row.at: row.away_id for row in rows}
