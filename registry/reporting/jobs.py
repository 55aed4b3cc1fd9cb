"""The jobs that issue a document somebody asked for on a page, and the final one of a draft somebody approved."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from registry.kernel.issuing import Subject
from registry.kernel.words import _
from registry.platform.database import Acting
from registry.platform.home import Home
from registry.platform.jobs import Job
from registry.reporting.service import Issued, issue_final, issue_report
from registry.reporting.vocabulary import DocumentState


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
        return _told(issued)

    return issue


def finishing(home: Home, info: Mapping[str, Any]) -> Callable[[Job], dict[str, Any]]:
    """The function that issues the final document of an approved draft, in this home."""

    def finish(job: Job) -> dict[str, Any]:
        acting = Acting(job.actor, account_id=job.account_id)
        draft_id = int(job.arguments["draft"])
        return _told(issue_final(home, draft_id, acting=acting, info=info, report=job.report, job_run_id=job.run_id))

    return finish


def _told(issued: Issued) -> dict[str, Any]:
    number = issued.document.id
    draft = issued.document.state is DocumentState.DRAFT
    return {
        "document_id": number,
        "address": f"/documents/{number}" if draft else f"/documents/{number}/document",
        "label": _("Voir le projet, qui attend son approbation") if draft else _("Télécharger le document"),
    }
