"""Starting the process that reads what a stranger wrote, and hearing its answer: within limits, with no secret."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO

import structlog

from registry.inspection.limits import Limits
from registry.inspection.problems import Detail, Problem
from registry.platform.assets import PACKAGE

_MEBIBYTE = 1024 * 1024
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Failed:
    """Why a child gave no answer."""

    problem: Problem
    details: dict[str, Detail] = field(default_factory=dict)


def ask_child(worker: str, order: Mapping[str, object], limits: Limits) -> bytes | Failed:
    """What a program of ours (`…_worker.py`) answers to an order, as JSON; or why it gave no answer."""
    return _run(subprocess.PIPE, worker, order, limits)


def ask_child_into(written: IO[bytes], worker: str, order: Mapping[str, object], limits: Limits) -> Failed | None:
    """Has such a program write its answer to a file, for one that may be long; why it gave none, if so."""
    said = _run(written, worker, order, limits)
    return said if isinstance(said, Failed) else None


def _run(output: int | IO[bytes], worker: str, order: Mapping[str, object], limits: Limits) -> bytes | Failed:
    restrained = {**order, "memory_bytes": limits.memory_bytes, "seconds": limits.seconds}
    try:
        done = subprocess.run(  # noqa: S603 - this interpreter, a module of ours, an order of ours.
            [sys.executable, "-m", worker],
            input=json.dumps(restrained).encode(),
            stdout=output,
            stderr=subprocess.PIPE,
            cwd="/",
            env=_environment(),
            timeout=2 * limits.seconds + 10,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Failed(Problem.OUT_OF_TIME, {"limit": limits.seconds})
    if done.stderr:
        _log.warning("ask_child", worker=worker, stderr=done.stderr[-4000:].decode(errors="replace"))
    if done.returncode in {-signal.SIGXCPU, -signal.SIGKILL}:
        return Failed(Problem.OUT_OF_TIME, {"limit": limits.seconds})
    if done.returncode != 0:
        # A library that is not Python's ends its process where it is given no memory.
        if b"MemoryError" in done.stderr or done.returncode == -signal.SIGABRT:
            return Failed(Problem.OUT_OF_MEMORY, {"limit": limits.memory_bytes // _MEBIBYTE})
        return Failed(Problem.UNFORESEEN, {"kind": f"code {done.returncode}"})
    return done.stdout or b""


def _environment() -> dict[str, str]:
    """The whole environment of the child: nothing of ours passes, neither address nor secret."""
    return {"LC_ALL": "C.UTF-8", "PATH": os.defpath, "PYTHONPATH": str(PACKAGE.parent)}
