"""Bulk edits too long for a page to wait for: the worker writes them, in the name of who asked."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session

from registry.datasets.bulk.service import apply_bulk_edit, undo_bulk_edit
from registry.kernel.words import _
from registry.platform.database import Acting, transaction
from registry.platform.home import Home
from registry.platform.jobs import Job, JobFunction

APPLY_JOB, UNDO_JOB = "datasets:bulk:apply", "datasets:bulk:undo"


def bulk_jobs(home: Home, info: Mapping[str, Any]) -> dict[str, JobFunction]:
    """What the worker does for the list: apply a bulk edit, undo it."""

    def carry_out(job: Job, work: Any) -> dict[str, Any]:
        bulk_id = int(job.arguments["bulk_id"])

        @contextmanager
        def opened() -> Iterator[Session]:
            with transaction(home.jobs, Acting(job.actor, account_id=job.account_id, batch_id=bulk_id), **info) as one:
                yield one

        work(opened, bulk_id, job.report)
        return {"address": f"/jeux/modifications/{bulk_id}", "label": _("Voir la modification groupée")}

    return {
        APPLY_JOB: lambda job: carry_out(job, apply_bulk_edit),
        UNDO_JOB: lambda job: carry_out(job, undo_bulk_edit),
    }
