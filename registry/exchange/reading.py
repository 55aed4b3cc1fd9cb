"""A file to a catalogue, read in the child process of its family: this one loads nothing of what reads it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from pydantic import TypeAdapter

from registry.exchange.export_columns import as_order
from registry.exchange.export_layout import export_tables
from registry.exchange.recognising import recognise_file
from registry.exchange.refusals import CannotRead, Detail, Problem, refusal_of
from registry.exchange.vocabulary import Family, Limits, ReadCatalogue
from registry.platform.assets import PACKAGE

PARIS = "Europe/Paris"
DEFAULT_LIMITS = Limits()

_WORKERS = {
    Family.RDF: "registry.exchange.rdf_worker",
    Family.TABLE: "registry.exchange.table_worker",
    Family.PORTAL: "registry.exchange.portal_worker",
}
"""Which program reads the formats of each family."""
_LIMITS = {Family.TABLE: Limits(file_bytes=64 * 1024**2, memory_bytes=1024**3, seconds=120)}
"""An inventory in a table is short: what is longer holds something else."""
_MEBIBYTE = 1024 * 1024
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """What the child process says: a catalogue, or a problem."""

    catalogue: ReadCatalogue | None = None
    problem: Problem | None = None
    details: dict[str, Detail] = field(default_factory=dict)


_ANSWER = TypeAdapter(_Answer)


def read_file(
    path: Path,
    *,
    declared_format: str | None = None,
    limits: Limits | None = None,
    name: str | None = None,
    time_zone: str = PARIS,
    mappings: Sequence[Mapping[str, object]] = (),
    origin: str = "",
) -> ReadCatalogue:
    """The catalogue a file holds, read in a process apart, within limits and without network.

    `name` is what people call the file, where it was stored under another one; moments are read as civil days
    of `time_zone`. `mappings` are what the organisation remembers of the columns of its tables, the latest first;
    `origin` is the address of the portal that a file was fetched from.

    Raises:
        TooLarge: the file passes the limit.
        Unreadable: it is not what it says, with what is wrong, where, and what to do.
    """
    shown = name or path.name
    _check_size(path, shown, limits or DEFAULT_LIMITS)
    try:
        found = recognise_file(path, name=shown, declared=declared_format)
    except CannotRead as error:
        raise refusal_of(error.problem, error.details) from error
    limits = limits or _LIMITS.get(found.family, DEFAULT_LIMITS)
    _check_size(path, shown, limits)
    order = {
        "path": str(path.absolute()), "name": shown, "format": str(found), "zone": time_zone,
        "memory_bytes": limits.memory_bytes, "seconds": limits.seconds, "mappings": list(mappings), "origin": origin,
        "tables": as_order(export_tables()) if found.family is Family.TABLE else [],
    }  # fmt: skip
    answer = _ask_child(_WORKERS[found.family], order, limits)
    if answer.problem is not None:
        raise refusal_of(answer.problem, answer.details)
    if answer.catalogue is None:
        raise refusal_of(Problem.UNFORESEEN, {"kind": "no answer"})
    return answer.catalogue


def _check_size(path: Path, shown: str, limits: Limits) -> None:
    try:
        if not path.is_file():
            raise refusal_of(Problem.MISSING, {"name": shown})
        size = path.stat().st_size
        if not os.access(path, os.R_OK):
            raise refusal_of(Problem.FORBIDDEN, {"name": shown})
    except OSError as error:
        raise refusal_of(Problem.FORBIDDEN, {"name": shown}) from error
    if size > limits.file_bytes:
        details: dict[str, Detail] = {
            "size": -(-size // _MEBIBYTE),
            "limit": limits.file_bytes // _MEBIBYTE,
        }
        raise refusal_of(Problem.TOO_LARGE, details)


def _ask_child(worker: str, order: Mapping[str, object], limits: Limits) -> _Answer:
    try:
        done = subprocess.run(  # noqa: S603 - this interpreter, a module of ours, an order of ours.
            [sys.executable, "-m", worker],
            input=json.dumps(order).encode(),
            capture_output=True,
            cwd="/",
            env=_environment(),
            timeout=2 * limits.seconds + 10,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _Answer(problem=Problem.OUT_OF_TIME, details={"limit": limits.seconds})
    if done.stderr:
        _log.warning("read_file", worker=worker, stderr=done.stderr[-4000:].decode(errors="replace"))
    if done.returncode in {-signal.SIGXCPU, -signal.SIGKILL}:
        return _Answer(problem=Problem.OUT_OF_TIME, details={"limit": limits.seconds})
    if done.returncode != 0:
        memory = limits.memory_bytes // _MEBIBYTE
        if b"MemoryError" in done.stderr:
            return _Answer(problem=Problem.OUT_OF_MEMORY, details={"limit": memory})
        return _Answer(problem=Problem.UNFORESEEN, details={"kind": f"code {done.returncode}"})
    return _ANSWER.validate_json(done.stdout)


def _environment() -> dict[str, str]:
    """The whole environment of the child: nothing of ours passes, neither address nor secret."""
    return {"LC_ALL": "C.UTF-8", "PATH": os.defpath, "PYTHONPATH": str(PACKAGE.parent)}
