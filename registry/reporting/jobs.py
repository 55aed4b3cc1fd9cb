"""The job that issues a document somebody asked for on a page."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from registry.kernel.issuing import Subject
from registry.kernel.words import _
from registry.platform.database import Acting
from registry.platform.home import Home
from registry.platform.jobs import Job
from registry.reporting.service import issue_report


def issuing(home: Home, info: Mapping[str, Any]) -> Callable[[Job], dict[str, Any]]:
    """The function that does the job, in this home."""

    def issue(job: Job) -> dict[str, Any]:
        issued = issue_report(
            home,
            str(job.arguments["report"]),
            subject=Subject.read(job.arguments["subject"]),
            as_of=date.fromisoformat(job.arguments["as_of"]),
            acting=Acting(job.actor, account_id=job.account_id),
            info=info,
            report=job.report,
            job_run_id=job.run_id,
        )
        return {
            "document_id": issued.document.id,
            "address": f"/documents/{issued.document.id}/document",
            "label": _("Télécharger le document"),
        }

    return issue
