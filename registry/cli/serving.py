"""Serving a registry: a supervisor with its web processes and one worker, which also seals the ledger."""

import asyncio
import os
import sys
import threading
import urllib.request
from typing import Any

import click
import structlog
from sqlalchemy.exc import SQLAlchemyError

from registry.kernel.words import _
from registry.ledger.service import seal
from registry.platform.database import Acting, transaction
from registry.platform.home import Home, open_home
from registry.platform.jobs import work
from registry.platform.logs import configure_logs
from registry.platform.settings import Settings
from registry.platform.supervisor import Child, end_with_supervisor, supervise
from registry.rooms import job_functions

log = structlog.get_logger(__name__)
SEAL_EVERY = 2.0
"""Seconds between two looks for entries to seal."""


def serve_home(settings: Settings) -> int:
    """Serves until a signal comes; returns the exit code."""
    with open_home(settings):
        environment = {
            **os.environ,
            "BEFFROI_HOME": str(settings.root),
            "BEFFROI_HOST": settings.host,
            "BEFFROI_PORT": str(settings.port),
            "PYTHONUNBUFFERED": "1",
        }
        web = (
            sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--host", settings.host,
            "--port", str(settings.port), "--workers", str(settings.workers), "--no-ws", "--http", "1",
            "--respawn-failed-workers", "--no-log", "registry.app:create",
        )  # fmt: skip
        worker = (sys.executable, "-m", "registry", "--home", str(settings.root), "worker")
        return supervise(
            [Child("beffroi-web", web), Child("beffroi-worker", worker)],
            environment,
            ready=lambda: _answers(settings),
            on_ready=lambda: click.echo(
                _("Beffroi répond sur {address} (Ctrl+C pour arrêter).").format(address=settings.public_url)
            ),
        )


def _answers(settings: Settings) -> bool:
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 -- compared, not bound.
    try:
        with urllib.request.urlopen(f"http://{host}:{settings.port}/health", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def work_home(home: Home, info: dict[str, Any]) -> None:
    """Runs the jobs and seals the ledger, until told to stop."""
    end_with_supervisor()
    configure_logs(home.settings.log_level)
    stopping = threading.Event()
    sealer = threading.Thread(target=_seal_on, args=(home, stopping), name="sealer", daemon=True)
    sealer.start()
    try:
        asyncio.run(work(home.urls.jobs, home.jobs, job_functions(home, info)))
    finally:
        stopping.set()
        sealer.join(10)


def _seal_on(home: Home, stopping: threading.Event) -> None:
    while not stopping.wait(SEAL_EVERY):
        try:
            with transaction(home.jobs, Acting("sealer")) as session:
                seal(session)
        except (SQLAlchemyError, OSError):
            log.exception("sealing failed; trying again")
