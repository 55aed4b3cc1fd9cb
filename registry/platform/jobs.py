"""Work done aside: a job is deferred in the transaction that asks for it, and shows its progress.

Procrastinate keeps the queue (schema `jobs`); `job_run` holds what people see: who asked, how far it is,
what came of it. Every kind of job is a function the rooms hand over; each is idempotent, and keyed.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import procrastinate
import structlog
from sqlalchemy import Boolean, ColumnElement, Engine, func, literal_column, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.kernel.errors import NotFound, Refusal
from registry.kernel.words import _
from registry.platform.database import Acting, transaction
from registry.platform.models import JobRun, JobState

log = structlog.get_logger(__name__)

queue = procrastinate.App(connector=procrastinate.PsycopgConnector())
_RETRY_STALLED_AFTER = 60
"""Seconds without a heartbeat (one each ten seconds) after which a worker is taken for dead."""
_LOOK_FOR_STALLED_EVERY = 30
_GOING_ON = (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True)
class Job:
    """One run, as the function that does it sees it."""

    run_id: int
    organisation_id: int
    account_id: int | None
    actor: str
    arguments: Mapping[str, Any]
    report: Callable[[int, int, str], None]
    """`report(done, total, step)`: says how far the work is; seen at once on the page."""


JobFunction = Callable[[Job], dict[str, Any]]


@queue.task(name="run", queue="beffroi", pass_context=False)
def run(run_id: int) -> None:
    """Placeholder by name: the worker binds the function that knows the kinds of jobs."""
    raise NotImplementedError


def defer(
    session: Session,
    kind: str,
    *,
    key: str,
    organisation_id: int,
    actor: str,
    account_id: int | None,
    arguments: Mapping[str, Any],
    lock: str | None = None,
) -> JobRun:
    """Asks for a job within this transaction: it runs once that is committed. The same key runs once.

    Jobs of one `lock` (by default, of one kind and key) never run at the same time.
    """
    _ask_one_at_a_time(session, f"{kind}:{key}")
    asked = select(JobRun).where(col(JobRun.kind) == kind, col(JobRun.key) == key)
    known = session.execute(asked.execution_options(populate_existing=True)).scalar_one_or_none()
    if known is not None and known.state is not JobState.FAILED and not _is_forsaken(session, known):
        return known
    if known is None:
        known = JobRun(kind=kind, key=key, organisation_id=organisation_id, actor=actor)
    known.actor, known.account_id, known.arguments = actor, account_id, dict(arguments)
    known.state, known.message, known.result = JobState.WAITING, None, None
    known.progress, known.total, known.step = 0, 0, None
    known.started_at = known.ended_at = None
    session.add(known)
    session.flush()
    connection = session.connection().connection.driver_connection
    run.configure(connection=connection, lock=lock or f"{kind}:{key}").defer(run_id=known.id)
    return known


def _ask_one_at_a_time(session: Session, name: str) -> None:
    # Of two that ask at once, the second waits for the first and finds its run.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def _forsaken() -> ColumnElement[bool]:
    """That a run says it waits or goes on, while the queue has nothing left to do for it.

    Its worker could not say how it ended: the database did not answer just then.
    """
    queued = (
        "EXISTS (SELECT FROM jobs.procrastinate_jobs q"
        " WHERE (q.args ->> 'run_id')::bigint = job_run.id AND q.status IN ('todo', 'doing'))"
    )
    return col(JobRun.state).in_(_GOING_ON) & ~literal_column(queued).cast(Boolean)


def _is_forsaken(session: Session, run: JobRun) -> bool:
    return session.execute(select(col(JobRun.id)).where(col(JobRun.id) == run.id, _forsaken())).first() is not None


def find_under_way(session: Session, kind: str, asked: str) -> JobRun | None:
    """The run of that kind that goes on for one thing asked: its key begins with `asked` and a colon.

    Another that asks for the same thing waits for the end of this transaction.
    """
    _ask_one_at_a_time(session, f"{kind}:{asked}")
    query = select(JobRun).where(
        col(JobRun.kind) == kind,
        col(JobRun.key).startswith(f"{asked}:", autoescape=True),
        col(JobRun.state).in_(_GOING_ON),
        ~_forsaken(),
    )
    return session.execute(query.order_by(col(JobRun.id).desc()).limit(1)).scalar_one_or_none()


def get_run(session: Session, run_id: int) -> JobRun:
    """One run within the asker's rights.

    Raises: NotFound.
    """
    found = session.get(JobRun, run_id)
    if found is None:
        raise NotFound(_("Ce travail n’existe pas, ou vos droits ne vous le montrent pas."))
    return found


def count_runs(session: Session) -> dict[JobState, int]:
    """How many runs within the asker's rights stand in each state."""
    found = session.execute(select(col(JobRun.state), func.count()).group_by(col(JobRun.state))).all()
    return dict.fromkeys(JobState, 0) | {row[0]: row[1] for row in found}


