"""The process that reads one RDF file: `python -m registry.exchange.rdf.worker`, its order on the standard input."""

import logging
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

from registry.exchange.rdf.catalogue import read_catalogue
from registry.exchange.rdf.parsing import parse
from registry.exchange.vocabulary import HandOver, ReadCatalogue, SourceFormat
from registry.exchange.worker import Order, serve


def read(order: Order, _hand_over: HandOver) -> ReadCatalogue:
    """The catalogue an RDF file holds: of a graph, no dataset is whole before the last triple."""
    # What rdflib finds doubtful in a value is said by our own anomalies.
    logging.getLogger("rdflib").setLevel(logging.CRITICAL)
    parsed = parse(Path(order["path"]).read_bytes(), SourceFormat(order["format"]))
    return read_catalogue(parsed, ZoneInfo(order["zone"]))


if __name__ == "__main__":
    sys.exit(serve(read))
