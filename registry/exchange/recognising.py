"""Which format a file is written in, so which reader it takes: by its content first, then by its name."""

from pathlib import Path

from registry.exchange.exports.files import recognise_export
from registry.exchange.first_bytes import FirstBytes, first_bytes
from registry.exchange.portals.format import recognise_portal
from registry.exchange.rdf.format import recognise_rdf
from registry.exchange.refusals import CannotRead, Problem
from registry.exchange.tables.format import recognise_table, recognise_unnamed_table
from registry.exchange.vocabulary import SourceFormat


def recognise_file(path: Path, *, name: str, declared: str | None = None) -> SourceFormat:
    """The format of a file on disk.

    Raises: CannotRead for what is plainly no catalogue.
    """
    return recognise(first_bytes(path, name=name, declared=declared))


def recognise(known: FirstBytes) -> SourceFormat:
    """The format of a file, each family asked in turn; RDF, the last, says what is wrong with what is nothing.

    Raises: CannotRead for what is plainly no catalogue.
    """
    if not known.head.strip():
        raise CannotRead(Problem.EMPTY)
    found = recognise_export(known) or recognise_portal(known.head) or recognise_table(known)
    if found is not None:
        return found
    try:
        return recognise_rdf(known.head, known.said)
    except CannotRead as error:
        if error.problem not in {Problem.UNKNOWN_FORMAT, Problem.BINARY}:
            raise
        table = recognise_unnamed_table(known)
        if table is None:
            raise
        return table