def find_run(session: Session, kind: str, key: str) -> JobRun | None:
    """The run of that kind and key within the asker's rights, if there was one."""
    return session.execute(select(JobRun).where(col(JobRun.kind) == kind, col(JobRun.key) == key)).scalar_one_or_none()


def perform(jobs: Engine, functions: Mapping[str, JobFunction], run_id: int) -> None:
    """Does one run and keeps what came of it. A refusal is kept as its sentence; a defect is logged."""
    machine = Acting(f"job:{run_id}")
    with transaction(jobs, machine) as session:
        found = session.get(JobRun, run_id)
        if found is None or found.state is JobState.DONE:
            return
        found.state = JobState.RUNNING
        found.started_at = session.execute(select(func.now())).scalar_one()
        job = Job(
            run_id,
            found.organisation_id,
            found.account_id,
            f"job:{run_id} {found.actor}",
            found.arguments,
            lambda done, total, step: _say(jobs, machine, run_id, progress=done, total=total, step=step),
        )
        kind = found.kind
    try:
        result = functions[kind](job)
    except Refusal as refusal:
        _say(jobs, machine, run_id, state=JobState.FAILED, message=refusal.message, ended_at=func.now())
    except Exception:
        log.exception("job failed", run_id=run_id, kind=kind)
        message = _("Ce travail a échoué par un défaut du logiciel, noté au journal sous le numéro {run}.")
        _say(
            jobs, machine, run_id,
            state=JobState.FAILED, message=message.format(run=run_id), ended_at=func.now(),
        )  # fmt: skip
        raise
    else:
        _say(jobs, machine, run_id, state=JobState.DONE, result=result, ended_at=func.now())


def _say(jobs: Engine, machine: Acting, run_id: int, **values: Any) -> None:
    with transaction(jobs, machine) as session:
        session.execute(update(JobRun).where(col(JobRun.id) == run_id).values(**values))


async def work(url: str, jobs: Engine, functions: Mapping[str, JobFunction], *, wait: bool = True) -> None:
    """Runs the jobs that wait, one at a time; with `wait`, goes on until it is told to stop."""
    connector = procrastinate.PsycopgConnector(
        conninfo=url, kwargs={"options": "-c search_path=jobs,public"}, min_size=1, max_size=3
    )
    tasks = procrastinate.App(connector=connector)

    @tasks.task(name="run", queue="beffroi")
    def bound(run_id: int) -> None:
        perform(jobs, functions, run_id)

    async with tasks.open_async():
        await _look_after(tasks, jobs)
        watching = asyncio.create_task(_keep_looking_after(tasks, jobs)) if wait else None
        try:
            await tasks.run_worker_async(
                queues=["beffroi"], concurrency=1, wait=wait, install_signal_handlers=wait, listen_notify=wait
            )
        finally:
            if watching is not None:
                watching.cancel()


async def _retry_stalled(tasks: procrastinate.App) -> None:
    """Hands out again the jobs of workers that died: each is idempotent, and goes on where it was cut short."""
    for job in await tasks.job_manager.get_stalled_jobs(seconds_since_heartbeat=_RETRY_STALLED_AFTER):
        await tasks.job_manager.retry_job(job)


def _close_forsaken(jobs: Engine) -> None:
    """Says of the runs whose work ended without a word that they failed: they may then be asked for again."""
    message = _("Ce travail s’est arrêté sans pouvoir dire comment : demandez-le de nouveau.")
    with transaction(jobs, Acting("job:0")) as session:
        session.execute(
            update(JobRun)
            .where(_forsaken())
            .values(state=JobState.FAILED, message=message, ended_at=func.now())
            .execution_options(synchronize_session=False)
        )


async def _look_after(tasks: procrastinate.App, jobs: Engine) -> None:
    await _retry_stalled(tasks)
    await asyncio.to_thread(_close_forsaken, jobs)


async def _keep_looking_after(tasks: procrastinate.App, jobs: Engine) -> None:
    # A worker started again at once after a kill finds its predecessor's heartbeat still fresh: it looks later.
    while True:
        await asyncio.sleep(_LOOK_FOR_STALLED_EVERY)
        try:
            await _look_after(tasks, jobs)
        except (procrastinate.exceptions.ConnectorException, SQLAlchemyError, Refusal):
            log.exception("looking for stalled jobs failed; trying again")


def work_once(url: str, jobs: Engine, functions: Mapping[str, JobFunction]) -> None:
    """Runs every job that waits, then returns: for commands and tests."""
    asyncio.run(work(url, jobs, functions, wait=False))
