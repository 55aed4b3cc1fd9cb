"""Things and what is said of them, written down as Turtle, RDF/XML or JSON-LD, one thing at a time.

`rdflib` holds the whole graph before it writes it, and takes some ten times as long: a catalogue is a list of small
trees, which all three syntaxes can nest.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from json.encoder import encode_basestring
from typing import NamedTuple

PREFIXES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dcterms": "http://purl.org/dc/terms/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geosparql": "http://www.opengis.net/ont/geosparql#",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "locn": "http://www.w3.org/ns/locn#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
}
_quoted, _said = encode_basestring, json.JSONEncoder(ensure_ascii=False).encode
"""Turtle escapes what JSON does; `json.dumps` makes an encoder for each text."""
_NO_IRI = re.compile(r'[\x00-\x20<>"{}|\\^`]')
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Words(NamedTuple):
    """A text: in a language, of a type (`xsd:date`), or neither."""

    text: str
    language: str = ""
    datatype: str = ""


@dataclass(slots=True)
class Thing:
    """A thing with its class, its address or none, and what is said of it; one without a class is only pointed at."""

    kind: str
    uri: str | None = None
    says: Sequence[tuple[str, "Words | Thing"]] = ()


class Syntax(StrEnum):
    """How a graph is written down; the value is how the address of a file ends."""

    TURTLE = "ttl"
    RDF_XML = "rdf"
    JSON_LD = "jsonld"

    @property
    def media_type(self) -> str:
        """What the file is, for programs."""
        return {"ttl": "text/turtle", "rdf": "application/rdf+xml", "jsonld": "application/ld+json"}[self.value]


def write_graph(things: Iterable[Thing], syntax: Syntax) -> Iterator[str]:
    """The things in a syntax, a piece of text each."""
    return {Syntax.TURTLE: _turtle, Syntax.RDF_XML: _rdf_xml, Syntax.JSON_LD: _json_ld}[syntax](things)


def iri(address: str) -> str:
    """An address with what no IRI may hold percent-encoded."""
    if _NO_IRI.search(address) is None:
        return address
    return _NO_IRI.sub(lambda found: f"%{ord(found[0]):02X}", address)


def _turtle(things: Iterable[Thing]) -> Iterator[str]:
    yield "".join(f"@prefix {name}: <{space}> .\n" for name, space in PREFIXES.items())
    told = set[tuple[str, str]]()
    for thing in things:
        waiting, said = [thing], list[str]()
        while waiting:
            one = waiting.pop()
            if one.says or (one.uri or "", one.kind) not in told:
                told.add((one.uri or "", one.kind))
                said.append(f"\n{_named(one)}{_body(one, waiting)} .\n")
        yield "".join(said)


def _named(thing: Thing) -> str:
    return f"<{iri(thing.uri)}>" if thing.uri else "[]"


def _body(thing: Thing, waiting: list[Thing]) -> str:
    lines = [f" a {thing.kind}"] if thing.kind else []
    for name, value in thing.says:
        lines.append(f" {name} {_object(value, waiting)}")
    return " ;\n   ".join(lines)


def _object(value: Words | Thing, waiting: list[Thing]) -> str:
    if isinstance(value, Words):
        said = _quoted(value.text)
        return f"{said}@{value.language}" if value.language else f"{said}^^{value.datatype}" if value.datatype else said
    if value.uri is None:
        return f"[{_body(value, waiting)} ]"
    if value.kind:
        waiting.append(value)
    return f"<{iri(value.uri)}>"


def _rdf_xml(things: Iterable[Thing]) -> Iterator[str]:
    spaces = "".join(f' xmlns:{name}="{space}"' for name, space in PREFIXES.items())
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{spaces}>\n'
    for thing in things:
        out = list[str]()
        _element(thing, out)
        out.append("\n")
        yield "".join(out)
    yield "</rdf:RDF>\n"


def _element(thing: Thing, out: list[str]) -> None:
    about = f' rdf:about="{escape(iri(thing.uri))}"' if thing.uri else ""
    if not thing.says:
        out.append(f"<{thing.kind}{about}/>")
        return
    out.append(f"<{thing.kind}{about}>")
    for name, value in thing.says:
        if isinstance(value, Words):
            more = f' xml:lang="{value.language}"' if value.language else ""
            if value.datatype:
                prefix, _colon, local = value.datatype.partition(":")
                more = f' rdf:datatype="{PREFIXES[prefix]}{local}"'
            out.append(f"<{name}{more}>{escape(_NO_XML.sub('', value.text), quote=False)}</{name}>")
        elif not value.kind:
            out.append(f'<{name} rdf:resource="{escape(iri(value.uri or ""))}"/>')
        else:
            out.append(f"<{name}>")
            _element(value, out)
            out.append(f"</{name}>")
    out.append(f"</{thing.kind}>")


def _json_ld(things: Iterable[Thing]) -> Iterator[str]:
    yield f'{{"@context":{json.dumps(PREFIXES)},"@graph":['
    for number, thing in enumerate(things):
        yield (",\n" if number else "\n") + _said(_node(thing))
    yield "\n]}\n"


def _node(thing: Thing) -> dict[str, object]:
    node: dict[str, object] = {"@id": iri(thing.uri)} if thing.uri else {}
    if thing.kind:
        node["@type"] = thing.kind
    for name, value in thing.says:
        said = _value(value) if isinstance(value, Words) else _node(value)
        held = node.get(name)
        if held is None:
            node[name] = said
        elif isinstance(held, list):
            held.append(said)
        else:
            node[name] = [held, said]
    return node


def _value(words: Words) -> dict[str, object] | str:
    if words.language:
        return {"@value": words.text, "@language": words.language}
    return {"@value": words.text, "@type": words.datatype} if words.datatype else words.text
