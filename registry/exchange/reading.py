"""A file to a catalogue, read in the child process of its family: this one loads nothing of what reads it."""

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from registry.exchange.answer import Answer, read_answer
from registry.exchange.exports.columns import as_order
from registry.exchange.exports.layout import export_tables
from registry.exchange.recognising import recognise_file
from registry.exchange.refusals import CannotRead, Detail, Problem, refusal_of
from registry.exchange.vocabulary import Family, ReadCatalogue
from registry.inspection.child import ask_child_into
from registry.inspection.limits import Limits

PARIS = "Europe/Paris"
DEFAULT_LIMITS = Limits()

_WORKERS = {
    Family.RDF: "registry.exchange.rdf.worker",
    Family.TABLE: "registry.exchange.tables.worker",
    Family.PORTAL: "registry.exchange.portals.worker",
}
"""Which program reads the formats of each family."""
_LIMITS = {Family.TABLE: Limits(file_bytes=64 * 1024**2, memory_bytes=1024**3, seconds=120)}
"""An inventory in a table is short: what is longer holds something else."""
_MEBIBYTE = 1024 * 1024


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
    return _asked(_WORKERS[found.family], order, limits)


def _asked(worker: str, order: Mapping[str, object], limits: Limits) -> ReadCatalogue:
    """What a process answers: its answer stands on disk, and is read from there as long as somebody needs it."""
    written = tempfile.TemporaryFile(prefix="beffroi-read-")  # noqa: SIM115 - closed once nobody needs it.
    try:
        failed = ask_child_into(written, worker, order, limits)
        answer = read_answer(written) if failed is None else Answer(problem=failed.problem, details=failed.details)
    except ValueError:
        answer = Answer(problem=Problem.UNFORESEEN, details={"kind": "no answer"})
    except BaseException:
        written.close()
        raise
    if answer.catalogue is not None:
        return answer.catalogue
    written.close()
    if answer.problem is None:
        raise refusal_of(Problem.UNFORESEEN, {"kind": "no answer"})
    raise refusal_of(answer.problem, answer.details)


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
