"""A simulation as a job: one reading of the register at one moment, which writes nothing."""

import time
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Engine as Database

from registry.compliance.engine import Engine, engine_of
from registry.compliance.evaluation import Defect
from registry.compliance.simulating import Compared, against_day, against_draft, simulate
from registry.compliance.simulations.drafts import read_draft
from registry.compliance.simulations.service import as_result
from registry.kernel.errors import Conflict
from registry.kernel.words import _
from registry.platform.database import Acting, at_one_moment, transaction
from registry.platform.garbage import sparing
from registry.platform.jobs import Job, JobFunction


def simulating(database: Database, info: Mapping[str, Any]) -> JobFunction:
    """What the worker does of a simulation."""

    def run(job: Job) -> dict[str, Any]:
        today: date = info["today"]()
        began = time.monotonic()
        reach = frozenset(job.arguments["organisations"])
        acting = Acting(job.actor, account_id=job.account_id)
        try:
            with sparing(), transaction(at_one_moment(database), acting, **info) as session:
                compared = _compared(engine_of(session), job.arguments, today)
                outcome = simulate(session, compared, reach, today=today, report=job.report)
        except Defect as defect:
            raise Conflict(_("La condition a échoué : {problem}").format(problem=defect)) from defect
        return {
            **as_result(outcome),
            "policies": sorted({one.policy_id for one in compared}),
            "on": today.isoformat(),
            "seconds": round(time.monotonic() - began, 1),
            "address": f"/conformite/simulations/{job.run_id}",
            "label": _("Voir qui changerait de constat"),
        }

    return run


def _compared(engine: Engine, arguments: Mapping[str, Any], today: date) -> list[Compared]:
    """What is compared.

    Raises: Conflict for a draft that no longer reads: the facts changed since it was sent.
    """
    if "law_of" in arguments:
        day = date.fromisoformat(arguments["law_of"])
        return against_day(engine.catalogue, engine.subjects, day, today=today)
    read = read_draft(arguments["draft"], engine)
    if read.policy is None:
        raise Conflict(" ".join(read.problems))
    return against_draft(engine.catalogue, read.catalogue, read.policy, today=today)
