"""A file to a catalogue, read in the child process of its family: this one loads nothing of what reads it."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from registry.exchange.child import Failed, ask_child
from registry.exchange.export_columns import as_order
from registry.exchange.export_layout import export_tables
from registry.exchange.recognising import recognise_file
from registry.exchange.refusals import CannotRead, Detail, Problem, refusal_of
from registry.exchange.vocabulary import Family, Limits, ReadCatalogue

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
        "mappings": list(mappings), "origin": origin,
        "tables": as_order(export_tables()) if found.family is Family.TABLE else [],
    }  # fmt: skip
    said = ask_child(_WORKERS[found.family], order, limits)
    if isinstance(said, Failed):
        raise refusal_of(said.problem, said.details)
    answer = _ANSWER.validate_json(said)
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
