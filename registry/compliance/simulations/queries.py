"""Every SELECT about simulations: each is the run that somebody asked for."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Integer, Row, select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.compliance.simulations.vocabulary import SIMULATE_JOB
from registry.kernel.errors import NotFound
from registry.kernel.words import _
from registry.platform.models import JobRun


def find_simulations(
    session: Session, reach: frozenset[int], *, before: int | None = None, limit: int
) -> Sequence[Row[Any]]:
    """The simulations of these bodies, the last first, without the texts they tried nor what came of each subject."""
    tried, found = col(JobRun.arguments), col(JobRun.result)
    query = (
        select(
            col(JobRun.id), col(JobRun.actor), col(JobRun.state), col(JobRun.created_at),
            *(tried[name].astext.label(name) for name in ("policy_id", "title", "title_en", "law_of")),
            found["changed"].astext.cast(Integer).label("changed"),
        )
        .where(col(JobRun.kind) == SIMULATE_JOB, col(JobRun.organisation_id).in_(reach))
        .order_by(col(JobRun.id).desc())
        .limit(limit)
    )  # fmt: skip
    if before is not None:
        query = query.where(col(JobRun.id) < before)
    return session.execute(query).all()


def get_simulation(session: Session, run_id: int, reach: frozenset[int]) -> JobRun:
    """One simulation of one of these bodies.

    Raises: NotFound.
    """
    found = session.get(JobRun, run_id)
    if found is None or found.kind != SIMULATE_JOB or found.organisation_id not in reach:
        raise NotFound(_("Cette simulation n’existe pas, ou vos droits ne vous la montrent pas."))
    return found
