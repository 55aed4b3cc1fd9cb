"""`beffroi worker`: the process that does the jobs, seals the ledger, judges everything and writes to who asked."""

import asyncio
import sys
import threading
from typing import Any

import click
import structlog
from sqlalchemy.exc import SQLAlchemyError

from registry.cli.opening import open_terminal, settings_of
from registry.compliance.daily import evaluate_daily
from registry.desk.digests import send_digests_on
from registry.kernel.errors import Unavailable
from registry.ledger.service import seal
from registry.platform.database import Acting, transaction
from registry.platform.home import Home
from registry.platform.jobs import work
from registry.platform.logs import keep_journal
from registry.platform.supervisor import end_with_supervisor
from registry.rooms import DAILY_CHORES, job_functions

log = structlog.get_logger(__name__)
SEAL_EVERY = 2.0
"""Seconds between two looks for entries to seal."""


def work_home(home: Home, info: dict[str, Any]) -> None:
    """Runs the jobs, seals the ledger, judges everything on each new day and sends digests, until told to stop."""
    end_with_supervisor()
    stopping = threading.Event()
    sealer = threading.Thread(target=_seal_on, args=(home, stopping), name="sealer", daemon=True)
    # While it judges everything, the jobs go on.
    judge = threading.Thread(
        target=evaluate_daily,
        args=(home.jobs, info, stopping),
        kwargs={"chores": DAILY_CHORES},
        name="evaluation",
        daemon=True,
    )
    post = threading.Thread(target=send_digests_on, args=(home, info, stopping), name="digests", daemon=True)
    for one in (sealer, judge, post):
        one.start()
    try:
        asyncio.run(work(home.urls.jobs, home.jobs, job_functions(home, info)))
    finally:
        stopping.set()
        for one in (sealer, judge, post):
            one.join(10)


def _seal_on(home: Home, stopping: threading.Event) -> None:
    while not stopping.wait(SEAL_EVERY):
        try:
            with transaction(home.jobs, Acting("sealer")) as session:
                seal(session)
        except (SQLAlchemyError, OSError):
            log.exception("sealing failed; trying again")


@click.command("worker", help="Fait les travaux en attente et scelle le registre.")
@click.pass_context
def worker(context: click.Context) -> None:
    """Runs jobs and seals, until it is told to stop."""
    keep_journal(settings_of(context).log_level)
    try:
        with open_terminal(context) as terminal:
            work_home(terminal.home, terminal.info)
    except Unavailable:
        # Who starts it again reads a log, where each line is JSON.
        log.exception("the worker cannot work")
        sys.exit(3)


COMMANDS = (worker,)
