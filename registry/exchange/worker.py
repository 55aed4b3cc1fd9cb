"""What every process that reads one file does, whatever the family of its format (`…_worker.py`).

It takes its order as one JSON document on its standard input, has a limit of memory and of processor time, no
network, no secret in its environment, and writes one JSON document on its standard output: the catalogue, or the
problem. It stays light to import.
"""

import gc
import json
import logging
import os
import resource
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

from registry.exchange.refusals import CannotRead, Problem
from registry.exchange.vocabulary import ReadCatalogue

Order = dict[str, Any]

NICENESS = 5
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


def serve(read: Callable[[Order], ReadCatalogue]) -> int:
    """Reads the file of the order that stands on the standard input, and answers on the standard output.

    The order holds `path`, `name` (what people call the file), `format` (a `SourceFormat`), `zone`, the limits
    `memory_bytes` and `seconds`, and what the family asks for besides.
    """
    return answer_with(lambda order: _as_json(read(order)))


def answer_with(pieces_of: Callable[[Order], Iterable[str]]) -> int:
    """Answers the order that stands on the standard input with these pieces of JSON, within its limits."""
    order = json.load(sys.stdin.buffer)
    _restrain(order["memory_bytes"], order["seconds"])
    try:
        for piece in pieces_of(order):
            sys.stdout.buffer.write(piece.encode("utf-8", "replace"))
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
    os.nice(NICENESS)
    # The process lives for one file: collecting its garbage would cost time and free little.
    gc.disable()
    sys.addaudithook(_keep_inside)


def _keep_inside(event: str, _arguments: tuple[Any, ...]) -> None:
    """No file makes this process open a connection or start another one."""
    if event.startswith(_BLOCKED):
        raise PermissionError(event)


def _answer(problem: Problem, details: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps({"problem": problem.value, "details": details}).encode())


def _as_json(catalogue: ReadCatalogue) -> Iterator[str]:
    """The catalogue, a dataset at a time, so that its JSON never stands whole in memory here."""
    rest = {name: value for name, value in vars(catalogue).items() if name != "datasets"}
    yield '{"catalogue":' + _dump(rest)[:-1] + ',"datasets":['
    for number, dataset in enumerate(catalogue.datasets):
        yield ("," if number else "") + _dump(dataset)
    yield "]}}"


def _dump(value: object) -> str:
    return json.dumps(value, default=_plain, ensure_ascii=False, separators=(",", ":"))


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else vars(value)
