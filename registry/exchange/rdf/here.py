"""Some bytes of RDF to a catalogue, read in this very process: for files of our own making."""

from zoneinfo import ZoneInfo

from registry.exchange.first_bytes import HEAD, FirstBytes, said_format
from registry.exchange.rdf.catalogue import read_catalogue
from registry.exchange.rdf.parsing import parse
from registry.exchange.reading import PARIS
from registry.exchange.recognising import recognise
from registry.exchange.refusals import CannotRead, refusal_of
from registry.exchange.vocabulary import ReadCatalogue


def read_rdf_bytes(
    raw: bytes, *, name: str = "", declared_format: str | None = None, time_zone: str = PARIS
) -> ReadCatalogue:
    """The catalogue some bytes hold.

    Raises:
        Unreadable: they are not what they say.
    """
    try:
        found = recognise(FirstBytes(raw[:HEAD], raw[-HEAD:], said_format(name, declared_format)))
        return read_catalogue(parse(raw, found), ZoneInfo(time_zone))
    except CannotRead as error:
        raise refusal_of(error.problem, error.details) from error
