"""The process that reads one RDF file: `python -m registry.exchange.rdf_worker ORDER`.

It has a limit of memory and of processor time, no network, no secret in its environment, and writes one JSON
document on its standard output: the catalogue, or the problem. It stays light to import.
"""

import gc
import json
import logging
import os
import resource
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from registry.exchange.rdf_catalogue import read_catalogue
from registry.exchange.rdf_parsing import parse
from registry.exchange.refusals import CannotRead, Problem
from registry.exchange.vocabulary import ReadCatalogue

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


def main(arguments: list[str]) -> int:
    """Reads the file of an order and answers on the standard output."""
    order = json.loads(arguments[1])
    _restrain(order["memory_bytes"], order["seconds"])
    try:
        raw = Path(order["path"]).read_bytes()
        parsed = parse(raw, name=order["name"], declared=order["declared"])
        del raw
        catalogue = read_catalogue(parsed, ZoneInfo(order["zone"]))
        for piece in _as_json(catalogue):
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
    # What rdflib finds doubtful in a value is said by our own anomalies.
    logging.getLogger("rdflib").setLevel(logging.CRITICAL)
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


if __name__ == "__main__":
    sys.exit(main(sys.argv))
