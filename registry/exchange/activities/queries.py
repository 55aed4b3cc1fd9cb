"""Every SELECT of the exchange of a record: activities with all that stands below them, some hundreds at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.datasets.models import Dataset, InformationSystem
from registry.exchange.exports.queries import Bodies
from registry.ledger.queries import find_spans
from registry.processing.models import ProcessingActivity
from registry.processing.parts import PART_KINDS
from registry.processing.queries import ActivityFilter, find_activity_ids, find_every_part

BATCH = 300
"""How many activities are read at once: what an export needs of memory."""


@dataclass(frozen=True)
class Whole:
    """An activity with its parts that stand, by kind, and the days its sheet was made and last changed."""

    activity: ProcessingActivity
    parts: dict[str, list[Any]]
    made_on: date
    changed_on: date


def find_wholes(session: Session, chosen: ActivityFilter) -> Iterator[Whole]:
    """The activities a list selects, each with all that stands below it, by name."""
    zone = ZoneInfo(str(session.info["time_zone"]))
    ids = find_activity_ids(session, chosen)
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        query = select(ProcessingActivity).where(col(ProcessingActivity.id).in_(some))
        found = {one.id: one for one in session.execute(query).scalars()}
        below = {name: find_every_part(session, kind.model, some) for name, kind in PART_KINDS.items()}
        spans = find_spans(session, "processing_activity", some)
        for number in some:
            if number in found:
                first, last = spans[number]
                parts = {name: rows.get(number, []) for name, rows in below.items()}
                yield Whole(found[number], parts, first.astimezone(zone).date(), last.astimezone(zone).date())
        session.expunge_all()


@dataclass(frozen=True)
class Pointed:
    """What activities point to, as an export names it: those the asker may not read are not there."""

    datasets: dict[int, dict[str, Any]]
    systems: dict[int, dict[str, Any]]
    principals: dict[int, dict[str, Any]]

    def of(self, name: str, number: int) -> dict[str, Any] | None:
        """What an export says of what a part points to."""
        known: dict[int, dict[str, Any]] = getattr(self, name)
        return known.get(number)


def find_pointed(session: Session, bodies: Bodies, wholes: Sequence[Whole]) -> Pointed:
    """The datasets, systems and bodies that these activities point to, within the asker's rights."""
    sheets = {row.dataset_id for one in wholes for row in one.parts["datasets"]}
    systems = {row.information_system_id for one in wholes for row in one.parts["systems"]}
    titles = session.execute(
        select(col(Dataset.id), col(Dataset.title), col(Dataset.identifier), col(Dataset.organisation_id)).where(
            col(Dataset.id).in_(sheets)
        )
    )
    names = session.execute(
        select(
            col(InformationSystem.id), col(InformationSystem.name), col(InformationSystem.organisation_id)
        ).where(col(InformationSystem.id).in_(systems))
    )  # fmt: skip
    return Pointed(
        {
            row.id: {"title": row.title, "identifier": row.identifier, "organisation_key": bodies.key(row[3])}
            for row in titles
        },
        {row.id: {"name": row.name, "organisation_key": bodies.key(row.organisation_id)} for row in names},
        {number: {"name": body.name, "organisation_key": bodies.key(number)} for number, body in bodies.rows.items()},
    )
