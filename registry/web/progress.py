"""How far a job is, on the page of what it works on: one part of a page, for every room whose work takes time."""

from dataclasses import dataclass
from typing import Any

from litestar import Response

from registry.platform.models import JobRun
from registry.web.scripts import asked_by_script
from registry.web.visits import Visit


@dataclass(frozen=True)
class Progress:
    """How far a job is, and the address that says it again.

    Units: `done` and `total` in steps of the job.
    """

    address: str
    label: str
    step: str
    done: int
    total: int
    is_over: bool


@dataclass(frozen=True)
class ProgressPart:
    """The part of a page that shows how far a job is."""

    work: Progress


def progress_of(run: JobRun | None, address: str, label: str, *, is_over: bool) -> Progress:
    """How far a run is; one that a command of a terminal does has no run, and no figures."""
    if run is None:
        return Progress(address, label, "", 0, 0, is_over)
    return Progress(address, label, run.step or "", run.progress, run.total, is_over)


def answer_progress(visit: Visit, work: Progress, page: str) -> Response[Any]:
    """The part alone, for the script of its page; over, it has the page read again. Without a script, the page."""
    if not asked_by_script(visit.request):
        return visit.go(page)
    if work.is_over:
        visit.headers["HX-Refresh"] = "true"
    return visit.page("web/_progress.html", ProgressPart(work))
