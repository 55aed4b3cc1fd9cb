"""Which findings a change that is only tried would settle or open, judged in memory; nothing is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from registry.compliance.engine import engine_of
from registry.compliance.vocabulary import SubjectKind
from registry.compliance.weighing import Bound, Weighed, weigh
from registry.datasets.facts import Instead

MOST_JUDGED = 3000
"""Sheets judged for a preview: as many take some seconds, and no page waits longer."""
_BATCH = 500


def weigh_bulk_edit(session: Session, tried: Mapping[int, Instead]) -> dict[str, Any]:
    """What becomes of the findings of these sheets, by policy, and how many sheets were judged; as JSON keeps it."""
    ids = sorted(tried)[:MOST_JUDGED]
    weighed = weigh_sheets(session, bind_sheets(session, ids), bind_sheets(session, ids, tried))
    return {"judged": len(ids), "policies": [asdict(one) for one in weighed]}


def bind_sheets(session: Session, ids: Sequence[int], tried: Mapping[int, Instead] | None = None) -> Bound:
    """These sheets and their facts today, as this transaction has them; as they would be, where something is tried."""
    today = session.info["today"]()
    # As the assembly binds them: rooms above know more of a sheet than this one.
    subject = engine_of(session).subjects[SubjectKind.DATASET]
    bound: dict[int, tuple[Any, dict[str, Any]]] = {}
    for start in range(0, len(ids), _BATCH):
        part = ids[start : start + _BATCH]
        instead = {one: tried[one] for one in part} if tried is not None else None
        bound |= subject.bind(session, part, on=today, until=None, instead=instead)
    return bound


def weigh_sheets(session: Session, before: Bound, after: Bound) -> list[Weighed]:
    """What becomes of the findings of sheets, by policy, from what they were to what they would be."""
    engine = engine_of(session)
    subject = engine.subjects[SubjectKind.DATASET]
    return weigh(engine.catalogue, subject, before, after, today=session.info["today"]())
