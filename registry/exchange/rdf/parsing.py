"""Bytes of a file to triples, whatever the RDF format, with a clear problem where it cannot be done."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import rdflib
from rdflib.exceptions import ParserError
from rdflib.graph import Graph
from rdflib.parser import InputSource
from rdflib.plugins.parsers.notation3 import BadSyntax, TurtleParser
from rdflib.plugins.parsers.ntriples import W3CNTriplesParser, r_tail, r_wspaces
from rdflib.plugins.parsers.trig import TrigParser

from registry.exchange.anomalies import shortened
from registry.exchange.rdf.graph import Triples
from registry.exchange.rdf.jsonld import parse_json_ld
from registry.exchange.rdf.rdf_xml import Envelope, declared_encoding, not_in, parse_rdf_xml
from registry.exchange.refusals import CannotRead, Problem
from registry.exchange.vocabulary import SourceFormat
from registry.inspection.texts import byte_order_mark
from registry.kernel.words import mark

BASE = "http://relative.invalid/"
"""Relative addresses are resolved against this one, which cannot exist, and recognised by it."""


@dataclass
class Parsed:
    """The triples of a file, and what was noticed on the way."""

    format: SourceFormat
    triples: Triples = field(default_factory=Triples)
    envelope: Envelope | None = None
    wrongly_declared: str | None = None


def parse(raw: bytes, source_format: SourceFormat) -> Parsed:
    """Every triple of a file.

    Raises: CannotRead, with what is wrong, where, and what to do.
    """
    parsed = Parsed(source_format)
    raw, encoding = _in_utf8(raw)
    try:
        with _words_as_written():
            _parse_as(parsed, raw, encoding)
    except RecursionError as error:
        raise CannotRead(Problem.TOO_DEEP) from error
    return parsed


def _in_utf8(raw: bytes) -> tuple[bytes, str | None]:
    """The file in UTF-8 where a byte order mark says it is in something else."""
    encoding = byte_order_mark(raw[:4])
    if encoding is None:
        return raw, None
    misplaced = not_in(raw, encoding)
    if misplaced is not None:
        raise misplaced
    return raw.decode(encoding).encode(), "utf-8"


@contextmanager
def _words_as_written() -> Iterator[None]:
    """Keeps rdflib from rewriting values ("01" as "1"): what is quoted to people is what the file says."""
    before = rdflib.NORMALIZE_LITERALS
    rdflib.NORMALIZE_LITERALS = False
    try:
        yield
    finally:
        rdflib.NORMALIZE_LITERALS = before


def _parse_as(parsed: Parsed, raw: bytes, encoding: str | None) -> None:
    if parsed.format is SourceFormat.RDF_XML:
        if encoding is None:
            parsed.wrongly_declared = _wrong_declaration(raw)
            encoding = "utf-8" if parsed.wrongly_declared else None
        parsed.envelope = parse_rdf_xml(raw, parsed.triples, base=BASE, encoding=encoding)
        return
    misplaced = not_in(raw, "utf-8")
    if misplaced is not None:
        raise misplaced
    if parsed.format is SourceFormat.JSON_LD:
        parse_json_ld(raw, parsed.triples, base=BASE)
    elif parsed.format in {SourceFormat.TURTLE, SourceFormat.TRIG}:
        _parse_turtle(parsed, raw)
    else:
        _parse_lines(parsed, raw.decode())


def _wrong_declaration(raw: bytes) -> str | None:
    """The encoding an XML file declares when it is in fact written in UTF-8, which cannot be by chance."""
    declared = declared_encoding(raw)
    if declared in {"utf-8", "utf8", "us-ascii", "ascii"}:
        return None
    if raw.isascii() and not declared.startswith("utf"):
        return None
    return None if not_in(raw, "utf-8") else declared


def _parse_turtle(parsed: Parsed, raw: bytes) -> None:
    source = InputSource()
    source.setPublicId(BASE)
    source.setByteStream(io.BytesIO(raw))
    graph = Graph(store=parsed.triples)
    reader, label = (TrigParser, "TriG") if parsed.format is SourceFormat.TRIG else (TurtleParser, "Turtle")
    try:
        reader().parse(source, graph)
    except (BadSyntax, ParserError, ValueError, AssertionError, IndexError, KeyError) as error:
        raise _turtle_problem(error, raw, label) from error


def _turtle_problem(error: Exception, raw: bytes, label: str) -> CannotRead:
    rows = raw.rstrip().split(b"\n")
    if not rows[-1].split(b" #")[0].rstrip().endswith((b".", b"}", b">")):
        return CannotRead(Problem.CUT_SHORT, line=len(rows))
    if not isinstance(error, BadSyntax):
        reason = mark("une construction n’est pas permise")
        return CannotRead(Problem.SYNTAX_NOWHERE, format=label, reason=reason)
    line = error.lines + 1
    if "not bound" in str(error):
        reason = mark("un préfixe n’est pas déclaré (@prefix)")
        return CannotRead(Problem.SYNTAX, format=label, line=line, reason=reason)
    excerpt = shortened(rows[min(line, len(rows)) - 1].decode(errors="replace"), 80)
    return CannotRead(Problem.SYNTAX_NEAR, format=label, line=line, excerpt=excerpt)


class _Lines(W3CNTriplesParser):
    """N-Triples and N-Quads, one statement a line; the graph a quad names is not kept."""

    def __init__(self, triples: Triples, text: str) -> None:
        super().__init__()
        self.number = 0
        self._triples = triples
        self._text = io.StringIO(text, newline=None)

    def run(self) -> None:
        for line in self._text:
            self.number += 1
            self.line = line.strip()
            if self.line and not self.line.startswith("#"):
                self._statement()

    def _statement(self) -> None:
        subject = self.subject()
        self.eat(r_wspaces)
        predicate = self.predicate()
        self.eat(r_wspaces)
        value = self.object()
        if self.line and not self.line.lstrip().startswith("."):
            self.eat(r_wspaces)
            if not (self.uriref() or self.nodeid()):
                raise ParserError("the graph must be an address or a blank node")
        self.eat(r_tail)
        if self.line:
            raise ParserError("something follows the end of the statement")
        self._triples.add((subject, predicate, value))


def _parse_lines(parsed: Parsed, text: str) -> None:
    label = "N-Quads" if parsed.format is SourceFormat.N_QUADS else "N-Triples"
    lines = _Lines(parsed.triples, text.removeprefix("\ufeff"))
    try:
        lines.run()
    except (ParserError, ValueError) as error:
        rows = text.split("\n")
        if lines.number >= len(rows) and not text.endswith("\n"):
            raise CannotRead(Problem.CUT_SHORT, line=lines.number) from error
        excerpt = shortened(rows[min(lines.number, len(rows)) - 1], 80)
        raise CannotRead(Problem.SYNTAX_NEAR, format=label, line=lines.number, excerpt=excerpt) from error
