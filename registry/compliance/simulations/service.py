"""Asking for a simulation, and what the worker keeps of it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from registry.compliance.policy import Policy
from registry.compliance.simulating import Outcome
from registry.compliance.simulations.forms import SimulationForm
from registry.compliance.simulations.vocabulary import SIMULATE_JOB
from registry.organisations.queries import find_organisations
from registry.platform.jobs import defer
from registry.platform.models import JobRun


def ask_simulation(
    session: Session,
    form: SimulationForm,
    draft: Policy | None,
    reach: frozenset[int],
    *,
    by: int,
    actor: str,
    key: str,
) -> JobRun:
    """Asks the worker to try a draft that was read, or the law of a day, over what somebody may judge.

    The run is the simulation: it bears what was tried, over which bodies, who asked, and what came of it. It belongs
    to the highest of these bodies.
    """
    bodies = [body for body in find_organisations(session) if body.id in reach]
    highest = min(bodies, key=lambda body: (len(body.lineage), body.id))
    tried: Mapping[str, Any] = (
        {"law_of": form.law_of.isoformat()}
        if form.law_of is not None
        else {"draft": form.draft, **({} if draft is None else _named(draft))}
    )
    return defer(
        session, SIMULATE_JOB, key=key, organisation_id=highest.id, actor=actor, account_id=by,
        arguments={**tried, "organisations": sorted(reach)},
    )  # fmt: skip


def _named(draft: Policy) -> dict[str, str]:
    return {"policy_id": draft.id, "title": draft.title, "title_en": draft.title_en, "force": draft.force}


def as_result(outcome: Outcome) -> dict[str, Any]:
    """What came of a simulation, as JSON keeps it."""
    return {
        "subjects": outcome.subjects,
        "changed": sum(map(len, outcome.changes.values())),
        "changes": [
            {"organisation": owner, "kind": kind, "policy": policy_id, "was": was, "becomes": becomes, "ids": ids}
            for (owner, kind, policy_id, was, becomes), ids in outcome.changes.items()
        ],
        "stays": [[owner, policy_id, count] for (owner, policy_id), count in sorted(outcome.stays.items())],
    }
