"""What every process that reads one file does, whatever it reads (`…worker.py`).

It takes its order as one JSON document on its standard input, has a limit of memory and of processor time, no
network, no secret in its environment. On its standard output each line is a JSON document, the last of which says all,
or the problem. It stays light to import.
"""

import gc
import json
import logging
import os
import resource
import sys
from collections.abc import Callable
from datetime import date
from typing import Any

from msgspec import Struct
from msgspec.json import encode
from msgspec.structs import asdict

from registry.inspection.problems import CannotRead, Problem

Order = dict[str, Any]

NICENESS = 5
_MOST_WRITTEN = 2 * 1024**3
"""Units: bytes. No answer is longer."""
_BLOCKED = (
    "socket.",
    "urllib.",
    "http.",
    "ftplib.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.system",
)


def answer_with(work: Callable[[Order], None]) -> int:
    """Has an answer to the order that stands on the standard input be written, within its limits."""
    order = json.load(sys.stdin.buffer)
    _restrain(order["memory_bytes"], order["seconds"])
    try:
        work(order)
    except CannotRead as error:
        _answer(error.problem, error.details)
    except MemoryError:
        _answer(Problem.OUT_OF_MEMORY, {"limit": order["memory_bytes"] // 1024**2})
    except Exception as error:
        logging.getLogger(__name__).exception("the file could not be read")
        _answer(Problem.UNFORESEEN, {"kind": type(error).__name__})
    sys.stdout.buffer.flush()
    return 0


def _restrain(memory_bytes: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MOST_WRITTEN, _MOST_WRITTEN))
    os.nice(NICENESS)
    # The process lives for one file: collecting its garbage would cost time and free little.
    gc.disable()
    sys.addaudithook(_keep_inside)


def _keep_inside(event: str, _arguments: tuple[Any, ...]) -> None:
    """No file makes this process open a connection or start another one."""
    if event.startswith(_BLOCKED):
        raise PermissionError(event)


def _answer(problem: Problem, details: dict[str, Any]) -> None:
    write({"problem": problem.value, "details": details})


def write(said: object) -> None:
    """One line of the answer; half a character, which no text holds, is one that nobody can read."""
    try:
        line = encode(said)
    except UnicodeEncodeError:
        line = json.dumps(said, default=_plain, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    sys.stdout.buffer.write(line + b"\n")


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return asdict(value) if isinstance(value, Struct) else vars(value)
