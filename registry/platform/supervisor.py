"""Keeping the processes of a registry together: they start together, and end with their parent."""

import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from registry.kernel.errors import Refusal
from registry.platform.settings import OF_THE_SUPERVISOR

log = structlog.get_logger(__name__)

PARENT = OF_THE_SUPERVISOR
_PATIENCE = 15.0
_CALM = 30.0
_TEND_EVERY = 2.0
MOST_RESTARTS = 5
"""How often in a row a child that ends at once is started again."""
_LATEST = 15.0
"""Units: seconds. When the late children start although nobody is answered yet."""


def end_with_supervisor() -> None:
    """Ends this process and its group as soon as the supervisor is gone, however that died.

    A killed parent leaves granian's workers serving on the port: each watches the supervisor itself. Granian's
    own process, which runs no code of ours, would start them again for ever: it goes with them.
    """
    number = os.environ.get(PARENT)
    if number is None:
        return
    try:
        watched = os.pidfd_open(int(number))
    except (OSError, ValueError):
        os.killpg(0, signal.SIGKILL)

    def wait() -> None:
        poll = select.poll()
        poll.register(watched, select.POLLIN)
        poll.poll()
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=wait, name="supervisor", daemon=True).start()


@dataclass
class Child:
    """One process to keep running; a `late` one starts once people are answered, so as not to make them wait.

    Without a `vital` one the registry does not serve; without another, it serves on and its journal says so.
    """

    name: str
    command: Sequence[str]
    late: bool = False
    vital: bool = True
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    restarts: int = field(default=0)

    def start(self, environment: dict[str, str]) -> None:
        """Starts it, away from the terminal's Ctrl+C: the supervisor alone hears that."""
        self.process = subprocess.Popen(self.command, env=environment, start_new_session=True)  # noqa: S603
        self.started = time.monotonic()

    @property
    def is_running(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None


def supervise(
    children: Sequence[Child],
    environment: dict[str, str],
    ready: Callable[[], bool],
    on_ready: Callable[[], None],
    tend: Callable[[], None],
) -> int:
    """Runs the children until a signal comes; one that dies is started again, less and less eagerly.

    One that was started already is looked after like the others.
    `tend` looks after what the children lean on, every few seconds; what it cannot mend it tries again.
    Returns 0 after a signal; 1 when a child cannot stay up, which the log says.
    """
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stopping.set())
    environment = {**environment, PARENT: str(os.getpid())}
    kept = [child for child in children if not child.late]
    late = [child for child in children if child.late]
    for child in kept:
        if child.process is None:
            child.start(environment)
    said, code, began = False, 0, time.monotonic()
    tended = began
    while not stopping.is_set():
        if not said and ready():
            said = True
            on_ready()
        if late and (said or time.monotonic() - began > _LATEST):
            for child in late:
                child.start(environment)
            kept, late = [*kept, *late], []
        for child in list(kept):
            if child.is_running or _start_again(child, environment):
                continue
            kept.remove(child)
            if child.vital:
                code = 1
                stopping.set()
        if time.monotonic() - tended > _TEND_EVERY:
            _tend(tend)
            tended = time.monotonic()
        stopping.wait(0.1 if not said else 0.5)
    _end(children)
    return code


def _tend(tend: Callable[[], None]) -> None:
    try:
        tend()
    except Refusal as refusal:
        log.warning("not mended yet", problem=refusal.message)


def _start_again(child: Child, environment: dict[str, str]) -> bool:
    lasted = time.monotonic() - child.started
    child.restarts = 0 if lasted > _CALM else child.restarts + 1
    status = child.process.returncode if child.process else None
    log.warning("child ended", child=child.name, status=status, restarts=child.restarts)
    if child.restarts > MOST_RESTARTS:
        log.error("child keeps ending: giving up", child=child.name, status=status)
        return False
    time.sleep(min(0.2 * 2**child.restarts, 5))
    child.start(environment)
    return True


def _end(children: Sequence[Child]) -> None:
    running = [child.process for child in children if child.process is not None and child.is_running]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + _PATIENCE
    for process in running:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
