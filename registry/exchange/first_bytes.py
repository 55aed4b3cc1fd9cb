"""What is known of a file before it is read: its first and last bytes, its name, what somebody said it is."""

from dataclasses import dataclass
from pathlib import Path, PurePath

from registry.exchange.refusals import CannotRead, Problem
from registry.exchange.vocabulary import SourceFormat

HEAD = 64 * 1024

NAMED_FORMATS = {
    "application/ld+json": SourceFormat.JSON_LD,
    "application/n-quads": SourceFormat.N_QUADS,
    "application/n-triples": SourceFormat.N_TRIPLES,
    "application/rdf+xml": SourceFormat.RDF_XML,
    "application/trig": SourceFormat.TRIG,
    "application/x-turtle": SourceFormat.TURTLE,
    "application/vnd.oasis.opendocument.spreadsheet": SourceFormat.ODS,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": SourceFormat.XLSX,
    "application/xml": SourceFormat.RDF_XML,
    "csv": SourceFormat.CSV,
    "json": SourceFormat.JSON_LD,
    "json-ld": SourceFormat.JSON_LD,
    "jsonld": SourceFormat.JSON_LD,
    "n-quads": SourceFormat.N_QUADS,
    "n-triples": SourceFormat.N_TRIPLES,
    "n3": SourceFormat.TURTLE,
    "nq": SourceFormat.N_QUADS,
    "nquads": SourceFormat.N_QUADS,
    "nt": SourceFormat.N_TRIPLES,
    "ntriples": SourceFormat.N_TRIPLES,
    "ods": SourceFormat.ODS,
    "owl": SourceFormat.RDF_XML,
    "rdf": SourceFormat.RDF_XML,
    "rdf-xml": SourceFormat.RDF_XML,
    "rdfxml": SourceFormat.RDF_XML,
    "tab": SourceFormat.CSV,
    "text/csv": SourceFormat.CSV,
    "text/tab-separated-values": SourceFormat.CSV,
    "text/turtle": SourceFormat.TURTLE,
    "text/xml": SourceFormat.RDF_XML,
    "trig": SourceFormat.TRIG,
    "tsv": SourceFormat.CSV,
    "ttl": SourceFormat.TURTLE,
    "turtle": SourceFormat.TURTLE,
    "xlsm": SourceFormat.XLSX,
    "xlsx": SourceFormat.XLSX,
    "xml": SourceFormat.RDF_XML,
}


@dataclass(frozen=True)
class FirstBytes:
    """The first and last bytes of a file, and the format its name or somebody says it has, if any."""

    head: bytes
    tail: bytes = b""
    said: SourceFormat | None = None


def first_bytes(path: Path, *, name: str, declared: str | None) -> FirstBytes:
    """What a file shows of itself without being read.

    Raises: CannotRead when the declared format is not one of ours.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
        file.seek(0, 2)
        file.seek(max(0, file.tell() - HEAD))
        return FirstBytes(head, file.read(), said_format(name, declared))


def said_format(name: str, declared: str | None) -> SourceFormat | None:
    """The format a person or a server named, else the one the name of the file ends like, if any.

    Raises: CannotRead when the declared format is not one of ours.
    """
    return _declared(declared) or NAMED_FORMATS.get(PurePath(name).suffix.lower().lstrip("."))


def _declared(name: str | None) -> SourceFormat | None:
    if not name:
        return None
    bare = name.split(";")[0].strip().lower().lstrip(".")
    if bare not in NAMED_FORMATS:
        raise CannotRead(Problem.UNKNOWN_DECLARED, declared=name[:40])
    return NAMED_FORMATS[bare]
